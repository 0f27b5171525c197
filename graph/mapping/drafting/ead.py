"""A draft for EAD: the whole of a finding aid and each of its components, with the one around it."""

import re
from pathlib import Path

from lxml import etree

from base.errors import InputError
from graph.mapping.drafting.guess import DraftedRelation, Guess, Lines
from graph.mapping.drafting.marc import END, MOST_LOOKED_AT, has, read
from graph.mapping.drafting.profile import look
from graph.mapping.files.blocks import Records
from graph.mapping.files.formats import FILE, FORMATS
from graph.mapping.files.parts import Part, find_parts
from graph.mapping.files.paths import OUTERMOST, PARENT, POSITION
from graph.mapping.table.cells import Cells, Reading, alternatives, columns_in

WHOLE = "archdesc"  # what the components are parts of
COMPONENT = re.compile(r"c(0[1-9]|1[0-2])?")
NUMBER = "did.unitid"
RANGE = "did.unitdatestructured.daterange"  # of EAD 3
DATED = (
    "did.unitdate ?? did.unittitle.unitdate ?? did.unitdatestructured.datesingle ?? "
    f"{{{RANGE}.fromdate}}–{{{RANGE}.todate}}"
)
TEXT = "scopecontent.p ?? did.abstract"
KEEP = {"level": "@level", "number": NUMBER, "dated": DATED, "extent": "did.physdesc.extent"}
PICTURES = ("did.dao.@href", "dao.@href", "did.daogrp.daoloc.@href", "daogrp.daoloc.@href")
# A relation, what it leads to, and where it stands: in groups of headings, too.
RELATIONS = (
    ("createdBy", "Person", "did.origination.persname ?? did.origination"),
    ("createdByBody", "Body", "did.origination.corpname"),
    ("createdByFamily", "Family", "did.origination.famname"),
    ("isAbout", "Person", "controlaccess.persname ?? controlaccess.controlaccess.persname"),
    ("isAboutBody", "Body", "controlaccess.corpname ?? controlaccess.controlaccess.corpname"),
    ("isAboutFamily", "Family", "controlaccess.famname ?? controlaccess.controlaccess.famname"),
    ("isAboutPlace", "Place", "controlaccess.geogname ?? controlaccess.controlaccess.geogname"),
    ("hasSubject", "Subject", "controlaccess.subject ?? controlaccess.controlaccess.subject"),
    ("hasGenre", "Genre", "controlaccess.genreform ?? controlaccess.controlaccess.genreform"),
    ("keptBy", "Repository", "did.repository.corpname ?? did.repository"),
)


def guess_ead(folder: Path, files: list[str]) -> Guess:
    """What the lines of a [[table]] for these finding aids may be. Raises InputError where they cannot be read."""
    parts = find_parts(folder, files, set(FORMATS))[:MOST_LOOKED_AT]
    records = [WHOLE, *_find_components(parts)]
    blocks = read(parts, records)
    if not blocks:
        raise InputError(f"{parts[0].name}: there is no {WHOLE} in it, the whole of a finding aid")
    guessed = Guess({"records": records, "label": "Unit"})
    ids = _find_ids(blocks)
    guessed.lines |= {"id": " ?? ".join(ids), "name": _those_there(blocks, f"did.unittitle ?? {NUMBER}")}
    if text := _those_there(blocks, TEXT):
        guessed.lines["text"] = text
    for column in (column for column in PICTURES if has(blocks, column)):
        cells = [cell for block in blocks for cell in block.column(column)]
        guessed.lines.setdefault("image" if look(column, cells, len(cells)).looks == "picture" else "url", column)
    if any(POSITION in id_ for id_ in ids):
        guessed.remarks.append(f"a part without an id is known by its place: {POSITION} 1.2 is the second in the first")
    guessed.keep = {key: there for key, written in KEEP.items() if (there := _those_there(blocks, written))}
    if len(records) > 1:
        above = [re.sub(r"(?<=\{)(?!@file)|^(?!\{)", f"{PARENT}.", id_) for id_ in ids]
        known = [id_ for id_ in above if all(has(blocks, name) for name in columns_in(id_) if name != FILE)]
        guessed.relations.append(DraftedRelation("partOf", {"to": "Unit", "id": " ?? ".join(known)}))
    for called, to, written in RELATIONS:
        if column := _those_there(blocks, written):
            guessed.relations.append(DraftedRelation(called, {"to": to, "name": column, "before": END}))
    if dated := guessed.keep.get("dated"):
        decades: Lines = {"to": "Decade", "year": _find_years(blocks, dated), "bin": 10, "span": 20}
        guessed.relations.append(DraftedRelation("madeIn", decades))
    return guessed


def _find_components(parts: list[Part]) -> list[str]:
    """The names of the components, which may be numbered by their depth."""
    names: set[str] = set()
    for part in parts:
        try:
            with part.opened() as stream:
                for _, element in etree.iterparse(stream, ("start",), resolve_entities=False):
                    name = etree.QName(element).localname if isinstance(element.tag, str) else ""
                    if COMPONENT.fullmatch(name):
                        names.add(name)
        except etree.XMLSyntaxError:
            continue  # told in full when it is read
    return sorted(names)


def _find_ids(blocks: list[Records]) -> list[str]:
    """What tells the parts apart, the first that is filled: attributes hold in their file alone, and the whole has
    hardly ever one."""
    whole, place = f"{{{FILE}}}#{{{OUTERMOST}}}", f"{{{FILE}}}#{{{POSITION}}}"
    numbers = [
        text
        for block in blocks
        for record, text in zip(block.records, Cells(block, Reading()).texts(NUMBER), strict=True)
        if text or OUTERMOST not in record
    ]
    if has(blocks, "@id"):
        return [f"{{{FILE}}}#{{@id}}", whole, place]
    if None not in numbers and len(set(numbers)) == len(numbers) > 0:
        return [NUMBER, whole]
    return [whole, place]


def _find_years(blocks: list[Records], dated: str) -> list[str]:
    """The columns of the first year, the last and the text. Dates in numbers go before dates in words."""
    parts = [part for part in alternatives(dated) if "{" not in part]
    names = [f"{part}.@{name}" for part in parts for name in ("normal", "standarddate")]
    written = " ?? ".join(name for name in names if has(blocks, name))
    return [written, written, dated] if written else [dated]


def _those_there(blocks: list[Records], written: str) -> str:
    """The alternatives whose columns the records have."""
    return " ?? ".join(part for part in alternatives(written) if has(blocks, part))
