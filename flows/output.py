"""How a command's result reaches its reader: a table for people, one JSON document for scripts."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


def print_json(result: object) -> None:
    """One JSON document; what JSON cannot hold (NaN, numpy numbers, dates, paths) becomes what it can."""
    print(json.dumps(_plain(result), ensure_ascii=False, indent=2))


def print_table(rows: Sequence[Mapping[Any, Any]], title: str = "", columns: Sequence[str] | None = None) -> None:
    """A table of `rows`; numbers to the right, floats with three places, missing values as a dash."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = list(columns or (rows[0] if rows else []))
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        numeric = any(isinstance(row.get(column), int | float) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    Console().print(table)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return ", ".join(_cell(v) for v in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plain(value: object) -> object:
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
