"""The cells of a relation's columns as tails: split, zipped, named, dated; each different set of cells only once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from base.errors import InputError
from graph.mapping.files.numbers import tell_cut_short
from graph.mapping.files.paths import Cell, Listed, Step
from graph.mapping.table.alignment import UnequalLists, Value, align
from graph.mapping.table.cells import Reading, Values, columns_in, cut, fill, first, fold, join, make_id
from graph.mapping.table.centuries import Years
from graph.mapping.table.dates import bins_of, name_bin, read_years
from graph.mapping.table.relation import Relation

Row: TypeAlias = dict[str, str | None]
REMEMBERED = 200_000  # sets of cells


@dataclass
class Said:
    """What a set of cells says: facts (relation, tail id); said: (relation, text) of what is no entity;
    left_out: (where, why, value, kind)."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str, str, str]] = field(default_factory=list)


class Tails:
    """The tails of one relation. entities: rows of those that came up; facts, said: of tails themselves.

    inner: whether these are facts about a tail; all of their cells are of one thing then.
    """

    def __init__(self, name: str, relation: Relation, reading: Reading, *, inner: bool = False) -> None:
        self.name = name
        self.relation = relation
        self.columns = relation.columns()
        self.entities: list[Row] = []
        self.facts: list[tuple[str, str, str]] = []
        self.said: list[tuple[str, str, str]] = []
        self._known: dict[tuple[Cell, ...], Said] = {}
        self._reading = reading
        self._splitter = relation.splitter
        self._unless = re.compile(relation.unless, re.IGNORECASE) if relation.unless else None
        self._before = re.compile(relation.before) if relation.before else None
        self._without = re.compile(relation.without) if relation.without else None
        self._roles = {fold(role).casefold(): name for role, name in relation.roles.items()}
        self._when = {column: {fold(v).casefold() for v in values} for column, values in relation.when.items()}
        self._nested = {name: Tails(name, nested, reading, inner=True) for name, nested in relation.relation.items()}
        self._keys = [columns_in(relation.id or ""), columns_in(relation.name or "")]
        self._identifying = [*self._keys[0], *(name for same in relation.same.values() for name in columns_in(same))]
        self._loose = {*relation.when, *(columns_in(relation.role) if relation.role else ())}
        if inner and self._splitter is None:
            self._loose = {*self.columns}

    def of(self, cells: tuple[Cell, ...]) -> Said:
        """What a row's cells, in the order of `columns`, say. Raises InputError."""
        found = self._known.get(cells)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[cells] = self._read(dict(zip(self.columns, cells, strict=True)))
        return found

    def take(self) -> tuple[list[Row], list[tuple[str, str, str]], list[tuple[str, str, str]]]:
        """The entities, facts and words that came up since this was last asked."""
        taken = self.entities, self.facts, self.said
        self.entities, self.facts, self.said = [], [], []
        return taken

    def _read(self, row: Mapping[str, Cell]) -> Said:
        said = Said()
        if self.relation.year:
            self._date({column: join(cell) for column, cell in row.items()}, said)
            return said
        for values in self._zip(row):
            self._name(values, said)
        return said

    def _zip(self, row: Mapping[str, Cell]) -> Iterable[Mapping[str, Cell]]:
        """The values that belong together, of each column those of one tail."""
        if self._splitter is None and not any(isinstance(cell, Listed) for cell in row.values()):
            return [row]
        columns = {column: self._list(column, cell) for column, cell in row.items()}
        written = {column: join(cell) for column, cell in row.items()}
        try:
            return [*align(columns, self._keys, self._loose, written)]
        except UnequalLists as error:
            raise UnequalLists(f"{self.name}: {error}") from error

    def _list(self, column: str, cell: Cell) -> list[Value]:
        """The values of a cell with their places. What separators divide is a list of the column's own."""
        if cell is None:
            return []
        values: list[Value] = [*zip(cell.places, cell.texts, strict=True)] if isinstance(cell, Listed) else [((), cell)]
        if self._splitter is None:
            return values
        divided: list[Value] = []
        for place, text in values:
            parts = self._split(text) if text else [None]
            for number, part in enumerate(parts):
                read = self._reading.of(part.strip() or None) if part else None
                divided.append(((*place, Step(column, number, len(parts))), read))
        return divided

    def _split(self, text: str) -> list[str]:
        """The values in a cell. What stands in brackets belongs to its value, as in "video (color, sound)"."""
        assert self._splitter is not None
        cuts = list(self._splitter.finditer(text))
        # Lists that belong together are joined by programs, which do not look at brackets.
        if len(self.columns) == 1 and len(cuts) and is_bracketed(text):
            cuts = [cut for cut in cuts if is_bracketed(text[: cut.start()])]
        begins, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(text)]
        return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]

    def _name(self, cells: Mapping[str, Cell], said: Said) -> None:
        """One tail, or why it is none."""
        relation = self.relation
        values = {column: first(cell) for column, cell in cells.items()}
        name = cut(fill(relation.name, values)[0] if relation.name else None, self._before, self._without)
        given, templated = fill(relation.id, values) if relation.id else (None, False)
        if name is None and given is None:
            return
        if given is None and not re.search(r"\w", name or ""):
            said.left_out.append((self.name, "its name has no letter or digit", name or "", ""))
            return
        if problem := next(filter(None, (tell_cut_short(values[column]) for column in self._identifying)), None):
            raise InputError(f"{self.name}: {problem}")
        if any(wanted.isdisjoint(_folded(cells.get(column))) for column, wanted in self._when.items()):
            said.left_out.append((self.name, "`when` does not hold", name or given or "", ""))
            return
        called = [self.name]
        if relation.role:
            roles = _folded(cells.get(relation.role))
            for folded, role in roles.items():
                if folded not in self._roles:
                    why = "the role is not in `roles`" if role else "the role is empty"
                    said.left_out.append((self.name, why, name or given or "", role))
            called = [*dict.fromkeys(self._roles[folded] for folded in roles if folded in self._roles)]
            if not called:
                return
        if self._unless and self._unless.search(name or given or ""):
            said.said += [(meant, name or given or "") for meant in called]
            why = "nobody is meant (`unless`); what was said is kept"
            said.left_out += [(meant, why, name or given or "", "") for meant in called]
            return
        tail = self._id(given, templated, name)
        said.facts += [(meant, tail) for meant in called]
        self._describe(tail, name, cells)

    def _id(self, given: str | None, templated: bool, name: str | None) -> str:
        if given is not None:
            return given if templated else make_id(self.relation.label, given)
        key = fold(name or "")
        # A name is no id of its own, even where it has a colon.
        return f"{'-'.join(self.relation.label.lower().split())}:{key.casefold() if self.relation.ignore_case else key}"

    def _describe(self, tail: str, name: str | None, cells: Mapping[str, Cell]) -> None:
        """Note a tail as an entity, and what its own columns say of it."""
        joined = {column: join(cell) for column, cell in cells.items()}
        firsts = {column: first(cell) for column, cell in cells.items()}
        properties = {key: fill(column, joined)[0] for key, column in self.relation.keep.items()}
        properties |= {key: fill(column, firsts)[0] for key, column in self.relation.same.items()}
        self.entities.append({"id": tail, "label": self.relation.label, "name": name, **properties})
        for inner in self._nested.values():
            found = inner.of(tuple(cells.get(column) for column in inner.columns))
            self.facts += [(tail, relation, end) for relation, end in found.facts]
            self.said += [(tail, relation, text) for relation, text in found.said]
            entities, facts, said = inner.take()
            self.entities += entities
            self.facts += facts
            self.said += said

    def _date(self, values: Values, said: Said) -> None:
        """The decades or centuries that a date touches."""
        relation = self.relation
        texts = [fill(column, values)[0] for column in relation.year]
        years = _years(texts)
        shown = next((text for text in reversed(texts) if text), None)
        if years is None and len(texts) > 1 and all(texts[:2]) and not any(texts[2:]):
            shown = " to ".join(filter(None, texts))
        if shown and not re.fullmatch(r"-?\d{1,4}(-\d\d-\d\d)?", shown):
            said.said.append((self.name, shown))
        if years is None:
            if shown and shown != "0":
                said.left_out.append((self.name, "the date names no years", shown, ""))
            return
        first, last = years
        if last - first + 1 > relation.widest:
            said.left_out.append(
                (self.name, f"the date spans more than {relation.widest} years (`span`)", f"{first} to {last}", "")
            )
            return
        for start in bins_of(years, relation.bin):
            tail = f"{'-'.join(relation.label.lower().split())}:{start}"
            said.facts.append((self.name, tail))
            self.entities.append({"id": tail, "label": relation.label, "name": name_bin(start, relation.bin)})


def is_bracketed(text: str) -> bool:
    """Whether every bracket that is opened in a text is closed there."""
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")


def _years(texts: list[str | None]) -> Years | None:
    """First and last year of one date, or of a first, a last, and a text where these are missing."""
    texts = [None if text is None or re.fullmatch("0*", text) else text for text in texts]
    read = [read_years(text) if text else None for text in texts]
    if len(read) == 1:
        return read[0]
    # One of the two may be empty. One that says no year, as 9999 or "present", leaves its side open.
    first, last = read[0] if texts[0] else read[1], read[1] if texts[1] else read[0]
    if first and last and first[0] <= last[1]:
        return first[0], last[1]
    return read[2] if len(read) == 3 else None


def _folded(cell: Cell) -> dict[str, str]:
    """The values of a cell as they are compared, with how they are written; "" alone where there is none."""
    texts = cell.texts if isinstance(cell, Listed) else (cell,)
    return {fold(text).casefold(): text for text in texts if text} or {"": ""}
