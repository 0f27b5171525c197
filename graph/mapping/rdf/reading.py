"""What a store of RDF says by the lines of a mapping: labels of ids, facts, and the values of columns."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyoxigraph as ox

from graph.mapping.rdf.languages import MAY_TRANSLATE, Languages, Rank, take_said
from graph.mapping.rdf.lines import EntityLines, RelationLines, select, select_members
from graph.mapping.rdf.store import PREFIXES, Term, ask
from graph.mapping.source_kind import Chunk, Tally
from graph.mapping.table.cells import make_id

ROWS = 50_000
SKOLEM = "/.well-known/genid/"
WEB = ("http://", "https://")
# Of these columns one value is taken, the first in order; others hold all of the best language, with this between them.
BETWEEN = {"text": "\n"}
BETWEEN_KEPT = "; "
WORDS = ("name", "text")
ONE = ("name", "image", "url", "rights")
NAMED = 0.5  # of a label's things that have a name: one of which nothing is said is no answer then


@dataclass
class Reading:
    """labels: of each id, the label. names: of ids that are no IRIs, the text that they are made of. facts: head,
    relation, tail. values: of each column, of each id, what stands there."""

    store: ox.Store
    prefixes: Mapping[str, str]
    entity: Mapping[str, EntityLines]
    languages: Languages
    tally: Tally
    labels: dict[str, str] = field(default_factory=dict)
    facts: list[tuple[str, str, str]] = field(default_factory=list)
    values: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def find_members(self) -> None:
        """The things of each label's classes; one of several classes has the label that comes first in the mapping."""
        for label, lines in self.entity.items():
            if lines.classes or lines.where:
                rows = ask(self.store, select_members(lines), self.prefixes)
                for this, *_ in rows:
                    if isinstance(this, ox.NamedNode) and not is_blank(this):
                        self.labels.setdefault(this.value, label)

    def find_facts(self, relation: str, line: RelationLines) -> bool:
        """The relation's facts, and the entities that `to` makes of their tails. Returns whether anything was there."""
        some = False
        for path in line.paths:
            texts: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
            for this, value, *said in ask(self.store, select(path), self.prefixes):
                head = this.value
                if self.labels.get(head) is None or (line.from_ and self.labels[head] != line.from_):
                    continue
                some = True
                if is_blank(value):
                    self.tally.leave_out(relation, "the path ends in a blank node, which is no entity", head)
                elif isinstance(value, ox.NamedNode):
                    self._add(head, relation, value.value, line.to)
                elif line.to is None:
                    shown = f"{head}: {value.value[:60]!r}"
                    self.tally.leave_out(relation, "the value is a text; to = makes entities of texts", shown)
                elif (rank := self.languages.rank(self.languages.of(value, *said))) is None:
                    self.tally.leave_out(relation, "its language is not one of `language`", f"{head}: {value}")
                elif text := " ".join(value.value.split()):
                    texts[head][rank[0]].add(text)
            for head, by_place in texts.items():
                self._add_texts(head, relation, line.to or "", by_place)
        return some

    def find_values(self) -> None:
        """The columns of all entities: of several paths the first that gives something, then by language."""
        wanted: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)  # (column, path) -> label -> place
        for label in dict.fromkeys(self.labels.values()):
            for column, paths in self.entity.get(label, EntityLines()).columns.items():
                for place, path in enumerate(paths):
                    wanted[column, path].setdefault(label, place)
        found: dict[str, dict[str, list[tuple[int, Rank, str, str]]]] = defaultdict(lambda: defaultdict(list))
        unlisted: dict[str, dict[str, str]] = defaultdict(dict)
        for (column, path), places in wanted.items():
            for this, value, *said in ask(self.store, select(path), self.prefixes):
                of_label = places.get(self.labels.get(this.value, ""))
                if column in WORDS and not isinstance(value, ox.Literal):
                    continue
                language = self.languages.of(value, *said)
                rank = (0, 0) if isinstance(value, ox.NamedNode) else self.languages.rank(language)
                if of_label is None or is_blank(value) or not value.value.strip():
                    continue
                if rank is not None:
                    found[column][this.value].append((of_label, rank, value.value.strip(), language))
                else:
                    unlisted[column][this.value] = str(value)
        for column, by_id in found.items():
            for id_, options in by_id.items():
                self._settle(column, id_, options)
        for column, texts in unlisted.items():
            for id_ in texts.keys() - found[column].keys():
                why = f"`{column}`: its language is not one of `language`"
                self.tally.leave_out(self.labels[id_], why, f"{id_}: {texts[id_]}")

    def take_unsaid_out(self) -> None:
        """Addresses of which the files say nothing, where most things of their label have a name: nobody could judge a
        link to one. The head keeps the address as what was said of it. What the mapping begins with, its works, stay.
        """
        names, known = self.values["name"], {id_ for column in self.values.values() for id_ in column}
        sizes = Counter(self.labels.values())
        named = Counter(label for id_, label in self.labels.items() if id_ in names)
        unsaid = self.labels.keys() - known - {head for head, _, _ in self.facts}
        named[next(iter(self.entity), "")] = -1
        unsaid = {id_ for id_ in unsaid if named[self.labels[id_]] >= NAMED * sizes[self.labels[id_]]}
        why = "the files have only its address, no name and no facts"
        for head, relation, tail in self.facts:
            if tail in unsaid:
                self.tally.leave_out(relation, why, f"{head}: {tail}")
                self._keep_said(head, relation, tail)
        for id_ in sorted(unsaid - {tail for _, _, tail in self.facts}):
            self.tally.leave_out(self.labels[id_], why, id_)
        self._drop(unsaid)

    def take_nobody_out(self) -> None:
        """Names that say that nobody is known become what was said of the head, and are no entities."""
        names = self.values["name"]
        nobody = {
            id_
            for label, lines in self.entity.items()
            if lines.unless
            for id_, own in self.labels.items()
            if own == label and re.search(lines.unless, names.get(id_, ""))
        }
        for head, relation, tail in self.facts:
            if tail in nobody:
                self.tally.leave_out(relation, "it says that nobody is known", f"{head}: {names[tail]!r}")
                self._keep_said(head, relation, names[tail])
        self._drop(nobody)

    def chunks(self) -> Iterator[Chunk]:
        """Everything found, entities first."""
        none = pd.DataFrame({"head": [], "relation": [], "tail": []}, dtype="str")
        for ids in _parts(list(self.labels)):
            columns = {name: [column.get(id_) for id_ in ids] for name, column in self.values.items()}
            filled = {name: cells for name, cells in columns.items() if any(cells)}
            own = [id_ if id_.startswith(WEB) else None for id_ in ids]
            urls = [given or own for given, own in zip(filled.get("url", own), own, strict=True)]
            labels = [self.labels[id_] for id_ in ids]
            yield Chunk(pd.DataFrame({"id": ids, "label": labels, **filled, "url": urls}, dtype="str"), none)
        for facts in _parts(self.facts):
            no_entities = pd.DataFrame({"id": [], "label": []}, dtype="str")
            yield Chunk(no_entities, pd.DataFrame(facts, columns=["head", "relation", "tail"], dtype="str"))

    def _keep_said(self, head: str, relation: str, said: str) -> None:
        column = self.values[f"{relation}_said"]
        column[head] = f"{column[head]}; {said}" if head in column else said

    def _drop(self, ids: set[str]) -> None:
        self.facts = [fact for fact in self.facts if fact[0] not in ids and fact[2] not in ids]
        for id_ in ids:
            del self.labels[id_]

    def _add(self, head: str, relation: str, tail: str, label: str | None) -> None:
        if label is not None:
            self.labels.setdefault(tail, label)
        if tail in self.labels:
            self.facts.append((head, relation, tail))
        else:
            self.tally.leave_out(relation, "the tail is of no class of the mapping; to = gives it a label", tail)

    def _add_texts(self, head: str, relation: str, label: str, by_place: Mapping[int, set[str]]) -> None:
        taken, left = take_said(by_place)
        for text in sorted(taken):
            tail = make_id(label, text)
            self.values["name"].setdefault(tail, text)
            self._add(head, relation, tail, label)
        if left:
            self.tally.leave_out(relation, MAY_TRANSLATE, f"{head}: {', '.join(map(repr, sorted(left)))}", len(left))

    def _settle(self, column: str, id_: str, options: list[tuple[int, Rank, str, str]]) -> None:
        place, rank = min(options)[:2]
        best = sorted({value for p, r, value, _ in options if (p, r) == (place, rank)})
        if column in ONE:
            self.values[column][id_] = best[0]
        else:
            self.values[column][id_] = BETWEEN.get(column, BETWEEN_KEPT).join(best)
        chosen = {self.languages.listed(language) for p, r, _, language in options if (p, r) == (place, rank)}
        if column not in (*ONE, *WORDS):
            said = [(value, language) for p, r, value, language in sorted(options) if p == place and value not in best]
            self._keep_others(column, id_, said, chosen)
        if column in WORDS:
            for p, _, value, language in sorted(options):
                listed = self.languages.listed(language)
                if p == place and listed is not None and listed not in chosen:
                    self.values[f"{column}_{listed}"].setdefault(id_, value)

    def _keep_others(self, column: str, id_: str, said: list[tuple[str, str]], chosen: set[str | None]) -> None:
        """What a property says in other languages: by those of the mapping as `dated_nl`, else counted."""
        others: dict[str, dict[str, None]] = defaultdict(dict)
        for value, language in said:
            listed = self.languages.listed(language)
            if listed is not None and listed not in chosen:
                others[listed][value] = None
            else:
                self.tally.leave_out(self.labels[id_], f"`{column}`: {MAY_TRANSLATE}", f"{id_}: {value!r}")
        for listed, values in others.items():
            self.values[f"{column}_{listed}"].setdefault(id_, BETWEEN_KEPT.join(values))


def is_blank(value: Term) -> bool:
    """Whether a node is blank, or an IRI that stands for one (RDF 1.1 Concepts, 3.5), as Wikidata's unknown values."""
    return isinstance(value, ox.BlankNode) or (isinstance(value, ox.NamedNode) and SKOLEM in value.value)


def expand(name: str, prefixes: Mapping[str, str]) -> str:
    """The IRI that `crm:P1` or `<http://…>` stands for."""
    prefix, _, local = name.partition(":")
    known = {**PREFIXES, **prefixes}
    return known[prefix] + local if prefix in known else name.strip("<>")


def _parts(rows: list) -> Iterable[list]:  # type: ignore[type-arg]
    return (rows[at : at + ROWS] for at in range(0, len(rows), ROWS))
