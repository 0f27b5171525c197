"""What a mapping says of columns, worked out for the rows of a block: names, templates, first that is filled."""

import difflib
import html
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import TypeAlias

from base.errors import InputError, shorten
from graph.mapping.files.blocks import Block, Records
from graph.mapping.files.numbers import tell_cut_short
from graph.mapping.files.paths import Cell, Listed

HOLE = re.compile(r"\{([^{}]+)\}")
TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--)>", re.DOTALL)
BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)
# An IRI, or a value that has a prefix of its own, is the same wherever it stands.
PREFIXED = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
# Between addresses in one cell; none holds such a sign.
ADDRESSES = re.compile(r"\s*[|;,\s]\s*(?=https?://)")
Values: TypeAlias = "Mapping[str, str | None]"


def fold(name: str) -> str:
    """A name for comparison: in one Unicode form, with single blanks."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def make_id(label: str | None, value: str) -> str:
    """The id of a value from a plain column: as it is where it has a prefix, else behind the label.

    Two tables' numbers stay apart so: ``artist:4`` and ``artwork:4``.
    """
    if label is None or PREFIXED.fullmatch(value):
        return value
    return f"{'-'.join(label.lower().split())}:{value}"


@cache
def alternatives(written: str) -> tuple[str, ...]:
    """The parts of ``a ?? b``, of which the first that is filled is taken."""
    return tuple(part.strip() for part in written.split("??"))


def columns_in(written: str) -> list[str]:
    """The columns that an expression names: a column, ``{a} and {b}``, or several of these with ``??`` between."""
    return [name for part in alternatives(written) for name in (HOLE.findall(part) or [part]) if name]


def fill(written: str, values: Values) -> tuple[str | None, bool]:
    """The value of an expression, None where there is none, and whether a template with braces gave it."""
    for part in alternatives(written):
        holes = HOLE.findall(part)
        if not holes:
            if found := values.get(part):
                return found, False
        elif all(values.get(hole) for hole in holes):
            return HOLE.sub(lambda hole: values[hole[1]] or "", part), True
    return None, False


def strip_html(text: str) -> str:
    """A text without tags, with the characters that its entities stand for."""
    if "<" not in text and "&" not in text:
        return text
    plain = html.unescape(TAG.sub("", BREAK.sub("\n", text))).replace("\xa0", " ")
    return "\n".join(line for line in (" ".join(line.split()) for line in plain.splitlines()) if line)


class Reading:
    """How values are read: those that mean nothing, whatever their case, are none, and HTML is stripped if wanted."""

    def __init__(self, missing: Collection[str] = (), html: bool = False) -> None:
        self._missing = {fold(value).casefold() for value in missing}
        self._longest = max(map(len, self._missing), default=0)
        self._html = html

    def __bool__(self) -> bool:
        return bool(self._missing) or self._html

    def of(self, value: str | None) -> str | None:
        """A value, None where it means nothing."""
        if value is None or (len(value) <= self._longest and fold(value).casefold() in self._missing):
            return None
        return (strip_html(value) or None) if self._html else value


class Cells:
    """The cells of a block as a table's settings read them."""

    def __init__(self, block: Block | Records, reading: Reading) -> None:
        self.block = block
        self._reading = reading
        self._columns: dict[str, list[Cell]] = {}

    def column(self, name: str, loose: bool = False) -> list[Cell]:
        """A cell for each row. loose: see Records. Raises InputError where a flat table has no such column."""
        if name not in self._columns:
            if isinstance(self.block, Block) and not self.block.has(name):
                raise InputError(f"{self.block.name}: {tell_absent(name, self.block.columns)}")
            cells = self.block.column(name, loose) if isinstance(self.block, Records) else self.block.column(name)
            if self._reading:
                cells = [self._read(cell) for cell in cells]
            self._columns[name] = cells
        return self._columns[name]

    def texts(self, written: str) -> list[str | None]:
        """An expression's value for each row; a list of values as one text, with semicolons."""
        if not written:
            return [None] * len(self.block)
        names = columns_in(written)
        loose = len(alternatives(written)) > 1
        columns = [[join(cell) for cell in self.column(name, loose)] for name in names]
        if names == [written]:
            return columns[0]
        return [fill(written, dict(zip(names, row, strict=True)))[0] for row in zip(*columns, strict=True)]

    def addresses(self, written: str) -> list[str | None]:
        """As texts, but of several addresses the first."""
        if not written:
            return [None] * len(self.block)
        names = columns_in(written)
        columns = [[_first_address(cell) for cell in self.column(name)] for name in names]
        return [fill(written, dict(zip(names, row, strict=True)))[0] for row in zip(*columns, strict=True)]

    def ids(self, written: str, labels: Sequence[str | None]) -> list[str | None]:
        """The id of each row; labels: what stands before the values of a plain column."""
        names = columns_in(written)
        for name in names:
            several = next((row for row, cell in enumerate(self.column(name)) if _is_several(cell)), None)
            if several is not None:
                shown = join(self.column(name)[several])
                raise InputError(f"{self.block.place(several)}: {name!r} holds several values, {shown!r}; an id is one")
            self._refuse_uncomputed(name)
            self._refuse_cut_short(name)
        rows = zip(*([join(cell) for cell in self.column(name)] for name in names), strict=True)
        found = (fill(written, dict(zip(names, row, strict=True))) for row in rows)
        return [
            value if value is None or templated else make_id(label, value)
            for (value, templated), label in zip(found, labels, strict=True)
        ]

    def identifiers(self, written: str) -> list[str | None]:
        """As texts. Raises InputError for a long number without its last digits: two things would become one by it."""
        found = self.texts(written)
        for name in columns_in(written):
            self._refuse_cut_short(name)
        return found

    def _refuse_uncomputed(self, name: str) -> None:
        gaps = self.block.uncomputed.get(name) if isinstance(self.block, Block) else None
        if gaps:
            raise InputError(
                f"{self.block.place(min(gaps))}: {name!r} is a formula without a stored value, and an id needs one; "
                "save the file once in a spreadsheet program"
            )

    def _refuse_cut_short(self, name: str) -> None:
        for row, cell in enumerate(self.column(name)):
            if problem := tell_cut_short(first(cell)):
                raise InputError(f"{self.block.place(row)}: {problem}")

    def _read(self, cell: Cell) -> Cell:
        if isinstance(cell, Listed):
            return Listed(tuple(self._reading.of(text) for text in cell.texts), cell.places)
        return self._reading.of(cell)


