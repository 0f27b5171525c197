"""RDF files of any syntax as quads. Nothing is fetched, and what XML's entities may do is limited."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox
from lxml import etree

from base.errors import InputError, first_line
from graph.mapping.files.found_files import UNREADABLE, find_ending
from graph.mapping.files.parts import BROKEN, unpacked_anywhere
from graph.mapping.rdf.json_ld import LINES, Record, parse_records, read_records
from graph.mapping.rdf.plain_xml import PlainXml
from graph.mapping.rdf.wrapped import Document, unwrap

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE, "turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "n3": ox.RdfFormat.N3, "rdf": ox.RdfFormat.RDF_XML,
    "xml": ox.RdfFormat.RDF_XML, "owl": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
    "json": ox.RdfFormat.JSON_LD, "jsonl": ox.RdfFormat.JSON_LD, "ndjson": ox.RdfFormat.JSON_LD,
}  # fmt: skip
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HEAD = 1 << 16
# The parser of RDF/XML sets no limit to what entities of entities expand to.
LONGEST_ENTITY = 1_000
ENTITY = re.compile(rb"""<!ENTITY\s+(?:%\s+)?\S+\s+(?:"([^"]*)"|'([^']*)'|(SYSTEM|PUBLIC))""")
OF_ENTITIES = re.compile(rb"&(?!#|amp;|lt;|gt;|quot;|apos;)")
UTF_8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")


def find_format(path: Path) -> str | None:
    """The ending that tells a file's syntax, one of FORMATS, below that of its compression; None where none does."""
    ending = find_ending(path).removeprefix(".")
    return ending if ending in FORMATS else None


def read_quads(
    files: Sequence[tuple[Path, str]], *, base: str | None, contexts: Mapping[str, Any]
) -> Iterator[ox.Quad]:
    """The statements of all files, blanks at the ends of IRIs cut off; each file's blank nodes are its own.

    files: each with one of FORMATS. base: what relative IRIs begin with; None leaves them. contexts: what stands at
    the addresses of JSON-LD's contexts. Raises InputError with file, line and reason.
    """
    for path, ending in files:
        if FORMATS[ending] != ox.RdfFormat.JSON_LD:
            yield from map(_trim, _read_file(path, FORMATS[ending], base))
    records = (r for path, ending in files if FORMATS[ending] == ox.RdfFormat.JSON_LD for r in _records(path, ending))
    yield from map(_trim, parse_records(records, base, contexts))


def _read_file(path: Path, syntax: ox.RdfFormat, base: str | None) -> Iterator[ox.Quad]:
    above = 0
    try:
        with open_packed(path) as file:
            if syntax == ox.RdfFormat.RDF_XML:
                documents = unwrap(plain_xml(path, file), HEAD)
            else:
                documents = iter([Document(_pass_mark(file), 0)])
            for document in documents:
                above = document.above
                for quad in ox.parse(
                    document.content, format=syntax, base_iri=base, rename_blank_nodes=True, lenient=True
                ):
                    # A graph without a name is a formula of N3: quoted, not said.
                    if not (syntax == ox.RdfFormat.N3 and isinstance(quad.graph_name, ox.BlankNode)):
                        yield quad
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path}, line {error.lineno}: {error.msg}") from error
    except SyntaxError as error:
        line = above + error.lineno if error.lineno is not None else above + 1 if above else _find_line(path)
        raise InputError(f"{path}{'' if line is None else f', line {line}'}: {error.msg or error}") from error


def _records(path: Path, ending: str) -> Iterator[Record]:
    with open_packed(path) as file:
        yield from read_records(path, file, ending in LINES)


@contextmanager
def open_packed(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, or of a member of an archive by a path below it, unpacked. Raises InputError where it cannot
    be read, also in the middle."""
    try:
        file = unpacked_anywhere(path)
    except BROKEN as error:
        raise InputError(f"{path} cannot be read: {first_line(error)}") from error
    try:
        with file:
            yield file
    except (*UNREADABLE, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read: {first_line(error)}") from error


def _pass_mark(file: IO[bytes]) -> IO[bytes]:
    if file.read(3) != BYTE_ORDER_MARK:
        file.seek(0)
    return file


def _trim(quad: ox.Quad) -> ox.Quad:
    ends: Any = (quad.subject, quad.predicate, quad.object)
    if all(not isinstance(end, ox.NamedNode) or end.value.strip() == end.value for end in ends):
        return quad
    subject, predicate, end = map(_trim_term, ends)
    return ox.Quad(subject, predicate, end, quad.graph_name)


def _trim_term(term: Any) -> Any:
    if not isinstance(term, ox.NamedNode) or term.value.strip() == term.value:
        return term  # also a relative address, of which no new term can be made
    try:
        return ox.NamedNode(term.value.strip())
    except ValueError:
        return term


def plain_xml(path: Path, file: IO[bytes]) -> "BufferedReader[Any]":
    """The file in UTF-8 without comments, instructions and CDATA sections, once its entities are known to be few bytes.

    Raises InputError where they are not.
    """
    head = file.read(HEAD)
    file.seek(0)
    declared = re.match(rb"""\s*<\?xml[^>]*encoding=["']([^"']+)""", head)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (declared and declared[1].lower() not in UTF_8):
        try:
            tree = etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            raise InputError(f"{path}, line {error.lineno}: {error.msg}") from error
        return plain_xml(path, BytesIO(etree.tostring(tree, encoding="utf-8")))
    plain = BufferedReader(PlainXml(_pass_mark(file)), HEAD)
    checked = plain.peek(HEAD)
    start = checked.find(b"<!DOCTYPE")
    if start >= 0 and b"<!ENTITY" in checked and checked.find(b"]>", start) < 0:
        raise InputError(f"{path}: its entities take more than {HEAD:,} bytes; such files are not read")
    for entity in ENTITY.finditer(checked) if start >= 0 else ():
        value = entity[1] or entity[2] or b""
        if entity[3] or len(value) > LONGEST_ENTITY or OF_ENTITIES.search(value):
            line = head.count(b"\n", 0, max(0, head.find(entity[0]))) + 1
            raise InputError(
                f"{path}, line {line}: an entity stands for a file, for more than {LONGEST_ENTITY:,} bytes or for "
                "other entities; such files are not read"
            )
    return plain


def _find_line(path: Path) -> int | None:
    """The line where XML is not well formed, which the parser of RDF/XML does not tell; None where it is."""
    try:
        with open_packed(path) as file:
            for _ in etree.iterparse(file, resolve_entities=False, no_network=True, huge_tree=False):
                pass
    except etree.XMLSyntaxError as error:
        return int(error.lineno) if error.lineno is not None else None
    return None
