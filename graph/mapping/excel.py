"""Sheets of Excel files as rows: titles above the header are passed over, a merged cell holds for all its rows."""

import io
import zipfile
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from base.errors import InputError, first_line
from graph.mapping.excel_text import show
from graph.mapping.headers import MOST_ABOVE, count_filled, find_known, width_of
from graph.mapping.parts import Part

Rows = Iterator[tuple[int, list[str | None]]]


class Workbook:
    """An Excel file. Cells are texts, numbers with the zeros that are seen before them, formulas their last value.

    uncomputed: sheet -> (row, column) of formulas that have none, known once its rows are read.

    Raises InputError where it is no Excel file.
    """

    def __init__(self, part: Part) -> None:
        self._content = part.read()
        self.uncomputed: dict[str, set[tuple[int, int]]] = {}
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
        merged, uncomputed = self._look_through(sheet)
        self.uncomputed[name] = uncomputed
        computing = {row for row, _ in uncomputed}
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

    def _look_through(self, sheet: Any) -> tuple[dict[int, list[tuple[int, int]]], set[tuple[int, int]]]:
        """Of each row the columns whose cell is merged over several rows, with the first of these; and the rows and
        columns of formulas without a value."""
        merged: dict[int, list[tuple[int, int]]] = {}
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
                    left, top, _, bottom = range_boundaries(element.get("ref"))
                    for row in range(top, bottom + 1) if bottom > top else ():
                        merged.setdefault(row, []).append((left, top))
                element.clear()
        return merged, uncomputed


def take_header(rows: Rows, known: Collection[str] = ()) -> tuple[list[str], list[tuple[int, list[str | None]]], int]:
    """The header, the rows that were looked at behind it, and how many stand above it: titles, which fill no more than
    half of a row's cells. known: names that a reader hopes for; where some are found, their row is the header."""
    seen = list(islice(rows, MOST_ABOVE))
    above = find_known([row for _, row in seen], known)
    if above is None:
        filled = count_filled([row for _, row in seen])
        width = width_of(filled)
        above = next((at for at, count in enumerate(filled) if 2 * count > width and (count > 1 or width < 2)), 0)
    header = [cell or "" for cell in seen[above][1]] if seen else []
    while header and not header[-1]:
        header = header[:-1]
    return header, seen[above + 1 :], above


def _is_uncomputed(cell: Any) -> bool:
    # An empty text is a value, of the type "str".
    stored = cell.findtext("{*}v")
    return cell.get("r") is not None and (stored is None or (not stored and cell.get("t") != "str"))
