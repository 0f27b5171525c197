"""Rows or records of a file, some thousands at a time, whatever its format; and a cell of each by a column's name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from base.errors import InputError, shorten
from graph.loading.names import BLANKS
from graph.mapping.files.conditions import split_path, walks
from graph.mapping.files.paths import Cell, Listed, Place, agree, as_text, follow, paths_of

ROWS = 20_000


@dataclass(frozen=True)
class Block:
    """Rows of a flat table. name: the file's. unit, numbers: how a row is called in messages, as in ``line 7``.

    texts: column -> text or nothing for each row. uncomputed: column -> rows where a formula has no stored value.
    """

    name: str
    unit: str
    numbers: Sequence[int]
    texts: Mapping[str, "pa.ChunkedArray[Any] | pa.Array[Any]"]
    uncomputed: Mapping[str, Collection[int]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        return list(self.texts)

    def column(self, name: str) -> list[Cell]:
        """A value is what stands between the blanks at its ends."""
        cells: list[Cell] = pc.utf8_trim(self.texts[name], characters=BLANKS).to_pylist()
        return [cell or None for cell in cells]

    def has(self, name: str) -> bool:
        return name in self.texts

    def place(self, row: int) -> str:
        return f"{self.name} {self.unit} {self.numbers[row]}"

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class Records:
    """Records with values inside values, such as JSON objects; a column is a path: ``creator.name``, ``makers.*.id``,
    ``ids[kind=ULAN].value``.

    places: where each record stands, such as ``a.json`` or ``works.jsonl line 3``.
    """

    name: str
    places: Sequence[str]
    records: Sequence[Any]

    @property
    def columns(self) -> list[str]:
        """All paths that lead to a value in some record; where some have a list and others one value, that of lists."""
        return agree(path for record in self.records for path in paths_of(record) if path)

    def has(self, name: str) -> bool:
        cells = self.column(name, loose=True)
        return any(any(cell.texts) if isinstance(cell, Listed) else cell is not None for cell in cells)

    def column(self, name: str, loose: bool = False) -> list[Cell]:
        """loose: what holds other values is no value, instead of refused."""
        steps = split_path(name)
        cells: list[Cell] = []
        for number, record in enumerate(self.records):
            found = record.get(name) if len(steps) > 1 and isinstance(record, dict) and name in record else None
            reached = [((), found)] if found is not None else follow(record, steps)
            if loose:
                reached = [
                    (place, None if isinstance(value, dict) and "#text" not in value else value)
                    for place, value in reached
                ]
            try:
                cells.append(_as_cell(reached, (found is None and walks(steps)) or len(reached) > 1))
            except TypeError:
                values = [value for _, value in reached]
                if any(isinstance(value, bytes) for value in values):
                    raise InputError(f"{self.places[number]}: {name!r} holds bytes, which are no text") from None
                raise InputError(
                    f"{self.places[number]}: {name!r} is not a value but holds others; name one of them: "
                    f"{shorten([f'{name}.{inner}' for value in values for inner in paths_of(value)])}"
                ) from None
        return cells

    def place(self, row: int) -> str:
        return self.places[row]

    def __len__(self) -> int:
        return len(self.records)


def _as_cell(reached: Sequence[tuple[Place, Any]], several: bool) -> Cell:
    if not reached:
        return None
    if several:
        return Listed(tuple(as_text(value) for _, value in reached), tuple(place for place, _ in reached))
    return as_text(reached[0][1])
