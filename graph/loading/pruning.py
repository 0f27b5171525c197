"""Taking away what a source no longer asserts, but for what others keep something at."""

from pydantic import BaseModel

from base.errors import shorten
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
    name = changes.source.name
    entities, facts = _our_properties(database, changes)
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
        find=_find(),
    )


def foretell(database: Database, changes: Plan) -> Pruned:
    """What `remove_former` would delete, and what would stay; nothing is written."""
    name = changes.source.name
    entities, facts = _our_properties(database, changes)
    of_facts = [
        database.read("ingest/foretell_facts", rows=rows, source=name, properties=facts)[0]
        for rows in batches(changes.former_facts, BATCH)
    ]
    unasserted = {row["id"] for row in database.read("ingest/list_unasserted")}
    here = set(changes.source.entities["id"])  # what is asserted again is no longer without a source
    held = {*changes.source.triples["head"], *changes.source.triples["tail"]}
    of_entities = [
        database.read(
            "ingest/foretell_entities", ids=ids, held=sorted(held.intersection(ids)), source=name,
            properties=entities, fact_properties=facts, vague=DEFAULT_LABEL,
        )[0]
        for ids in batches(sorted(unasserted.difference(here).union(changes.former_entities)), BATCH)
    ]  # fmt: skip

    def total(of: str) -> int:
        return sum(row[of] for row in of_entities)

    return Pruned(
        entities_deleted=total("entities") - total("kept"),
        entities_kept=total("kept"),
        kept_for_relationships=total("relationships"),
        kept_for_properties=total("properties"),
        kept_for_facts=total("facts"),
        facts_deleted=sum(row["deleted"] for row in of_facts),
        facts_left=sum(row["left"] for row in of_facts),
        find=_find(),
    )


def _our_properties(database: Database, changes: Plan) -> tuple[list[str], list[str]]:
    """The properties of entities and of facts that are no properties of others."""
    records = read_records(database)
    return (
        owned_properties.of_entities(records, entity_properties(changes.source)),
        owned_properties.of_facts(records, fact_properties(changes.source)),
    )


def _find() -> str:
    return f"MATCH (n:{own('Entity')}:{own('Vlkge')}) WHERE n.{own('sources')} = [] RETURN n"


def tell_former(changes: Plan) -> list[str]:
    """What the files no longer hold and stays all the same, as nothing is pruned: a sentence each with the first."""
    facts = [" ".join(map(str, fact.values())) for fact in changes.former_facts]
    return [
        f"no longer in the files of {changes.source.name}, and still in the graph: {kind} {shorten(rows)}"
        for kind, rows in (("entities", changes.former_entities), ("facts", facts))
        if rows
    ]


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