def _is_several(cell: Cell) -> bool:
    return isinstance(cell, Listed) and len(cell.texts) > 1


def join(cell: Cell) -> str | None:
    """Its values as one text, each once."""
    if isinstance(cell, Listed):
        return "; ".join(dict.fromkeys(value for value in cell.texts if value)) or None
    return cell


def first(cell: Cell) -> str | None:
    """Its first value."""
    return next((value for value in cell.texts if value), None) if isinstance(cell, Listed) else cell


def cut(name: str | None, before: "re.Pattern[str] | None", without: "re.Pattern[str] | None" = None) -> str | None:
    """Of a name what stands before a pattern, and without what fits another; None where nothing is left."""
    if name is None or not (before or without):
        return name
    name = without.sub("", name) if without else name
    return (before.split(name, maxsplit=1)[0] if before else name).strip() or None


def _first_address(cell: Cell) -> str | None:
    value = first(cell)
    return value and ADDRESSES.split(value)[0]


def tell_absent(name: str, columns: Sequence[str]) -> str:
    """That there is no such column, and which is near or which there are."""
    near = difflib.get_close_matches(name, columns, 1, cutoff=0.75) or [
        column for column in columns if column.casefold() == name.casefold()
    ]
    hint = f"is {near[0]!r} meant?" if near else f"there are {shorten(list(columns), 40)}"
    return f"there is no column {name!r}; {hint}"
