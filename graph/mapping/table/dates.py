"""Dates as catalogues write them, read as first and last year, and the decades or centuries that they touch.

A year before our era is negative: -350 is 350 BC. There is no year 0.
"""

import re
import unicodedata

from graph.mapping.table.centuries import Years, take_centuries
from graph.mapping.table.date_words import AND, BC, DASHES, MONTH, NO_YEAR, OPEN, OUR_ERA

LAST_YEAR = 2100
BRACKETS = str.maketrans("", "", "[]")

# Years and decades in other words: 12.5.1888, années 1890, 1890er Jahre; 18-- and 189- as librarians write them.
WORDED = {
    re.compile(r"(?<![\d./-])\d{1,2}(?:\.\s?|[/-])\d{1,2}(?:\.\s?|[/-])(\d{4})\b"): r"\1",
    re.compile(r"(?<![\d./-])(\d{4})/(?:0?[1-9]|1[0-2])/\d{1,2}(?![\d/])"): r"\1",
    re.compile(r"\b(?:années|jaren|anni|años|década de(?: los)?)\s(\d{3}0)\b"): r"\1s",
    re.compile(r"\b(\d{3}0)(?:er\b|['’]s\b)"): r"\1s",
    re.compile(r"^(\D{0,6}\d\d)--(?=\??$)"): r"\1xx",
    re.compile(r"^(\D{0,6}\d{3})-(?=\??$)"): r"\1x",
    re.compile(r"\+\s?/\s?-"): "±",
    re.compile(rf"\b(ca?|circa|um|vers|ad|{MONTH}[a-z]*)(?=\d)"): r"\1 ",
}
# A point or a comma between thousands, which only the oldest things need.
THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})[.,](\d{3})(?![\d.,]*\d)")
EITHER_WAY = re.compile(r"(?<!\d)(\d{3,4})\s?±\s?(\d{1,2})(?!\d)")
ISO = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d)(?:t.*)?)?)?")
# A letter right before a number, or one and a dash, make it a number of something else; 40.000 is none either.
START = r"(?<![a-z\d])(?<!\b[a-z]-)(?!(?<=\d[.,])\d{3}(?!\d))"
MONTHLY = re.compile(r"(?<![\d./-])(\d{4})/(0[1-9]|1[0-2])(?![\d/-])")
SHORT = re.compile(
    rf"{START}(\d{{2,3}})(\d|\d\d)(s?)\s?[-/]\s?(?:c\.\s?)?(\d{{1,2}})(?!\d|st|nd|rd|th|\.\s?\d|[-/]\d|\.?\s?{MONTH})(s?)"
)
RANGE = re.compile(r"(?<!\d)(\d{4})\??[-/]\D{0,6}(\d{4})(?!\d)")
TORN = re.compile(r"\d(?:st|nd|rd|th|\.)\s?[-/](?!\s?\d)")  # of two centuries the first, whose word was not found
MASKED = re.compile(r"\b(\d{2})(\d|[xu?])[xu?](?!\w)")
# A year, a decade (1890s) or, from a mask, a century (1800~).
YEAR = rf"{START}(\d+)([s~])?(?!\d)(?!(?!(?:ca?|ad|bce?|ce)\b)[a-z])"
YEARS = re.compile(YEAR)
NEXT = rf"\W*{AND}[^\d,;]{{0,15}}"
BEFORE_ERA = re.compile(rf"{YEAR}(?:{NEXT}{YEAR})?[\s?)]*(?:{BC.pattern}|{OUR_ERA.pattern})")
BEHIND_ERA = re.compile(rf"{OUR_ERA.pattern}\W*(?:ca?\.?\s)?{YEAR}(?:{NEXT}{YEAR})?")
BOTH_ERAS = re.compile(rf"(.*?{BC.pattern})\W*?{AND}(.*)")


