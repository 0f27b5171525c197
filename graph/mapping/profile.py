"""Columns as they are filled: what a draft of a mapping is guessed from."""

import re
from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel

from base.errors import InputError
from graph.loading.nobody import UNKNOWN
from graph.mapping.blocks import Cell
from graph.mapping.cells import TAG
from graph.mapping.dates import read_years
from graph.mapping.formats import AnyBlock

ROWS = 50_000  # that are looked at
SAMPLE = 2_000  # different values that are looked at one by one
SEPARATORS = {"|": 0.005, ";": 0.02, ",": 0.15}  # and the share of values that must hold one
PICTURE = re.compile(r"(?i)\.(jpe?g|png|tiff?|gif|webp|jp2)(\W|$)|/full/|iiif|image")
IRI = re.compile(r"https?://\S+")
NUMBER = re.compile(r"-?\d+([.,]\d+)?")
MEANINGLESS = re.compile(
    r"(?i)^(null|n/?a|none|nil|-+|\?+|undetermined|not (known|recorded|available|determined|dated)|no date|"
    r"date (not known|unknown)|n\.?d\.?|tbd|nan)$"
)


class Column(BaseModel):
    """name: header or path. filled: share of rows. different: values. largest: the most frequent, share: its part.

    separator: between values in one cell, ``list`` where cells are lists. looks: id, IRI, picture, date, number, html,
    text, name or empty. unknown: values that name nobody, with counts. missing: values that mean nothing.
    length: letters of a middling value. sample: some of the values.
    """

    name: str
    filled: float
    different: int
    largest: str = ""
    share: float = 0.0
    separator: str = ""
    looks: str = ""
    unique: bool = False
    unknown: dict[str, int] = {}
    missing: list[str] = []
    length: int = 0
    sample: frozenset[str] = frozenset()


class Profile(BaseModel):
    """rows: how many were looked at. together: columns whose cells are lists of equal length by the separator ``|``."""

    rows: int
    columns: list[Column]
    together: list[str] = []


def profile(blocks: Iterable[AnyBlock]) -> Profile:
    """Look at the first 50,000 rows of a table."""
    cells: dict[str, list[Cell]] = {}
    rows = 0
    for block in blocks:
        for name in block.columns:
            cells.setdefault(name, [None] * rows).extend(_column(block, name))
        rows += len(block)
        for column in cells.values():
            column.extend([None] * (rows - len(column)))
        if rows >= ROWS:
            break
    columns = [_look(name, column, rows) for name, column in cells.items()]
    return Profile(rows=rows, columns=columns, together=_find_together(columns, cells))


def _column(block: AnyBlock, name: str) -> list[Cell]:
    try:
        return block.column(name)
    except InputError:
        return [None] * len(block)  # a value in some records and an object in others


def _look(name: str, cells: list[Cell], rows: int) -> Column:
    """One column's figures and what it looks like."""
    missing = {cell for cell in cells if isinstance(cell, str) and MEANINGLESS.match(cell)}
    filled = [cell for cell in cells if cell is not None and cell not in missing]
    if not filled:
        return Column(name=name, filled=0, different=0)
    lists = any(isinstance(cell, tuple) for cell in filled)
    values = [value for cell in filled for value in (cell if isinstance(cell, tuple) else (cell,)) if value]
    counts = Counter(values)
    if not counts:
        return Column(name=name, filled=0, different=0)
    separator = "list" if lists else _find_separator(counts)
    largest, times = counts.most_common(1)[0]
    parts = Counter(
        part.strip() for value, count in counts.items() for part in _split(value, separator) for _ in range(count)
    )
    return Column(
        name=name,
        filled=len(filled) / rows,
        different=len(counts),
        largest=largest,
        share=times / len(values),
        separator=separator,
        looks=_name_look(name, list(counts)[:SAMPLE]),
        unique=len(counts) == len(filled) and not lists,
        unknown={value: count for value, count in parts.most_common() if UNKNOWN.match(value)},
        missing=sorted(missing)[:8],
        length=sorted(map(len, values))[len(values) // 2],
        sample=frozenset(list(counts)[:SAMPLE]),
    )


def _split(value: str, separator: str) -> list[str]:
    return value.split(separator) if separator in SEPARATORS else [value]


def _find_separator(counts: "Counter[str]") -> str:
    """The sign that stands between values in enough cells, and whose parts come again more often than the whole."""
    total = sum(counts.values())
    for sign, least in SEPARATORS.items():
        holding = {value: count for value, count in counts.items() if sign in value}
        if sum(holding.values()) < max(2, least * total):
            continue
        parts = {part.strip() for value in holding for part in value.split(sign)}
        if sign == "|" or (len(parts) < 0.8 * sum(value.count(sign) + 1 for value in holding)):
            return sign
    return ""


def _name_look(name: str, values: list[str]) -> str:
    def share(pattern: re.Pattern[str]) -> float:
        return sum(bool(pattern.search(value)) for value in values) / len(values)

    if share(IRI) > 0.9:
        named = re.search(r"(?i)image|thumb|picture|photo", name)
        return "picture" if named or share(PICTURE) > 0.5 else "IRI"
    if share(re.compile(r"(?i)\.(jpe?g|png|tiff?|gif|webp|jp2)$")) > 0.8:
        return "picture"
    dated = re.search(r"(?i)date|dated|year|begin|birth|death|earliest|latest|century|period|jahr|datum|année", name)
    years = [value for value in values if value != "0"]
    if years and dated and sum(read_years(value) is not None for value in years) > 0.6 * len(years):
        return "date"
    if sum(bool(NUMBER.fullmatch(value)) for value in values) > 0.95 * len(values):
        return "number"
    if share(TAG) > 0.05:
        return "html"
    return "text" if sorted(map(len, values))[len(values) // 2] > 80 else "name"


def _find_together(columns: list[Column], cells: dict[str, list[Cell]]) -> list[str]:
    """Columns that list as many values in each row, of those that use the sign |."""
    piped = [column.name for column in columns if column.separator == "|"]
    if len(piped) < 2:
        return []
    lengths = {name: [cell.count("|") if isinstance(cell, str) else None for cell in cells[name]] for name in piped}
    first = max(piped, key=lambda name: sum(length is not None for length in lengths[name]))
    return [
        name
        for name in piped
        if all(a is None or b is None or a == b for a, b in zip(lengths[name], lengths[first], strict=True))
    ]
