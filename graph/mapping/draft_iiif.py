"""A draft for IIIF manifests: each is a work, shown by its first picture."""

import re
from collections import Counter
from pathlib import Path

from graph.mapping.blocks import Records
from graph.mapping.column_words import MATERIALS, PEOPLE, camel, plain
from graph.mapping.formats import FILE, FORMATS, Layout, read_blocks
from graph.mapping.guess import DraftedRelation, Guess, Lines
from graph.mapping.parts import find_parts

MOST_LOOKED_AT = 200  # manifests
SHARED = re.compile(r"(?i)genre|subject|type|place|culture|style|collection|period|repository|department|language")
MOST_SHOWN = 20


def guess_iiif(folder: Path, files: list[str]) -> Guess:
    """What the lines of a [[table]] for these manifests may be. Raises InputError where they cannot be read."""
    parts = find_parts(folder, files, set(FORMATS))[:MOST_LOOKED_AT]
    blocks = [block for block in read_blocks(parts, Layout(known=[FILE])) if isinstance(block, Records)]
    columns = list(dict.fromkeys(column for block in blocks for column in block.columns))
    ids = [cell for block in blocks for record in block.records if (cell := record.get("id") or record.get("@id"))]
    known = len(set(map(str, ids))) == sum(map(len, blocks)) and all(str(one).startswith("http") for one in ids)
    # Version 3 has no sign before its keys.
    key = " ?? ".join(name for name in ("id", "@id") if name in columns) if known else FILE
    named = [column for column in columns if re.fullmatch(r"label(\.[\w-]+)?(\.\*)?|label(\.\*)?\.@value", column)]
    guessed = Guess({"label": "Artwork", "id": key})
    if named:
        guessed.lines["name"] = " ?? ".join(sorted(named, key=lambda name: ".en" not in name))
    guessed.lines["image"] = key
    if not known:
        guessed.remarks.append("the manifests have no addresses of their own: their files' names stand for them")
    _take_metadata(blocks, columns, guessed)
    return guessed


def _take_metadata(blocks: list[Records], columns: list[str], guessed: Guess) -> None:
    """Labelled values as relations, where each label has one value."""
    labels = [column for column in columns if re.fullmatch(r"metadata\.\*\.label(\.[\w-]+\.\*)?", column)]
    role = next(iter(sorted(labels, key=lambda name: ".en" not in name)), None)
    if role is None:
        return
    value = role.replace(".label", ".value")
    pairs = [pair for block in blocks for pair in zip(block.column(role), block.column(value), strict=True)]
    if any(len(said or ()) != len(values or ()) for said, values in pairs):
        guessed.remarks.append(f"{role} and {value} differ in length: a label has several values")
        return
    counts = Counter(label for said, _ in pairs for label in said or () if label)
    left = []
    for label, _ in counts.most_common():
        if PEOPLE.search(plain(label)):
            name, to = "createdBy", "Artist"
        elif MATERIALS.search(plain(label)) or SHARED.search(label):
            name, to = f"has{camel(label)}", camel(label)
        else:
            left.append(label)
            continue
        if not any(relation.name == name for relation in guessed.relations):
            lines: Lines = {"to": to, "name": value, "role": role, "roles": {label: name}}
            guessed.relations.append(DraftedRelation(name, lines))
    if left:
        guessed.remarks.append(f"the metadata say more: {', '.join(left[:MOST_SHOWN])}")
