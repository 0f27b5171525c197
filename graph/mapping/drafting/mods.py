"""A draft for MODS: each record by its number, with what its elements say by their types and roles."""

from collections import Counter
from pathlib import Path

from base.errors import InputError
from graph.mapping.drafting.column_words import find_meaning
from graph.mapping.drafting.guess import DraftedRelation, Guess, Lines
from graph.mapping.drafting.marc import MOST_LOOKED_AT, has, read
from graph.mapping.files.blocks import Records
from graph.mapping.files.formats import FILE, FORMATS
from graph.mapping.files.parts import find_parts
from graph.mapping.files.paths import Listed
from graph.mapping.table.cells import Cells, Reading, alternatives

RECORDS = "mods"  # also in a collection and in the envelopes of OAI-PMH and SRU
IDS = (
    "recordInfo.recordIdentifier", "@ID", "identifier[@type=uri]", "identifier[@type=doi]", "identifier[@type=hdl]",
    "identifier[@type=local]", FILE,
)  # fmt: skip
TITLE = "{titleInfo[@type=].nonSort} {titleInfo[@type=].title} ?? titleInfo[@type=].title"
PERSON = "name.*.namePart[@type=] ?? {name.*.namePart[@type=family]}, {name.*.namePart[@type=given]}"
LIVED = "name.*.namePart[@type=date]"
ROLES = ("name.*.role.roleTerm[@type=text|]", "name.*.role.roleTerm[@type=code]")
# What the codes of MARC's relators mean that name a maker, and a few others.
CODES = dict.fromkeys(
    ("arc", "art", "aut", "cmp", "cre", "ctg", "drm", "egr", "etr", "ill", "ltg", "pht", "scl"), "createdBy"
) | {"pbl": "publishedBy", "prt": "printedBy", "own": "ownedBy", "dnr": "givenBy", "sit": "portrays"}  # fmt: skip
KEEP = {
    "dated": "originInfo.dateIssued ?? originInfo.dateCreated", "extent": "physicalDescription.extent",
    "isbn": "identifier[@type=isbn]", "other_title": "titleInfo[@type=alternative].title",
}  # fmt: skip
RELATIONS = (
    ("hasSubject", "Subject", "subject.*.topic"),
    ("portrays", "Person", "subject.*.name.namePart[@type=]"),
    ("depicts", "Place", "subject.*.geographic"),
    ("hasGenre", "Genre", "genre"),
    ("publishedAt", "Place", "originInfo.place.placeTerm[@type=text|]"),
    ("publishedBy", "Publisher", "originInfo.publisher"),
)


def guess_mods(folder: Path, files: list[str]) -> Guess:
    """What the lines of a [[table]] for these records may be. Raises InputError where they cannot be read."""
    parts = find_parts(folder, files, set(FORMATS))[:MOST_LOOKED_AT]
    blocks = read(parts, RECORDS)
    if not blocks:
        raise InputError(f"{parts[0].name}: there is no record of MODS in it")
    guessed = Guess({"records": RECORDS, "label": "Book", "id": _find_id(blocks)})
    if title := _those_there(blocks, TITLE):
        guessed.lines["name"] = title
    if has(blocks, "abstract"):
        guessed.lines["text"] = "abstract"
    guessed.keep = {key: there for key, written in KEEP.items() if (there := _those_there(blocks, written))}
    if name := _those_there(blocks, PERSON):
        guessed.relations.append(_relate_names(blocks, name))
    for called, to, column in RELATIONS:
        if has(blocks, column):
            guessed.relations.append(DraftedRelation(called, {"to": to, "name": column}))
    if dated := guessed.keep.get("dated"):
        decades: Lines = {"to": "Decade", "year": [alternatives(dated)[0]], "bin": 10, "span": 20}
        guessed.relations.append(DraftedRelation("madeIn", decades))
    return guessed


def _find_id(blocks: list[Records]) -> str:
    """What each record has, and none shares with another."""
    for column in IDS:
        values = [value for block in blocks for value in _texts(block, column)]
        if None not in values and len(set(values)) == len(values):
            return column
    return IDS[0]


def _texts(block: Records, column: str) -> list[str | None]:
    if column == FILE:
        return [place.rpartition(" record ")[0] for place in block.places]
    return Cells(block, Reading()).texts(column) if block.has(column) else [None] * len(block)


def _those_there(blocks: list[Records], written: str) -> str:
    """The alternatives whose columns the records have."""
    return " ?? ".join(part for part in alternatives(written) if has(blocks, part))


def _relate_names(blocks: list[Records], name: str) -> DraftedRelation:
    """Names divided by their roles, in words or, where there are none, in codes; who has no role made it."""
    relation = DraftedRelation("createdBy", {"to": "Person", "name": name})
    if has(blocks, LIVED):
        relation.lines["keep"] = {"dates": LIVED}
    role = next((column for column in ROLES if has(blocks, column)), None)
    if role is None:
        return relation
    cells = [cell for block in blocks if block.has(role) for cell in block.column(role)]
    found = Counter(text for cell in cells for text in (cell.texts if isinstance(cell, Listed) else [cell]) if text)
    meant = {text: meaning for text in found if (meaning := CODES.get(text) or find_meaning(text))}
    relation.lines |= {"role": role, "roles": {"": "createdBy", **meant}}
    if other := ", ".join(f"{text!r} {count:,}" for text, count in found.most_common(12) if text not in meant):
        relation.remarks.append(f"not yet in roles: {other}")
    return relation
