"""The indexes and constraints that are ours: by a record in the graph of name and definition, never by name alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import cypher
from graph.connection import Database, Row

_CREATED = re.compile(
    r"CREATE (?:(?P<kind>\w+) )?(?:INDEX|CONSTRAINT) (?P<name>\w+) IF NOT EXISTS\s+"
    r"FOR (?:\(\w+:(?P<label>\w+)\)|\(\)-\[\w+:(?P<type>\w+)\]-\(\))\s+(?P<rest>.*?)(?:OPTIONS|//|$)",
    re.DOTALL,
)
_PROPERTY = re.compile(r"\b[a-z]\.(\w+)")
_RECORD = re.compile(r"(\w*)schema_of UNIQUE \1Schema\(of\)")
# These are asked by name, so that another one on the same properties does not serve.
_BY_NAME = ("FULLTEXT", "VECTOR")


@dataclass(frozen=True)
class Definition:
    """What an index or a constraint is called, of which kind it is, and on what: ``entity_id UNIQUE Entity(id)``."""

    name: str
    kind: str
    on: str

    def __str__(self) -> str:
        return f"{self.name} {self.kind} {self.on}"


@dataclass(frozen=True)
class Index:
    """An index that the database has; `constraint` where a constraint of the same name owns it."""

    definition: Definition
    constraint: bool
    state: str


def definition_of(statement: str) -> Definition:
    """What a statement creates, e.g. ``schema/create_entity_key``. Raises ValueError for one that creates no index."""
    text = cypher.load(statement).text
    match = _CREATED.search(text)
    if match is None:
        raise ValueError(f"{statement} creates no index and no constraint")
    kind = "UNIQUE" if "IS UNIQUE" in match["rest"] else match["kind"] or "RANGE"
    properties = ", ".join(_PROPERTY.findall(match["rest"]))
    return Definition(match["name"], kind, f"{match['label'] or '[' + match['type'] + ']'}({properties})")


def list_indexes(database: Database) -> list[Index]:
    """Every index that the database has, whoever made it."""
    return [_index(row) for row in database.read("schema/list_indexes")]


def prefixes(database: Database) -> list[str]:
    """The prefixes that our names have in this graph, as the constraint on our record of the schema tells."""
    found = (_RECORD.fullmatch(str(index.definition)) for index in list_indexes(database))
    return [match[1] for match in found if match]


def recorded(database: Database) -> set[str]:
    """Names with definitions of what we created in this graph."""
    return {line for row in database.read("schema/show_indexes") for line in row["indexes"]}


def ours(database: Database) -> list[Index]:
    """The indexes that we created and that are still there as they were created."""
    known = recorded(database)
    return [index for index in list_indexes(database) if str(index.definition) in known]


def missing(database: Database, statements: Iterable[str]) -> list[str]:
    """The statements for which no index is there that can be used."""
    usable = [index.definition for index in list_indexes(database) if index.state == "ONLINE"]
    return [s for s in statements if not any(_serves(there, definition_of(s)) for there in usable)]


def collisions(database: Database, statements: Iterable[str]) -> list[str]:
    """What of others stands in the way of the indexes that the statements create, a sentence each."""
    there = [index.definition for index in list_indexes(database)]
    wanted = [definition_of(statement) for statement in statements]
    return [
        f"the index {other} is there, where {own} is needed: "
        + ("make theirs under another name" if own.name == other.name else "drop it, ours takes its place")
        for own in wanted
        for other in there
        if _collide(own, other)
    ]


def create(database: Database, *statements: str, **parameters: object) -> None:
    """Create what the statements create, but for what something there serves; all is recorded first."""
    there = [index.definition for index in list_indexes(database)]
    due = [s for s in statements if not any(_serves(index, definition_of(s)) for index in there)]
    if due:
        database.write("schema/record_indexes", indexes=[str(definition_of(statement)) for statement in due])
    for statement in due:
        database.write(statement, **parameters)


def claim(database: Database, definitions: Iterable[Definition]) -> None:
    """Record those of the definitions that the graph has exactly: those of a graph of before there was a record."""
    there = {str(index.definition) for index in list_indexes(database)}
    database.write("schema/record_indexes", indexes=sorted(there & set(map(str, definitions))))


def drop(database: Database, definitions: Iterable[Definition]) -> None:
    """Drop what is ours of these."""
    wanted = set(map(str, definitions))
    for index in ours(database):
        if str(index.definition) in wanted:
            what = "schema/drop_constraint" if index.constraint else "schema/drop_index"
            database.write(what, name=index.definition.name)


def _collide(own: Definition, other: Definition) -> bool:
    if own.name == other.name:
        return not _serves(other, own)
    if own.on != other.on:
        return False
    return own.kind == other.kind if own.kind in _BY_NAME else (own.kind, other.kind) == ("UNIQUE", "RANGE")


def _serves(there: Definition, own: Definition) -> bool:
    if own.kind in _BY_NAME:
        return there == own
    return there.on == own.on and there.kind in ("UNIQUE", own.kind)


def _index(row: Row) -> Index:
    on = ", ".join(row["on"])
    target = f"[{on}]" if row["entity"] == "RELATIONSHIP" else on
    kind = "UNIQUE" if row["constraint"] else row["type"]
    definition = Definition(row["name"], kind, f"{target}({', '.join(row['properties'])})")
    return Index(definition, row["constraint"], row["state"])
