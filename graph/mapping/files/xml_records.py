"""The records of an XML file as names and values, outermost ones alone or each with the one around it."""

import io
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from base.errors import InputError, shorten
from graph.mapping.files.filemaker import is_filemaker, read_filemaker
from graph.mapping.files.parts import Part
from graph.mapping.files.paths import OUTERMOST, PARENT, POSITION
from graph.mapping.files.xml_text import is_mixed, local_name, read_text


def read_elements(part: Part, records: str | Sequence[str] | None) -> Iterator[Any]:
    """The elements called `records`, a name or the end of a path, or each child of the root; attributes are `@name`.

    One inside another belongs to it. Of a list of names each is a record, also inside another one, which is its
    `@parent` then and holds it no more; of one in no other `@outermost` is its name. `@position` is the place of each.
    Raises InputError for what is no XML, and where there is none.
    """
    content = part.read()
    if records is None and is_filemaker(content):
        yield from read_filemaker(part, content)
        return
    wanted = [[*names.split(".")] for names in ([records] if isinstance(records, str) else records or [])]
    nested = records is not None and not isinstance(records, str)
    stack: list[str] = []
    marked: dict[int, None] = {}  # the records' identities, the outermost first
    seen: set[str] = set()
    count = 0
    try:
        for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
            if event == "start":
                stack.append(local_name(element.tag))
                seen.add(stack[-1])
                if any(_ends_with(stack, names) for names in wanted) if wanted else len(stack) == 2:
                    marked[id(element)] = None
                continue
            if next(iter(marked), None) == id(element):
                count += 1
                if nested:
                    yield from _read_nested(element, marked, None, str(count))
                else:
                    yield _as_record(element, (), [])
                element.clear()
                marked.clear()
            stack.pop()
    except ElementTree.ParseError as error:
        raise InputError(f"{part.name}: this is no XML: {error}") from error
    if not count:
        said = f"no element {' or '.join(map(repr, _listed(records)))}" if records else "nothing below the root"
        raise InputError(f"{part.name}: there is {said}; there are {shorten(sorted(seen))}")


def _listed(records: str | Sequence[str]) -> Sequence[str]:
    return [records] if isinstance(records, str) else records


def _ends_with(stack: list[str], names: list[str]) -> bool:
    # A name may hold a point itself.
    return stack[-len(names) :] == names or stack[-1] == ".".join(names)


def _read_nested(element: ElementTree.Element, marked: Collection[int], parent: Any, position: str) -> Iterator[Any]:
    inner: list[ElementTree.Element] = []
    found = _as_record(element, marked, inner)
    record = found if isinstance(found, dict) else {"#text": found}
    record[POSITION] = position
    if parent is None:
        record[OUTERMOST] = local_name(element.tag)
    else:
        record[PARENT] = parent
    yield record
    for number, child in enumerate(inner, 1):
        yield from _read_nested(child, marked, record, f"{position}.{number}")


def _as_record(element: ElementTree.Element, marked: Collection[int], inner: list[ElementTree.Element]) -> Any:
    """An element as names and values: of equal children a list, of one with text alone its text, of text with elements
    inside the whole of it beside them. What is marked goes to `inner` instead."""
    # Of attributes with one name, as id and xml:id, the one without a namespace has it.
    attributes = sorted(element.attrib.items(), key=lambda attribute: attribute[0].startswith("{"), reverse=True)
    record: dict[str, Any] = {f"@{local_name(name)}": value for name, value in attributes}
    for child in element:
        if id(child) in marked:
            inner.append(child)
            continue
        name, value = local_name(child.tag), _as_record(child, marked, inner)
        if name not in record:
            record[name] = value
        elif isinstance(record[name], list):
            record[name].append(value)
        else:
            record[name] = [record[name], value]
    text = read_text(element) if is_mixed(element) else (element.text or "").strip()
    if not record:
        return text or None
    if text:
        record["#text"] = text
    return record
