"""The formats that a [[table]] can have: each reads a file as blocks of rows or records."""

import io
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.utils.cell import get_column_letter

from base.errors import InputError, first_line, shorten
from graph.loading.csv_files import CsvFormat
from graph.mapping.files.blocks import ROWS, Block, Records
from graph.mapping.files.csv_blocks import read_rows
from graph.mapping.files.excel import Workbook, leave_remarks, take_header
from graph.mapping.files.headers import FEWEST, MOST_ABOVE, count_filled
from graph.mapping.files.numbers import parse_json, widen_floats
from graph.mapping.files.parts import Part
from graph.mapping.files.xml_records import read_elements

AnyBlock: TypeAlias = Block | Records
FILE = "@file"  # a column that every file has: its name in the folder
KEY = "@key"  # of records that an object holds by their names: that name


@dataclass(frozen=True)
class Layout:
    """How a file is laid out. known: columns that a reader hopes for. header: for tables without one.

    records: of JSON the path to the list of records, of XML the element that is one, or several.
    sheet: of an Excel file.
    notes: where a format tells what it recognised.
    """

    form: CsvFormat = field(default_factory=CsvFormat)
    known: Collection[str] = ()
    header: list[str] | None = None
    records: str | list[str] | None = None
    sheet: str | None = None
    notes: list[str] = field(default_factory=list)


def read_csv(part: Part, layout: Layout) -> Iterator[AnyBlock]:
    """Any separated text."""
    before: Block | None = None
    for separator, rows in read_rows(part, layout.form, layout.known, layout.header, layout.notes):
        if layout.form.separator is None and separator != ("\t" if part.ending in (".tsv", ".tab") else ","):
            layout.notes.append(f"{part.name}: cells are separated by {separator!r}")
        if before is not None:
            yield before
        names = _check_header(rows.header)
        before = Block(part.name, "line", rows.lines.tolist(), dict(zip(names, rows.table.columns, strict=True)))
        again = _find_again(before, rows.header) if layout.header is None and len(names) > 1 else []
        # Of files that were joined, or of pages.
        before = _leave_out(before, again, "are the header again", layout.notes)
    if before is not None:
        yield _leave_out(before, _find_remarks(before), "are remarks below the table", layout.notes)


def _leave_out(block: Block, rows: Sequence[int], why: str, notes: list[str]) -> Block:
    """The block without some rows, which are noted."""
    if not rows:
        return block
    shown = shorten([f"line {block.numbers[row]}" for row in rows])
    notes.append(f"{block.name}: rows that {why} are passed over: {shown}")
    kept = sorted({*range(len(block))} - {*rows})
    texts = {name: column.take(pa.array(kept)) for name, column in block.texts.items()}
    return replace(block, numbers=[block.numbers[row] for row in kept], texts=texts)


def _find_remarks(block: Block) -> list[int]:
    """The last rows that have one cell each, behind an empty one, as a spreadsheet leaves remarks below a table."""
    if len(block.columns) < FEWEST:
        return []
    begin = max(len(block) - MOST_ABOVE, 0)
    filled = count_filled([*zip(*(column.slice(begin).to_pylist() for column in block.texts.values()), strict=True)])
    last = max((at for at, count in enumerate(filled) if count > 1), default=-1)
    empty = next((at for at in range(last + 1, len(filled)) if not filled[at]), len(filled))
    return [begin + at for at in range(empty, len(filled)) if filled[at]]


def _find_again(block: Block, header: Sequence[str]) -> list[int]:
    """The rows that say what the header says."""
    found = [*range(len(block))]
    for name, said in zip(block.columns, header, strict=True):
        cells = block.column(name) if found else []
        found = [row for row in found if (cells[row] or "") == said]
    return found