def read_years(text: str) -> Years | None:
    """The first and the last year that a date can mean; None where it says none, or leaves one side open.

    ``c. 1890–95`` is (1890, 1895), ``17th–19th century`` (1600, 1899), ``1890s`` (1890, 1899), ``May 4, 1888``
    (1888, 1888). Of several years the earliest and the latest count.
    """
    said = unicodedata.normalize("NFKC", text).casefold().translate(BRACKETS).strip().strip("()")
    if re.fullmatch(r"-\d{1,4}", said):
        return _known(int(said), int(said))
    if whole := ISO.fullmatch(said):
        year, month = int(whole[1]), whole[2]
        later = year // 100 * 100 + int(month or 0)
        # 1904-07 may be a July or four years: both lie within the four.
        return _known(year, later if month and not whole[3] and later > year else year)
    said = _write_alike(said)
    if OPEN.search(said):
        return None
    before, ours = bool(BC.search(said)), bool(OUR_ERA.search(said))
    if before and (both := BOTH_ERAS.fullmatch(said)) and not BC.search(both[2]) and re.search(r"\d", both[2]):
        first, last = read_years(both[1]), read_years(both[2]) if ours else None
        return _known(first[0], last[1]) if first and last else None
    found, rest = take_centuries(said, before)
    years = None if before and ours else _take_years(rest, before)
    if years is None or not found + years or (found and TORN.search(rest)):
        return None
    return _known(min(first for first, _ in found + years), max(last for _, last in found + years))


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


def _write_alike(said: str) -> str:
    """A text with one sign for all dashes and one spelling for what is worded differently, without what is no year."""
    if BC.search(said):
        said = THOUSANDS.sub(r"\1\2", said)
    for pattern, written in WORDED.items():
        said = pattern.sub(written, said)
    said = EITHER_WAY.sub(lambda m: f"{int(m[1]) - int(m[2])}-{int(m[1]) + int(m[2])}", NO_YEAR.sub(" ", said))
    return DASHES.sub("-", said).strip()


def _take_years(rest: str, before: bool) -> list[Years] | None:
    """The years and decades that a text without centuries names; None where it cannot be understood."""
    rest = MASKED.sub(lambda m: f"{m[1]}00~" if m[2] in "xu?" else f"{m[1]}{m[2]}0s", rest)
    rest = MONTHLY.sub(lambda m: m[0] if int(m[1][2:]) + 1 == int(m[2]) else m[1], rest)
    rest = SHORT.sub(lambda m: _lengthen(m, before), rest)
    if not before and any(int(m[1]) > int(m[2]) for m in RANGE.finditer(rest)):
        return None
    # Days, numbers of rulers and of pages are as short as the years of antiquity: those count that the era stands at.
    named = [match for pattern in (BEFORE_ERA, BEHIND_ERA) for match in pattern.finditer(rest)]
    certain = {at for match in named for at in (match.start(1), match.start(3)) if at >= 0}
    shortest = 4 if not before and re.search(r"(?<!\d)\d{4}(?!\d)", rest) else 3
    if not before and len(re.findall(r"\d{4,}", rest)) > sum(len(match[1]) == 4 for match in YEARS.finditer(rest)):
        return None
    # The 1800s are a century, or a decade beside other years.
    wide = 99 if len(re.findall(r"\d{3,}", rest)) == 1 else 9
    found: list[Years] = []
    for match in YEARS.finditer(rest):
        number, kind = match.groups()
        if before and len(number) > 2 and (len(number) > 4 or match.start(1) not in certain):
            return None
        if match.start(1) in certain or len(number) >= shortest:
            year, width = int(number), {"s": wide if number.endswith("00") else 9, "~": 99}.get(kind, 0)
            found.append((-year - width, -year) if before else (year, year + width))
    return found


def _lengthen(match: re.Match[str], before: bool) -> str:
    """``1890-95`` as ``1890-1895``, ``1479-58`` before our era as ``1479-1458``; a number that is neither is left away,
    as it is a month."""
    first, second, kinds = match[1] + match[2], match[4], (match[3], match[5])
    whole = first[: -len(second)] + second
    if before:
        # 350-25 BC may be 350 to 325 or to 25.
        return f"{first}{kinds[0]}-{whole}{kinds[1]}" if len(first) == 4 and int(whole) < int(first) else match[0]
    if second == "00" and len(first) == 4:
        whole = str(int(whole) + 100)
    later = len(first) > len(second) and int(whole) > int(first)
    return f"{first}{kinds[0]}-{whole}{kinds[1]}" if later else f"{first}{kinds[0]} "
