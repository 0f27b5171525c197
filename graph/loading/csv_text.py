"""The text of a CSV file by its quotes and line ends: where its rows begin, and what is wrong with it by line."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from base.errors import InputError

MOST = 5
QUOTE, LINE_FEED, RETURN = b'"'[0], b"\n"[0], b"\r"[0]

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class CsvText:
    """A file's text as UTF-8 from its first line that is not blank. skipped: how many lines stand before that."""

    path: Path
    content: bytes
    skipped: int
    quote: str
    separator: str

    @cached_property
    def octets(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.content, dtype=np.uint8)

    @cached_property
    def breaks(self) -> Places:
        """Where lines end: at a line feed, or at a carriage return without one behind it."""
        feed = self.octets == LINE_FEED
        lone = self.octets == RETURN
        lone[:-1] &= ~feed[1:]
        return np.flatnonzero(feed | lone)

    @property
    def lines(self) -> int:
        ends = len(self.breaks) and self.breaks[-1] == len(self.content) - 1
        return self.skipped + len(self.breaks) + (0 if ends else 1)

    def between(self, start: int, end: int) -> str:
        return self.content[start:end].decode()

    def line(self, place: int) -> int:
        return self.skipped + int(np.searchsorted(self.breaks, place)) + 1

    @cached_property
    def quotes(self) -> Places:
        """Where the quotes stand that open and close cells, in turn. Raises InputError for the first one that cannot.

        Two inside a cell that does not begin with one, as in ``the "odd" one``, are characters like others.
        """
        places = np.flatnonzero(self.octets == QUOTE) if self.quote else np.zeros(0, dtype=np.intp)
        if not len(places):
            return places
        edge = np.isin(self.octets, np.frombuffer(self.separator.encode() + b"\r\n", dtype=np.uint8))
        pairs = places[: len(places) // 2 * 2].reshape(-1, 2)
        literal = self._find_literal(pairs, edge)
        kept = np.concatenate([pairs[~literal].ravel(), places[2 * len(pairs) :]])
        self._check_quotes(kept, edge)
        return kept

    def _find_literal(self, pairs: Places, edge: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Which pairs stand in one cell that does not begin with a quote."""
        begins = (pairs[:, 0] == 0) | edge[pairs[:, 0] - 1]
        cells = np.searchsorted(np.flatnonzero(edge), pairs)
        alone = ~begins & (cells[:, 0] == cells[:, 1])
        # Of two quotes that stand for one, the second begins a pair too: its cell is the quoted one before it.
        doubled = np.zeros(len(pairs), dtype=bool)
        doubled[1:] = pairs[:-1, 1] == pairs[1:, 0] - 1
        # So of a row of doubled ones all are alone up to each, or that one is quoted.
        others = np.cumsum(~alone)
        first = np.maximum.accumulate(np.where(doubled, 0, np.arange(len(pairs))))
        literal: npt.NDArray[np.bool_] = others - others[first] + ~alone[first] == 0
        return literal

    def _check_quotes(self, places: Places, edge: npt.NDArray[np.bool_]) -> None:
        """Raise InputError where a quote neither opens nor closes a cell nor is one of two that stand for one."""
        opening, closing, last = places[::2], places[1::2], len(self.octets) - 1
        begins = (opening == 0) | edge[opening - 1]
        second = np.zeros(len(opening), dtype=bool)
        second[1:] = closing[: len(opening) - 1] == opening[1:] - 1
        after = np.minimum(closing + 1, last)
        ends = (closing == last) | edge[after] | (self.octets[after] == QUOTE)
        stray, trailing = opening[~begins & ~second], closing[~ends]
        opened = opening[begins]
        if len(stray) and not (trailing < stray[0])[:1].any():
            said = f"line {self.line(stray[0])}: a quote stands in a cell that does not begin with one"
            said += f" ({self._around(stray[0])})"
        elif len(trailing):
            begun, at = int(opened[np.searchsorted(opened, trailing[0]) - 1]), trailing[0]
            said = f"line {self.line(begun)}: a quote begins a cell here ({self._around(begun)}), and behind the one "
            said += f"that closes it, on line {self.line(at)}, there is more ({self._around(at)})"
        elif len(places) % 2:
            begun = int(opened[-1])
            said = f"line {self.line(begun)}: the quote that begins this cell is never closed ({self._around(begun)})"
        else:
            return
        raise InputError(
            f'{self.path.name}: {said}; inside a quoted cell a quote is written twice, as in "14"" wide", and where '
            'no cell is quoted the mapping file says so: [csv] with quote = ""'
        )

    def find_rows(self) -> tuple[Places, Places]:
        """Where the rows begin that are not blank, the header first, and the numbers of their lines."""
        outside = np.searchsorted(self.quotes, self.breaks) % 2 == 0
        starts = np.concatenate([[0], self.breaks[outside] + 1])
        lines = np.concatenate([[0], np.flatnonzero(outside) + 1]) + self.skipped + 1
        starts, lines = starts[starts < len(self.content)], lines[: (starts < len(self.content)).sum()]
        blanks = [octet for octet in b" \t\r\n" if octet != ord(self.separator)]
        maybe = np.flatnonzero(np.isin(self.octets[starts], np.array(blanks, dtype=np.uint8)))
        ends = np.append(starts[1:], len(self.content))
        kept = np.ones(len(starts), dtype=bool)
        kept[[row for row in maybe if not _strip(self.content[starts[row] : ends[row]], self.separator)]] = False
        return starts[kept], lines[kept]

    def tell_widths(self, starts: Places, lines: Places, width: int) -> str:
        """The rows that do not have as many cells as the header."""
        signs = np.flatnonzero(self.octets == ord(self.separator))
        signs = signs[np.searchsorted(self.quotes, signs) % 2 == 0]
        cells = np.diff(np.searchsorted(signs, np.append(starts, len(self.content)))) + 1
        rows = np.flatnonzero(cells != width)
        wrong = [f"line {lines[row]}: {cells[row]}" for row in rows[:MOST]]
        more = "; …" if len(rows) > MOST else ""
        return f"the header has {width} cells, these rows do not ({'; '.join(wrong)}{more}; {len(rows)} in all)"

    def _around(self, place: int) -> str:
        near = self.content[max(place - 12, 0) : place + 12].decode(errors="ignore").splitlines()
        return repr(next((line for line in near if '"' in line), ""))


def _strip(row: bytes, separator: str) -> bytes:
    return row.strip(bytes(octet for octet in b" \t\r\n" if octet != ord(separator)))
