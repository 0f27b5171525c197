"""What a cell of Excel shows: numbers with the zeros of their format, texts without Excel's escapes."""

import re
from typing import Any

from graph.mapping.files.numbers import write_excel
from graph.mapping.files.paths import as_text

ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
# A format of zeros, each of which is a digit, with texts between.
PART = re.compile(r'(0+)|"([^"]*)"|\\(.)|([- ])')
ZEROS = re.compile(rf"(?:{PART.pattern})+")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def show(value: Any, number_format: str) -> str | None:
    """The text of a cell, None for nothing and for an error: 7 in the format ``0000`` is ``0007``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = write_excel(value)
        return written and show_zeros(written, number_format)
    text = as_text(decode(value) if isinstance(value, str) else value)
    return None if text in ERRORS else text


def show_zeros(number: str, number_format: str) -> str:
    """A whole number with as many digits as its format has zeros, and what stands between these; others as they are."""
    form = number_format.partition(";")[0]
    wanted = form.count("0")
    if wanted < 2 or not number.isdigit() or not ZEROS.fullmatch(form):
        return number
    digits, shown = iter(number.zfill(wanted)), ""
    more = max(len(number) - wanted, 0)  # digits stand before the first zero
    for zeros, *texts in PART.findall(form):
        shown += "".join(next(digits) for _ in range(len(zeros) + more)) if zeros else "".join(texts)
        more = 0 if zeros else more
    return shown


def decode(text: str) -> str:
    """A text in which ``_x000D_`` is the character with this number."""
    if "_x" not in text:
        return text
    plain = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # Halves of one character are escaped one by one; Windows ends lines by two characters.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\r\n", "\n")
