"""Columns as they are filled: what a draft of a mapping is guessed from."""

import re
from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel

from base.errors import InputError
from graph.loading.nobody import UNKNOWN
from graph.mapping.drafting.column_words import DATES, PICTURES, plain
from graph.mapping.files.blocks import Records
from graph.mapping.files.formats import AnyBlock
from graph.mapping.files.paths import Cell, Listed
from graph.mapping.table.cells import TAG
from graph.mapping.table.dates import read_years

ROWS = 50_000  # that are looked at
SAMPLE = 2_000  # different values that are looked at one by one
SEPARATORS = {"|": 0.005, ";": 0.02, ",": 0.15}  # and the share of values that must hold one
LONGEST_PART = 40  # letters of a middling value between semicolons
ALIGNED = 300  # first rows whose cells are compared with those of other columns
FREQUENT = 30  # values that are told with their counts
NUMBERS = re.compile(r"\d+(?:\s*([,;|])\s*\d+)*")
PICTURE = re.compile(r"(?i)\.(jpe?g|png|tiff?|gif|webp|jp2)(\W|$)|/full/|iiif|image")
IRI = re.compile(r"https?://\S+")
NUMBER = re.compile(r"-?\d+([.,]\d+)?")
# Of what a system did and when; a date alone may be written with midnight.
STAMP = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
MIDNIGHT = re.compile(r"^\d{4}-\d\d-\d\d[T ]00:00(:00)?(?![:\d.]*[1-9])")
MEANINGLESS = re.compile(
    r"(?i)^\W*(null|n/?a|none|nil|-+|\?+|undetermined|not (known|recorded|available|determined|dated)|no date|undated|"
    r"(title|date) (not known|unknown)|n\.?d\.?|tbd|nan|o\. ?j\.?|ohne jahr|undatiert|k\. ?a\.?|keine angabe|s\. ?d\.?|"
    r"sans date|non daté|s\. ?f\.?|sin fecha|senza data|z\. ?j\.?|zonder jaar(tal)?|ongedateerd)\W*$|^[.…?–—-]+$"
)


class Column(BaseModel):
    """name: header or path. filled: share of rows. different: values. largest: the most frequent, share: its part.

    separator: between values in one cell, ``list`` where cells are lists. looks: id, IRI, picture, date, timestamp,
    number, html, text, name or empty. unknown: values that name nobody, with counts. missing: values that mean nothing.
    again: share of the filled rows whose value came before. shared: different parts for each part.
    length: letters of a middling value. sample: some of the values. frequent: the most frequent, by their counts, of
    lists their parts. begin: the cells of the first rows. mixed: whether it is a value in some records and holds others
    in some.
    """

    name: str
    filled: float
    different: int
    largest: str = ""
    share: float = 0.0
    separator: str = ""
    looks: str = ""
    unique: bool = False
    again: float = 0.0
    shared: float = 1.0
    unknown: dict[str, int] = {}
    missing: list[str] = []
    length: int = 0
    sample: frozenset[str] = frozenset()
    frequent: dict[str, int] = {}
    begin: tuple[str | None, ...] = ()
    mixed: bool = False


class Profile(BaseModel):
    """rows: how many were looked at. together: groups of columns whose cells are lists of equal length, as their
    separators divide them."""

    rows: int
    columns: list[Column]
    together: list[list[str]] = []


def profile(blocks: Iterable[AnyBlock]) -> Profile:
    """Look at the first 50,000 rows of a table."""
    cells: dict[str, list[Cell]] = {}
    mixed: set[str] = set()
    rows = 0
    for block in blocks:
        for name in block.columns:
            cells.setdefault(name, [None] * rows).extend(_column(block, name, mixed))
        rows += len(block)
        for column in cells.values():
            column.extend([None] * (rows - len(column)))
        if rows >= ROWS:
            break
    columns = [look(name, column, rows).model_copy(update={"mixed": name in mixed}) for name, column in cells.items()]
    return Profile(rows=rows, columns=columns, together=_find_together(columns, cells))


def _column(block: AnyBlock, name: str, mixed: set[str]) -> list[Cell]:
    """A column's cells. mixed: where it is noted that some records have an object there."""
    try:
        return block.column(name)
    except InputError:
        mixed.add(name)
        return block.column(name, loose=True) if isinstance(block, Records) else [None] * len(block)


