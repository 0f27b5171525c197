"""Publishing predicted links: checked before anything is written, then relation by relation, one writer at a time."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from base.errors import InputError, shorten
from base.progress import Progress, ignore, silent
from graph.connection import Database, batches
from graph.predicted import registry
from graph.predicted.links import REQUIRED, by_relation, check_links, digest, entities, with_priority
from graph.predicted.publication_lock import publication_lock
from graph.predicted.rules import publish_rules
from graph.predicted.run_writer import BATCH, COUNTS, RunWriter
from graph.schema import setup_schema


@dataclass(frozen=True)
class Publication:
    """What came of one run: `counts` has one row per relation.

    Its columns: current (links of this run), stale (undecided ones that no run predicts any more), decided (left out,
    for a curator accepted or rejected them), facts (left out, for they are known).
    """

    run_id: str
    counts: pd.DataFrame


def publish(
    database: Database,
    links: pd.DataFrame,
    *,
    model_version: str,
    run_id: str | None = None,
    relations: Sequence[str] | None = None,
    heads: Sequence[str] | None = None,
    functional: Sequence[str] | None = None,
    confirm: Callable[[], None] | None = None,
    keep: Callable[[str], object] = ignore,
    wait: float = 60.0,
    progress: Progress = silent,
    notify: Callable[[str], None] = ignore,
) -> Publication:
    """Make `links` (the columns of graph.predicted.links.check_links) the current predictions of their relations.

    `relations` are those that the run covers, by default those of the links: what it no longer predicts of them becomes
    stale. With `heads` it covers only links that leave these entities. A relation is written in one transaction, so its
    readers see one run, whole; one of over `run_writer.PART` links in several, each of which changes all links of some
    heads. What a curator decided is never touched, and neither decided links nor facts are
    predicted again. Queues are ordered by a `priority` that every link gets (`links.with_priority`). `functional` names
    the relations of which a head has one value (None: not known): only there does another answer speak against a link.

    Without a `run_id`, a new one is made, unless the newest run published the very same links, finished or not: then
    that run is taken up again. So after a crash the same call completes the graph, and otherwise changes nothing.
    Saved links (`links.save_links`) are made current again by publishing them with their model's version.

    One writer at a time: another is waited for, at most `wait` seconds, and `notify` is told of it. A writer that died
    holds nothing back. `confirm` is called when no other writes any more, and may raise what forbids the publication.
    `keep` is called with the run's id when all is written, before the run is complete: what a rollback needs is on the
    disk of every complete run, whenever the process ends.

    Raises InputError before any write where the frame is wrong, the model or an entity unknown, or where `run_id`
    names a run that published other links; PipelineError where another writer does not end, or where the server's
    memory does not hold a transaction (5 to 20 kB a new link, by its evidence).
    """
    table = check_links(links)
    covered = _covered(table, relations)
    chosen = _covered_heads(table, heads)
    setup_schema(database)
    registry.model(database, model_version)
    _refuse_unknown_entities(database, table)
    content = digest(table, model_version, *covered, *(["of", *chosen] if chosen is not None else []))
    table = with_priority(table)
    here = database.impatient()

    def write() -> Publication:
        with publication_lock(here, wait, notify) as lock:
            if confirm:
                confirm()
            writer = RunWriter(here, lock, _choose_run(here, run_id, content), model_version, chosen, _columns(table))
            writer.start(content, functional)
            state, counts = "failed", pd.DataFrame(columns=list(COUNTS), dtype="int64")
            try:
                written = writer.write(table, covered, progress)
                publish_rules(here, table, model_version)
                keep(writer.run_id)
                state, counts = "complete", written
            finally:
                writer.finish(state, counts)
        return Publication(writer.run_id, counts)

    return database.endure(write)


def _covered(table: pa.Table, relations: Sequence[str] | None) -> list[str]:
    present = list(by_relation(table))
    covered = present if relations is None else sorted(set(relations))
    if outside := sorted(set(present).difference(covered)):
        raise InputError(f"there are links of relations that the run does not cover: {shorten(outside)}")
    return covered


def _covered_heads(table: pa.Table, heads: Sequence[str] | None) -> list[str] | None:
    if heads is None:
        return None
    if outside := sorted({str(head) for head in table["head"].to_pylist()}.difference(heads)):
        raise InputError(f"there are links of heads that the run does not cover: {shorten(outside)}")
    return sorted(set(heads))


def _columns(table: pa.Table) -> list[str]:
    """The properties that not every run has."""
    return [name for name in table.column_names if name not in REQUIRED]


def _refuse_unknown_entities(database: Database, table: pa.Table) -> None:
    ids = entities(table)
    unknown = [row["id"] for some in batches(ids, BATCH) for row in database.read("predict/find_unknown_ids", ids=some)]
    if unknown:
        raise InputError(f"the links name entities that are not in the graph: {shorten(unknown)}")


def _choose_run(database: Database, run_id: str | None, content: str) -> str:
    if run_id is None:
        newest = database.read("predict/find_newest_run")
        taken_up = newest and newest[0]["links_digest"] == content
        return str(newest[0]["id"]) if taken_up else uuid.uuid4().hex
    same = database.read("predict/find_run", run_id=run_id)
    if same and same[0]["links_digest"] != content:
        raise InputError(f"run {run_id!r} has published other links; leave the run id out, or give a new one")
    return run_id
