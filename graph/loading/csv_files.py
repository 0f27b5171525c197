"""CSV as it stands in a file: its separator, quotes and encoding checked, its rows as text, no type ever guessed."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from pydantic import BaseModel, ConfigDict

from base.errors import InputError
from graph.loading.csv_text import MOST, CsvText, Places
from graph.loading.names import bare

SEPARATORS = (",", ";", "\t")
LARGEST_ROW = 2**31 - 1  # what the parser can take in one block
MARKS = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
KINDS = {
    b"\x1f\x8b": "packed by gzip: unpack it",
    b"PK\x03\x04": "a spreadsheet or a ZIP archive: save it as CSV, or unpack it",
    b"PAR1": "a Parquet file: its name must end in .parquet",
}


class CsvFormat(BaseModel):
    """How the cells of a CSV file are written, as a mapping file's [csv] says it.

    separator: one character; None recognises a comma, a semicolon or a tab by the header.
    quote: `"`, or empty where a quote is a character like others. encoding: by Python's name of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    separator: str | None = None
    quote: str = '"'
    encoding: str = "utf-8"

    def problem(self) -> str | None:
        """What of it cannot be meant, None where all can."""
        if self.separator is not None and (
            len(self.separator) != 1 or not self.separator.isascii() or self.separator in '"\r\n\0'
        ):
            return f"separator is {self.separator!r}; it must be one character such as ';' and no quote"
        if self.quote not in ('"', ""):
            return f"quote is {self.quote!r}; it must be '\"', or empty where no cell is quoted"
        try:
            "a".encode(self.encoding)
        except (LookupError, ValueError):
            return f"encoding is {self.encoding!r}, which is none; it must be one such as utf-8, utf-16 or cp1252"
        return None


@dataclass(frozen=True)
class Rows:
    """The rows of a file. table: text columns in the header's order, empty cells as null. lines: where each row begins.

    read: how many lines the file has, those of blank rows and of line breaks inside cells among them.
    """

    header: list[str]
    table: pa.Table
    lines: Places
    read: int


def read_rows(path: Path, form: CsvFormat, known: Collection[str]) -> Rows:
    """All rows below the header, which is the first line that is not blank.

    known: headers that a reader hopes for; they tell one separator from another where several could be.

    Raises InputError, with the file and the line, for bytes of another encoding, a NUL, a quote that stands where none
    may, text after a closing quote, a cell that is never closed, and rows of another width than the header.
    """
    content, skipped = _decode(path, form)
    if not content:
        raise InputError(f"{path.name}: the file is empty, its first line must be a header")
    return parse_rows(path, content, skipped, form, form.separator or recognise(content, known))


def parse_rows(
    path: Path, content: bytes, skipped: int, form: CsvFormat, separator: str, header: list[str] | None = None
) -> Rows:
    """The rows of a file's text, or of a part of it that ends where a row ends.

    content: UTF-8. skipped: how many lines of the file stand before it. header: that of the file where the content
    does not begin with it.

    Raises InputError as read_rows does.
    """
    text = CsvText(path, content, skipped, form.quote, separator)
    starts, lines = text.find_rows()
    below = 0 if header else 1
    if header is None:
        end = starts[1] if len(starts) > 1 else len(text.content)
        header = _split(text.between(starts[0], end), separator, form.quote)
        _check_header(path, header, int(lines[0]))
    if len(starts) == below:
        table = pa.table({str(i): pa.array([], pa.string()) for i in range(len(header))})
        return Rows(header, table, lines[below:], text.lines)
    longest = int(np.diff(np.append(starts, len(text.content))).max())
    if 2 * longest > LARGEST_ROW:
        raise InputError(f"{path.name}: a row of {longest:,} bytes is longer than can be read")
    parsed = _parse(text.content[starts[below] :], len(header), separator, form.quote, longest)
    if parsed is None or parsed.num_rows != len(lines) - below:
        raise InputError(f"{path.name}: {text.tell_widths(starts, lines, len(header))}")
    return Rows(header, parsed, lines[below:], text.lines)


