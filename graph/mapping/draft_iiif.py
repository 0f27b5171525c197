"""A draft for IIIF manifests: each is a work, shown by its first picture."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from graph.mapping.blocks import Records
from graph.mapping.column_words import LIVES, MATERIALS, PEOPLE, camel, plain
from graph.mapping.formats import FILE, FORMATS, Layout, read_blocks
from graph.mapping.guess import DraftedRelation, Guess, Lines, leave_nobody
from graph.mapping.labelled import is_labelled, labels_of
from graph.mapping.parts import find_parts
from graph.mapping.profile import look

MOST_LOOKED_AT = 200  # manifests
SHARED = re.compile(r"(?i)genre|subject|type|place|culture|style|collection|period|repository|department|language")
MANIFESTS = ("Manifest", "sc:Manifest")
MOST_SHOWN = 20
LONGEST = 80  # letters of a middling value that names something


def guess_iiif(folder: Path, files: list[str]) -> Guess:
    """What the lines of a [[table]] for these manifests may be. Raises InputError where they cannot be read."""
    parts = find_parts(folder, files, set(FORMATS))[:MOST_LOOKED_AT]
    blocks = [block for block in read_blocks(parts, Layout(known=[FILE])) if isinstance(block, Records)]
    kinds = Counter(kind for block in blocks for record in block.records if (kind := _kind(record)))
    manifests = [kind for kind in kinds if kind[1] in MANIFESTS]
    columns = list(dict.fromkeys(column for block in blocks for column in block.columns))
    works = [record for block in blocks for record in block.records if not manifests or _kind(record) in manifests]
    ids = [cell for record in works if (cell := record.get("id") or record.get("@id"))]
    known = len(set(map(str, ids))) == len(works) and all(str(one).startswith("http") for one in ids)
    # Version 3 has no sign before its keys.
    key = " ?? ".join(name for name in ("id", "@id") if name in columns) if known else FILE
    named = [column for column in columns if re.fullmatch(r"label(\.[\w-]+)?(\.\*)?|label(\.\*)?\.@value", column)]
    guessed = Guess({"label": "Artwork", "id": key})
    if named:
        guessed.lines["name"] = " ?? ".join(sorted(named, key=lambda name: ".en" not in name))
    guessed.lines["image"] = key
    for line, paths in (("text", ("description", "summary")), ("rights", ("rights", "license"))):
        found = [
            column
            for column in columns
            if column.split(".")[0] in paths and column.count("*") < 2 and "@language" not in column
        ]
        if found:
            guessed.lines[line] = " ?? ".join(sorted(found, key=lambda name: ".en" not in name))
    if not known:
        guessed.remarks.append("the manifests have no addresses of their own: their files' names stand for them")
    if len(manifests) == 1 and len(kinds) > 1:
        guessed.lines["when"] = dict(manifests)  # collections and annotations lie among them
    _take_metadata(blocks, guessed)
    return guessed


def _kind(record: Any) -> tuple[str, str] | None:
    """What a record says that it is, and under which key."""
    return next(((key, str(record[key])) for key in ("type", "@type") if key in record), None)


def _take_metadata(blocks: list[Records], guessed: Guess) -> None:
    """What stands under a label as relations and dates."""
    lists = [record["metadata"] for block in blocks for record in block.records if is_labelled(record.get("metadata"))]
    counts = Counter(label for pairs in lists for label in labels_of(pairs))
    left = []
    for label, _ in counts.most_common():
        cells = [cell for block in blocks for cell in block.column(f"metadata.{label}")]
        column = look(f"metadata.{label}", cells, len(cells))
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
            guessed.relations.append(leave_nobody(DraftedRelation(name, {"to": to, "name": column.name}), column))
        if column.looks == "html":
            guessed.lines["html"] = "strip"
    if left:
        guessed.remarks.append(
            f'the metadata say more: {", ".join(left[:MOST_SHOWN])}; keep = {{ note = "metadata.LABEL" }}'
        )
