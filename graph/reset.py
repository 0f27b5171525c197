"""Empties the graph of what this project wrote; what others keep there stays, also what they keep at ours."""

from dataclasses import dataclass

from cypher.prefix import own, own_names
from graph import owned_indexes
from graph.connection import Database
from graph.loading import owned_properties
from graph.loading.files import DEFAULT_LABEL
from graph.loading.sources import read_records
from graph.loading.unadopt import count_contents, delete_records, unadopt
from graph.transactions import run_in_batches

# By which a later ingest, and a person, finds again what stays.
NEEDED = ("id", "name", "primary_label", "sources")


@dataclass(frozen=True)
class Contents:
    """What a reset takes away, by kind; adopted entities and facts are given back as they were.

    kept: entities that stay with their id, name and kind, as others keep relationships, or properties or labels, at
    them; one may stay for both. kept_records: models, decisions and the like that others have linked.
    facts_left: facts with properties of others, which stay as relationships of theirs.
    indexes: indexes and constraints. find_kept_afterwards: a Cypher statement; empty where nothing is kept.
    """

    entities: int
    facts: int
    adopted: int
    adopted_facts: int
    predicted: int
    models: int
    runs: int
    decisions: int
    notes: int
    doubts: int
    rules: int
    encoders: int
    indexes: int
    kept: int
    kept_for_relationships: int
    kept_for_properties: int
    kept_records: int
    facts_left: int
    find_kept_afterwards: str


def reset(database: Database, *, dry_run: bool = False) -> Contents:
    """Take away ingested entities, facts, predicted links, records and indexes, and give adopted nodes back.

    In many small transactions; killed at any point and run again, it ends in the same graph. With
    `dry_run` it only counts. The picture store and checkpoints are files, and stay.
    """
    indexes, counts = len(owned_indexes.ours(database)), count_contents(database)
    if not dry_run:
        records = read_records(database)
        unadopt(database)
        run_in_batches(database, "reset/delete_links", properties=owned_properties.of_facts(records))
        ours = owned_properties.of_entities(records)
        run_in_batches(database, "reset/delete_entities", properties=ours, vague=DEFAULT_LABEL)
        run_in_batches(database, "reset/strip_entities", properties=sorted(set(ours).difference(own_names(NEEDED))))
        delete_records(database)
    stays = counts["kept"] or counts["kept_records"]
    find = f"MATCH (n:{own('Vlkge')}) WHERE NOT n:{own('Schema')} RETURN n" if stays else ""
    return Contents(**counts, indexes=indexes, find_kept_afterwards=find)
