"""Empties the graph of what this project wrote; what others keep there stays."""

from dataclasses import dataclass

from graph.connection import Database
from graph.loading.adopt import unadopt
from graph.schema import STATEMENTS, created_name
from graph.transactions import run_in_batches

VECTOR_INDEXES = ("vectors/create_visual_index", "vectors/create_textual_index")


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
    doubts: int
    rules: int
    encoders: int
    indexes: int


def reset(database: Database, *, dry_run: bool = False) -> Contents:
    """Take away ingested entities, facts, predicted links, records and indexes, and give adopted nodes back.

    In many small transactions; killed at any point and run again, it ends in the same graph. With
    `dry_run` it only counts. The picture store and checkpoints are files, and stay.
    """
    names = _our_indexes(database)
    (counts,) = database.read("reset/count_contents")
    if not dry_run:
        unadopt(database)
        for statement in ("reset/delete_links", "reset/delete_entities", "reset/delete_records"):
            run_in_batches(database, statement)
        # Last: until here the index of ids makes another run after a kill fast.
        for name, constraint in names.items():
            database.write("reset/drop_constraint" if constraint else "reset/drop_index", name=name)
    return Contents(**counts, indexes=len(names))


def _our_indexes(database: Database) -> dict[str, bool]:
    """Which of the names that our statements give are there, and whether it is a constraint."""
    ours = {created_name(statement) for statement in (*STATEMENTS, *VECTOR_INDEXES)}
    rows = database.read("reset/list_indexes")
    return {row["name"]: row["constraint"] is not None for row in rows if row["name"] in ours}
