"""The nodes that are to be adopted, as they are: what the specification maps, and what we gave them."""

from collections.abc import Iterable

from cypher.prefix import own_names
from graph import reserved
from graph.connection import Database, Row
from graph.loading.adopt_spec import PROPERTIES, AdoptSpec
from graph.loading.adopt_values import choose_text
from graph.transactions import read_columns

# What an entity calls the properties that a specification maps.
OURS = tuple(PROPERTIES.values())
# Between the properties that are an id together.
ID_SEPARATOR = "/"


def read_nodes(database: Database, spec: AdoptSpec) -> list[Row]:
    """Every node that the specification wants once, under the first of its labels in the order of the specification.

    A row has the columns of ``adopt/read_nodes``, the `label`, the `properties` that it maps, and in `given` one text
    for each of them, or None.
    """
    nodes: dict[str, Row] = {}
    for label in spec.labels:
        mapping = spec.properties(label)
        properties = {ours: mapping.get(theirs) for theirs, ours in PROPERTIES.items()}
        rows = read_columns(
            database,
            "adopt/read_nodes",
            label=label,
            properties=properties,
            parts=spec.id_parts(label),
            key=spec.labels[label].get("key"),
            where=spec.where(label),
            reserved=own_names(reserved.ENTITY_PROPERTIES),
        )
        before = spec.labels[label].get("id_prefix", "")
        for row in rows:
            texts = [choose_text(value, spec.languages, spec.lists) for value in row["given"]]
            given = dict(zip(OURS, texts, strict=True))
            if properties["id"] is None:
                given["id"] = ID_SEPARATOR.join(row["parts"]) if all(map(has_text, row["parts"])) else None
            if has_text(given["id"]):
                given["id"] = f"{before}{given['id']}"
            nodes.setdefault(row["element"], {**row, "given": given, "label": label, "properties": properties})
    return list(nodes.values())


def has_id(node: Row) -> bool:
    """Whether the node has an id that is neither missing nor blank."""
    return has_text(node["given"]["id"])


def has_text(value: str | None) -> bool:
    return bool((value or "").strip())


def is_ingested(node: Row) -> bool:
    """Whether an ingest brought the node, so that it is an entity already."""
    return bool(node["ours"]) and node["adopted"] is None and node["sources"] is not None


def is_wiped(node: Row) -> bool:
    """Whether the node was adopted and has lost all that it was given, as by ``SET n = {…}``."""
    return bool(node["ours"]) and node["adopted"] is None and node["sources"] is None


def chosen(nodes: Iterable[Row]) -> list[Row]:
    """Those that become entities, or are adopted ones."""
    return [node for node in nodes if has_id(node) and not is_ingested(node)]
