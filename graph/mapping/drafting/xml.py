"""Which elements of XML files are records, found for a draft."""

from collections import Counter

from lxml import etree

from graph.mapping.files.filemaker import ROOT
from graph.mapping.files.parts import Part

DEEPEST = 3  # levels above records
# Roots that are a record themselves: MODS, EAC-CPF, TEI, Dublin Core, MADS, METS.
RECORDS = {"mods", "mads", "eac-cpf", "eac", "TEI", "TEI.2", "dc", "mets", "record"}


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
