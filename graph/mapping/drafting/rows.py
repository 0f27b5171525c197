"""What the rows of a table are, and what tells them apart: a guess by names of files and columns."""

import re
from collections.abc import Mapping
from pathlib import Path

from graph.mapping.drafting.column_words import (
    IDS,
    LABELS,
    NAMES,
    PEOPLE,
    PICTURES,
    SURE_IDS,
    TECHNICAL,
    VOCABULARIES,
    WORKS,
    camel,
    find_identifier,
    plain,
)  # fmt: skip
from graph.mapping.drafting.guess import Guess
from graph.mapping.drafting.profile import Column

ALL = 0.999  # of the rows, but for rounding
AGAIN = 0.02  # of the filled rows whose identifier another one has


def label_of(file: str, columns: Mapping[str, Column] | None = None) -> str:
    """What the rows are, by the words in the file's name; where these say nothing, by the one type that all give."""
    label = _label_of(file)
    kind = (columns or {}).get("type")
    if label == "Artwork" and kind is not None and kind.different == 1 and kind.filled > ALL:
        return _label_of(kind.largest)
    return label


def _label_of(file: str) -> str:
    stem = plain(Path(file.replace("*", "")).stem)
    if VOCABULARIES.search(stem):
        return camel(stem.split()[0])
    words = stem + " " + plain(str(Path(file).parent).replace("/", " "))
    # A table of works and artists holds works.
    if re.search(r"\b(object|work|artwork|collection|werke?|objekte?|oeuvres?|obras?|opere)s?\b", words):
        return "Artwork"
    for label, named in LABELS.items():
        if named.search(words) or re.search(r"(artists|people|persons|constituents)$", words.split(" ")[0]):
            return label if named.search(words) else "Person"
    return "Artwork"


def take_id(columns: dict[str, Column], guessed: Guess) -> None:
    """What tells the rows apart: a number of theirs before others, an identifier of an authority file last."""
    flat = [column for column in columns.values() if column.separator not in ("|", "list")]
    # What a query asks for stands first, in a row for every combination of what is said of it.
    asked = [column for column in flat[:1] if column.looks == "IRI" and f"{column.name}Label" in columns]
    own = [column for column in flat if find_identifier(column.name, []) is None]
    unique = [column for column in own if column.unique and column.filled > ALL]
    person = guessed.lines["label"] == "Person"
    named = [c for c in unique if IDS.search(plain(c.name)) and (person or not PEOPLE.search(plain(c.name)))]
    named.sort(
        key=lambda column: (
            bool(TECHNICAL.search(plain(column.name)) or PICTURES.search(plain(column.name))),
            not SURE_IDS.search(plain(column.name)),
            not plain(column.name).endswith("id"),
        )
    )
    flat = [column for column in flat if not column.separator]
    again = [column for column in flat if IDS.search(plain(column.name)) and column.filled > 0.9]
    again.sort(key=lambda column: (bool(PEOPLE.search(plain(column.name))), not SURE_IDS.search(plain(column.name))))
    chosen = next(iter([*asked, *named, *again, *unique, *flat, *columns.values()]), None)
    if chosen is None:
        guessed.lines["id"] = "id"
        guessed.remarks.append("there is no value in it")
        return
    guessed.lines["id"] = chosen.name
    guessed.roles[chosen.name] = "id"
    if NAMES.search(plain(chosen.name)) and chosen.looks == "name":
        guessed.lines["name"] = chosen.name
    if WORKS.search(plain(chosen.name)):
        guessed.people = person  # a row says who made a work
        guessed.lines["label"] = "Artwork"
    if not chosen.unique:
        guessed.remarks.append(f"no column tells the rows apart: rows of one {chosen.name} are one entity")


def take_identifiers(columns: dict[str, Column], guessed: Guess) -> None:
    """Numbers in authority files that a row's thing has alone: others may know it by them."""
    same: dict[str, str] = {}
    for column in columns.values():
        if column.name in guessed.roles or not _is_nearly_unique(column) or column.separator not in ("", "list"):
            continue
        authority = find_identifier(column.name, list(column.sample))
        if authority is None or (guessed.lines["label"] != "Person" and PEOPLE.search(plain(column.name))):
            continue
        if authority not in same:
            same[authority] = column.name
            guessed.roles[column.name] = f"identifier {authority}"
            if not column.unique:
                guessed.remarks.append(
                    f"some rows share one {column.name}, such as {column.largest!r}: these become one"
                )
    if same:
        guessed.lines["same"] = same


def _is_nearly_unique(column: Column) -> bool:
    """Whether hardly a value comes twice; different values are those of the filled rows then."""
    return column.unique or (column.share < 0.01 and column.again < AGAIN)
