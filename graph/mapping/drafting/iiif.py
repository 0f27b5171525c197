"""A draft for IIIF manifests: each is a work, shown by its first picture."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from graph.mapping.drafting.column_words import LIVES, MATERIALS, PEOPLE, camel, plain
from graph.mapping.drafting.guess import DraftedRelation, Guess, Lines, leave_nobody
from graph.mapping.drafting.profile import look
from graph.mapping.files.blocks import Records
from graph.mapping.files.formats import FILE, FORMATS, Layout, read_blocks
from graph.mapping.files.labelled import is_labelled, labels_of
from graph.mapping.files.parts import Part, find_parts
from graph.mapping.files.paths import Listed

MOST_LOOKED_AT = 200  # manifests
SHARED = re.compile(r"(?i)genre|subject|type|place|culture|style|collection|period|repository|department|language")
MANIFESTS = ("Manifest", "sc:Manifest")
LISTS = ("items", "manifests", "members")  # where a collection names its manifests
MOST_SHOWN = 20
FEWEST_LISTS = 2  # different values with semicolons: more than one is no accident
LONGEST = 80  # letters of a middling value that names something


def guess_iiif(folder: Path, files: list[str]) -> Guess:
    """What the lines of a [[table]] for these manifests may be. Raises InputError where they cannot be read."""
    parts = find_parts(folder, files, set(FORMATS))[:MOST_LOOKED_AT]
    blocks, kinds, manifests = _read(parts, None)
    listed = None
    if not manifests:
        # Of a collection alone, the manifests that it names are the works.
        listed = next(
            (name for name in LISTS if all(_lists(record, name) for b in blocks for record in b.records)), None
        )
        blocks, kinds, manifests = _read(parts, listed) if listed else (blocks, kinds, manifests)
    columns = list(dict.fromkeys(column for block in blocks for column in block.columns))
    works = [record for block in blocks for record in block.records if not manifests or _kind(record) in manifests]
    ids = [cell for record in works if (cell := record.get("id") or record.get("@id"))]
    known = len(set(map(str, ids))) == len(works) and all(str(one).startswith("http") for one in ids)
    # Version 3 has no sign before its keys.
    key = " ?? ".join(name for name in ("id", "@id") if name in columns) if known else FILE
    named = [column for column in columns if re.fullmatch(r"label(\.[\w-]+)?(\.\*)?|label(\.\*)?\.@value", column)]
    guessed = Guess({**({"records": listed} if listed else {}), "label": "Artwork", "id": key})
    if named:
        guessed.lines["name"] = _prefer_english(named, blocks)
    guessed.lines["image"] = key
    for line, paths in (("text", ("description", "summary")), ("rights", ("rights", "license"))):
        found = [
            column
            for column in columns
            if column.split(".")[0] in paths and column.count("*") < 2 and "@language" not in column
        ]
        if found:
            guessed.lines[line] = _prefer_english(found, blocks)
            cells = [cell for column in found for block in blocks for cell in block.column(column, loose=True)]
            if line == "text" and look(line, cells, len(cells)).looks == "html":
                guessed.lines["html"] = "strip"
    if not known:
        guessed.remarks.append("the manifests have no addresses of their own: their files' names stand for them")
    if len(manifests) == 1 and len(kinds) > 1:
        guessed.lines["when"] = dict(manifests)  # collections and annotations lie among them
    _take_metadata(blocks, guessed)
    return guessed


def _read(
    parts: list[Part], listed: str | None
) -> tuple[list[Records], Counter[tuple[str, str]], list[tuple[str, str]]]:
    """What the files hold, or a list in each of them; what the records say that they are, and which are manifests."""
    found = read_blocks(parts, Layout(known=[FILE], records=listed))
    blocks = [block for block in found if isinstance(block, Records)]
    kinds = Counter(kind for block in blocks for record in block.records if (kind := _kind(record)))
    return blocks, kinds, [kind for kind in kinds if kind[1] in MANIFESTS]


def _lists(record: Any, name: str) -> bool:
    """Whether a record names manifests in a list."""
    inner = record.get(name)
    return isinstance(inner, list) and any((_kind(one) or ("", ""))[1] in MANIFESTS for one in inner)


def _prefer_english(columns: list[str], blocks: list[Records]) -> str:
    """The columns one after another, English first. Of texts that have their language beside them, each language is
    one: else a name would be all of its translations."""
    divided = []
    for column in columns:
        path = re.sub(r"(\.\*)?\.@value$", "", column)
        spoken = [cell for block in blocks for cell in block.column(column.replace("@value", "@language"), loose=True)]
        languages = (
            dict.fromkeys(
                text for cell in spoken for text in (cell.texts if isinstance(cell, Listed) else [cell]) if text
            )
            if path != column
            else {}
        )
        divided += [f"{path}[@language={language}].@value" for language in languages]
        divided.append(column)
    return " ?? ".join(sorted(divided, key=lambda name: not re.search(r"\.en|=en", name)))


def _kind(record: Any) -> tuple[str, str] | None:
    """What a record says that it is, and under which key."""
    keys = ("type", "@type") if isinstance(record, dict) else ()
    return next(((key, str(record[key])) for key in keys if key in record), None)


def _take_metadata(blocks: list[Records], guessed: Guess) -> None:
    """What stands under a label as relations and dates."""
    lists = [record["metadata"] for block in blocks for record in block.records if is_labelled(record.get("metadata"))]
    counts = Counter(label for pairs in lists for label in labels_of(pairs))
    left = []
    for label, _ in counts.most_common():
        cells = [cell for block in blocks for cell in block.column(f"metadata.{label}")]
        column = look(f"metadata.{label}", cells, len(cells))
        if not column.different:
            continue
        if PEOPLE.search(plain(label)):
            name, to = "createdBy", "Artist"
        elif MATERIALS.search(plain(label)) or SHARED.search(label):
            to = camel(label.replace(".", " "))  # of a name with points the last part would be taken
            name = f"has{to}"
        elif column.looks == "date" and not LIVES.search(plain(label)) and not guessed.has("madeIn"):
            guessed.keep["dated"] = column.name
            lines: Lines = {"to": "Decade", "year": [column.name], "bin": 10, "span": 20}
            guessed.relations.append(DraftedRelation("madeIn", lines))
            continue
        else:
            left.append(label)
            continue
        if not guessed.has(name) and column.length <= LONGEST:
            named: Lines = {"to": to, "name": column.name}
            if sum(";" in value for value in column.sample) >= FEWEST_LISTS:
                named["split"] = ";"
            guessed.relations.append(leave_nobody(DraftedRelation(name, named), column))
        if column.looks == "html":
            guessed.lines["html"] = "strip"
    if left:
        guessed.remarks.append(
            f'the metadata say more: {", ".join(left[:MOST_SHOWN])}; keep = {{ note = "metadata.LABEL" }}'
        )
