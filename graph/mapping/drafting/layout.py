"""How the files of a table are laid out, found for a draft: sheets, the list of records, the encoding."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from base.errors import InputError, shorten
from graph.loading.csv_files import CsvFormat, NotUtf8Error
from graph.mapping.drafting.column_words import SURE_IDS, plain
from graph.mapping.drafting.darwin_core import find_columns, form_of
from graph.mapping.drafting.encoding import guess_encoding
from graph.mapping.drafting.guess import Lines
from graph.mapping.drafting.profile import Profile, profile
from graph.mapping.drafting.xml import find_element
from graph.mapping.files.excel import Workbook, take_header
from graph.mapping.files.formats import FORMATS, Layout, read_blocks
from graph.mapping.files.parts import Part, find_parts

JSON = (".json", ".geojson")
EXCEL = (".xlsx", ".xlsm")
SEPARATED = (".csv", ".tsv", ".tab", ".txt")
DEEPEST = 3  # levels above a list of records
FEW_FILES, SEVERAL = 30, 3  # of many files each is a record; of few these tell whether each lists records
ALIKE = 0.3  # of the columns of two files that both have: they are of one form
# Numbers but for years, which columns are called by, and dates.
VALUE = re.compile(r"-?\d+[.,]\d+|\d{1,3}|\d{5,}|\d{4}-\d\d-\d\d\S*|https?://\S+")
SEVERAL_VALUES = 2
FEW = 10  # keys of an object that holds lists of records; of more it is a record itself


@dataclass(frozen=True)
class Laid:
    """A layout, what was seen by it, the lines of the mapping that say it, and remarks.

    name: of the sheet or list, where a file has several.
    """

    layout: Layout
    seen: Profile
    lines: Lines
    remarks: list[str] = field(default_factory=list)
    name: str = ""


def find_layouts(folder: Path, pattern: str) -> list[Laid]:
    """One for each table in the files: of Excel for each sheet that has one, of JSON for each list of things with ids.

    Raises InputError where none is read.
    """
    parts = find_parts(folder, pattern, set(FORMATS))
    ending = parts[0].ending
    if ending in SEPARATED and (lines := find_columns(folder, pattern, parts[0])):
        header = lines["header"]
        assert isinstance(header, list)
        return [_look(parts, Layout(form=form_of(lines), header=header), lines)]
    if ending in EXCEL:
        sheets, there = _find_sheets(parts[0])
        if sheets and len(there) > 1:
            return [_look(parts, Layout(sheet=sheet), {"sheet": sheet}, sheet) for sheet in sheets]
    if ending in JSON and len(parts) < FEW_FILES:
        listed = [_find_lists(part) for part in parts[:SEVERAL]]
        if len(listed[0]) > 1 and all(lists.keys() == listed[0].keys() for lists in listed):
            return _look_at_lists(parts, listed[0])
    finder = {**dict.fromkeys(JSON, _find_list), ".xml": find_element}.get(ending)
    found = {finder(part) for part in parts[:SEVERAL]} if finder and len(parts) < FEW_FILES else {None}
    records = found.pop() if len(found) == 1 else None
    return [_look(parts, Layout(records=records), {"records": records} if records else {})]


def group_files(folder: Path, names: list[str]) -> list[list[str]]:
    """JSON or XML files that list records, such as works and people, by what their records say; files of one form
    together. All together where one of them is a record itself."""
    groups: list[tuple[set[str], list[str]]] = []
    for part in find_parts(folder, names, set(FORMATS)):
        found = _name_columns(part)
        if found is None:
            return [names]
        alike = [at for at, (known, _) in enumerate(groups) if len(known & found) >= ALIKE * len(known | found)]
        if alike:
            groups[alike[0]][1].append(part.name)
        else:
            groups.append((found, [part.name]))
    return [group for _, group in groups]


def _name_columns(part: Part) -> set[str] | None:
    """The columns of the first records of a file; None where it holds a single record, or is wrong."""
    try:
        records = (_find_list if part.ending == ".json" else find_element)(part)
        block = next(read_blocks([part], Layout(records=records)), None)
    except InputError:
        return None
    return set(block.columns) if block is not None and len(block) > 1 else None


def _look_at_lists(parts: list[Part], lists: dict[str, list[Any]]) -> list[Laid]:
    """The longest list, and those beside it whose records have an id. The first one tells which are not read."""
    most = max(lists, key=lambda path: len(lists[path]))
    beside = [path for path in lists if path.rpartition(".")[0] == most.rpartition(".")[0]]
    read = [path for path in beside if path == most or any(SURE_IDS.search(plain(name)) for name in lists[path][0])]
    rest = [path for path in lists if path not in read]
    told = [f"{parts[0].name}: of its lists these are not read: {', '.join(map(repr, rest))}"] if rest else []
    return [
        _look(parts, Layout(records=path, notes=[*told] if path == read[0] else []), {"records": path},
              path.rpartition(".")[2] if len(read) > 1 else "")
        for path in read
    ]  # fmt: skip


def _look(parts: list[Part], layout: Layout, lines: Lines, name: str = "") -> Laid:
    try:
        seen = profile(read_blocks(parts, layout))
        return Laid(layout, seen, lines, _doubt_header(parts[0], layout, seen), name)
    except NotUtf8Error:
        encoding = guess_encoding(parts)
        others = ", ".join(other for other in ("cp1252", "cp1250", "cp1251") if other != encoding)
        layout = replace(layout, form=CsvFormat(encoding=encoding), notes=[])
        remark = f"not UTF-8: {encoding} is a guess. Are the letters right? Else name another, such as {others}."
        seen = profile(read_blocks(parts, layout))
        doubts = _doubt_header(parts[0], layout, seen)
        return Laid(layout, seen, {**lines, "encoding": encoding}, [remark, *doubts])


def _doubt_header(part: Part, layout: Layout, seen: Profile) -> list[str]:
    """A remark where the first row of a table has values that no column is called by."""
    if part.ending not in (*SEPARATED, *EXCEL) or layout.header:
        return []
    values = [column.name for column in seen.columns if VALUE.fullmatch(column.name)]
    if len(values) < SEVERAL_VALUES:
        return []
    return [
        f"is the first row a header? It has {shorten(values)}. If it is a record, name the columns: "
        f"header = [{len(seen.columns)} names]"
    ]


def _find_sheets(part: Part) -> tuple[list[str], list[str]]:
    """Those not hidden with a header of several columns and a row below it, and all."""
    book = Workbook(part)
    found = []
    for name in book.visible:
        rows = book.rows(name)
        header, behind, _ = take_header(rows, wide=book.wide[name])
        if len(header) > 1 and (behind or next(rows, None)):
            found.append(name)
    return found, book.names


def _find_list(part: Part) -> str | None:
    """Of one JSON object the path to the longest list of objects in it, None where the object is a record itself."""
    lists = _find_lists(part)
    return max(lists, key=lambda path: len(lists[path])) if lists else None


def _find_lists(part: Part) -> dict[str, list[Any]]:
    """The lists of objects in one JSON object by their paths; none where it is a record itself."""
    try:
        found = json.loads(part.read())
    except ValueError:
        return {}  # told in full when it is read
    if isinstance(found, dict) and len(found) >= FEW and all(isinstance(record, dict) for record in found.values()):
        return {"*": [*found.values()]}
    return dict(_lists(found, "", DEEPEST)) if isinstance(found, dict) and len(found) < FEW else {}


def _lists(value: dict[str, Any], path: str, levels: int) -> Iterator[tuple[str, list[Any]]]:
    for name, inner in value.items():
        if "." in name:
            continue
        if isinstance(inner, list) and len(inner) > 1 and all(isinstance(record, dict) for record in inner):
            yield path + name, inner
        elif isinstance(inner, dict) and levels > 1:
            yield from _lists(inner, f"{path}{name}.", levels - 1)
