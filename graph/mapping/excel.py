"""Sheets of Excel files as rows: titles above the header are passed over, a merged cell holds for all its rows."""

import io
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from base.errors import InputError, first_line
from graph.mapping.blocks import as_text
from graph.mapping.numbers import write_excel
from graph.mapping.parts import Part

ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
MOST_ABOVE = 20  # rows that are looked at for the header
Rows = Iterator[tuple[int, list[str | None]]]


class Workbook:
    """An Excel file. Cells are as they are seen, formulas as their last value. Raises InputError where it is none."""

    def __init__(self, part: Part) -> None:
        self._content = part.read()
        try:
            self._book = load_workbook(io.BytesIO(self._content), read_only=True, data_only=True)
        except Exception as error:  # openpyxl lets errors of zip, XML and its own through
            raise InputError(f"{part.name}: this is not an Excel file (.xlsx): {first_line(error)}") from error

    @property
    def names(self) -> list[str]:
        """Of its sheets with cells."""
        return [str(sheet.title) for sheet in self._book.worksheets]

    def rows(self, name: str) -> Rows:
        """The rows of a sheet that have a value, with their numbers."""
        sheet = self._book[name]
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        merged = self._find_merged(sheet)
        held: dict[tuple[int, int], str | None] = {}
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            row = [_seen(cell) for cell in cells]
            for column, first in merged.get(number, ()):
                row += [None] * (column - len(row))
                if number == first:
                    held[column, first] = row[column - 1]
                else:
                    row[column - 1] = held[column, first]
            if any(cell is not None for cell in row):
                yield number, row

    def _find_merged(self, sheet: Any) -> dict[int, list[tuple[int, int]]]:
        """Of each row the columns whose cell is merged over several rows, with the first of these."""
        merged: dict[int, list[tuple[int, int]]] = {}
        with zipfile.ZipFile(io.BytesIO(self._content)) as archive, archive.open(sheet._worksheet_path) as stream:
            for _, element in etree.iterparse(stream, tag=("{*}mergeCell", "{*}row")):
                if element.get("ref"):
                    left, top, _, bottom = range_boundaries(element.get("ref"))
                    for row in range(top, bottom + 1) if bottom > top else ():
                        merged.setdefault(row, []).append((left, top))
                element.clear()
        return merged


def take_header(rows: Rows) -> tuple[list[str], list[tuple[int, list[str | None]]], int]:
    """The header, the rows that were looked at behind it, and how many stand above it: titles, which fill no more than
    half of the cells of the widest row."""
    seen = list(islice(rows, MOST_ABOVE))
    filled = [sum(cell is not None for cell in row) for _, row in seen]
    widest = max(filled, default=0)
    above = next((at for at, count in enumerate(filled) if 2 * count > widest and (count > 1 or widest < 2)), 0)
    header = [cell or "" for cell in seen[above][1]] if seen else []
    while header and not header[-1]:
        header = header[:-1]
    return header, seen[above + 1 :], above


def _seen(value: Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = write_excel(value) if is_number else as_text(value)
    return None if text in ERRORS else text
