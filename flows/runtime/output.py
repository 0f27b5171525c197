"""How a command's result reaches its reader: a table for people, one JSON document for scripts."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 120  # characters of a line where nobody watches, as in a log
LONG = 40  # characters of a cell that need not be one line

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


def print_json(result: object) -> None:
    """One JSON document; what JSON cannot hold (NaN, numpy numbers, dates, paths) becomes what it can."""
    print(json.dumps(_plain(result), ensure_ascii=False, indent=2))


def print_table(rows: Sequence[Mapping[Any, Any]], title: str = "", columns: Sequence[str] | None = None) -> None:
    """A table of `rows`; numbers to the right, floats with three places, missing values as a dash.

    Lines are broken between words alone. What then is wider than a terminal is shown row by row, a line per field;
    where nobody watches, the lines are as long as that takes.
    """
    from rich.table import Table
    from rich.text import Text

    columns = list(columns or (rows[0] if rows else []))
    heads = [str(column).replace("_", " ") for column in columns]
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    console = terminal()
    frame = 3 * len(columns) + 1
    widths = _fit([heads, *cells], console.width - frame)
    if widths is None and console.is_terminal:
        for number, row in enumerate(cells):
            print_fields(dict(zip(heads, row, strict=True)), "" if number else title)
            print()
        return
    widths = widths or [max(least, min(full, LONG)) for least, full in _breadths([heads, *cells])]
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column, head, width in zip(columns, heads, widths, strict=True):
        numeric = any(isinstance(row.get(column), int | float) for row in rows)
        table.add_column(head, justify="right" if numeric else "left", width=width)
    for row in cells:
        table.add_row(*map(Text, row))
    console.width = max(console.width, sum(widths) + frame)
    console.print(table)


def print_fields(record: Mapping[str, Any], title: str = "") -> None:
    """One thing: a line per field."""
    if title:
        print(title)
    width = max(map(len, record), default=0)
    for name, value in record.items():
        print(f"{name.replace('_', ' '):<{width}}  {_field(value)}")


def terminal(stderr: bool = False) -> "Console":
    """Where people read: standard output, or standard error."""
    from rich.console import Console

    watched = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if watched else WIDTH)


def _breadths(lines: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """For each column the width of its longest word and of its longest cell."""
    from rich.cells import cell_len

    return [
        (max(cell_len(word) for cell in cells for word in cell.split() or [""]), max(map(cell_len, cells)))
        for cells in zip(*lines, strict=True)
    ]


def _fit(lines: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Widths of columns that need no more than `room` together and break no word; None where there are none.

    The widest column that has spaces gives way first.
    """
    least, widths = map(list, zip(*_breadths(lines), strict=True)) if lines[0] else ([], [])
    for _ in range(sum(widths) - room):
        able = [place for place, width in enumerate(widths) if width > least[place]]
        if not able:
            return None
        widths[max(able, key=widths.__getitem__)] -= 1
    return widths


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return ", ".join(_cell(v) for v in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _field(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(part)}" for name, part in value.items()) or "none"
    # No thousands separators: it may be a process id or a port.
    return str(value) if isinstance(value, int) else _cell(value) or "none"


def _plain(value: object) -> object:
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
