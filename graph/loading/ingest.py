"""Writing a source into the graph so that a second run, or one after a kill, changes nothing more."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import pandas as pd
from pydantic import BaseModel

from base.errors import InputError
from base.progress import Progress, silent
from cypher.prefix import own_properties
from graph.connection import Database, batches
from graph.download import Limits
from graph.loading.asserted import read_asserted
from graph.loading.comparison import Row
from graph.loading.doubles import Double, find_doubles
from graph.loading.entity_pictures import PictureCounts, look_at_pictures, write_pictures
from graph.loading.files import DEFAULT_LABEL, Source
from graph.loading.former_columns import find_former_columns, remember, tell_former_columns
from graph.loading.identifiers import recognise
from graph.loading.leaks import Leak, find_leaks
from graph.loading.plan import Counts, Plan, plan_changes
from graph.loading.pruning import Pruned, foretell, remove_former, tell_former, tell_pruned
from graph.loading.survey import Survey, survey
from graph.pictures import PictureStore
from graph.schema import setup_schema
from graph.splits import Shares
from graph.transactions import read_columns

BATCH = 10_000
BATCH_TEXT = 16_000_000  # characters
# The first facts of an empty graph go alone: until some are committed, each row is looked for in a scan of all.
FIRST_BATCH = 100


class IngestResult(BaseModel):
    """What an ingest did, or would do.

    `notes`: what is no error and should be known, a sentence each.
    """

    source: str
    dry_run: bool
    pruned: bool
    entities: Counts
    facts: Counts
    splits: dict[str, int]
    held_out: dict[str, int]
    repeated_facts: int
    notes: list[str] = []
    taken_away: Pruned | None = None
    """Of a prune, or a dry run of one: what it deletes, and what stays as others keep something at it."""
    pictures: PictureCounts | None = None
    survey: Survey | None = None
    """Of a dry run: what the source would bring, relation by relation."""
    leaks: dict[str, Leak] = {}
    """Of the source's held-back facts those whose ends its training facts join, by split."""