def read_excel(part: Part, layout: Layout) -> Iterator[AnyBlock]:
    """A sheet, as Workbook reads it. The header is the row with known names, or else the first with several cells."""
    book = Workbook(part)
    names = book.names
    if layout.sheet is not None and layout.sheet not in names:
        raise InputError(f"{part.name}: there is no sheet {layout.sheet!r}; there are {', '.join(names)}")
    sheet = layout.sheet or book.visible[0]
    if layout.sheet is None and len(names) > 1:
        others = ", ".join(repr(name) for name in names if name != sheet)
        layout.notes.append(f"{part.name}: the sheet {sheet!r} is read, not {others}")
    rows = book.rows(sheet)
    header = layout.header
    told: list[str] = []
    if header is None:
        header, behind, above = take_header(rows, layout.known, book.wide[sheet])
        rows = leave_remarks(chain(behind, rows), header, book.wide[sheet], told)
        if above:
            layout.notes.append(f"{part.name}: titles above the header are passed over (rows: {above})")
    names = _check_header(header)
    uncomputed = book.uncomputed.get(sheet, set())
    if uncomputed:
        layout.notes.append(f"{part.name}: {_tell_uncomputed(uncomputed)}")
    while block := list(islice(rows, ROWS)):
        columns = [
            pa.array([row[at] if at < len(row) else None for _, row in block], pa.string()) for at in range(len(header))
        ]
        for number, row in block:
            if beyond := next((at for at in range(len(header), len(row)) if row[at]), None):
                raise InputError(
                    f"{part.name} row {number}: there is a cell to the right of the header's last one: "
                    f"{get_column_letter(beyond + 1)}{number} is {row[beyond]!r}, and the header ends with "
                    f"{names[-1]!r}; name that column in the header, or remove the cell"
                )
        numbers = [number for number, _ in block]
        gaps = {
            name: {row for row, number in enumerate(numbers) if (number, at) in uncomputed}
            for at, name in enumerate(names, 1)
        }  # fmt: skip
        yield Block(part.name, "row", numbers, dict(zip(names, columns, strict=True)), gaps)
    if told:
        layout.notes.append(f"{part.name}: these rows are headings or remarks and are passed over: {shorten(told)}")


def _tell_uncomputed(cells: Collection[tuple[int, int]]) -> str:
    shown = shorten([f"{get_column_letter(column)}{row}" for row, column in sorted(cells)])
    return f"formulas without a stored value are empty: {shown}; save the file once in a spreadsheet program"


def read_parquet(part: Part, layout: Layout) -> Iterator[AnyBlock]:
    """Rows by their groups; lists and structures inside cells are gone through by paths."""
    del layout
    first = 1
    try:
        with part.opened() as opened:
            plain = isinstance(opened.stream, io.BufferedReader)  # what is packed cannot be read from its end
            file = pq.ParquetFile(opened.stream if plain else io.BytesIO(opened.read()))
            for batch in file.iter_batches(ROWS):
                rows = widen_floats(batch).to_pylist()
                yield Records(part.name, [f"{part.name} row {first + at}" for at in range(len(rows))], rows)
                first += len(rows)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{part.name}: this is not a Parquet file: {first_line(error)}") from error


def read_json(part: Part, layout: Layout) -> Iterator[AnyBlock]:
    """An object is one record, a list one each; `records` names the list in an object that holds it."""
    content = part.read()
    if layout.records is None and _is_json_lines(content):
        yield from read_json_lines(part, layout)
        return
    found = parse_json(content, part.name)
    if isinstance(layout.records, list):
        raise InputError(f"{part.name}: records = {layout.records!r}: of JSON it is one path; a list is of XML")
    for step in layout.records.split(".") if layout.records else []:
        if step == "*" and isinstance(found, dict):
            # An object of records by their names, as {"N1": {"title": …}, …}.
            found = [{KEY: name, **record} for name, record in found.items() if isinstance(record, dict)]
            continue
        if not isinstance(found, dict) or step not in found:
            there = shorten(list(found)) if isinstance(found, dict) else f"a {type(found).__name__}"
            raise InputError(f"{part.name}: records = {layout.records!r}: there is no {step!r}; there is {there}")
        found = found[step]
    if isinstance(found, dict):
        yield Records(part.name, [part.name], [found])
        return
    records = found if isinstance(found, list) else [found]
    places = [f"{part.name} record {number}" for number in range(1, len(records) + 1)]
    _check_objects(places, records)
    for start in range(0, len(records), ROWS):
        yield Records(part.name, places[start : start + ROWS], records[start : start + ROWS])


