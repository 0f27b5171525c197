"""A draft for RDF: a preset where its classes are there, else lines for the classes and properties that were seen."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from base.errors import InputError, first_line
from graph.loading.nobody import UNKNOWN
from graph.mapping.drafting.column_words import camel
from graph.mapping.rdf.files import read_quads
from graph.mapping.rdf.json_ld import load_contexts
from graph.mapping.rdf.reading import expand, is_blank
from graph.mapping.rdf.source import Rdf
from graph.mapping.rdf.store import PREFIXES

MOST_READ = 300_000  # statements
TYPE = f"{PREFIXES['rdf']}type"
# Classes of vocabularies themselves, and properties that say the same thing is elsewhere.
OF_VOCABULARIES = (PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"])
SAME = re.compile(
    r"(?i)(sameAs|exactMatch|closeMatch|seeAlso|isDefinedBy|inScheme|mainEntityOfPage|^type|license|rights)$"
)
NAMES = ("preflabel", "label", "name", "title", "caption", "headline")
TEXTS = re.compile(r"(?i)(description|abstract|comment|note|definition|biography)$")
PICTURES = re.compile(r"(?i)(image|depiction|thumbnail|isShownBy|contentUrl|representation)$")
NAMED = 0.5  # of a class's things that have a name: others are events, steps on the way
SHARED, SHORT = 0.5, 60  # values different of those there, letters: a text that names what others share
MOST_CLASSES, MOST_RELATIONS, MOST_KEPT = 10, 30, 8
IRI = re.compile(r"[^<>\s|*+?^]+")


@dataclass
class Property:
    """heads: things that have it. ends: what it leads to, with counts. texts, things: how many ends are which."""

    heads: set[str] = field(default_factory=set)
    ends: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    things: int = 0


def write_rdf(folder: Path, files: list[str], preset: str) -> list[str]:
    """The lines of an [[rdf]]. preset: the one that the files look like; it is written, too, for files that are wrong,
    with what is wrong.

    Raises InputError where no preset fits and nothing has a name.
    """
    found = Rdf(file=files, preset=preset)
    try:
        read = read_quads(found.find_files(folder), base=None, contexts=load_contexts(folder, {}))
        quads = list(islice(read, MOST_READ))
    except InputError as error:
        return [f'preset = "{preset}"', f"# to be mended before: {first_line(error)}"]
    classes: dict[str, list[str]] = defaultdict(list)
    for quad in quads:
        if quad.predicate.value == TYPE and isinstance(quad.object, ox.NamedNode):
            classes[_key(quad.subject)].append(quad.object.value)
    there = {name for names in classes.values() for name in names}
    known = {expand(name, found.prefixes) for lines in found.entity.values() for name in lines.classes}
    if quads and not there and all(lines.type == "rdf:type" for lines in found.entity.values() if lines.classes):
        raise InputError(f"{', '.join(files)}: nothing in it has a class (rdf:type), so nothing can be an entity")
    if known & there or not there:
        return [f'preset = "{preset}"']
    return _guess(quads, classes)


def _guess(quads: list[ox.Quad], classes: dict[str, list[str]]) -> list[str]:
    """Entities of the classes whose things have names; relations between these, and to what events lead to."""
    by_class = {thing: names[0] for thing, names in classes.items() if not names[0].startswith(OF_VOCABULARIES)}
    properties: dict[str, dict[str, Property]] = defaultdict(lambda: defaultdict(Property))
    leads: dict[str, list[tuple[str, ox.NamedNode]]] = defaultdict(list)
    for quad in quads:
        head, end = _key(quad.subject), quad.object
        if quad.predicate.value == TYPE:
            continue
        if isinstance(end, ox.NamedNode) and not is_blank(end):
            leads[head].append((quad.predicate.value, end))
        if head in by_class and not isinstance(quad.subject, ox.BlankNode):
            seen = properties[by_class[head]][quad.predicate.value]
            seen.heads.add(head)
            seen.ends[_key(end)] += 1
            seen.texts += isinstance(end, ox.Literal)
            seen.things += isinstance(end, ox.NamedNode)
    sizes = Counter(by_class[thing] for thing in by_class if not thing.startswith("_:"))
    entities = {
        name: names for name, count in sizes.most_common(MOST_CLASSES)
        if (names := [p for p in _find_names(properties[name]) if len(properties[name][p].heads) > NAMED * count])
    }  # fmt: skip
    if not entities:
        raise InputError(f"nothing in the files has a name and a class; there are {', '.join(sizes) or 'no classes'}")
    lines: list[str] = []
    relations: dict[str, tuple[list[str], set[str], int]] = {}
    for name, named in entities.items():
        lines += ["", f"# {sizes[name]:,} of <{name}>", f"[rdf.entity.{_label(name)}]", f'class = "{_path(name)}"']
        lines += [f'name = "{_path(named[0])}"', *_describe(properties[name], named[0])]
        for predicate, seen in properties[name].items():
            if predicate == named[0]:
                continue
            _add_relations(relations, predicate, seen, by_class, entities, leads)
    lines += ["", "[rdf.relation]"]
    chosen = sorted(relations.items(), key=lambda item: -item[1][2])[:MOST_RELATIONS]
    for called, (paths, to, count) in chosen:
        written = f'"{paths[0]}"' if len(paths) == 1 else "[" + ", ".join(f'"{path}"' for path in paths) + "]"
        line = f'{{ path = {written}, to = "{min(to)}" }}' if to else written
        lines.append(f"{called} = {line}  # {count:,}")
    return lines


def _find_names(properties: dict[str, Property]) -> list[str]:
    """The properties that name a thing, the surest first."""
    texts = [name for name, seen in properties.items() if seen.texts and _local(name).casefold() in NAMES]
    return sorted(texts, key=lambda name: NAMES.index(_local(name).casefold()))


def _describe(properties: dict[str, Property], name: str) -> list[str]:
    """text, image, unless, and further properties."""
    lines = []
    text = next((p for p, seen in properties.items() if TEXTS.search(_local(p)) and seen.texts), None)
    image = next((p for p, seen in properties.items() if PICTURES.search(_local(p)) and seen.things), None)
    lines += [f'text = "{_path(text)}"'] if text else []
    lines += [f'image = "{_path(image)}"'] if image else []
    unknown = Counter({end: count for end, count in properties[name].ends.items() if UNKNOWN.match(end)})
    if unknown:
        told = ", ".join(repr(end) for end, _ in unknown.most_common(3))
        words = sorted({re.escape(match[0].strip(" ([")) for end in unknown if (match := UNKNOWN.match(end))})[:12]
        lines += [f"# {unknown.total():,} name nobody, such as {told}. Is that right?"]
        lines += [f"unless = '(?i)^\\W*({'|'.join(words)})'"] if "'" not in "".join(words) else []
    kept = [
        p for p, seen in properties.items()
        if seen.texts and p not in (name, text) and not _is_shared(seen) and not SAME.search(_local(p))
    ][:MOST_KEPT]  # fmt: skip
    keys = {re.sub(r"\W", "_", _local(p)): p for p in reversed(kept)}
    if keys:
        lines.append("keep = { " + ", ".join(f'{key} = "{_path(p)}"' for key, p in reversed(keys.items())) + " }")
    return lines


def _add_relations(
    relations: dict[str, tuple[list[str], set[str], int]],
    predicate: str,
    seen: Property,
    by_class: dict[str, str],
    entities: dict[str, list[str]],
    leads: dict[str, list[tuple[str, ox.NamedNode]]],
) -> None:
    """Add what a property leads to: things, texts that many share, or, behind an event, what that leads to."""
    local = _local(predicate)
    if SAME.search(local) or PICTURES.search(local):
        return
    steps = [end for end in seen.ends if end.startswith("_:") or by_class.get(end, "") not in ("", *entities)]
    if steps:
        behind = Counter(step for end in steps for step, thing in leads[end] if by_class.get(thing.value) in entities)
        for step, count in behind.items():
            _add(relations, _local(step), f"{_path(predicate)}/{_path(step)}", set(), count)
        return
    if seen.things:
        untyped = {_label(predicate)} if any(by_class.get(end) not in entities for end in seen.ends) else set()
        _add(relations, local, _path(predicate), untyped, seen.things)
    elif _is_shared(seen):
        _add(relations, local, _path(predicate), {_label(predicate)}, seen.texts)


def _add(relations: dict[str, tuple[list[str], set[str], int]], name: str, path: str, to: set[str], count: int) -> None:
    called = re.sub(r"\W", "_", name)
    paths, labels, before = relations.get(called, ([], set(), 0))
    relations[called] = ([*paths, path] if path not in paths else paths, labels | to, before + count)


def _is_shared(seen: Property) -> bool:
    lengths = sorted(map(len, seen.ends))
    return len(seen.ends) <= SHARED * seen.texts and lengths[len(lengths) // 2] <= SHORT and len(seen.ends) > 1


def _local(iri: str) -> str:
    """What stands behind the last sign of an IRI; of CIDOC-CRM's without the number: carried_out_by."""
    return re.sub(r"^[EP]\d+[a-z]?_", "", re.split(r"[/#]", iri.rstrip("/#"))[-1]) or iri


def _label(iri: str) -> str:
    return re.sub(r"\W", "", camel(_local(iri).replace("-", "_"))) or "Thing"


def _path(iri: str) -> str:
    """An IRI as a path writes it: by a prefix that is known, or whole."""
    for prefix, begin in PREFIXES.items():
        if iri.startswith(begin) and re.fullmatch(r"[A-Za-z_][\w-]*", iri[len(begin) :]):
            return f"{prefix}:{iri[len(begin) :]}"
    return f"<{iri}>"


def _key(term: object) -> str:
    """A node or a text as one string; blank nodes begin with _:."""
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(getattr(term, "value", term))
