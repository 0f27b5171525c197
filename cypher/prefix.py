"""The prefix that our names in a graph may have, so that they are never those of its owner.

``VLKGE_PREFIX=vk_`` makes of ``(n:Entity {id})`` the node ``(n:vk_Entity {vk_id})``, and so of all our labels, types,
indexes, and the properties that we write to entities and facts, which may be the owner's nodes and relationships.
Names are put in when a statement is loaded, so that it still runs by index. The files of `cypher/` are all alike in how
they write patterns, which is what the rules below go by.
"""

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

from base.errors import InputError

VARIABLE = "VLKGE_PREFIX"
LABELS = (
    "Entity", "Model", "PredictionRun", "Decision", "CuratorNote", "CuratorQueue", "Doubt", "LinkRule", "Encoder",
    "Schema", "Vlkge",
)  # fmt: skip
TYPES = ("PREDICTED", "OF")
ENTITY_PROPERTIES = (
    "adopted", "adopted_as", "held_out", "image_sha256", "primary_label", "sources", "textual", "textual_digest",
    "updated_at", "value_sources", "visual", "visual_digest",
)  # fmt: skip
FACT_PROPERTIES = ("vlkge", "split", "sources", "asserted_at", "value_sources")
# What a file or an owner's node gives, under our names.
GIVEN = ("id", "name", "text", "image")
PROPERTIES = frozenset({*GIVEN, *ENTITY_PROPERTIES, *FACT_PROPERTIES})
NAMED_INDEXES = ("entity_words", "entity_visual", "entity_textual")

_FORM = re.compile(r"(?:[A-Za-z][A-Za-z0-9_]{0,19})?")
_ANY = "|".join(sorted(PROPERTIES, key=len, reverse=True))
# Quoted strings, quoted names and comments; they are set aside while the rest is rewritten.
_OPAQUE = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
_ASIDE = re.compile("\0(\\d+)\0")
_TYPE = re.compile(rf"(?<=[:|])({'|'.join([*LABELS, *TYPES])})\b")
# Rows and parameters are maps; every other variable is a node or a relationship.
_ACCESS = re.compile(rf"(?<![\w$.])(?!row\b|properties\b)(\w+)\.({_ANY})\b")
_PROJECTION = re.compile(r"(\w+) \{(\.[^{}]*)\}")
_PROJECTED = re.compile(rf"(?<!\w)\.({_ANY})\b")
_PATTERN = re.compile(r"(?:(?<=:)[\w|:]+|(?<=[(\[])\w+|:\$\([^\s{}]+\)) \{([^{}]*)\}")
_KEY = re.compile(rf"(^\s*|,\s*)({_ANY})(?=:)")
_HINT = re.compile(r"USING INDEX (?:SEEK )?\w+:\w+\(([^()]*)\)")
_INDEX = re.compile(r"\b(INDEX|CONSTRAINT) (\w+)(?= IF NOT EXISTS)")
_WORDS = re.compile(r"\b(name|text)(?=:\()")
# The kind of what has none is a word for people.
_KIND = re.compile("primary_label, $")


def current() -> str:
    """The prefix of this process's names, ``""`` for none. Raises InputError for one that no name can begin with."""
    prefix = os.environ.get(VARIABLE, "")
    if _FORM.fullmatch(prefix) is None:
        raise InputError(
            f"{VARIABLE} is {prefix!r}; it must be at most 20 letters, digits and underscores that begin with a letter"
        )
    return prefix


def own(name: str) -> str:
    """What we call a label, a type, an index or a property of ours in the graph; other names stay."""
    known = name in PROPERTIES or name in LABELS or name in TYPES or name in NAMED_INDEXES
    return current() + name if known else name


def own_names(names: Iterable[str]) -> list[str]:
    """Several names as they are in the graph."""
    return [own(name) for name in names]


def own_properties(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows for a statement, the keys of their `properties` as they are called in the graph."""
    if not current():
        return list(rows)
    called = {name: own(name) for name in PROPERTIES}
    return [
        row | {"properties": {called.get(name, name): value for name, value in row["properties"].items()}}
        if row.get("properties")
        else row
        for row in rows
    ]


def program_name(name: str) -> str | None:
    """What the program calls a property of a node or relationship that is ours; None for one of the owner's, under a
    name that is ours but for the prefix."""
    prefix = current()
    bare = name.removeprefix(prefix)
    if bare in PROPERTIES:
        return bare if name == prefix + bare else None
    return name


def substitute(text: str, prefix: str) -> str:
    """A statement with the prefix before each name that is ours."""
    if not prefix:
        return text
    aside: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        aside.append(_in_quotes(found, prefix))
        return f"\0{len(aside) - 1}\0"

    text = _OPAQUE.sub(set_aside, text)
    text = _PROJECTION.sub(lambda m: f"{m[1]} {{{_project(m[2], m[1], prefix)}}}", text)
    text = _PATTERN.sub(lambda m: m[0].replace(m[1], _KEY.sub(rf"\g<1>{prefix}\g<2>", m[1])), text)
    text = _HINT.sub(lambda m: m[0].replace(f"({m[1]})", f"({_each(m[1], prefix)})"), text)
    text = _ACCESS.sub(rf"\g<1>.{prefix}\g<2>", text)
    text = _INDEX.sub(rf"\g<1> {prefix}\g<2>", text)
    text = _TYPE.sub(rf"{prefix}\g<1>", text)
    return _ASIDE.sub(lambda m: aside[int(m[1])], text)


def _in_quotes(found: re.Match[str], prefix: str) -> str:
    """A quoted string: our labels, types and indexes are named in some, and properties in a full-text query."""
    text, inner = found[0], found[0][1:-1]
    if text[0] != "'" or (inner == "Entity" and _KIND.search(found.string[: found.start()])):
        return text
    if inner in (*LABELS, *TYPES, *NAMED_INDEXES):
        return f"'{prefix}{inner}'"
    return _WORDS.sub(rf"{prefix}\g<1>", text)


def _project(body: str, variable: str, prefix: str) -> str:
    """What a map projection takes of a node: our properties under the names that the program knows."""
    keyed = _KEY.sub(rf"\g<1>{prefix}\g<2>", body) if body.startswith(".*") else body
    return _PROJECTED.sub(rf"\g<1>: {variable}.\g<1>", keyed)


def _each(names: str, prefix: str) -> str:
    return ", ".join(prefix + name if name in PROPERTIES else name for name in names.split(", "))
