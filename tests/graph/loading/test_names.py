"""What is taken from the ends of names and values."""

import sys

import pyarrow as pa
import pyarrow.compute as pc

from graph.loading.names import BLANKS, HIDDEN, INVISIBLE, SELECTORS, bare


def test_every_blank_and_invisible_character_goes_from_the_ends_and_no_other() -> None:
    every = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    gone = {sign for sign in every if bare(f"{sign}x{sign}") == "x"}
    assert gone == {sign for sign in every if sign.isspace()} | {*INVISIBLE} == {*BLANKS}
    trimmed = pc.utf8_trim(pa.array([f"{sign}x{sign}" for sign in every]), characters=BLANKS).to_pylist()
    assert {sign for sign, text in zip(every, trimmed, strict=True) if text == "x"} == gone


def test_what_shows_nothing_is_itself_and_no_pattern() -> None:
    assert len(INVISIBLE) == 58
    assert len(SELECTORS) == 4116
    assert {"\u200b", "\u200c", "\u200f", "\u2064", "\ufeff", "\U0001d176"} <= {*INVISIBLE}
    assert "-" not in BLANKS
    assert HIDDEN.sub("", "-a\u200c\ufe0f-") == "-a-"