def read_text(part: Part, layout: Layout) -> Iterator[AnyBlock]:
    """Separated text, or JSON, a record a line, as some publish it under .txt."""
    with part.opened() as stream:
        begin = stream.read(1 << 20)
    yield from (read_json_lines if _is_json_lines(begin, cut=True) else read_csv)(part, layout)


def _is_json_lines(content: bytes, cut: bool = False) -> bool:
    """Whether each of the first two lines is an object. cut: whether the content may go on, or be one line alone."""
    lines = [line for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n", 3)[:2] if line.strip()]
    if not (len(lines) == 2 or (cut and lines)) or not all(line.lstrip().startswith(b"{") for line in lines):
        return False
    try:
        return all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def read_json_lines(part: Part, layout: Layout) -> Iterator[AnyBlock]:
    """One record a line."""
    del layout
    with part.opened() as stream:
        lines = ((number, line) for number, line in enumerate(_lines(stream), 1) if line.strip())
        while block := list(islice(lines, ROWS)):
            places = [f"{part.name} line {number}" for number, _ in block]
            records = [parse_json(line, place) for (_, line), place in zip(block, places, strict=True)]
            _check_objects(places, records)
            yield Records(part.name, places, records)


def _lines(stream: Any) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(1 << 20):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _check_objects(places: list[str], records: list[Any]) -> None:
    for place, record in zip(places, records, strict=True):
        if not isinstance(record, dict):
            raise InputError(f"{place}: a record must be an object with names, it is {str(record)[:60]!r}")


def read_xml(part: Part, layout: Layout) -> Iterator[AnyBlock]:
    """Each element called `records` (or each child of the root) is a record, see read_elements."""
    records = read_elements(part, layout.records)
    count = 0
    while block := list(islice(records, ROWS)):
        places = [f"{part.name} record {count + at}" for at in range(1, len(block) + 1)]
        yield Records(part.name, places, block)
        count += len(block)


def _check_header(header: list[str]) -> list[str]:
    """The header's names. Those without one, and those that stood before, get a number."""
    names: list[str] = []
    for number, name in enumerate(header, 1):
        names.append(f"column {number}" if not name else f"{name} ({number})" if name in names else name)
    return names


# The ending of a file and what reads it.
FORMATS: dict[str, Callable[[Part, Layout], Iterator[AnyBlock]]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".tab": read_csv,
    ".txt": read_text,
    ".xlsx": read_excel,
    ".xlsm": read_excel,
    ".json": read_json,
    ".geojson": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".parquet": read_parquet,
    ".xml": read_xml,
}


def read_blocks(parts: list[Part], layout: Layout) -> Iterator[AnyBlock]:
    """All rows of the files, records of small files together in one block."""
    waiting: list[Records] = []
    for part in parts:
        for block in FORMATS[part.ending](part, layout):
            if FILE in layout.known:
                block = _with_file(block, part.name)
            if isinstance(block, Block) or len(block.records) > ROWS // 10:
                yield block
                continue
            waiting.append(block)
            if sum(len(records.records) for records in waiting) >= ROWS:
                yield _together(waiting)
                waiting = []
    if waiting:
        yield _together(waiting)


def _with_file(block: AnyBlock, name: str) -> AnyBlock:
    if isinstance(block, Block):
        return replace(block, texts={FILE: pa.array([name] * len(block), pa.string()), **block.texts})
    return replace(block, records=[{FILE: name, **record} for record in block.records])


def _together(blocks: list[Records]) -> Records:
    return Records(
        blocks[0].name,
        [place for block in blocks for place in block.places],
        [record for block in blocks for record in block.records],
    )
