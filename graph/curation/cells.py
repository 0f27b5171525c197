"""Text in cells of a CSV file that spreadsheets open: none of it runs as a formula, and all of it comes back."""

import re

FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(text: str) -> str:
    """The cell for a text: with an apostrophe in front where a spreadsheet would take it for a formula.

    Where apostrophes stand before such a sign already, there is one more, so that `unguard` knows them apart.
    """
    return f"'{text}" if FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """The text of a cell that `guard` made."""
    return cell[1:] if GUARDED.match(cell) else cell
