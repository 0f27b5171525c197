"""XML without comments, instructions and CDATA sections, for parsers that refuse a text that holds one, or cut it."""

import io
import re
from collections.abc import Iterator
from typing import IO, Any
from xml.sax.saxutils import escape

CHUNK = 1 << 16
CDATA = b"<![CDATA["
# How each begins and ends. The declaration at the top stays: it tells the encoding.
ENDS = {b"<!--": b"-->", b"<?": b"?>", CDATA: b"]]>"}
BEGIN = re.compile(rb"<!--|<\?(?=.{4})(?!xml\s)|<!\[CDATA\[", re.DOTALL)
CUT = len(CDATA) - 1  # bytes of a beginning or an end that the end of a chunk may cut


class PlainXml(io.RawIOBase):
    """The bytes of a file, which is in UTF-8; what stands in CDATA sections is written with `&lt;`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._pieces = _read_pieces(file)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the whole buffer, unless the file ends."""
        while len(self._rest) < len(buffer) and (piece := next(self._pieces, None)) is not None:
            self._rest += piece
        given, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def _read_pieces(file: IO[bytes]) -> Iterator[bytes]:
    rest, inside = b"", b""  # inside: the beginning of what is gone through
    while chunk := file.read(CHUNK):
        rest += chunk
        while True:
            if not inside:
                found = BEGIN.search(rest)
                if found is None:
                    break
                yield rest[: found.start()]
                inside, rest = found[0], rest[found.end() :]
            stop = rest.find(ENDS[inside])
            if stop < 0:
                break
            yield _write(inside, rest[:stop])
            inside, rest = b"", rest[stop + len(ENDS[inside]) :]
        yield _write(inside, rest[:-CUT])
        rest = rest[-CUT:]
    yield inside or rest  # what never ends is the parser's to tell


def _write(inside: bytes, content: bytes) -> bytes:
    if inside == CDATA:
        return escape(content.decode("latin-1")).encode("latin-1")  # byte by byte
    return b"" if inside else content