def _decode(path: Path, form: CsvFormat) -> tuple[bytes, int]:
    """The text as UTF-8 from its first line that is not blank, and how many lines stand before that."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name}: the file cannot be read: {error.strerror}") from error
    if form.encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
        try:
            raw = raw.decode(form.encoding).encode()
        except UnicodeError as error:
            raise InputError(f"{path.name}: the file is not {form.encoding}, as the mapping says: {error}") from error
    else:
        check_kind(path, raw)
        if name := find_mark(raw):
            raise InputError(f"{path.name}: the file begins like {name}, not UTF-8; {_name_encoding(name)}")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    check_bytes(path, raw)
    content = raw.lstrip(b" \t\r\n")
    before = raw[: len(raw) - len(content)]
    # Blanks before the header's first name are part of its line.
    begun = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
    skipped = before[:begun].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
    return (raw[begun:] if content else b""), skipped


def _check_header(path: Path, header: list[str], line: int) -> None:
    if len(header) < 3 and header[0].lower().startswith("sep="):
        raise InputError(
            f"{path.name}: line {line} is a spreadsheet's note of the separator, no header: remove it; the "
            "separator is recognised, or a mapping file names it"
        )


def check_kind(path: Path, raw: bytes) -> None:
    """Raise InputError where the first bytes say that it is no text."""
    if kind := next((kind for begin, kind in KINDS.items() if raw.startswith(begin)), None):
        raise InputError(f"{path.name}: the file is no CSV but {kind}")


def find_mark(raw: bytes) -> str | None:
    """The encoding that the first bytes are the mark of, but for UTF-8."""
    return next((name for mark, name in MARKS.items() if raw.startswith(mark)), None)


class NotUtf8Error(InputError):
    """A text whose encoding must be named."""


def check_bytes(path: Path, raw: bytes, before: int = 0) -> None:
    """Raise InputError, with the lines, where bytes are not UTF-8 or a NUL. before: how many lines stand before."""
    try:
        raw.decode()
        if b"\0" not in raw:
            return
    except UnicodeDecodeError:
        pass
    bad, empty = [], []
    for number, line in enumerate(raw.splitlines(keepends=True), before + 1):  # bytes part at \n, \r\n and \r alone
        try:
            line.decode()
        except UnicodeDecodeError as error:
            bad.append(f"line {number}: {line[max(0, error.start - 10) : error.end + 10]!r}")
        if b"\0" in line:
            empty.append(f"line {number}")
    if bad:
        shown = f"{'; '.join(bad[:MOST])}; {len(bad)} in all"
        raise NotUtf8Error(
            f"{path.name}: the file must be UTF-8, these lines are not ({shown}); {_name_encoding('cp1252')}"
        )
    shown = f"{'; '.join(empty[:MOST])}; {len(empty)} in all"
    raise InputError(
        f"{path.name}: the file holds the character NUL, which no text has ({shown}); {_name_encoding('utf-16')}"
    )


def _name_encoding(example: str) -> str:
    return f'if it is another encoding, the mapping file names it: [csv] with encoding = "{example}" or another'


def recognise(content: bytes, known: Collection[str], separators: Sequence[str] = SEPARATORS) -> str:
    """The separator that gives the most headers that are known; of several the one that stands most often."""
    first_line = min((content.partition(end)[0] for end in (b"\n", b"\r")), key=len).decode()

    def found(separator: str) -> tuple[int, int]:
        try:
            cells = _split(first_line, separator, '"')
        except InputError:
            cells = first_line.split(separator)
        return len(set(cells).intersection(known)), len(cells)

    return max(separators, key=found)


def _split(line: str, separator: str, quote: str) -> list[str]:
    """The cells of one row, without blanks around them."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    csv.field_size_limit(max(csv.field_size_limit(), len(line)))
    try:
        cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=separator, strict=True, quoting=quoting))
    except csv.Error as error:
        raise InputError(f"the header {line[:80]!r} cannot be read: {error}") from error
    return [bare(cell) for cell in cells]


def _parse(body: bytes, width: int, separator: str, quote: str, longest: int) -> pa.Table | None:
    """The rows as text, None where one has another width than the header."""
    names = [str(i) for i in range(width)]
    torn = []

    def skip_blank(row: pa_csv.InvalidRow) -> Literal["skip"]:
        torn.append(bool(row.text.strip(" \t\r\n")))
        return "skip"

    table = pa_csv.read_csv(
        io.BytesIO(body),
        read_options=pa_csv.ReadOptions(column_names=names, block_size=max(1 << 20, 2 * longest)),
        parse_options=pa_csv.ParseOptions(
            delimiter=separator,
            quote_char='"' if quote else False,
            newlines_in_values=True,
            invalid_row_handler=skip_blank,
        ),
        # An empty cell alone is missing: "NA" may be Namibia, and an id may read "nan".
        convert_options=pa_csv.ConvertOptions(
            null_values=[""], strings_can_be_null=True, column_types=dict.fromkeys(names, pa.string())
        ),
    )
    return None if any(torn) else table
