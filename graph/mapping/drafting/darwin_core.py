"""The columns of a Darwin Core archive whose files have no header: its meta.xml names them by position."""

import re
from pathlib import Path, PurePosixPath

from lxml import etree

from base.errors import InputError
from graph.loading.csv_files import CsvFormat
from graph.mapping.drafting.guess import Lines
from graph.mapping.files.parts import Part, find_parts

DESCRIPTION = "meta.xml"
NAMESPACE = "{http://rs.tdwg.org/dwc/text/}"
SIGNS = {r"\t": "\t", r"\n": "\n", r"\r": "\r"}


def find_columns(folder: Path, pattern: str, part: Part) -> Lines:
    """`header`, `separator`, `quote` and `encoding` of a file that the archive says has no header; else nothing."""
    above = str(PurePosixPath(pattern).parent / DESCRIPTION)
    try:
        (description,) = find_parts(folder, above, {".xml"})
        root = etree.fromstring(description.read(), etree.XMLParser(resolve_entities=False))
    except (InputError, etree.XMLSyntaxError, ValueError):
        return {}
    for table in root.iter(f"{NAMESPACE}core", f"{NAMESPACE}extension"):
        named = [location.text or "" for location in table.iter(f"{NAMESPACE}location")]
        if PurePosixPath(pattern).name not in map(str.strip, named):
            continue
        # By the standard a file has none where nothing is said.
        if int(table.get("ignoreHeaderLines") or 0):
            return {}
        separator = SIGNS.get(said := table.get("fieldsTerminatedBy") or ",", said)
        lines: Lines = {"separator": separator, "encoding": (table.get("encoding") or "utf-8").casefold()}
        quote = table.get("fieldsEnclosedBy", '"')
        if quote != '"':
            lines["quote"] = ""
        return {"header": _name_columns(table, part, separator, str(lines["encoding"])), **lines}
    return {}


def form_of(lines: Lines) -> CsvFormat:
    """How the file is written that such lines tell of."""
    return CsvFormat.model_validate({key: lines[key] for key in CsvFormat.model_fields if key in lines})


def _name_columns(table: etree._Element, part: Part, separator: str, encoding: str) -> list[str]:
    """A name for each column of the first row: the end of its term's address, or its number where it has none."""
    with part.opened() as stream:
        first = re.split(rb"\r?\n", stream.read(1_000_000), maxsplit=1)[0].decode(encoding, errors="replace")
    named = {
        int(field.get("index", "")): re.split("[/#]", field.get("term", "").rstrip("/#"))[-1]
        for field in table.iter(f"{NAMESPACE}field")
        if field.get("index", "").isdigit()
    }
    for kind in ("id", "coreid"):
        for column in table.iter(f"{NAMESPACE}{kind}"):
            named.setdefault(int(column.get("index") or 0), kind)
    wide = max(first.count(separator), *named) + 1
    return [named.get(at) or f"column {at + 1}" for at in range(wide)]
