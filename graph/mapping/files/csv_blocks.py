"""A CSV file of any size, block by block, as strictly read as a whole one."""

import codecs
import csv
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from base.errors import InputError
from graph.loading.csv_files import (
    SEPARATORS,
    CsvFormat,
    Rows,
    check_bytes,
    check_kind,
    find_mark,
    parse_rows,
    recognise,
)
from graph.mapping.files.headers import FEWEST, MOST_ABOVE, count_filled, count_known, find_known, width_of
from graph.mapping.files.parts import Part

BLOCK = 8 << 20  # bytes
PIPE = "|"
LOOKED_AT = 1 << 16  # bytes among which the header is looked for


def read_rows(
    part: Part, form: CsvFormat, known: Collection[str], header: list[str] | None, notes: list[str]
) -> Iterator[tuple[str, Rows]]:
    """The separator and the rows, block by block; the places of rows are lines of the whole file.

    known: headers that a reader hopes for. header: of a file that has none; all its lines are rows then. notes: where
    it is told that titles above the header are passed over.

    Raises InputError as graph.loading.csv_files.read_rows does.
    """
    path = Path(part.name)
    separator, skipped, rest, begun = form.separator or "", 0, b"", False
    for content, last in _read(part, form):
        content = rest + content
        end = len(content) if last else _end_of_rows(content, form.quote)
        content, rest = content[:end], content[end:]
        if not begun:
            skipped, content = _skip_blank(skipped, content)
        if not content:
            continue
        begun = True
        check_bytes(path, content, skipped)
        if header is None:
            above = _find_header(content, form, known)
            if above:
                notes.append(f"{part.name}: titles above the header are passed over (lines: {above})")
                content = b"".join(content.splitlines(keepends=True)[above:])
                lines, content = _skip_blank(0, content)
                skipped += above + lines
        if not separator:
            separator = recognise(content, known or header or (), (*SEPARATORS, PIPE))
        rows = parse_rows(path, content, skipped, form, separator, header)
        header, skipped = rows.header, rows.read
        yield separator, rows
    if header is None:
        raise InputError(f"{part.name}: the file is empty, its first line must be a header")


def _read(part: Part, form: CsvFormat) -> Iterator[tuple[bytes, bool]]:
    """The file as UTF-8 in blocks, each with whether it is the last."""
    with part.opened() as stream:
        block = stream.read(BLOCK)
        check_kind(Path(part.name), block)
        encoding = "utf-8" if form.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else form.encoding
        encoding = find_mark(block) or encoding
        block = block.removeprefix(codecs.BOM_UTF8)
        decode = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
        while True:
            following = stream.read(BLOCK)
            if decode is not None:
                try:
                    block = decode.decode(block, final=not following).encode()
                except UnicodeError as error:
                    raise InputError(f"{part.name}: the file is not {encoding}: {error}") from error
            yield block, not following
            if not following:
                return
            block = following


def _skip_blank(skipped: int, content: bytes) -> tuple[int, bytes]:
    """The content from its first line that is not blank; blanks before its first name are part of that line."""
    text = content.lstrip(b" \t\r\n")
    before = content[: len(content) - len(text)]
    begun = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
    lines = before[:begun].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
    return skipped + lines, content[begun:] if text else b""


def _find_header(content: bytes, form: CsvFormat, known: Collection[str]) -> int:
    """How many lines stand above the header: a spreadsheet's note of the separator, and titles.

    The header is the line with most of the names in `known`. Where there is none, titles have no more than half of a
    row's cells, and rows have three or more, or two behind a blank line. Cells are counted as their quotes divide them.
    """
    lines = [line.decode(errors="ignore") for line in content[:LOOKED_AT].splitlines(keepends=True)]
    noted = int(bool(lines) and lines[0].lower().startswith("sep=") and len(lines[0].strip()) < len("sep=;;"))

    def divide(sign: str) -> list[tuple[int, list[str]]]:
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
        rows = csv.reader(lines[noted:], delimiter=sign, quotechar=form.quote or None, quoting=quoting)
        divided, begun = [], 0
        for row in islice(rows, MOST_ABOVE):
            divided.append((begun, row))
            begun = rows.line_num
        return divided

    found = [divide(sign) for sign in ([form.separator] if form.separator else (*SEPARATORS, PIPE))]
    best = max(found, key=lambda rows: max((count_known(row, known) for _, row in rows), default=0))
    above = find_known([row for _, row in best], known)
    if above is not None:
        return noted + best[above][0]
    best = max(found, key=lambda rows: _middle(count_filled([row for _, row in rows])))
    filled = count_filled([row for _, row in best])
    width = width_of(filled)
    first = next((at for at, count in enumerate(filled) if 2 * count > width), 0)
    wide = width >= FEWEST and _middle(filled) >= FEWEST
    parted = width == FEWEST - 1 and first > 0 and not filled[first - 1] and _middle(filled[first:]) == width
    return noted + (best[first][0] if wide or parted else 0)


def _middle(counts: list[int]) -> float:
    return float(np.median(counts)) if counts else 0


def _end_of_rows(content: bytes, quote: str) -> int:
    """Where the last whole row ends: behind the last line break that stands outside of quotes; 0 where none does."""
    octets = np.frombuffer(content, dtype=np.uint8)
    breaks = np.flatnonzero(octets == ord("\n")) if b"\n" in content else np.flatnonzero(octets == ord("\r"))
    if quote and b'"' in content:
        quotes = np.flatnonzero(octets == ord('"'))
        breaks = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
    return int(breaks[-1]) + 1 if len(breaks) else 0
