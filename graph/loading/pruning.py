"""Taking away what a source no longer asserts, but for what others keep something at."""

from pydantic import BaseModel

from cypher.prefix import own
from graph.connection import Database, batches
from graph.loading import owned_properties
from graph.loading.asserted import entity_properties, fact_properties
from graph.loading.files import DEFAULT_LABEL
from graph.loading.former_columns import remove_former_columns
from graph.loading.plan import Plan
from graph.loading.sources import read_records
from graph.transactions import run_in_batches

BATCH = 10_000


class Pruned(BaseModel):
    """What pruning deleted, and what stays although no source of the graph asserts it.

    entities_kept: all such entities of the graph, also those of earlier prunes. One may be kept for several reasons:
    a relationship of others, a property or label of others, a fact that somebody accepted.
    facts_left: facts with properties of others, which became relationships of others without our mark.
    find: the Cypher statement that lists the entities.
    """

    entities_deleted: int
    entities_kept: int
    kept_for_relationships: int
    kept_for_properties: int
    kept_for_facts: int
    facts_deleted: int
    facts_left: int
    find: str


def remove_former(database: Database, changes: Plan) -> Pruned:
    """Take the source away from what it no longer asserts; what nobody else asserts, or has touched, is deleted.

    Links of what stays become stale, for no run will predict them again.
    """
    name, records = changes.source.name, read_records(database)
    facts = owned_properties.of_facts(records, fact_properties(changes.source))
    entities = owned_properties.of_entities(records, entity_properties(changes.source))
    released = [
        database.write("ingest/release_facts", rows=rows, source=name, properties=facts)[0]
        for rows in batches(changes.former_facts, BATCH)
    ]
    for ids in batches(changes.former_entities, BATCH):
        database.write("ingest/release_entities", ids=ids, source=name)
    remove_former_columns(database, name, changes.former_columns)
    known = {"properties": entities, "vague": DEFAULT_LABEL}
    (deleted,) = run_in_batches(database, "ingest/delete_unasserted", **known)
    run_in_batches(database, "ingest/retire_links")
    (kept,) = database.read("ingest/count_unasserted", **known)
    return Pruned(
        entities_deleted=deleted["entities"],
        entities_kept=kept["entities"],
        kept_for_relationships=kept["relationships"],
        kept_for_properties=kept["properties"],
        kept_for_facts=kept["facts"],
        facts_deleted=sum(row["deleted"] for row in released),
        facts_left=sum(row["left"] for row in released),
        find=f"MATCH (n:{own('Entity')}:{own('Vlkge')}) WHERE n.{own('sources')} = [] RETURN n",
    )


def tell_pruned(pruned: Pruned) -> list[str]:
    """What a prune did not take away, a sentence each."""
    told = []
    if pruned.entities_kept:
        reasons = {
            "relationships of others": pruned.kept_for_relationships,
            "properties or labels of others": pruned.kept_for_properties,
            "accepted facts": pruned.kept_for_facts,
        }
        why = ", ".join(f"{count:,} with {reason}" for reason, count in reasons.items() if count)
        told.append(
            f"{pruned.entities_kept:,} entities that no source asserts stay in the graph ({why}); "
            f"they are not trained on and get no predictions: {pruned.find}"
        )
    if pruned.facts_left:
        told.append(
            f"{pruned.facts_left:,} facts that no source asserts have properties of others, "
            "and stay as relationships of others, without our mark"
        )
    return told
