"""What the graph already holds of the entities and facts that a source asserts, or asserted before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from base.errors import InputError, shorten
from cypher.prefix import own_names
from graph.connection import Database, batches
from graph.loading.files import Source
from graph.loading.names import other_forms
from graph.loading.sources import Record, read_records
from graph.transactions import read_columns, read_pages

BATCH = 10_000


@dataclass(frozen=True)
class ExistingEntity:
    """An entity of the graph: its labels beside Entity, and the values of the properties that the source has.

    value_sources: whose values they are where not the first source's, see graph.sources.settle.
    """

    labels: list[str]
    properties: list[Any]
    sources: list[str]
    held_out: str
    picture: str
    value_sources: list[str]


@dataclass(frozen=True)
class ExistingGraph:
    """entities: those of the source's ids that the graph has.
    former: ids that the source asserted before and its files no longer hold.
    facts: columns head, relation, tail, split ('' for none), ours (the source asserts it), properties, sources,
        value_sources; all that leave one of these entities.
    records: what the graph remembers of its sources. known: those that assert anything, where this one is new to it.
    look_alikes: ids of the graph that are those of the source in another Unicode form.
    """

    entities: dict[str, ExistingEntity]
    former: list[str]
    facts: pd.DataFrame
    records: dict[str, Record] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    look_alikes: list[str] = field(default_factory=list)


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
    pages = ({"ids": batch, "properties": own_names(columns)} for batch in batches(ids, BATCH))
    for rows in read_pages(database, "ingest/read_entities", pages):
        for row in rows:
            keys = ("labels", "properties", "sources", "held_out", "pictures", "value_sources")
            values = zip(*(row[key] for key in keys), strict=True)
            entities.update({i: ExistingEntity(*value) for i, value in zip(row["ids"], values, strict=True)})
    given = set(ids)
    former = [i for i in read_columns(database, "ingest/list_entities", source=source.name)[0]["ids"] if i not in given]
    records = read_records(database)
    return ExistingGraph(
        entities,
        sorted(former),
        _read_facts(database, source, [*entities, *former]),
        records,
        [] if source.name in records else [row["source"] for row in database.read("ingest/list_sources")],
        _find_look_alikes(database, source),
    )


def nothing() -> ExistingGraph:
    """What an empty graph holds."""
    text = {column: pd.Series(dtype="str") for column in ("head", "relation", "tail", "split")}
    lists = {column: pd.Series(dtype=object) for column in ("properties", "sources", "value_sources")}
    facts = pd.DataFrame({**text, "ours": pd.Series(dtype=bool), **lists})
    return ExistingGraph({}, [], facts)


def entity_properties(source: Source) -> list[str]:
    """The columns of entities that become properties."""
    return [column for column in source.entities.columns if column not in ("id", "label")]


def fact_properties(source: Source) -> list[str]:
    """The columns of triples that become properties of the relationship."""
    return [column for column in source.triples.columns if column not in ("head", "relation", "tail", "split")]


def _read_facts(database: Database, source: Source, heads: list[str]) -> pd.DataFrame:
    names = own_names(fact_properties(source))
    parts = list(batches(heads, BATCH))
    frames = list(_with_properties(database, source, parts, names) if names else _plain(database, source, parts))
    return pd.concat(frames, ignore_index=True) if frames else nothing().facts


def _with_properties(
    database: Database, source: Source, parts: list[Sequence[str]], names: list[str]
) -> Iterator[pd.DataFrame]:
    columns = {"heads": "head", "tails": "tail", "splits": "split", "ours": "ours", "properties": "properties"}
    columns |= {"sources": "sources", "value_sources": "value_sources"}
    pages = ({"heads": part, "source": source.name, "properties": names} for part in parts)
    for rows in read_pages(database, "ingest/read_facts", pages):
        for row in rows:
            frame = pd.DataFrame({column: row[key] for key, column in columns.items()})
            yield frame.assign(relation=row["relation"])


def _plain(database: Database, source: Source, parts: list[Sequence[str]]) -> Iterator[pd.DataFrame]:
    """Without lists that nobody asks for, which take longer to send than the facts."""
    pages = ({"heads": part, "source": source.name} for part in parts)
    for part, rows in zip(parts, read_pages(database, "ingest/read_plain_facts", pages), strict=True):
        for row in rows:
            frame = pd.DataFrame({"head": [part[position] for position in row["heads"]], "tail": row["tails"]})
            none: list[list[str]] = [[]] * len(frame)
            given = {name: row[name] for name in ("relation", "split", "ours")}
            yield frame.assign(**given, **dict.fromkeys(("properties", "sources", "value_sources"), pd.Series(none)))


def _find_look_alikes(database: Database, source: Source) -> list[str]:
    found: list[str] = []
    for forms in batches(other_forms(source.entities["id"]), BATCH):
        for row in read_columns(database, "ingest/read_entities", ids=forms, properties=[]):
            found += row["ids"]
    return sorted(found)
