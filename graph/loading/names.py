"""Names and ids as files give them: what the database, the keys made of them later, or a reader could not take."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from base.errors import shorten

# An index takes 8,164 bytes. The longest entries are the key of a rule (three relations and two ids)
# and that of a predicted link by its relation (the relation's name, then the key of head, relation and tail).
ID_BYTES = 2_900
NAME_BYTES = 700
TEXT_BYTES = 32 << 20  # one message to the database holds no more with the memory that the bundled one has by default


def _span(*spans: str) -> str:
    """All characters of some spans, each given as its only one or as its first and last."""
    return "".join(chr(code) for span in spans for code in range(ord(span[0]), ord(span[-1]) + 1))


# They show nothing, and `strip` does not know them: soft hyphen, joiners, marks of direction, fillers, byte order mark.
INVISIBLE = _span(
    "\u00ad", "\u034f", "\u061c", "\u115f\u1160", "\u17b4\u17b5", "\u180e", "\u200b\u200f", "\u202a\u202e",
    "\u2060\u206f", "\u3164", "\ufeff", "\uffa0", "\ufff0\ufff8", "\U0001bca0\U0001bca3", "\U0001d173\U0001d17a",
)  # fmt: skip
# They show nothing of their own either, and may end a name: they choose a variant of the sign before, or a flag.
SELECTORS = _span("\u180b\u180d", "\u180f", "\ufe00\ufe0f", "\U000e0000\U000e0fff")
# What a value may have at its ends without being another one: what `strip` takes away, and what shows nothing.
BLANKS = INVISIBLE + _span(
    "\t\r", "\x1c ", "\x85", "\xa0", "\u1680", "\u2000\u200a", "\u2028\u2029", "\u202f", "\u205f", "\u3000"
)
HIDDEN = re.compile(f"[{INVISIBLE}{SELECTORS}]")
# pandas writes an index without a name so, to Parquet and, read back and written again, to CSV.
INDEX = re.compile(r"__index_level_\d+__|Unnamed: \d+(\.\d+|_level_\d+)*")

Mask = npt.NDArray[np.bool_]


def bare(name: str) -> str:
    """The name without blanks and invisible characters at its ends."""
    return name.strip() if name.isascii() else name.strip(BLANKS)


def wrong_name(name: str) -> str | None:
    """Why a name of a column, label, relation or source cannot be taken; None where it can."""
    if not bare(name):
        return "is empty"
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in name):
        return "holds a control character such as a line break"
    if bare(name) != name:
        return "begins or ends with a blank or a character that shows nothing"
    if _bytes_in_key(name) > NAME_BYTES:
        return f"takes more than {NAME_BYTES:,} bytes"
    return None


def wrong_id(id_: str) -> str | None:
    """Why an id cannot be taken; None where it can."""
    if not bare(id_):
        return "is empty"
    if "\0" in id_:
        return "holds the character NUL"
    if bare(id_) != id_:
        return "begins or ends with a blank or a character that shows nothing"
    if _bytes_in_key(id_) > ID_BYTES:
        return f"takes more than the {ID_BYTES:,} bytes that fit a key made of two ids and a relation"
    return None


def _bytes_in_key(text: str) -> int:
    """Its length in a key, where quotes, backslashes and control characters are longer."""
    escapes = sum(1 if sign in '"\\\b\f\n\r\t' else 5 for sign in text if sign in '"\\' or sign < " ")
    return len(text.encode()) + escapes


def wrong_text(text: str) -> str | None:
    """Why a value cannot be taken; None where it can."""
    if "\0" in text:
        return "holds the character NUL"
    if len(text.encode()) > TEXT_BYTES:
        return f"takes more than {TEXT_BYTES:,} bytes"
    return None


def find_wrong(values: "pd.Series[str]", wrong: Callable[[str], str | None]) -> list[tuple[str, Mask]]:
    """The reasons that there are, each with the rows that have it; missing values have none."""
    if wrong is wrong_text:
        array = pa.array(values, type=pa.large_string(), from_pandas=True)
        doubtful = pc.or_(pc.match_substring(array, "\0"), pc.greater(pc.binary_length(array), pa.scalar(TEXT_BYTES)))
        rows = np.flatnonzero(doubtful.fill_null(False).to_numpy(zero_copy_only=False))
        said = {int(row): wrong(values.iloc[row]) for row in rows}
        codes = np.arange(len(values))
    else:
        codes, distinct = pd.factorize(values)
        said = {code: wrong(str(value)) for code, value in enumerate(distinct)}
    kinds: dict[str, list[int]] = {}
    for code, reason in said.items():
        if reason is not None:
            kinds.setdefault(reason, []).append(code)
    return [(reason, np.isin(codes, bad)) for reason, bad in kinds.items()]


def wrong_columns(headers: Sequence[str], columns: Sequence[str]) -> list[str]:
    """What is wrong with the names of a file's columns; `columns` are those that a mapping made of the headers."""
    problems = []
    for number, (header, column) in enumerate(zip(headers, columns, strict=True), 1):
        if not column or INDEX.fullmatch(column):
            called = f"is called {header!r}" if header else "has no name"
            problems.append(
                f"column {number} {called}: where it is an index that pandas wrote, save without it (index=False); "
                "where each line ends with a separator, leave that out; else give it a name"
            )
        elif reason := wrong_name(column):
            problems.append(f"the name of column {number}, {column[:80]!r}, {reason}")
    for pair in look_alikes(columns):
        problems.append(f"two columns look alike and are not the same: {show_pair(pair)}; rename one")
    return problems


def look_alikes(values: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of different values that show the same text: ü is one character or two, some characters show nothing."""
    given, seen, pairs = dict.fromkeys(values), dict[str, str](), []
    for value in given:
        if not value.isascii():
            shown = face(value)
            first = shown if shown.isascii() and shown in given else seen.setdefault(shown, value)
            if first != value:
                pairs.append((first, value))
    return pairs


def face(value: str) -> str:
    """What a reader sees of it: composed characters, no invisible ones, no blanks at its ends."""
    return unicodedata.normalize("NFC", HIDDEN.sub("", bare(value)))


def other_forms(values: Iterable[str]) -> list[str]:
    """What would look like one of the values without being among them: their composed and decomposed forms."""
    given = set(values)
    forms = {unicodedata.normalize(form, value) for value in given if not value.isascii() for form in ("NFC", "NFD")}
    return sorted(forms - given)


def show_pair(pair: tuple[str, str]) -> str:
    """Both as code points where they are not ASCII: what looks alike can be told apart so."""
    return " and ".join(ascii(value) for value in pair)


def tell_look_alikes(what: str, pairs: Collection[tuple[str, str]]) -> list[str]:
    """A sentence about them, none where there are none."""
    if not pairs:
        return []
    shown = shorten([show_pair(pair) for pair in pairs])
    return [
        f"{what} look alike, are written with other characters (Unicode forms NFC and NFD, or invisible), and stay "
        f"two: {shown}"
    ]
