"""One table of a source, CSV or Parquet, read as a frame; and the place of each of its rows, for messages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pandas.api.extensions import ExtensionDtype

from base.errors import InputError, shorten
from graph.loading.csv_files import CsvFormat, read_rows
from graph.loading.names import bare, wrong_columns

# How a CSV header may say that a property is not text, as in `year:int`.
TYPES: dict[str, pa.DataType] = {"int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
WORDS = {pa.int64(): "a whole number of 64 bits", pa.float64(): "a number of 64 bits", pa.bool_(): "true or false"}
TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
MOST = 5
LONGEST_SHOWN = 300
Column: TypeAlias = "pa.ChunkedArray[Any]"


@dataclass(frozen=True)
class Table:
    """A file and what it holds: text columns as str with missing cells as NaN, numbers as nullable columns.

    places: for a CSV file the line of each row. read: how many lines it has; None for Parquet.
    """

    path: Path
    frame: pd.DataFrame
    places: npt.NDArray[np.intp] | None = None
    read: int | None = None

    def lines(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """Where rows stand: ``line 7`` of a CSV file, ``row 6`` of a Parquet file, for positions in the frame."""
        if self.places is None:
            return [f"row {row + 1}" for row in rows]
        return [f"line {line}" for line in self.places[rows]]

    def complain(self, bad: npt.NDArray[np.bool_], what: str, values: "pd.Series[str] | None" = None) -> str:
        """``entities.csv: what (line 3: 'a'; line 9: 'b'; … 7 in all)`` for the rows where `bad`."""
        rows = np.flatnonzero(bad)
        first = rows[:MOST]
        shown = self.lines(first)
        if values is not None:
            shown = [f"{place}: {show(value)}" for place, value in zip(shown, values.iloc[first], strict=True)]
        return f"{self.path.name}: {what} ({'; '.join(shown)}{'; …' if len(rows) > MOST else ''}; {len(rows)} in all)"


def show(value: object) -> str:
    """A value for a message: a long one by its beginning and its length in bytes."""
    if isinstance(value, str) and len(value) > LONGEST_SHOWN:
        return f"{value[:40]!r} … of {len(value.encode()):,} bytes"
    return repr(value)


def find_table(folder: Path, name: str) -> Path | None:
    """``<name>.csv`` or another of READERS in the folder, else ``<something>_<name>.csv`` or another, else None.

    The second is how released benchmarks name their files (``wn9_img_triples.csv``). Raises InputError for several.
    """
    for pattern in (name, f"*_{name}"):
        found = [path for suffix in READERS for path in sorted(folder.glob(f"{pattern}{suffix}")) if path.is_file()]
        if len(found) > 1:
            raise InputError(f"{folder} holds both {found[0].name} and {found[1].name}: keep the one that is meant")
        if found:
            return found[0]
    return None


def read_table(
    path: Path, mapping: Mapping[str, str], spellings: Mapping[str, str], known: Collection[str], form: CsvFormat
) -> Table:
    """Read a file and give its columns their names.

    mapping: our column -> the file's header, from a mapping file.
    spellings: another spelling -> our column, used where the file and the mapping do not have our column.
    known: our columns, which are text as written; they help to recognise the separator.
    form: how the cells of a CSV file are written.

    Raises InputError, with file and line, for a file that is empty or cannot be read, has rows of another width than
    its header, has a column without a name or two of one name, or holds a type that cannot be a property.
    """
    cells = READERS[path.suffix](path, form, {*known, *spellings, *mapping.values()})
    columns, kinds = _name_columns(path, cells.headers, mapping, spellings)
    arrays = [
        _convert(path, column, array, None if column in known else kinds.get(column), cells.places)
        for column, array in zip(columns, cells.columns, strict=True)
    ]
    return Table(path, pa.table(arrays, names=columns).to_pandas(types_mapper=_nullable), cells.places, cells.read)


def _name_columns(
    path: Path, headers: list[str], mapping: Mapping[str, str], spellings: Mapping[str, str]
) -> tuple[list[str], dict[str, pa.DataType]]:
    if absent := [header for header in mapping.values() if header not in headers]:
        raise InputError(f"{path.name}: the mapping names headers that the file lacks: {shorten(absent)}")
    if len(set(filter(None, headers))) < len(list(filter(None, headers))):
        twice = [header for header in dict.fromkeys(headers) if header and headers.count(header) > 1]
        raise InputError(f"{path.name}: the header names a column twice: {shorten(twice)}")
    renamed = {header: column for column, header in mapping.items()}
    if several := [f"{header!r} is {c} and {renamed[header]}" for c, header in mapping.items() if renamed[header] != c]:
        raise InputError(f"{path.name}: the mapping makes one header several columns: {'; '.join(several)}")
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
    if problems := wrong_columns(headers, columns):
        raise InputError("\n".join(f"{path.name}: {problem}" for problem in problems))
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        named = {
            column: [header for header, c in zip(headers, columns, strict=True) if c == column] for column in twice
        }
        raise InputError(
            f"{path.name}: several headers mean one column: {named}; keep one, or say in a mapping file which is meant"
        )
    return columns, kinds


@dataclass(frozen=True)
class Cells:
    """What a file holds before its columns have our names; `places` and `read` as in Table."""

    headers: list[str]
    columns: Sequence[Column]
    places: npt.NDArray[np.intp] | None = None
    read: int | None = None


def read_csv(path: Path, form: CsvFormat, hoped_for: Collection[str]) -> Cells:
    rows = read_rows(path, form, hoped_for)
    return Cells(rows.header, rows.table.columns, rows.lines, rows.read)


def read_parquet(path: Path, form: CsvFormat, hoped_for: Collection[str]) -> Cells:  # noqa: ARG001
    try:
        # The file alone: a folder's name such as year=1888 would be read as one more column.
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name}: this is not a Parquet file: {error}") from error
    try:
        table.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError(f"{path.name}: the file holds bytes that are no text: {error}") from error
    return Cells([bare(name) for name in table.column_names], table.columns)


# The ending of a file and what reads it. A reader is given how CSV cells are written, and the headers hoped for.
READERS: dict[str, Callable[[Path, CsvFormat, Collection[str]], Cells]] = {".csv": read_csv, ".parquet": read_parquet}


def _convert(
    path: Path, column: str, array: Column, kind: pa.DataType | None, places: npt.NDArray[np.intp] | None
) -> Column:
    """A column as text, whole numbers, floating numbers or truth values; empty text and NaN as missing."""
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if _is_text(array):
        array = array.cast(pa.string())
        array = pc.if_else(pc.equal(array, pa.scalar("")), None, array)
    if kind is not None and any(is_kind(array.type) for is_kind in (*TEXTS, *NUMBERS)):
        array = _parse(path, column, array, kind, places)
    if pa.types.is_floating(array.type):
        array = _parse(path, column, array, pa.float64(), places)
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, pa.float64()), array)
    if pa.types.is_integer(array.type):
        return _parse(path, column, array, pa.int64(), places)
    if _is_text(array) or pa.types.is_boolean(array.type) or pa.types.is_floating(array.type):
        return array
    if pa.types.is_null(array.type):
        return array.cast(pa.string())
    raise InputError(f"{path.name}: column {column!r} holds {array.type}; a property is text, a number or a boolean")


def _is_text(array: Column) -> bool:
    return any(is_text(array.type) for is_text in TEXTS)


def _parse(path: Path, column: str, array: Column, kind: pa.DataType, places: npt.NDArray[np.intp] | None) -> Column:
    alien = np.zeros(len(array), dtype=bool)
    try:
        parsed = array.cast(kind)
        alien = _is_alien(array, parsed)
        if not alien.any():
            return parsed
    except pa.ArrowInvalid:
        pass
    values = array.to_pandas()
    bad = alien | np.array([not _fits(value, kind) for value in array])
    table = Table(path, values.to_frame(), places)
    raise InputError(table.complain(bad, f"{column!r} must be {WORDS[kind]}", values))


def _is_alien(array: Column, parsed: Column) -> npt.NDArray[np.bool_]:
    """Which values a cast took that are none of its kind: 0x10, a number too large for one, a truth value as 1."""
    truth, kind = pa.types.is_boolean(array.type), parsed.type
    if pa.types.is_string(kind):
        return np.zeros(len(array), dtype=bool)
    if not _is_text(array):
        return np.full(len(array), truth != pa.types.is_boolean(kind))
    if pa.types.is_floating(kind):
        alien = pc.and_(pc.is_inf(parsed), pc.match_substring_regex(array, "[0-9]"))
    else:
        alien = pc.match_substring(array, "x", ignore_case=True)
    found: npt.NDArray[np.bool_] = alien.fill_null(False).to_numpy(zero_copy_only=False)
    return found


def _fits(value: "pa.Scalar[Any]", kind: pa.DataType) -> bool:
    try:
        value.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _nullable(kind: pa.DataType) -> ExtensionDtype | None:
    return {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.bool_(): pd.BooleanDtype()}.get(kind)
