"""Dates as catalogues write them, read as first and last year, and the decades or centuries that they touch.

A year before our era is negative: -350 is 350 BC. There is no year 0.
"""

import re
import unicodedata
from typing import TypeAlias

Years: TypeAlias = tuple[int, int]
LAST_YEAR = 2100

DASHES = re.compile(r"\s*[‐‑‒–—―−]\s*|\s+-\s+|\s+(?:to|until|through|bis|à|au|tot)\s+")
# They leave one side open: which decade is meant, nobody knows.
OPEN = re.compile(
    r"\b(before|after|by|since|until|prior|post|ante|not before|not after|vor|nach|seit|avant|après|depuis|voor|na|"
    r"dopo|antes|después|prima d\w+(?=\s?\d))\b"
    r"|^\s*[-/]?\.\.|(\d|\bcentury)\s*-\s*$|[<>]"
)
BC = re.compile(r"\b(?:b\.?\s?c\.?(?:\s?e\.?)?|v\.\s?chr\.?|av\.\s?j\.?-?\s?c\.?|a\.\s?c\.)(?!\w)")
OUR_ERA = re.compile(r"(?<![b.]\.)(?<!b)\b(?:a\.?d\.?|c\.?e\.?|n\.\s?chr\.?)(?!\w)")
# Years and decades in other words: 12.5.1888, années 1890, 1890er Jahre; 18-- and 189- as librarians write them.
WORDED = {
    re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.\s?(\d{4})\b"): r"\1",
    re.compile(r"\b(?:années|jaren|anni|años|década de(?: los)?)\s(\d{3}0)\b"): r"\1s",
    re.compile(r"\b(\d{3}0)er\b"): r"\1s",
    re.compile(r"^(\D{0,6}\d\d)--(?=\??$)"): r"\1xx",
    re.compile(r"^(\D{0,6}\d{3})-(?=\??$)"): r"\1x",
    # A point or a comma between thousands, which only the oldest things need.
    re.compile(r"(?<![\d.,])(\d{1,3})[.,](\d{3})(?=\s(?:b\.?\s?c|v\.\s?chr|av\.))"): r"\1\2",
}
ISO = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d)(?:t.*)?)?)?")
SHORT = re.compile(r"\b(\d{2,3})(\d|\d\d)(s?)\s?[-/]\s?(?:c\.\s?)?(\d{1,2})(?!\d|st|nd|rd|th|\.\s?\d|-)(s?)")
MASKED = re.compile(r"\b(\d{2})(\d|[xu?])[xu?](?!\w)")
ORDINAL = r"(\d{1,2})(?:st|nd|rd|th|er|ème|de|ste|e|\.)"
CENTURY = r"(?:centur(?:y|ies)|cent\b\.?|c\.?(?!\w)|jahrhunderts?|jhd?t?s?\b\.?|siècles?|s\.(?!\w)|eeuw)"
NUMBERED = re.compile(
    rf"\b{ORDINAL}\s?(?:(?:-|/|and|or|und|et)\s?(?:(early|mid|late)[ -])?{ORDINAL}\s?)?-?\s?{CENTURY}"
)
ROMAN_CENTURY = re.compile(
    r"\b(?:(?:siècles?|siglos?|secol\w*|sec\.?|saec\.?|s\.)\s?([ivx]+)|([ivx]+)(?:e|ème)?\s?(?:siècles?|century|secolo|sec\.?|siglo|w\.|век))(?!\w)"
)
ARTICLE = r"(?:\s(?:of(?:\sthe)?|des|der|du|de\sla|van(?:\sde)?|del(?:la|l')?|de))?"
HALF, QUARTER, THIRD = (
    "(?:half|hälfte|moitié|helft|metà|mitad)",
    "(?:quarter|viertel|quart|kwart|quarto|cuarto)",
    "(?:third|drittel|tiers|derde|terzo|tercio)",
)
NUMBERS = {
    1: r"(?:first|1st|1\.|erste[sr]?|1(?:re|ère|er|ste|e)|premi(?:er|ère)|eerste|prim[oa]|primera?)",
    2: r"(?:second|2nd|2\.|zweite[sr]?|2(?:de|ème|e)|deuxième|seconde?|tweede|second[oa]|segund[oa])",
    3: r"(?:third|3rd|3\.|dritte[sr]?|3(?:de|ème|e)|troisième|derde|terzo|tercera?)",
    4: r"(?:fourth|4th|4\.|vierte[sr]?|4(?:de|ème|e)|quatrième|vierde|quarto|cuarto)",
}
LAST = r"(?:last|letzte[sr]?|derni(?:er|ère)|laatste|ultim[oa]|últim[oa])"
# The share of a century that the words before it leave, in years.
PARTS: dict[str, Years] = {
    r"early|beginning|anfang|frühes|début|begin|vroege?|inizio|inizi|principios": (0, 33),
    r"mid|middle|mitte|milieu|midden|(?<!\w )metà|mediados": (34, 66),
    r"late|end|ende|spätes|fin|einde?|laat|fine|fin(?:al)?es": (67, 99),
    rf"{NUMBERS[1]} {HALF}": (0, 49),
    rf"(?:{NUMBERS[2]}|{LAST}) {HALF}": (50, 99),
    rf"{NUMBERS[1]} {QUARTER}": (0, 24),
    rf"{NUMBERS[2]} {QUARTER}": (25, 49),
    rf"{NUMBERS[3]} {QUARTER}": (50, 74),
    rf"(?:{NUMBERS[4]}|{LAST}) {QUARTER}": (75, 99),
    rf"{NUMBERS[1]} {THIRD}": (0, 33),
    rf"{NUMBERS[2]} {THIRD}": (34, 66),
    rf"(?:{NUMBERS[3]}|{LAST}) {THIRD}": (67, 99),
}
NUMERALS = {"i": 1, "v": 5, "x": 10}


