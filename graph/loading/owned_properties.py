"""Which properties of an entity or a fact are ours; one that is not among them is somebody else's, and stays.

Ours are those of the data model, and the columns that the graph remembers of its sources. Which columns a source of an
earlier version had is known from its next ingest on; until then, what it gave counts as somebody else's.
"""

from collections.abc import Iterable, Mapping

import neo4j

from cypher.prefix import own_names
from graph import reserved
from graph.loading.sources import Record, records_of
from graph.transactions import run_in_transaction

# What files give under names of the data model.
GIVEN = ("id", "name", "text", "url", "rights", "image")


def of_entities(records: Mapping[str, Record], columns: Iterable[str] = ()) -> list[str]:
    """The properties of entities as they are called in the graph. columns: of a source that is not yet remembered."""
    return _named({*reserved.ENTITY_PROPERTIES, *GIVEN, *columns}, records, "entities")


def of_facts(records: Mapping[str, Record], columns: Iterable[str] = ()) -> list[str]:
    """The properties of facts as they are called in the graph, our mark among them."""
    return _named({*reserved.FACT_PROPERTIES, *columns}, records, "facts")


def facts_known_in(tx: neo4j.ManagedTransaction) -> list[str]:
    """`of_facts`, of the sources that a transaction sees."""
    return of_facts(records_of(run_in_transaction(tx, "ingest/read_sources")))


def _named(ours: set[str], records: Mapping[str, Record], kind: str) -> list[str]:
    return own_names(sorted(ours.union(*(record.columns(kind) or () for record in records.values()))))
