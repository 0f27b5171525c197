"""What the owner of a graph would see of it before and after a command: property by property, index by index."""

from dataclasses import dataclass

from cypher.prefix import own
from graph import reserved
from graph.connection import Database
from tests.graph.guests import run

NODES = "MATCH (n) RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS properties"
RELATIONSHIPS = (
    "MATCH (h)-[r]->(t) RETURN elementId(r) AS element, [elementId(h), type(r), elementId(t)] AS labels, "
    "properties(r) AS properties"
)
SCHEMA = (
    "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, options RETURN *",
    "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties RETURN *",
)

# Values as text, for no NaN is like another.
Things = dict[str, tuple[list[str], dict[str, str]]]


@dataclass(frozen=True)
class Snapshot:
    """Nodes and relationships by their element ids, and the definitions of indexes and constraints."""

    nodes: Things
    relationships: Things
    schema: list[str]


def take(database: Database) -> Snapshot:
    """All that the database holds."""
    made = [repr(sorted(row.items())) for text in SCHEMA for row in run(database, text)]
    return Snapshot(_by_element(database, NODES), _by_element(database, RELATIONSHIPS), sorted(made))


def harm(before: Snapshot, now: Snapshot) -> list[str]:
    """What of `before` is gone, changed, or has more than our mark, labels and properties; of ours nothing is told."""
    ours = {
        own(name) for name in (*reserved.ENTITY_PROPERTIES, *reserved.FACT_PROPERTIES, "id", "name", "text", "image")
    }
    labels = {own("Entity"), own(reserved.MARK)}
    told = [f"the index {line}" for line in before.schema if line not in now.schema]
    for held, found in ((before.nodes, now.nodes), (before.relationships, now.relationships)):
        for element, (kinds, properties) in held.items():
            if element not in found:
                told.append(f"gone: {kinds} {properties}")
                continue
            kinds_now, properties_now = found[element]
            kept = {key: value for key, value in properties_now.items() if key in properties}
            marked = own(reserved.MARK) in kinds_now or own(reserved.MARK_PROPERTY) in properties_now
            more = {*kinds_now} - {*kinds} - labels, {*properties_now} - {*properties} - (ours if marked else set())
            if kept != properties or {*kinds} - {*kinds_now} or any(more):
                told.append(f"{kinds} {properties} became {kinds_now} {properties_now}")
    return told


def _by_element(database: Database, text: str) -> Things:
    return {
        row["element"]: (row["labels"], {key: repr(value) for key, value in row["properties"].items()})
        for row in run(database, text)
    }
