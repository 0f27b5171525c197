"""RDF/XML inside other XML, as OAI-PMH and SRU answer: each `rdf:RDF` element as a document of its own."""

import re
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from typing import IO, Any, NamedTuple

from lxml import etree

NAMESPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ROOT = re.compile(rb"<(?:[\w.-]+:)?(\w[\w.-]*)")
RDF = re.compile(rb"<(?:[\w.-]+:)?RDF[\s>]")
ABOUT = re.compile(rb"\s[\w.-]+:(?:about|nodeID|ID)\s*=")


class Document(NamedTuple):
    """RDF/XML, and how many lines stand above it in its file."""

    content: IO[bytes]
    above: int


def is_rdf(begin: bytes) -> bool:
    """Whether XML that begins so holds RDF, rather than only declaring its namespace among others."""
    return NAMESPACE.encode() in begin and bool(RDF.search(begin) or ABOUT.search(begin))


def unwrap(content: "BufferedReader[Any]", head: int) -> Iterator[Document]:
    """The documents in XML; all of it where it is RDF itself. head: how many bytes tell that.

    Raises etree.XMLSyntaxError where an envelope is no XML.
    """
    begin = content.peek(head)
    root = ROOT.search(begin)
    if root is None or root[1] == b"RDF" or not RDF.search(begin):
        yield Document(content, 0)
        return
    tag = f"{{{NAMESPACE}}}RDF"
    for _, element in etree.iterparse(content, tag=tag, resolve_entities="internal", no_network=True):
        yield Document(BytesIO(etree.tostring(element, with_tail=False)), (element.sourceline or 1) - 1)
        element.clear()