def ingest(
    database: Database,
    source: Source,
    store: PictureStore,
    *,
    prune: bool = False,
    prune_limit: float = 0.2,
    dry_run: bool = False,
    shares: Shares | None = None,
    hold_out: Mapping[str, float] | None = None,
    preferred: bool = False,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> IngestResult:
    """Bring the graph to what the source asserts.

    prune: take away what the source no longer asserts, at most the share `prune_limit` of it.
    dry_run: only say what would change.
    shares, hold_out, preferred: see plan_changes. limits: see gather_pictures.

    Raises InputError, before anything is written, where the source disagrees with the graph.
    """
    changes = plan(database, source, shares=shares, hold_out=hold_out, preferred=preferred)
    if prune:
        check_prune(changes, prune_limit)
    if dry_run:
        pictures, doubles = (
            look_at_pictures(changes, store, prune=prune, progress=progress),
            find_doubles_in_graph(database, changes.source),
        )
        going = foretell(database, changes) if prune else None
        return summarize(changes, dry_run=True, pruned=going, pictures=pictures, doubles=doubles)
    setup_schema(database)
    write_entities(database, changes, progress=progress)
    write_facts(database, changes, progress=progress)
    pictures = write_pictures(database, changes, store, prune=prune, limits=limits, progress=progress)
    taken = remove_former(database, changes) if prune else None
    remember_source(database, changes, pruned=prune)
    return summarize(changes, dry_run=False, pruned=taken, pictures=pictures)


def list_sources(database: Database) -> list[str]:
    """The names of all sources that assert any entity of the graph, sorted."""
    return [row["source"] for row in database.read("ingest/list_sources")]


def plan(
    database: Database,
    source: Source,
    *,
    shares: Shares | None = None,
    hold_out: Mapping[str, float] | None = None,
    preferred: bool = False,
) -> Plan:
    """What an ingest of the source would change, checked; nothing is written. See plan_changes."""
    source = recognise(database, source)
    asserted = read_asserted(database, source)
    changes = plan_changes(source, asserted, shares=shares, holding_out=hold_out, preferred=preferred)
    return replace(changes, former_columns=find_former_columns(database, source, changes.order))


def check_prune(changes: Plan, limit: float) -> None:
    """Raise InputError where pruning would take away more than the share `limit` of entities, of facts, or of either
    the values that a column gave them."""
    for kind, counts in (("entities", changes.entity_counts), ("facts", changes.fact_counts)):
        if counts.removed > limit * counts.before:
            raise InputError(
                f"the files of {changes.source.name} no longer hold {counts.removed:,} of {counts.before:,} {kind} "
                f"({counts.removed / counts.before:.0%}); pruning takes away at most {limit:.0%} unless told otherwise"
            )
        for column in changes.former_columns:
            if column.kind == kind and column.count > limit * counts.before:
                raise InputError(
                    f"the files of {changes.source.name} no longer have the column {column.name!r}, of which "
                    f"{column.count:,} of {counts.before:,} {kind} hold a value; "
                    f"pruning takes away at most {limit:.0%} unless told otherwise"
                )


def write_entities(database: Database, changes: Plan, *, progress: Progress = silent) -> None:
    """Write the entities that are new or changed; the schema must be set up."""
    for done, batch in _count(_light(changes.entities)):
        database.write("ingest/merge_entities", rows=own_properties(batch), source=changes.source.name)
        if refined := [{"id": row["id"], "label": row["label"]} for row in batch if row.get("refined")]:
            database.write("ingest/refine_labels", rows=refined, former=DEFAULT_LABEL)
        progress(done, len(changes.entities), "entities")


def write_facts(database: Database, changes: Plan, *, progress: Progress = silent) -> None:
    """Write the facts that are new or changed; their ends must be written."""
    first, rest = changes.facts[:FIRST_BATCH], changes.facts[FIRST_BATCH:]
    for done, batch in _count(chain([first], _light(rest))):
        database.write("ingest/merge_facts", rows=own_properties(batch), source=changes.source.name)
        progress(done, len(changes.facts), "facts")


def remember_source(database: Database, changes: Plan, *, pruned: bool) -> None:
    """Note what the next ingest is to know of this one, once all is written."""
    remember(database, changes.source, changes.order, [] if pruned else changes.former_columns)


def find_doubles_in_graph(database: Database, source: Source) -> list[Double]:
    """Entities of the graph that may be one with a new one of the source, for a person to decide.

    Looked at are the labels of what facts lead to, and of those entities that have the source's identifiers.
    """
    tails = source.entities["id"].isin(source.triples["tail"])
    for name in source.identifiers:
        tails |= source.entities[name].notna() if name in source.entities else False
    own = source.entities[tails]
    if "name" not in own:
        return []
    labels = sorted(set(own["label"]))
    (row,) = read_columns(database, "ingest/list_names", labels=labels, source=source.name)
    graph = pd.DataFrame({"id": row["ids"], "label": row["labels"], "name": row["names"]})
    new = own.loc[~own["id"].isin(graph["id"]), ["id", "label", "name"]]
    counts = source.triples["tail"].value_counts()
    return find_doubles(pd.concat([new, graph], ignore_index=True), counts, set(new["id"])) if len(graph) else []


def summarize(
    changes: Plan,
    *,
    dry_run: bool,
    pruned: Pruned | None = None,
    pictures: PictureCounts | None = None,
    doubles: Sequence[Double] = (),
) -> IngestResult:
    """The plan's figures and what became of the pictures. doubles: with entities of the graph, of a dry run."""
    return IngestResult(
        source=changes.source.name,
        dry_run=dry_run,
        pruned=pruned is not None,
        taken_away=pruned,
        entities=changes.entity_counts,
        facts=changes.fact_counts,
        splits={part: int((changes.splits == part).sum()) for part in ("train", "val", "test")},
        held_out=dict(Counter(changes.held_out.values())),
        repeated_facts=changes.source.repeated,
        notes=[
            *(tell_former(changes) if pruned is None else tell_pruned(pruned)),
            *changes.notes,
            *tell_former_columns(changes.former_columns, pruned is not None),
        ],
        pictures=pictures,
        survey=survey(changes.source, doubles) if dry_run else None,
        leaks=find_leaks(changes.source.triples, changes.splits),
    )


def _light(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Consecutive slices of at most BATCH rows, and of no more text than a transaction takes."""
    for batch in batches(rows, BATCH):
        start = size = 0
        for at, row in enumerate(batch):
            weight = sum(len(value) for value in row.get("properties", {}).values() if isinstance(value, str))
            if size and size + weight > BATCH_TEXT:
                yield batch[start:at]
                start, size = at, 0
            size += weight
        yield batch[start:]


def _count(parts: Iterable[Sequence[Row]]) -> Iterator[tuple[int, list[Row]]]:
    """Each part that is not empty, with how many rows there are up to its end."""
    done = 0
    for part in filter(None, parts):
        done += len(part)
        yield done, list(part)