def look(name: str, cells: list[Cell], rows: int) -> Column:
    """One column's figures and what it looks like."""
    missing = {cell for cell in cells if isinstance(cell, str) and MEANINGLESS.match(cell)}
    filled = [cell for cell in cells if cell is not None and cell not in missing]
    if not filled:
        return Column(name=name, filled=0, different=0)
    lists = any(isinstance(cell, Listed) for cell in filled)
    values = [value for cell in filled for value in (cell.texts if isinstance(cell, Listed) else (cell,)) if value]
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
        again=1 - len(counts) / len(values),
        shared=len(parts) / parts.total(),
        unknown={value: count for value, count in parts.most_common() if UNKNOWN.match(value)},
        missing=sorted(missing)[:8],
        length=sorted(map(len, values))[len(values) // 2],
        sample=frozenset(list(counts)[:SAMPLE]),
        frequent=dict(parts.most_common(FREQUENT)),
        begin=tuple(
            "; ".join(filter(None, cell.texts)) if isinstance(cell, Listed) else cell for cell in cells[:ALIGNED]
        ),
    )


def _split(value: str, separator: str) -> list[str]:
    return value.split(separator) if separator in SEPARATORS else [value]


def _find_separator(counts: "Counter[str]") -> str:
    """The sign that stands between values in enough cells, and whose parts come again more often than the whole."""
    total = sum(counts.values())
    if numbers := _find_between_numbers(counts):
        return numbers
    for sign, least in SEPARATORS.items():
        holding = {value: count for value, count in counts.items() if sign in value}
        if sum(holding.values()) < max(2, least * total):
            continue
        parts = {part.strip() for value in holding for part in value.split(sign)}
        short = sorted(map(len, parts))[len(parts) // 2] <= LONGEST_PART
        repeated = len(parts) < 0.8 * sum(value.count(sign) + 1 for value in holding)
        if sign == "|" or repeated or (sign == ";" and short):
            return sign
    return ""


def _find_between_numbers(counts: "Counter[str]") -> str:
    """The sign between numbers, where cells hold one or several, as ``12, 5``."""
    found = [NUMBERS.fullmatch(value) for value in counts]
    signs = [match[1] for match in found if match and match[1]]
    return signs[0] if len(signs) > 1 and len(set(signs)) == 1 and all(found) else ""


def _name_look(name: str, values: list[str]) -> str:
    def share(pattern: re.Pattern[str]) -> float:
        return sum(bool(pattern.search(value)) for value in values) / len(values)

    if share(IRI) > 0.9:
        named = PICTURES.search(plain(name))
        return "picture" if named or share(PICTURE) > 0.5 else "IRI"
    if share(re.compile(r"(?i)\.(jpe?g|png|tiff?|gif|webp|jp2)$")) > 0.8:
        return "picture"
    if share(STAMP) > 0.9 and not share(MIDNIGHT) > 0.9:
        return "timestamp"
    dated = DATES.search(plain(name))
    years = [value for value in values if value != "0"]
    if years and dated and sum(read_years(value) is not None for value in years) > 0.6 * len(years):
        return "date"
    if sum(bool(NUMBER.fullmatch(value) or NUMBERS.fullmatch(value)) for value in values) > 0.95 * len(values):
        return "number"
    if share(TAG) > 0.05:
        return "html"
    return "text" if sorted(map(len, values))[len(values) // 2] > 80 else "name"


def _find_together(columns: list[Column], cells: dict[str, list[Cell]]) -> list[list[str]]:
    """Groups of columns that list as many values in each row, by the same sign, and are lists in the same rows."""
    groups: list[list[str]] = []
    counted: dict[str, list[int | None]] = {}
    for column in columns:
        if column.separator not in SEPARATORS:
            continue
        counts = [cell.count(column.separator) if isinstance(cell, str) else None for cell in cells[column.name]]
        counted[column.name] = counts
        for group in groups:
            if counted[group[0]] is not counts and _agree(counts, counted[group[0]]):
                group.append(column.name)
                break
        else:
            groups.append([column.name])
    return [group for group in groups if len(group) > 1]


def _agree(one: list[int | None], other: list[int | None]) -> bool:
    """Whether two columns list as many values wherever both are filled, and several in some row."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return any(a for a, _ in both) and all(a == b for a, b in both)
