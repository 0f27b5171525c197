"""One table of a source, CSV or Parquet, read as a frame; and the place of each of its rows, for messages."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from pandas.api.extensions import ExtensionDtype

from base.errors import InputError, shorten

# How a CSV header may say that a property is not text, as in `year:int`.
TYPES: dict[str, pa.DataType] = {"int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
MOST = 5
Column: TypeAlias = "pa.ChunkedArray[Any]"


@dataclass(frozen=True)
class Table:
    """A file and what it holds: text columns as str with missing cells as NaN, numbers as nullable columns."""

    path: Path
    frame: pd.DataFrame

    def lines(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """Where rows stand: ``line 7`` of a CSV file, ``row 6`` of a Parquet file, for positions in the frame."""
        if self.path.suffix != ".csv":
            return [f"row {row + 1}" for row in rows]
        wanted, places = set(rows.tolist()), {}
        # Only a reader knows the line: a quoted cell may hold line breaks.
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            position, line = -1, 1
            for cells in reader:
                if cells:
                    if position in wanted:
                        places[position] = line
                    position += 1
                line = reader.line_num + 1
        return [f"line {places[row]}" for row in rows.tolist()]

    def complain(self, bad: npt.NDArray[np.bool_], what: str, values: "pd.Series[str] | None" = None) -> str:
        """``entities.csv: what (line 3: 'a'; line 9: 'b'; … 7 in all)`` for the rows where `bad`."""
        rows = np.flatnonzero(bad)
        first = rows[:MOST]
        shown = self.lines(first)
        if values is not None:
            shown = [f"{place}: {value!r}" for place, value in zip(shown, values.iloc[first], strict=True)]
        return f"{self.path.name}: {what} ({'; '.join(shown)}{'; …' if len(rows) > MOST else ''}; {len(rows)} in all)"


def find_table(folder: Path, name: str) -> Path | None:
    """``<name>.csv`` or ``<name>.parquet`` in the folder, else ``<something>_<name>.csv`` or .parquet, else None.

    The second is how released benchmarks name their files (``wn9_img_triples.csv``). Raises InputError for several.
    """
    for pattern in (name, f"*_{name}"):
        found = [path for suffix in (".csv", ".parquet") for path in sorted(folder.glob(f"{pattern}{suffix}"))]
        if len(found) > 1:
            raise InputError(f"{folder} holds both {found[0].name} and {found[1].name}: keep the one that is meant")
        if found:
            return found[0]
    return None


def read_table(path: Path, mapping: Mapping[str, str], spellings: Mapping[str, str]) -> Table:
    """Read a file and give its columns their names.

    mapping: our column -> the file's header, from a mapping file.
    spellings: another spelling -> our column, used where the file and the mapping do not have our column.

    Raises InputError, with file and line, for a file that is empty, is not UTF-8, has rows of another
    width than its header, has two columns of one name, or holds a type that cannot be a property.
    """
    table = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    headers = [name.strip() for name in table.column_names]
    columns, kinds = _name_columns(path, headers, mapping, spellings)
    arrays = [
        _convert(path, column, array, kinds.get(column)) for column, array in zip(columns, table.columns, strict=True)
    ]
    frame = pa.table(arrays, names=columns).to_pandas(types_mapper=_nullable)
    if frame.empty:
        raise InputError(f"{path.name}: the file has a header but no rows")
    return Table(path, frame)


def _name_columns(
    path: Path, headers: list[str], mapping: Mapping[str, str], spellings: Mapping[str, str]
) -> tuple[list[str], dict[str, pa.DataType]]:
    if absent := [header for header in mapping.values() if header not in headers]:
        raise InputError(f"{path.name}: the mapping names headers that the file lacks: {shorten(absent)}")
    renamed = {header: column for column, header in mapping.items()}
    columns: list[str] = []
    kinds: dict[str, pa.DataType] = {}
    for header in headers:
        column, _, kind = renamed.get(header, header).rpartition(":")
        if not column or kind not in TYPES:
            column = renamed.get(header, header)
        else:
            kinds[column] = TYPES[kind]
        if header not in renamed and spellings.get(column) not in mapping:
            column = spellings.get(column, column)
        columns.append(column)
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        named = {
            column: [header for header, c in zip(headers, columns, strict=True) if c == column] for column in twice
        }
        raise InputError(
            f"{path.name}: several headers mean one column: {named}; keep one, or say in a mapping file which is meant"
        )
    return columns, kinds


def _read_csv(path: Path) -> pa.Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
        if len(set(header)) < len(header):
            raise InputError(f"{path.name}: the header names a column twice: {shorten(header)}")
        return pa_csv.read_csv(
            path,
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                # An empty cell alone is missing: "NA" may be Namibia, and an id may read "nan".
                null_values=[""], strings_can_be_null=True, column_types=dict.fromkeys(header, pa.string())
            ),
        )  # fmt: skip
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}: {_why_unreadable(path)}") from error


def _read_parquet(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path.name}: this is not a Parquet file: {error}") from error


def _why_unreadable(path: Path) -> str:
    """What is wrong with a CSV file that could not be read, with the first few lines."""
    bad = []
    with path.open("rb") as raw:
        for number, line in enumerate(raw, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                bad.append(f"line {number}: {line[max(0, error.start - 10) : error.end + 10]!r}")
    if bad:
        return f"the file must be UTF-8, these lines are not ({'; '.join(bad[:MOST])}; {len(bad)} in all)"
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        width = len(next(reader, []))
        if not width:
            return "the file is empty, its first line must be a header"
        wrong = [f"line {reader.line_num}: {len(cells)}" for cells in reader if cells and len(cells) != width]
    return f"the header has {width} cells, these rows do not ({'; '.join(wrong[:MOST])}; {len(wrong)} in all)"


def _convert(path: Path, column: str, array: Column, kind: pa.DataType | None) -> Column:
    """A column as text, whole numbers, floating numbers or truth values; empty text and NaN as missing."""
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        array = pc.if_else(pc.equal(array, pa.scalar("")), None, array.cast(pa.string()))
        return array if kind is None else _parse(path, column, array, kind)
    if pa.types.is_floating(array.type):
        array = _parse(path, column, array, pa.float64())
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, pa.float64()), array)
    if pa.types.is_integer(array.type):
        return _parse(path, column, array, pa.int64())
    if pa.types.is_boolean(array.type) or pa.types.is_floating(array.type):
        return array
    if pa.types.is_null(array.type):
        return array.cast(pa.string())
    raise InputError(f"{path.name}: column {column!r} holds {array.type}; a property is text, a number or a boolean")


def _parse(path: Path, column: str, array: Column, kind: pa.DataType) -> Column:
    try:
        return array.cast(kind)
    except pa.ArrowInvalid as error:
        values = array.to_pandas()
        bad = np.array([not _fits(value, kind) for value in array])
        raise InputError(Table(path, values.to_frame()).complain(bad, f"{column!r} must be {kind}", values)) from error


def _fits(value: "pa.Scalar[Any]", kind: pa.DataType) -> bool:
    try:
        value.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _nullable(kind: pa.DataType) -> ExtensionDtype | None:
    return {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.bool_(): pd.BooleanDtype()}.get(kind)
