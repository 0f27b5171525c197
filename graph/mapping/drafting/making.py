"""The columns that date the making of a work, told from those of lives and of records."""

import statistics

from graph.mapping.drafting.column_words import DATES, FIRSTS, LASTS, LIVES, PEOPLE, TECHNICAL, plain
from graph.mapping.drafting.guess import DraftedRelation, Guess, Lines, is_same
from graph.mapping.drafting.profile import Column
from graph.mapping.table.dates import read_years

WIDER = 15  # years that a range may have more than the text beside it
WIDEST = 60  # where there is no text
NARROW = 20  # years that a middling date of decades spans


def take_dates(columns: dict[str, Column], guessed: Guess) -> None:
    """The date of making as decades, its text as a property."""
    if guessed.lines["label"] == "Person" or guessed.people:
        return
    dates = [column for column in columns.values() if _is_making(column, guessed)]
    nested = [column for column in dates if "*" in column.name]
    dates = [column for column in dates if column not in nested] or nested
    firsts = [column for column in dates if FIRSTS.search(plain(column.name))]
    lasts = [column for column in dates if LASTS.search(plain(column.name)) and column not in firsts]
    texts = [column for column in dates if column not in (*firsts, *lasts)]
    texts.sort(key=lambda column: (-column.filled, len(plain(column.name).split())))
    text = next(iter(texts), None)
    chosen = next(
        ([first, last, *([text] if text else [])] for first in firsts for last in lasts if _is_pair(first, last, text)),
        [text] if text else firsts[:1],
    )
    if not chosen:
        return
    for column in chosen:
        guessed.roles[column.name] = "relation madeIn"
    if text is not None:
        guessed.keep["dated"] = text.name
        for other in texts[1:]:
            if is_same(other, text):
                guessed.roles[other.name] = f"left out, as {text.name}"
    names = [column.name for column in chosen]
    if _measure(chosen[: 2 - (len(chosen) == 1)]) > NARROW:
        lines: Lines = {"to": "Century", "year": names, "bin": 100, "span": 100}
        remarks = ["centuries, as most dates span more than decades. A range wider than `span` years is none."]
    else:
        lines = {"to": "Decade", "year": names, "bin": 10, "span": 20}
        remarks = ["decades; with bin = 100 centuries. A range wider than `span` years is none."]
    guessed.relations.append(DraftedRelation("madeIn", lines, remarks))


def _measure(columns: list[Column]) -> float:
    """How many years a middling date spans, in one column or from the first of two to the other."""
    read = [
        (read_years(first or ""), read_years(last or ""))
        for first, last in zip(columns[0].begin, columns[-1].begin, strict=False)
    ]
    return statistics.median([last[1] - first[0] for first, last in read if first and last] or [0])


def _is_making(column: Column, guessed: Guess) -> bool:
    said = plain(column.name)
    return (
        column.looks == "date"
        and column.name not in guessed.roles
        and column.separator in ("", ",", ";", "list")
        and not any(words.search(said) for words in (LIVES, PEOPLE, TECHNICAL))
        and (bool(DATES.search(said)) or "*" in column.name)
    )


def _is_pair(first: Column, last: Column, text: Column | None) -> bool:
    """Whether two columns are the first and last year of a making: about as far apart as the text says, or near."""
    wider = []
    for row, (one, other) in enumerate(zip(first.begin, last.begin, strict=False)):
        begin, end = read_years(one or ""), read_years(other or "")
        told = read_years(text.begin[row] or "") if text else None
        if begin and end and (told or text is None):
            wider.append(end[1] - begin[0] - (told[1] - told[0] if told else 0))
    return bool(wider) and 0 <= statistics.median(wider) <= (WIDEST if text is None else WIDER)
