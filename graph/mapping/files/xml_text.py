"""All the text of an XML element: what stands before, between, inside and behind the elements in it."""

from collections.abc import Iterator
from typing import Any

# Elements of HTML, TEI and EAD that part lines or paragraphs, where no blank need part the words.
BREAKS = {"br", "lb", "pb", "p", "div", "head", "li", "item", "l", "part", "td", "tr"}

# Elements that say how words look, so that one alone in a title is text, too; and the parts of a name in EAD 3.
LOOKS = {"b", "em", "emph", "hi", "i", "part", "small", "span", "strong", "sub", "sup", "u"}

# Elements of EAD and TEI that are text even where all of it stands in a name or a date inside.
PROSE = {"abstract", "head", "p", "unittitle"}


def read_text(element: Any) -> str:
    """An element's whole text, of xml.etree or lxml, its blanks folded. Comments and instructions are no text."""
    return " ".join("".join(_pieces(element)).split())


def is_mixed(element: Any) -> bool:
    """Whether an element is text with elements inside, as a title with a word, or all of it, in italics.

    A value with others behind it, as in ``<artist>Ann<born>1850</born></artist>``, is none: nothing is said between.
    """
    if len(element) == 0:
        return False
    if local_name(element.tag) in PROSE:
        return True
    looks = [local_name(one.tag) in LOOKS for one in element if isinstance(one.tag, str)]
    said = any((one.tail or "").strip() for one in element)
    before = element.text or ""
    blanks = before[len(before.rstrip()) :]
    goes_on = bool(before.strip()) and (any(looks) or (blanks != "" and "\n" not in blanks))
    return said or goes_on or all(looks)


def local_name(tag: str) -> str:
    """A tag's or attribute's name without its namespace."""
    return tag.rpartition("}")[2]


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            parted = " " if local_name(child.tag) in BREAKS else ""
            yield parted
            yield from _pieces(child)
            yield parted
        yield child.tail or ""
