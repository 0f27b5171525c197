"""Rows or records of a file, some thousands at a time, whatever its format; and a cell of each by a column's name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from base.errors import InputError, shorten
from graph.loading.names import BLANKS, bare
from graph.mapping.labelled import is_labelled, values_of

# A cell: None where there is nothing, a text, or a list of texts and gaps.
Cell: TypeAlias = "str | tuple[str | None, ...] | None"
ROWS = 20_000


@dataclass(frozen=True)
class Block:
    """Rows of a flat table. name: the file's. unit, numbers: how a row is called in messages, as in ``line 7``.

    texts: column -> text or nothing for each row.
    """

    name: str
    unit: str
    numbers: Sequence[int]
    texts: Mapping[str, "pa.ChunkedArray[Any] | pa.Array[Any]"]

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
    """Records with values inside values, such as JSON objects; a column is a path: ``creator.name``, ``makers.*.id``.

    places: where each record stands, such as ``a.json`` or ``works.jsonl line 3``.
    """

    name: str
    places: Sequence[str]
    records: Sequence[Any]

    @property
    def columns(self) -> list[str]:
        """All paths that lead to a value in some record; where some have a list and others one value, that of lists."""
        found: dict[str, str] = {}
        for path in dict.fromkeys(path for record in self.records for path in _paths(record) if path):
            plain = path.replace(".*", "")
            found[plain] = max(found.get(plain, ""), path, key=len)
        return list(found.values())

    def has(self, name: str) -> bool:
        return any(cell is not None for cell in self.column(name, loose=True))

    def column(self, name: str, loose: bool = False) -> list[Cell]:
        """loose: what holds other values is no value, instead of refused."""
        steps = name.split(".")
        cells: list[Cell] = []
        for number, record in enumerate(self.records):
            found = record.get(name) if "." in name and isinstance(record, dict) and name in record else None
            values = [found] if found is not None else _follow(record, steps)
            if loose:
                values = [None if isinstance(value, dict) and "#text" not in value else value for value in values]
            try:
                cells.append(_as_cell(values, "*" in steps or len(values) > 1))
            except TypeError:
                if any(isinstance(value, bytes) for value in values):
                    raise InputError(f"{self.places[number]}: {name!r} holds bytes, which are no text") from None
                raise InputError(
                    f"{self.places[number]}: {name!r} is not a value but holds others; name one of them: "
                    f"{shorten([f'{name}.{inner}' for value in values for inner in _paths(value)])}"
                ) from None
        return cells

    def place(self, row: int) -> str:
        return self.places[row]

    def __len__(self) -> int:
        return len(self.records)


def _follow(value: Any, steps: Sequence[str]) -> list[Any]:
    """What a path leads to. A list is gone through by `*`, or where a name does not fit it; a missing end is None. In
    lists of labels and values a name is a label."""
    for at, step in enumerate(steps):
        if is_labelled(value) and step not in ("*", "label", "value"):
            return [*values_of(value, ".".join(steps[at:]))]
        if isinstance(value, list):
            rest = steps[at + 1 :] if step == "*" else steps[at:]
            return [found for inner in value for found in _follow(inner, rest)]
        if step == "*":
            if value is None:
                return []
            continue  # one value where others have a list, as XML gives it
        whole, value = value, value.get(step) if isinstance(value, dict) else None
        if isinstance(whole, dict) and not isinstance(value, dict | list):
            # A name in a record may hold a point itself, as creator.role does.
            for end in range(len(steps), at + 1, -1):
                if (name := ".".join(steps[at:end])) in whole:
                    return _follow(whole[name], steps[end:])
        if value is None and "*" in steps[at + 1 :]:
            return []
    if isinstance(value, dict) and "#text" in value:
        value = value["#text"]
    return list(value) if isinstance(value, list) else [value]


def _as_cell(values: list[Any], several: bool) -> Cell:
    if several:
        return tuple(as_text(value) for value in values) or None
    return as_text(values[0]) if values else None


def as_text(value: Any) -> str | None:
    """A single value as it would be written; None for nothing. Raises TypeError for lists and objects."""
    if value is None:
        return None
    if isinstance(value, str):
        return bare(value) or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict) and "#text" in value:
        return as_text(value["#text"])
    if hasattr(value, "isoformat"):
        written: str = value.isoformat()
        return written.removesuffix("T00:00:00")
    if isinstance(value, dict | list | bytes):
        raise TypeError(f"{type(value).__name__} is not a single value")
    return str(value)


def _paths(value: Any) -> Iterable[str]:
    """All paths from a value to single ones, with `*` through lists."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for path in _paths(inner):
                yield key if path in ("", "#text") else f"{key}.{path}"
    elif isinstance(value, list):
        for path in dict.fromkeys(path for inner in value for path in _paths(inner)):
            yield f"*.{path}" if path else "*"
    elif value is not None:
        yield ""
