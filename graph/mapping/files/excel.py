"""Sheets of Excel files as rows: titles above the header are passed over, a merged cell holds for all its rows."""

import io
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any, TypeAlias

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from base.errors import InputError, first_line
from graph.mapping.files.excel_text import show
from graph.mapping.files.headers import FEWEST, MOST_ABOVE, count_filled, find_known, width_of
from graph.mapping.files.parts import Part

Row: TypeAlias = tuple[int, list[str | None]]
Rows: TypeAlias = Iterator[Row]
# Of a row the cells that are merged over several columns, by the first and the last of these.
Wide: TypeAlias = Mapping[int, Sequence[tuple[int, int]]]


class Workbook:
    """An Excel file. Cells are texts, numbers with the zeros that are seen before them, formulas their last value.

    Known once its rows are asked for: uncomputed: sheet -> (row, column) of formulas that have none; wide: sheet ->
    cells merged over several columns.

    Raises InputError where it is no Excel file.
    """

    def __init__(self, part: Part) -> None:
        self._content = part.read()
        self.uncomputed: dict[str, set[tuple[int, int]]] = {}
        self.wide: dict[str, dict[int, list[tuple[int, int]]]] = {}
        try:
            self._book = load_workbook(io.BytesIO(self._content), read_only=True, data_only=True)
        except Exception as error:  # openpyxl lets errors of zip, XML and its own through
            raise InputError(f"{part.name}: this is not an Excel file (.xlsx): {first_line(error)}") from error

    @property
    def names(self) -> list[str]:
        """Of its sheets with cells."""
        return [str(sheet.title) for sheet in self._book.worksheets]

    @property
    def visible(self) -> list[str]:
        """Of its sheets that are not hidden, all where all are."""
        return [str(sheet.title) for sheet in self._book.worksheets if sheet.sheet_state == "visible"] or self.names

    def rows(self, name: str) -> Rows:
        """The rows of a sheet that have a value or a formula, with their numbers."""
        sheet = self._book[name]
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        merged, self.wide[name], self.uncomputed[name] = self._look_through(sheet)
        return self._read(sheet, merged, {row for row, _ in self.uncomputed[name]})

    def _read(self, sheet: Any, merged: Mapping[int, Sequence[tuple[int, int]]], computing: Collection[int]) -> Rows:
        held: dict[tuple[int, int], str | None] = {}
        for number, cells in enumerate(sheet.iter_rows(), 1):
            row = [None if cell.value is None else show(cell.value, cell.number_format) for cell in cells]
            for column, first in merged.get(number, ()):
                row += [None] * (column - len(row))
                if number == first:
                    held[column, first] = row[column - 1]
                else:
                    row[column - 1] = held[column, first]
            if number in computing or any(cell is not None for cell in row):
                yield number, row

    def _look_through(
        self, sheet: Any
    ) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]], set[tuple[int, int]]]:
        """Of each row the columns whose cell is merged over several rows, with the first of these; what is merged over
        several columns; and the rows and columns of formulas without a value."""
        merged: dict[int, list[tuple[int, int]]] = {}
        wide: dict[int, list[tuple[int, int]]] = {}
        uncomputed: set[tuple[int, int]] = set()
        formulas: list[Any] = []
        with zipfile.ZipFile(io.BytesIO(self._content)) as archive, archive.open(sheet._worksheet_path) as stream:
            for _, element in etree.iterparse(stream, tag=("{*}mergeCell", "{*}row", "{*}f")):
                name = etree.QName(element).localname
                if name == "f":
                    formulas.append(element.getparent())
                    continue
                if name == "row":
                    uncomputed |= {coordinate_to_tuple(cell.get("r")) for cell in formulas if _is_uncomputed(cell)}
                    formulas = []
                if element.get("ref"):
                    left, top, right, bottom = range_boundaries(element.get("ref"))
                    if right > left:
                        wide.setdefault(top, []).append((left, right))
                    for row in range(top, bottom + 1) if bottom > top else ():
                        merged.setdefault(row, []).append((left, top))
                element.clear()
        return merged, wide, uncomputed


def take_header(rows: Rows, known: Collection[str] = (), wide: Wide | None = None) -> tuple[list[str], list[Row], int]:
    """The header, the rows that were looked at behind it, and how many stand above it: titles, which fill no more than
    half of a row's cells. known: names that a reader hopes for; where some are found, their row is the header."""
    seen = list(islice(rows, MOST_ABOVE))
    headers = [_read_header(seen[at : at + 2], wide or {}) for at in range(len(seen))]
    above = find_known([cells for cells, _ in headers], known)
    if above is None:
        filled = count_filled([cells for cells, _ in headers])
        width = width_of(filled)
        above = next((at for at, count in enumerate(filled) if 2 * count > width and (count > 1 or width < 2)), 0)
    cells, taken = headers[above] if seen else ([], 0)
    header = [cell or "" for cell in cells]
    while header and not header[-1]:
        header = header[:-1]
    return header, seen[above + taken :], above


def _read_header(rows: Sequence[Row], wide: Wide) -> tuple[list[str | None], int]:
    """The names in a row as far as its cells are merged over columns, and how many rows they take: with the row below
    two, where that names what stands under merged cells alone, as Name and Born under Artist."""
    number, cells = rows[0]
    if number not in wide or sum(map(bool, cells)) < 2:
        return cells, 1
    names, under = [*cells], set()
    for left, right in wide[number]:
        names += [None] * (right - len(names))
        names[left - 1 : right] = [names[left - 1]] * (right - left + 1)
        under |= {*range(left - 1, right)}
    below = rows[1][1] if len(rows) > 1 and rows[1][0] == number + 1 else []
    both = [*zip_longest(names, below)]
    if any(at in under and low for at, (_, low) in enumerate(both)) and all(
        at in under or not high or not low or high == low for at, (high, low) in enumerate(both)
    ):
        return [" ".join(dict.fromkeys(filter(None, pair))) or None for pair in both], 2
    return names, 1


def leave_remarks(rows: Rows, header: Sequence[str], wide: Wide, told: list[str]) -> Rows:
    """The rows that are records. told: where the others are noted: the header again, headings merged over several
    columns, and behind an empty row remarks of one cell below the table."""
    waiting: list[Row] = []
    last = None
    for number, row in rows:
        gap, last = last is not None and number > last + 1, number
        filled = [cell for cell in row if cell]
        across = len(filled) == 1 and any(row[left - 1] for left, _ in wide.get(number, ()))
        if across or (len(filled) > 1 and [cell or "" for cell in row[: len(header)]] == [*header]):
            told.append(_tell(number, filled))
        elif len(filled) == 1 and len(header) >= FEWEST and (gap or waiting):
            waiting.append((number, row))
        else:
            yield from waiting
            waiting = []
            yield number, row
    told += [_tell(number, [cell for cell in row if cell]) for number, row in waiting]


def _tell(number: int, filled: Sequence[str]) -> str:
    return f"row {number}: {filled[0]}"


def _is_uncomputed(cell: Any) -> bool:
    # An empty text is a value, of the type "str".
    stored = cell.findtext("{*}v")
    return cell.get("r") is not None and (stored is None or (not stored and cell.get("t") != "str"))
