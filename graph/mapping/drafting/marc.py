"""A draft for MARCXML: each record by its number, with what the usual fields say of it."""

from pathlib import Path

from base.errors import InputError
from graph.mapping.drafting.guess import DraftedRelation, Guess, Lines
from graph.mapping.files.blocks import Records
from graph.mapping.files.formats import FORMATS, Layout, read_blocks
from graph.mapping.files.parts import Part, find_parts
from graph.mapping.files.paths import TOGETHER
from graph.mapping.table.cells import alternatives, columns_in

MOST_LOOKED_AT = 200  # files
WRAPPED = ["metadata.record", "recordData.record", "collection.record"]  # records in envelopes of OAI-PMH and SRU
HEADINGS = "100|110|111|130|150|151|155"  # of records of an authority file
# Cataloguing rules end names with a sign that is no part of them; the point behind an initial is.
END = r"\s*(?:[,:;/]|(?<!\b\w)\.)*$"
# What a cataloguer adds stands in brackets.
BRACKETS = r"[\[\]]"
# How they say that nobody knows where a book appeared, or by whom.
UNNAMED = r"^\W*(s\. ?[ln]\b|o\. ?o\b|[\w ]+ (not identified|nicht ermittelbar|non identifiée?))"


def _field(tags: str, code: str = "a") -> str:
    return f"datafield[@tag={tags}].subfield[@code={code}]"


def _heading(tags: str, codes: str = "a|b|c|d|q") -> str:
    """A name with what tells it from others: unit, number, title, fuller form and dates."""
    return f"{_field(tags, codes)}.{TOGETHER}"


NUMBER = "controlfield[@tag=001]"
NAME = f"{_heading('245', 'a|b|n|p')} ?? {_heading(HEADINGS, 'a|b|c|d|q|x|y|z')}"
KEEP = {"dated": _field("260|264", "c"), "extent": _field("300"), "isbn": _field("020")}
RELATIONS = (
    ("createdBy", "Person", "100|110|111", _heading("100|110|111")),
    ("contributedBy", "Person", "700|710|711", _heading("700|710|711")),
    ("hasSubject", "Subject", "650", _field("650")),
    ("portrays", "Person", "600", _heading("600")),
    ("depicts", "Place", "651", _field("651")),
    ("hasGenre", "Genre", "655", _field("655")),
    ("publishedAt", "Place", "260|264", _field("260|264")),
    ("publishedBy", "Publisher", "260|264", _field("260|264", "b")),
)
OF_WORKS = _field("245")


def guess_marc(folder: Path, files: list[str]) -> Guess:
    """What the lines of a [[table]] for these records may be. Raises InputError where they cannot be read."""
    parts = find_parts(folder, files, set(FORMATS))[:MOST_LOOKED_AT]
    records, blocks = _find_records(parts)
    works = has(blocks, OF_WORKS)
    guessed = Guess({"records": records, "label": "Book" if works else "Authority", "id": NUMBER})
    names = " ?? ".join(part for part in alternatives(NAME) if has(blocks, part))
    guessed.lines |= {"name": names, "before": END}
    if has(blocks, _field("520")):
        guessed.lines["text"] = _field("520")
    guessed.remarks.append("a field is named by its tag and code; whether a contributor made it, 700 $e and $4 say")
    if not works:
        return guessed
    guessed.keep = {key: column for key, column in KEEP.items() if has(blocks, column)}
    for name, to, tags, column in RELATIONS:
        if has(blocks, column):
            lines: Lines = {"to": to, "name": column, "before": END}
            if name.startswith("published"):
                lines |= {"without": BRACKETS, "unless": UNNAMED}
            if to == "Person" and has(blocks, dates := _field(tags, "d")):
                lines["keep"] = {"dates": dates}
            guessed.relations.append(DraftedRelation(name, lines))
    if has(blocks, KEEP["dated"]):
        decades: Lines = {"to": "Decade", "year": [KEEP["dated"]], "bin": 10, "span": 20}
        guessed.relations.append(DraftedRelation("madeIn", decades))
    return guessed


def _find_records(parts: list[Part]) -> tuple[str | list[str], list[Records]]:
    """The names of the records, and what they hold."""
    wrapped = [name for name in WRAPPED if any(read([part], name) for part in parts)]
    for records in (wrapped[0] if len(wrapped) == 1 else wrapped, "record"):
        if records and has(found := read(parts, records), NUMBER):
            return records, found
    raise InputError(f"{parts[0].name}: no record of MARC has a number (controlfield 001)")


def read(parts: list[Part], records: str | list[str]) -> list[Records]:
    """What the records hold; nothing where a file has none."""
    try:
        return [block for block in read_blocks(parts, Layout(records=records)) if isinstance(block, Records)]
    except InputError:
        return []


def has(blocks: list[Records], written: str) -> bool:
    """Whether some record has each of the columns."""
    return bool(blocks) and all(any(block.has(column) for block in blocks) for column in columns_in(written))
