"""What the graph already holds of the entities and facts that a source asserts, or asserted before."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from base.errors import InputError, shorten
from graph.connection import Database, batches
from graph.loading.files import Source
from graph.transactions import read_columns

BATCH = 10_000


@dataclass(frozen=True)
class ExistingEntity:
    """An entity of the graph: its labels beside Entity, and the values of the properties that the source has."""

    labels: list[str]
    properties: list[Any]
    sources: list[str]
    held_out: str
    picture: str


@dataclass(frozen=True)
class ExistingGraph:
    """entities: those of the source's ids that the graph has.
    former: ids that the source asserted before and its files no longer hold.
    facts: columns head, relation, tail, split ('' for none), ours (the source asserts it), properties;
        all that leave one of these entities.
    """

    entities: dict[str, ExistingEntity]
    former: list[str]
    facts: pd.DataFrame


def read_asserted(database: Database, source: Source) -> ExistingGraph:
    """Read from the graph all that the source's changes depend on; nothing is written.

    Raises InputError for ids that nodes of others labelled Entity have.
    """
    entities: dict[str, ExistingEntity] = {}
    ids = source.entities["id"].tolist()
    columns = entity_properties(source)
    foreign = [database.read("ingest/find_foreign_ids", ids=batch)[0]["ids"] for batch in batches(ids, BATCH)]
    if taken := sorted(id_ for part in foreign for id_ in part):
        raise InputError(f"ids that nodes of others labelled Entity have in the graph: {shorten(taken)}")
    for batch in batches(ids, BATCH):
        for row in read_columns(database, "ingest/read_entities", ids=batch, properties=columns):
            keys = ("labels", "properties", "sources", "held_out", "pictures")
            values = zip(*(row[key] for key in keys), strict=True)
            entities.update({i: ExistingEntity(*value) for i, value in zip(row["ids"], values, strict=True)})
    given = set(ids)
    former = [i for i in read_columns(database, "ingest/list_entities", source=source.name)[0]["ids"] if i not in given]
    return ExistingGraph(entities, sorted(former), _read_facts(database, source, [*entities, *former]))


def nothing() -> ExistingGraph:
    """What an empty graph holds."""
    text = {column: pd.Series(dtype="str") for column in ("head", "relation", "tail", "split")}
    facts = pd.DataFrame({**text, "ours": pd.Series(dtype=bool), "properties": pd.Series(dtype=object)})
    return ExistingGraph({}, [], facts)


def entity_properties(source: Source) -> list[str]:
    """The columns of entities that become properties."""
    return [column for column in source.entities.columns if column not in ("id", "label")]


def fact_properties(source: Source) -> list[str]:
    """The columns of triples that become properties of the relationship."""
    return [column for column in source.triples.columns if column not in ("head", "relation", "tail", "split")]


def _read_facts(database: Database, source: Source, heads: list[str]) -> pd.DataFrame:
    columns = {"heads": "head", "tails": "tail", "splits": "split", "ours": "ours", "properties": "properties"}
    frames = []
    for batch in batches(heads, BATCH):
        for row in read_columns(
            database, "ingest/read_facts", heads=batch, source=source.name, properties=fact_properties(source)
        ):
            frame = pd.DataFrame({column: row[key] for key, column in columns.items()})
            frames.append(frame.assign(relation=row["relation"]))
    return pd.concat(frames, ignore_index=True) if frames else nothing().facts
