"""What the columns of a table may be: a guess by their names and figures."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from graph.loading.nobody import UNKNOWN
from graph.loading.survey import COMPLETE, HUB
from graph.mapping.profile import Column, Profile

IDS = re.compile(
    r"(?i)^(id|item|identifier|uri|iri|@id|object_?id|objectid|acno|.*[^a-z]id|.*ID|.*nummer|.*number|.*_no|inv.*|acc.*)$"
)
SURE_IDS = re.compile(r"(?i)^(@?id|item|uri|iri|identifier)$")
NAMES = re.compile(r"(?i)^(title|name|label|display_?name|.*title|.*name|.*label|titel|titre|fc|#text)$")
TEXTS = re.compile(r"(?i)descri|text|notes?$|summary|bio|abstract|beschreibung|provenance")
PICTURES = re.compile(r"(?i)image|thumb|picture|photo")
ADDRESSES = re.compile(r"(?i)url|link|web|href")
PEOPLE = re.compile(r"(?i)artist|maker|creator|author|painter|constituent|contributor|full_name|künstler")
FIRSTS, LASTS = re.compile(r"(?i)earliest|begin|start|from"), re.compile(r"(?i)latest|end|to$|until")
LIVES = re.compile(r"(?i)birth|death|born|died|acqui|modif|updat|credit")
# What is written of a thing rather than shared by many, and the parts of a person's name.
WORDS = re.compile(r"(?i)credit|provenance|note|dimension|inscription|remark|copyright")
NAME_PARTS = re.compile(r"(?i)(first|middle|last|given|family)_?name|suffix|prefix|^name_?title$|alpha_?sort")
MATERIALS = re.compile(r"(?i)medium|material|technique|materiaal")
PHRASES = [",", ";", r"\band\b", r"\bon\b", r"\bwith\b"]
MOST_SHARED = 0.5  # values different of those filled: more are hardly shared

Lines: TypeAlias = dict[str, str | int | list[str] | dict[str, str]]


@dataclass
class DraftedRelation:
    """name, lines of its table, and remarks above it."""

    name: str
    lines: Lines
    remarks: list[str] = field(default_factory=list)


@dataclass
class Guess:
    """lines: key -> value of the table itself; keep: property -> column; roles: column -> what it becomes."""

    lines: Lines
    keep: dict[str, str] = field(default_factory=dict)
    relations: list[DraftedRelation] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def guess(file: str, seen: Profile, layout: Mapping[str, str]) -> Guess:
    """What each column of a table may be. file: its name, or its sheet's, which may say what its rows are.

    layout: lines that say how it is laid out.
    """
    columns = {column.name: column for column in seen.columns if column.different}
    guessed = Guess({**layout})
    guessed.lines["label"] = _label(file)
    _take_id(columns, guessed)
    _take_texts(columns, guessed)
    _take_together(columns, seen.together, guessed)
    _take_labelled(columns, guessed)
    _take_nested(columns, guessed)
    _take_dates(columns, guessed)
    for column in columns.values():
        if column.name not in guessed.roles:
            _take_single(column, seen.rows, guessed)
    if any(column.looks == "html" for column in columns.values()):
        guessed.lines["html"] = "strip"
    return guessed


def _label(file: str) -> str:
    stem = re.sub(r"[^a-z]+", " ", Path(file.replace("*", "")).stem.lower() + " " + str(Path(file).parent).lower())
    for words, label in ((r"artists?|people|persons?|constituents?|makers?", "Person"), (r"places?", "Place")):
        if re.search(rf"\b({words})\b", stem) or re.search(rf"({words})$", stem.split()[0] if stem.split() else ""):
            return label
    return "Artwork"


def _take_id(columns: dict[str, Column], guessed: Guess) -> None:
    flat = [column for column in columns.values() if not column.separator]
    unique = [column for column in flat if column.unique and column.filled > 0.999]
    named = sorted((c for c in unique if IDS.match(c.name)), key=lambda column: not SURE_IDS.match(column.name))
    again = [column for column in flat if IDS.match(column.name) and column.filled > 0.9]
    chosen = next(iter([*named, *again, *unique, *flat, *columns.values()]), None)
    if chosen is None:
        guessed.lines["id"] = "id"
        guessed.remarks.append("there is no value in it")
        return
    guessed.lines["id"] = chosen.name
    guessed.roles[chosen.name] = "id"
    if not chosen.unique:
        guessed.remarks.append(f"no column tells the rows apart: rows of one {chosen.name} are one entity")


def _take_texts(columns: dict[str, Column], guessed: Guess) -> None:
    """name, text, image and url."""
    free = [column for column in columns.values() if column.name not in guessed.roles and "*" not in column.name]
    id_label = f"{guessed.lines['id']}Label"
    names = [column for column in free if column.name == id_label] + [
        column for column in free if NAMES.match(column.name) and column.looks in ("name", "html", "text")
        and column.separator != "|" and not PEOPLE.search(column.name) and not column.name.endswith("Label")
    ]  # fmt: skip
    # What is told of the record itself goes before what is told of things inside it.
    names.sort(key=lambda column: (column.name != id_label, column.name.count(".")))
    texts = [column for column in free if column.looks in ("text", "html") and TEXTS.search(column.name)]
    pictures = [column for column in free if column.looks == "picture"]
    addresses = [column for column in free if column.looks == "IRI" and ADDRESSES.search(column.name)]
    for key, found in (("name", names), ("text", texts), ("image", pictures), ("url", addresses)):
        chosen = next((column for column in found if column.name not in guessed.roles), None)
        if chosen is not None:
            guessed.lines[key] = chosen.name
            guessed.roles[chosen.name] = key
            if key == "name" and chosen.unknown and guessed.lines["label"] == "Person":
                guessed.lines["unless"] = _pattern(chosen)
                guessed.remarks.append(_tell_unknown(chosen))


def _take_together(columns: dict[str, Column], together: list[str], guessed: Guess) -> None:
    """Lists that belong together: who, with what is said of each."""
    group = [columns[name] for name in together if name not in guessed.roles]
    if len(group) < 2:
        return
    names = [column for column in group if NAMES.match(column.name)] or group
    ids = [column for column in group if IDS.match(column.name) and column is not names[0]]
    name, label = ("createdBy", "Artist") if any(PEOPLE.search(c.name) for c in group) else ("relatedTo", "Thing")
    lines: Lines = {
        "to": label,
        **({"id": ids[0].name} if ids else {}),
        "name": names[0].name,
    }
    lines["split"] = "|"
    for column in group:
        guessed.roles[column.name] = f"part of {name}"
    others = [column.name for column in group if column not in (names[0], *ids[:1])]
    remarks = [f"the same lists hold {', '.join(others)}: keep = {{ … }} makes them properties of it"] if others else []
    guessed.relations.append(_with_unknown(DraftedRelation(name, lines, remarks), names[0]))


def _take_labelled(columns: dict[str, Column], guessed: Guess) -> None:
    """Columns X and XLabel, as query services give them."""
    for column in columns.values():
        label = columns.get(f"{column.name}Label")
        if label is None or column.name in guessed.roles:
            continue
        name = column.name
        guessed.roles[column.name] = guessed.roles[label.name] = f"relation {name}"
        bare = re.sub(r"^(is|has|belongsTo|in)(?=[A-Z])", "", name)
        to = "Artist" if PEOPLE.search(name) else camel(bare)
        lines: Lines = {"to": to, "id": column.name, "name": label.name}
        guessed.relations.append(_with_unknown(DraftedRelation(name, lines), label))


def _take_nested(columns: dict[str, Column], guessed: Guess) -> None:
    """Lists of objects in records: paths with a star."""
    groups: dict[str, list[Column]] = defaultdict(list)
    for column in columns.values():
        if "*." in column.name and column.name not in guessed.roles:
            groups[column.name.rpartition("*.")[0] + "*"].append(column)
    for prefix, group in groups.items():
        last = {column.name.rpartition("*.")[2]: column for column in group}
        name = next((last[key] for key in last if NAMES.match(key)), None)
        key = next((last[key] for key in last if re.fullmatch(r"(?i)@?id|uri|iri", key)), None)
        words = [part for part in prefix.split(".") if part not in ("*", "children")]
        if prefix.rstrip(".*") in guessed.roles:
            continue  # the same in other words, as XML has texts with and without attributes
        if (name is None and key is None) or any(
            name_.startswith(prefix + ".") and "*" in name_[len(prefix) :] for name_ in columns
        ):
            continue
        called = "createdBy" if PEOPLE.search(words[-1]) else f"has{camel(words[-1])}"
        if any(relation.name == called for relation in guessed.relations):
            called = f"has{''.join(map(camel, words))}{prefix.count('*')}"
        lines: Lines = {"to": "Artist" if called == "createdBy" else camel(words[-1])}
        lines |= {what: column.name for what, column in (("id", key), ("name", name)) if column is not None}
        for part in (name, key):
            if part is not None:
                guessed.roles[part.name] = f"part of {called}"
        guessed.relations.append(_with_unknown(DraftedRelation(called, lines), name or key or group[0]))


def _take_dates(columns: dict[str, Column], guessed: Guess) -> None:
    """The date of making as decades, its text as a property."""
    dates = [
        column for column in columns.values()
        if column.looks == "date" and column.name not in guessed.roles and not LIVES.search(column.name)
        and column.separator in ("", ",", ";") and "*" not in column.name
    ]  # fmt: skip
    first = next((column for column in dates if FIRSTS.search(column.name)), None)
    last = next((column for column in dates if LASTS.search(column.name)), None)
    text = next((column for column in dates if column not in (first, last)), None)
    chosen = [first, last, text] if first and last else [text or first or last]
    names = [column.name for column in chosen if column is not None]
    if not names or guessed.lines["label"] == "Person":
        return
    for name in names:
        guessed.roles[name] = "relation madeIn"
    if text is not None:
        guessed.keep["dated"] = text.name
    remarks = ["decades; with bin = 100 centuries. A range wider than `span` years is none."]
    guessed.relations.append(DraftedRelation("madeIn", {"to": "Decade", "year": names, "bin": 10, "span": 20}, remarks))


def _take_single(column: Column, rows: int, guessed: Guess) -> None:
    """One column alone: a relation, a property, or nothing."""
    filled = max(1.0, column.filled * rows)
    if guessed.lines["label"] == "Person" and NAME_PARTS.search(column.name):
        return
    if "*." in column.name and any(column.name.rpartition(".")[0] in taken for taken in guessed.roles):
        return  # a neighbour of what names a relation's end
    short = column.length <= 60 and not WORDS.search(column.name)
    shared = column.different <= MOST_SHARED * filled
    if column.looks in ("name", "html") and short and shared and column.different > 1:
        name = f"has{camel(column.name)}"
        if any(relation.name == name for relation in guessed.relations):
            return
        lines: Lines = {"to": camel(column.name), "name": column.name}
        if MATERIALS.search(column.name):
            lines["split"] = PHRASES
        elif column.separator in ("|", ";", ","):
            lines["split"] = column.separator
        guessed.roles[column.name] = f"relation {name}"
        remarks = []
        if column.share > HUB:
            remarks.append(
                f"{column.share:.0%} have one value, {column.largest!r}: a model that always says so is right as often"
            )
        if column.filled > COMPLETE and not column.separator:
            remarks.append("every row has a value: there is nothing to predict, but it helps to predict others")
        guessed.relations.append(_with_unknown(DraftedRelation(name, lines, remarks), column))
    elif column.looks in ("name", "text", "html", "date") and column.different > 1 and "*" not in column.name:
        key = re.sub(r"\W+", "_", column.name).strip("_").lower() or "value"
        if key in guessed.keep or key in ("id", "label", "name", "text", "image", "url", "rights"):
            key = f"{key}_2"
        guessed.keep[key] = column.name
        guessed.roles[column.name] = f"property {key}"


def _with_unknown(relation: DraftedRelation, column: Column) -> DraftedRelation:
    """A relation that leaves out what names nobody, with what was found."""
    if column.unknown:
        relation.remarks.append(_tell_unknown(column))
        relation.lines["unless"] = _pattern(column)
    return relation


def _tell_unknown(column: Column) -> str:
    shown = ", ".join(repr(value) for value in list(column.unknown)[:3])
    return f"{sum(column.unknown.values()):,} name nobody, such as {shown}: they stay properties. Is that right?"


def _pattern(column: Column) -> str:
    """A regular expression of the first words of what names nobody."""
    said = {match[0].strip(" ([{") for value in column.unknown if (match := UNKNOWN.match(value.lower()))}
    words = sorted({r"\W+".join(re.findall(r"\w+", words)) for words in said})
    return rf"^\W*({'|'.join(words[:12])})\b"


def camel(name: str) -> str:
    """``creation_date`` as CreationDate; the last name of a path."""
    words = [
        word for word in re.split(r"[^\w]+|_", re.sub(r"([a-z])([A-Z])", r"\1 \2", name.rpartition("*.")[2])) if word
    ]
    joined = "".join(word[0].upper() + word[1:] for word in words) or "Thing"
    return f"{joined}Value" if joined in ("Entity", "Model", "Decision", "Doubt", "Encoder", "Schema") else joined
