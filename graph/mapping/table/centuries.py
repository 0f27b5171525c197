"""Centuries and millennia as catalogues name them, whole or by a half, a quarter or another part."""

import re
from functools import partial
from typing import TypeAlias

Years: TypeAlias = tuple[int, int]

ORDINAL = r"(\d{1,2})(?:st|nd|rd|th|er|ème|de|ste|e|\.)"
ROMAN = r"([ivx]+)(?:er|e|ème)?"
AND = r"\s?(?:[-/,]|\b(?:and|or|und|oder|et|ou|en|of|e|o|y)\b)\s?"
EARLY = r"early|beginning|anfang|frühes|début|begin|vroege?|inizio|inizi|principios"
MID = r"mid|middle|mitte|milieu|midden|(?<!\w )metà|mediados"
LATE = r"late|end|ende|spätes|fin|einde?|laat|fine|fin(?:al)?es"
BETWEEN = rf"(?:({EARLY}|{MID}|{LATE})(?: |-|\sdu\s))?"  # before the second of two centuries
# How many years a word means, and the word behind a number, before or behind a Roman one.
SPANS = {
    100: (
        r"(?:centur(?:y|ies)|cent\b\.?|c\.?(?!\w|\s*\d)|jahrhunderts?|jhd?t?s?\b\.?|siècles?|s\.(?!\w)|eeuw)",
        r"(?:siècles?|century|secol[oi]|sec\.?|siglo|eeuw|jh\b\.?|w\.|век)",
        r"(?:siècles?|siglos?|secol\w*|sec\.?|saec\.?|s\.)",
    ),
    1000: (
        r"(?:millenni(?:um|a)|jahrtausends?|jts?d?\b\.?|millénaires?|millennium|mill\b\.?)",
        r"(?:millennium|millénaires?|millennio|milenio)",
        r"(?:millénaire|millennio|milenio)",
    ),
}
ARTICLE = r"(?:\s(?:of(?:\sthe)?|des|der|du|de\sla|van(?:\sde)?|del(?:la|l')?|de))?"
HALF, QUARTER, THIRD = (
    r"(?:half|hälfte|h\.|moitié|helft|metà|mitad)",
    r"(?:quarter|viertel|v\.|quart|kwart|quarto|cuarto)",
    r"(?:third|drittel|d\.|tiers|derde|terzo|tercio)",
)
NUMBERS = {
    1: r"(?:first|1st|1\.|erste[sr]?|1(?:re|ère|er|ste|e)|premi(?:er|ère)|eerste|prim[oa]|primera?)",
    2: r"(?:second|2nd|2\.|zweite[sr]?|2(?:de|ème|e)|deuxième|seconde?|tweede|second[oa]|segund[oa])",
    3: r"(?:third|3rd|3\.|dritte[sr]?|3(?:de|ème|e)|troisième|derde|terzo|tercera?)",
    4: r"(?:fourth|4th|4\.|vierte[sr]?|4(?:de|ème|e)|quatrième|vierde|quarto|cuarto)",
}
LAST = r"(?:last|letzte[sr]?|derni(?:er|ère)|laatste|ultim[oa]|últim[oa])"
# The share of a century that the words beside it leave, in years.
PARTS: dict[str, Years] = {
    rf"{NUMBERS[1]}\s?{HALF}|1/2": (0, 49),
    rf"(?:{NUMBERS[2]}|{LAST})\s?{HALF}|2/2": (50, 99),
    rf"{NUMBERS[1]}\s?{QUARTER}|1/4": (0, 24),
    rf"{NUMBERS[2]}\s?{QUARTER}|2/4": (25, 49),
    rf"{NUMBERS[3]}\s?{QUARTER}|3/4": (50, 74),
    rf"(?:{NUMBERS[4]}|{LAST})\s?{QUARTER}|4/4": (75, 99),
    rf"{NUMBERS[1]}\s?{THIRD}|1/3": (0, 33),
    rf"{NUMBERS[2]}\s?{THIRD}|2/3": (34, 66),
    rf"(?:{NUMBERS[3]}|{LAST})\s?{THIRD}|3/3": (67, 99),
    EARLY: (0, 33),
    MID: (34, 66),
    LATE: (67, 99),
}
BESIDE = {re.compile(rf"(?<![\w/])(?:{part}){ARTICLE}[ -]*$"): years for part, years in PARTS.items()}
BEHIND = {re.compile(rf"[\s,(]*(?:{part})\s?(?:[),;]|$)"): years for part, years in PARTS.items()}
# Of two parts, as in "2nd or 3rd quarter", only the later stands beside the century; then all of it is meant.
TWO_PARTS = re.compile(
    rf"(?<!\d)(?!\d/\d)(?:\d(?:\.|st|nd|rd|th|e|er|re|de|ème)?|first|second|third|{EARLY}|{MID}){AND}"
    rf"\S+(?:\s\w+\.?)?{ARTICLE}[ -]*$"
)
NUMERALS = {"i": 1, "v": 5, "x": 10}
PATTERNS = [
    (size, re.compile(pattern))
    for size, (numbered, behind, ahead) in SPANS.items()
    for pattern in (
        rf"\b{ORDINAL}(?:{AND}{BETWEEN}{ORDINAL})?\s?-?\s?{numbered}",
        rf"\b{ROMAN}(?:{AND}{BETWEEN}{ROMAN})?\s?{behind}(?!\w)",
        rf"\b{ahead}\s?{ROMAN}(?:{AND}{BETWEEN}{ROMAN})?(?!\w)",
    )
]


def take_centuries(said: str, before: bool) -> tuple[list[Years], str]:
    """The years of the centuries and millennia that a text names, and what is left of it without them.

    said: in small letters, with ``-`` for every dash and "to". before: whether they are before our era.
    """
    found: list[Years] = []

    def take(size: int, match: re.Match[str]) -> str:
        first, word, second = match.groups()
        ahead, behind = match.string[: match.start()], match.string[match.end() :]
        sides = [(first, _part(ahead, "" if second else behind))]
        if second:
            sides.append((second, _part(f"{word or ''} ", behind)))
        for number, part in sides:
            count = int(number) if number.isdigit() else _roman(number)
            start = -count * size if before else (count - 1) * size
            begin, end = part[0] * size // 100, (part[1] + 1) * size // 100 - 1
            # A millennium begins with a year that has no number.
            found.append((start + begin or 1, start + end or -1))
        return " "

    for size, pattern in PATTERNS:
        said = pattern.sub(partial(take, size), said)
    return found, said


def _part(ahead: str, behind: str) -> Years:
    """The part of a century, in hundredths, that the words ahead of it or behind it leave."""
    if TWO_PARTS.search(ahead):
        return 0, 99
    found = [years for name, years in BESIDE.items() if name.search(ahead)]
    found += [years for name, years in BEHIND.items() if name.match(behind)]
    return found[0] if found else (0, 99)


def _roman(written: str) -> int:
    values = [NUMERALS[sign] for sign in written]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
