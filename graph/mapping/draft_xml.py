"""Which elements of XML files are records, found for a draft."""

import re
from collections import Counter
from collections.abc import Iterable

from lxml import etree

from graph.mapping.filemaker import ROOT
from graph.mapping.formats import FILE
from graph.mapping.guess import DraftedRelation, Guess
from graph.mapping.parts import Part
from graph.mapping.paths import OUTERMOST, PARENT

DEEPEST = 3  # levels above records
# Roots that are a record themselves: MODS, EAC-CPF, TEI, Dublin Core, MADS, METS.
RECORDS = {"mods", "mads", "eac-cpf", "eac", "TEI", "TEI.2", "dc", "mets", "record"}
WHOLE = "archdesc"  # of a finding aid in EAD: what its components are parts of
COMPONENT = re.compile(r"c(0[1-9]|1[0-2])?")  # of a finding aid in EAD


def find_element(part: Part) -> str | None:
    """The element that is a record: the root by its name, or the most frequent with something inside, on the highest
    level with several.

    None where all children of the root are records, and of FileMaker's files, which name their fields apart.
    """
    levels: list[Counter[str]] = [Counter() for _ in range(DEEPEST)]
    depth, children = 0, set()
    try:
        with part.opened() as stream:
            for event, element in etree.iterparse(stream, ("start", "end"), resolve_entities=False):
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1 and etree.QName(element).localname == ROOT:
                    return None
                if event == "start" and depth == 1 and etree.QName(element).localname in RECORDS:
                    return str(etree.QName(element).localname)
                if event == "end" and 1 <= depth <= DEEPEST:
                    if depth == 1:
                        children.add(element.tag)
                    if isinstance(element.tag, str) and (len(element) or element.attrib):
                        levels[depth - 1][etree.QName(element).localname] += 1
                    if depth == 1:
                        element.clear()
    except etree.XMLSyntaxError:
        return None  # told in full when it is read
    for level, names in enumerate(levels):
        if names and (most := names.most_common(1)[0])[1] > 1:
            return None if level == 0 and len(children) == 1 else most[0]
    return None


def find_nested(parts: Iterable[Part]) -> list[str]:
    """The components of finding aids, where some stand inside others; none of other files."""
    names: set[str] = set()
    deepest = 0
    for part in parts:
        inside = 0
        try:
            with part.opened() as stream:
                for event, element in etree.iterparse(stream, ("start", "end"), resolve_entities=False):
                    name = etree.QName(element).localname if isinstance(element.tag, str) else ""
                    if event == "start" and element.getparent() is None and name != "ead":
                        return []
                    if COMPONENT.fullmatch(name):
                        names.add(name)
                        inside += 1 if event == "start" else -1
                        deepest = max(deepest, inside)
        except etree.XMLSyntaxError:
            continue  # told in full when it is read
    return sorted(names) if deepest > 1 else []


def relate_nested(guessed: Guess) -> None:
    """Let each component be part of the one around it, and the outermost ones of the whole. Its id holds in its file
    alone."""
    column = str(guessed.lines["id"])
    own, above = (column, f"{PARENT}.{column}")
    if column == "@id":
        guessed.remarks = [remark for remark in guessed.remarks if f"rows of one {column} " not in remark]
        # The whole has hardly ever an id, and is one in a file.
        own = f"{{{FILE}}}#{{{column}}} ?? {{{FILE}}}#{{{OUTERMOST}}}"
        above = f"{{{FILE}}}#{{{above}}} ?? {{{FILE}}}#{{{PARENT}.{OUTERMOST}}}"
    components = guessed.lines["records"]
    assert isinstance(components, list)
    guessed.lines |= {"records": [WHOLE, *components], "label": "Unit", "id": own}
    guessed.relations.insert(0, DraftedRelation("partOf", {"to": "Unit", "id": above}))
