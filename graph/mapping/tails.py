"""The cells of a relation's columns as tails: split, zipped, named, dated; each different set of cells only once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from base.errors import InputError
from graph.mapping.blocks import Cell
from graph.mapping.cells import Reading, Values, columns_in, fill, fold, make_id
from graph.mapping.centuries import Years
from graph.mapping.dates import bins_of, name_bin, read_years
from graph.mapping.relation import Relation

Row: TypeAlias = dict[str, str | None]
REMEMBERED = 200_000  # sets of cells


@dataclass
class Said:
    """What a set of cells says: facts (relation, tail id); said: (relation, text) of what is no entity;
    left_out: (where, why, value, kind)."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str, str, str]] = field(default_factory=list)


class UnequalLists(InputError):
    """Lists of one row that belong together and differ in length."""


class Tails:
    """The tails of one relation. entities: rows of those that came up; facts, said: of tails themselves."""

    def __init__(self, name: str, relation: Relation, reading: Reading) -> None:
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
        self._roles = {fold(role).casefold(): name for role, name in relation.roles.items()}
        self._when = {column: {fold(v).casefold() for v in values} for column, values in relation.when.items()}
        self._nested = {name: Tails(name, inner, reading) for name, inner in relation.relation.items()}
        self._loose = {*relation.when, *(columns_in(relation.role) if relation.role else ())}

    def of(self, cells: tuple[Cell, ...]) -> Said:
        """What a row's cells, in the order of `columns`, say. Raises UnequalLists."""
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
            self._date({column: _text(cell) for column, cell in row.items()}, said)
            return said
        for values in self._zip(row):
            self._name(values, said)
        return said

    def _zip(self, row: Mapping[str, Cell]) -> Iterator[Values]:
        """The values that belong together, of each column one."""
        lists = {column: self._list(cell) for column, cell in row.items()}
        length = max(map(len, lists.values()), default=0)
        for column, values in lists.items():
            if not values or (len(values) == 1 and column in self._loose):
                lists[column] = (values or [None]) * length
        if torn := {column: len(values) for column, values in lists.items() if len(values) != length}:
            longest = next(column for column, values in lists.items() if len(values) == length)
            column, count = next(iter(torn.items()))
            raise UnequalLists(
                f"{self.name}: {longest} holds {length} values and {column} {count} "
                f"({_text(row[longest])!r}, {_text(row[column])!r}): lists that belong together must be equally long"
            )
        for together in zip(*lists.values(), strict=True):
            yield dict(zip(lists, together, strict=True))

    def _list(self, cell: Cell) -> list[str | None]:
        if cell is None:
            return []
        parts: list[str | None] = list(cell) if isinstance(cell, tuple) else [cell]
        if self._splitter is not None:
            parts = [value for part in parts for value in (self._split(part) if part else [None])]
            parts = [self._reading.of(value.strip() or None) if value else None for value in parts]
        # A single column has no gaps to keep.
        return parts if len(self.columns) > 1 else [*filter(None, parts)]

    def _split(self, text: str) -> list[str]:
        """The values in a cell. What stands in brackets belongs to its value, as in "video (color, sound)"."""
        assert self._splitter is not None
        cuts = list(self._splitter.finditer(text))
        # Lists that belong together are joined by programs, which do not look at brackets.
        if len(self.columns) == 1 and len(cuts) and is_bracketed(text):
            cuts = [cut for cut in cuts if is_bracketed(text[: cut.start()])]
        begins, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(text)]
        return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]

    def _name(self, values: Values, said: Said) -> None:
        """One tail, or why it is none."""
        relation = self.relation
        name = fill(relation.name, values)[0] if relation.name else None
        if name and self._before:
            name = self._before.split(name, maxsplit=1)[0].strip() or None
        given, templated = fill(relation.id, values) if relation.id else (None, False)
        if name is None and given is None:
            return
        if any(fold(values.get(column) or "").casefold() not in wanted for column, wanted in self._when.items()):
            said.left_out.append((self.name, "`when` does not hold", name or given or "", ""))
            return
        called = self.name
        if relation.role:
            role = values.get(relation.role)
            if fold(role or "").casefold() not in self._roles:
                why = "the role is not in `roles`" if role else "the role is empty"
                said.left_out.append((self.name, why, name or given or "", role or ""))
                return
            called = self._roles[fold(role or "").casefold()]
        if self._unless and self._unless.search(name or given or ""):
            said.said.append((called, name or given or ""))
            why = "nobody is meant (`unless`); what was said is kept"
            said.left_out.append((called, why, name or given or "", ""))
            return
        tail = self._id(given, templated, name)
        said.facts.append((called, tail))
        self._describe(tail, name, values)

    def _id(self, given: str | None, templated: bool, name: str | None) -> str:
        if given is not None:
            return given if templated else make_id(self.relation.label, given)
        key = fold(name or "")
        # A name is no id of its own, even where it has a colon.
        return f"{'-'.join(self.relation.label.lower().split())}:{key.casefold() if self.relation.ignore_case else key}"

    def _describe(self, tail: str, name: str | None, values: Values) -> None:
        """Note a tail as an entity, and what its own columns say of it."""
        kept = {**self.relation.keep, **self.relation.same}
        properties = {key: fill(column, values)[0] for key, column in kept.items()}
        self.entities.append({"id": tail, "label": self.relation.label, "name": name, **properties})
        for inner in self._nested.values():
            found = inner.of(tuple(values.get(column) for column in inner.columns))
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


def _text(cell: Cell) -> str | None:
    if isinstance(cell, tuple):
        return "; ".join(value or "" for value in cell) or None
    return cell
