"""Numbers as texts: with all digits that a file gives, and with none that it does not."""

import json
import re
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from base.errors import InputError

# Wider numbers than these may have more digits than 64 bits hold.
WIDE = re.compile(rb"\d{19}|\d[\d.]{16}")
CUT_SHORT = re.compile(r"-?\d(\.\d+)?[eE]\+\d+")
EXACT = 2**53  # beyond it, not every whole number is a double
EXCEL_DIGITS = 15


def parse_json(content: bytes, place: str) -> Any:
    """A JSON document, in which numbers that no 64 bits hold are texts. Raises InputError with the line."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{place}: this is no JSON: {error.msg}, line {error.lineno} column {error.colno}") from error
    if WIDE.search(content):
        return json.loads(content, parse_int=_whole, parse_float=_fraction)
    return found


def _whole(written: str) -> int | str:
    return int(written) if len(written) < len(str(EXACT)) else written


def _fraction(written: str) -> float | str:
    value = float(written)
    return value if Decimal(repr(value)) == Decimal(written) else written


def write_double(value: float) -> str | None:
    """A double's shortest text, None for NaN: whole ones as whole numbers, as far as every one of these is a double."""
    if value != value:
        return None
    if abs(value) >= EXACT:
        return _cut_short(value)
    return str(int(value)) if value.is_integer() else repr(value)


def write_excel(value: float) -> str | None:
    """A number in a cell of Excel, which keeps 15 digits: with an exponent where it may have had more."""
    beyond = len(str(int(abs(value)))) - EXCEL_DIGITS
    if beyond > 0 and value % 10**beyond == 0:
        return _cut_short(value)
    return write_double(value) if isinstance(value, float) else str(value)


def widen_floats(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Columns of 32-bit floats as doubles with the same shortest text: 12.3 is not 12.300000190734863."""
    return pa.RecordBatch.from_arrays([_widen(column) for column in batch.columns], names=batch.schema.names)


def _widen(column: "pa.Array[Any]") -> "pa.Array[Any]":
    as_text = _replace(column.type, pa.string())
    return column if as_text == column.type else column.cast(as_text).cast(_replace(column.type, pa.float64()))


def _replace(type_: pa.DataType, other: pa.DataType) -> pa.DataType:
    """The type with another one in place of 32-bit floats, also inside lists and structures."""
    if pa.types.is_float32(type_):
        return other
    if pa.types.is_list(type_):
        return pa.list_(_replace(type_.value_type, other))
    if pa.types.is_large_list(type_):
        return pa.large_list(_replace(type_.value_type, other))
    if pa.types.is_struct(type_):
        return pa.struct([field.with_type(_replace(field.type, other)) for field in type_])
    return type_


def _cut_short(value: float) -> str:
    return np.format_float_scientific(float(value), trim="-")


def tell_cut_short(id_: str | None) -> str | None:
    """What is wrong with an id that was a number of which the last digits are gone, as 1.23457E+17; None if nothing."""
    if not id_ or "+" not in id_ or not CUT_SHORT.fullmatch(id_):
        return None
    return (
        f"the id {id_!r} is a long number without its last digits, which another id may share; a spreadsheet keeps "
        f"{EXCEL_DIGITS} digits of a number, a double 15 to 17: store such ids as text"
    )
