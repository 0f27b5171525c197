"""Empties the graph of what this project wrote; what others keep there stays."""

from dataclasses import dataclass

from graph import owned_indexes
from graph.connection import Database
from graph.loading.unadopt import delete_records, unadopt
from graph.transactions import run_in_batches


@dataclass(frozen=True)
class Contents:
    """What a reset takes away, by kind; adopted entities and facts are given back as they were.

    foreign: relationships of others that hang on an ingested entity, and go with it.
    indexes: indexes and constraints.
    """

    entities: int
    facts: int
    adopted: int
    adopted_facts: int
    predicted: int
    foreign: int
    models: int
    runs: int
    decisions: int
    notes: int
    doubts: int
    rules: int
    encoders: int
    indexes: int


def reset(database: Database, *, dry_run: bool = False) -> Contents:
    """Take away ingested entities, facts, predicted links, records and indexes, and give adopted nodes back.

    In many small transactions; killed at any point and run again, it ends in the same graph. With
    `dry_run` it only counts. The picture store and checkpoints are files, and stay.
    """
    indexes = owned_indexes.ours(database)
    (counts,) = database.read("reset/count_contents")
    if not dry_run:
        unadopt(database)
        for statement in ("reset/delete_links", "reset/delete_entities"):
            run_in_batches(database, statement)
        delete_records(database)
    return Contents(**counts, indexes=len(indexes))
