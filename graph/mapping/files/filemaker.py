"""FileMaker's own XML (FMPXMLRESULT): fields are named once at the top, and each row has their values by position."""

import io
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from base.errors import InputError
from graph.mapping.files.parts import Part
from graph.mapping.files.xml_text import local_name

ROOT = "FMPXMLRESULT"


def is_filemaker(content: bytes) -> bool:
    """Whether the root of an XML document is FileMaker's."""
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(content), ("start",)):
            return local_name(element.tag) == ROOT
    except ElementTree.ParseError:
        return False
    return False


def read_filemaker(part: Part, content: bytes) -> Iterator[dict[str, Any]]:
    """Each row as names and values; of a repeating or related field with several values a list.

    Raises InputError for what is no XML, for rows of another width than the fields, and where there is no row.
    """
    names: list[str] = []
    rows = 0
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(content)):
            kind = local_name(element.tag)
            if kind == "FIELD":
                name = element.get("NAME") or f"column {len(names) + 1}"
                names.append(f"{name} ({len(names) + 1})" if name in names else name)
            elif kind == "ROW":
                rows += 1
                columns = [column for column in element if local_name(column.tag) == "COL"]
                if len(columns) != len(names):
                    raise InputError(
                        f"{part.name} record {rows}: it has {len(columns)} values (COL), "
                        f"and the file names {len(names)} fields (FIELD)"
                    )
                yield dict(zip(names, map(_read_values, columns), strict=True))
                element.clear()
    except ElementTree.ParseError as error:
        raise InputError(f"{part.name}: this is no XML: {error}") from error
    if not rows:
        raise InputError(f"{part.name}: there is no element 'ROW' in it, so FileMaker exported no record")


def _read_values(column: ElementTree.Element) -> str | list[str] | None:
    values = [text for data in column if (text := (data.text or "").strip())]
    return values if len(values) > 1 else values[0] if values else None