def read_years(text: str) -> Years | None:
    """The first and the last year that a date can mean; None where it says none, or leaves one side open.

    ``c. 1890–95`` is (1890, 1895), ``17th–19th century`` (1600, 1899), ``1890s`` (1890, 1899), ``May 4, 1888``
    (1888, 1888). Of several years the earliest and the latest count.
    """
    said = unicodedata.normalize("NFKC", text).casefold().strip().strip("[]()")
    if re.fullmatch(r"-\d{1,4}", said):
        return _known(int(said), int(said))
    if whole := ISO.fullmatch(said):
        year, month = int(whole[1]), whole[2]
        later = year // 100 * 100 + int(month or 0)
        # 1904-07 may be a July or four years: both lie within the four.
        return _known(year, later if month and not whole[3] and later > year else year)
    for pattern, written in WORDED.items():
        said = pattern.sub(written, said)
    said = DASHES.sub("-", said)
    if OPEN.search(said):
        return None
    before = bool(BC.search(said))
    if before and OUR_ERA.search(said) and said.count("-") == 1:
        sides = [read_years(side) for side in said.split("-")]
        return _known(sides[0][0], sides[1][1]) if sides[0] and sides[1] else None
    found, rest = _take_centuries(said, before)
    rest = MASKED.sub(lambda m: f"{m[1]}00c" if m[2] in "xu?" else f"{m[1]}{m[2]}0s", rest)
    rest = SHORT.sub(_lengthen, rest)
    found += _take_years(rest, before, 1 if before or OUR_ERA.search(said) else 3)
    if not found:
        return None
    return _known(min(first for first, _ in found), max(last for _, last in found))


def bins_of(years: Years, size: int) -> list[int]:
    """The first years of the decades (size 10), centuries (100) or other spans that a range touches."""
    first, last = (_floor(year, size) for year in years)
    return list(range(first, last + size, size))


def name_bin(start: int, size: int) -> str:
    """``1890s``, ``19th century``, ``350s BC``; of other sizes the first and last year."""
    era, year = (" BC", -start - size) if start < 0 else ("", start)
    if size == 100:
        number = year // 100 + 1
        ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending} century{era}"
    if size == 10:
        return f"{year}s{era}"
    if size == 1:
        return f"{abs(start)}{era}"
    return f"{-start}–{-start - size + 1}{era}" if era else f"{year}–{year + size - 1}"


def _floor(year: int, size: int) -> int:
    """The first year of the span that a year lies in. Spans before our era mirror ours: -359 to -350 are the 350s."""
    if size == 1 or year >= 0:
        return year // size * size
    # The 5th century ends with 401 BC, as the first begins with the year 1.
    return -((-year - (size == 100)) // size * size) - size


def _known(first: int, last: int) -> Years | None:
    return None if first > last or last > LAST_YEAR or 0 in (first, last) else (first, last)


def _take_centuries(said: str, before: bool) -> tuple[list[Years], str]:
    """The centuries that a text names, and what is left of it without them."""
    found: list[Years] = []

    def take(numbers: list[int], words: list[str]) -> str:
        for number, word in zip(numbers, words, strict=True):
            first, last = next(
                (part for name, part in PARTS.items() if re.search(rf"(?:{name}){ARTICLE}[ -]*$", word)), (0, 99)
            )
            start = -number * 100 if before else (number - 1) * 100
            # A millennium begins with a year that has no number.
            found.append((start + first or 1, start + last or -1))
        return " "

    said = NUMBERED.sub(
        lambda m: take([int(n) for n in (m[1], m[3]) if n], [m.string[: m.start()], m[2] or ""][: 2 if m[3] else 1]),
        said,
    )
    said = ROMAN_CENTURY.sub(lambda m: take([_roman(m[1] or m[2])], [m.string[: m.start()]]), said)
    return found, said


def _roman(written: str) -> int:
    values = [NUMERALS[sign] for sign in written]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _lengthen(match: re.Match[str]) -> str:
    """``1890-95`` as ``1890-1895``; a second number that is not later, as a month, is left away."""
    first, second = match[1] + match[2], match[4]
    whole = first[: -len(second)] + second
    return (
        f"{first}{match[3]} {whole}{match[5]}"
        if len(first) > len(second) and int(whole) > int(first)
        else f"{first}{match[3]} "
    )


def _take_years(rest: str, before: bool, shortest: int) -> list[Years]:
    """Years, decades (``1890s``) and, from masks, centuries (``1800c``). shortest: digits of a year."""
    if not before and re.search(r"\d{4}", rest):
        shortest = 4
    found = []
    for number, kind in re.findall(r"(?<!\d)(?<!\d[.,])(\d{1,5})(s|c)?(?!\d)", rest):
        if len(number) < shortest or (len(number) > 4):
            if len(number) > 4:
                return []
            continue
        year = int(number)
        width = {"s": 9, "c": 99}.get(kind, 0)
        found.append((-year - width, -year) if before else (year, year + width))
    return found
