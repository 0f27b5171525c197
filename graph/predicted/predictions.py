"""Publishing predicted links: relation by relation, each in one transaction, one writer at a time."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import neo4j
import pandas as pd
import pyarrow as pa
from neo4j.exceptions import Neo4jError

from base.errors import InputError, PipelineError, shorten
from base.progress import Progress, silent
from graph.connection import Database, Row, batches
from graph.link_key import link_key
from graph.outage import ignore
from graph.predicted import registry
from graph.predicted.links import (
    REQUIRED,
    by_relation,
    check_links,
    digest,
    entities,
    has_evidence,
    rows,
    with_priority,
)
from graph.predicted.publication_lock import PublicationLock, publication_lock
from graph.predicted.rules import publish_rules
from graph.predicted.strata import count_bands, place, read_weights
from graph.schema import setup_schema
from graph.transactions import change, run_in_transaction

BATCH = 10_000
COUNTS = ("current", "stale", "decided", "facts")


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
    wait: float = 60.0,
    progress: Progress = silent,
    notify: Callable[[str], None] = ignore,
) -> Publication:
    """Make `links` (the columns of graph.predicted.links.check_links) the current predictions of their relations.

    `relations` are those that the run covers, by default those of the links: what it no longer predicts of them becomes
    stale. With `heads` it covers only links that leave these entities. A relation is written in one transaction, so its
    readers see one run, whole. What a curator decided is never touched, and neither decided links nor facts are
    predicted again. Queues are ordered by a `priority` that every link gets (`links.with_priority`). `functional` names
    the relations of which a head has one value (None: not known): only there does another answer speak against a link.

    Without a `run_id`, a new one is made, unless the newest run published the very same links, finished or not: then
    that run is taken up again. So after a crash the same call completes the graph, and otherwise changes nothing.
    Saved links (`links.save_links`) are made current again by publishing them with their model's version.

    One writer at a time: another is waited for, at most `wait` seconds, and `notify` is told of it. A writer that died
    holds nothing back.

    Raises InputError before any write where the frame is wrong, the model or an entity unknown, or where `run_id`
    names a run that published other links; GraphError where another writer does not end, or where the server's memory
    does not hold the transaction of a relation (about 5 kB a new link, and its evidence).
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
            writer = _Writer(here, lock, _choose_run(here, run_id, content), model_version, chosen, _columns(table))
            writer.start(content, functional)
            state, counts = "failed", pd.DataFrame(columns=list(COUNTS), dtype="int64")
            try:
                written = writer.write(table, covered, progress)
                publish_rules(here, table, model_version)
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


class _Writer:
    """Writes one run while it holds the lock."""

    def __init__(
        self,
        database: Database,
        lock: PublicationLock,
        run_id: str,
        model_version: str,
        heads: list[str] | None,
        columns: list[str],
    ) -> None:
        self.database = database
        self.lock = lock
        self.run_id = run_id
        self.model_version = model_version
        self.heads = heads
        self.columns = columns
        earlier = {row["column"] for row in database.read("predict/list_earlier_columns")}
        self.blank = dict.fromkeys(sorted(earlier.difference(columns)))
        if not has_evidence(columns):
            self.blank["evidence_ids"] = None

    def start(self, content: str, functional: Sequence[str] | None) -> None:
        self.database.write(
            "predict/start_run",
            run_id=self.run_id,
            model_version=self.model_version,
            links_digest=content,
            columns=self.columns,
            functional=None if functional is None else list(functional),
        )

    def write(self, table: pa.Table, relations: list[str], progress: Progress) -> pd.DataFrame:
        counts: dict[str, dict[str, int]] = {}
        parts = by_relation(table)
        done = 0
        for relation in relations:
            part = parts.get(relation, table.slice(0, 0))

            def report(links: int, relation: str = relation, before: int = done) -> None:
                progress(before + links, len(table), relation)

            try:
                counts[relation] = change(self.database, self._write_relation, relation, part, report)
            except PipelineError as error:
                raise _explained(error, relation, len(part)) from error
            counts[relation]["stale"] = self.database.read("predict/count_stale_links", relation=relation)[0]["stale"]
            done += len(part)
            progress(done, len(table), f"{relation} published")
        frame = pd.DataFrame.from_dict(counts, orient="index", columns=list(COUNTS)).astype("int64")
        return frame.rename_axis("relation").reset_index()

    def _write_relation(
        self, tx: neo4j.ManagedTransaction, relation: str, part: pa.Table, report: Callable[[int], None]
    ) -> dict[str, int]:
        # All of it is read before anything is written: looking through what the transaction holds is slow.
        decided = {row["key"] for row in run_in_transaction(tx, "predict/list_decided_keys", relation=relation)}
        known = self._known_keys(tx, relation)
        facts = fact_keys(tx, relation, [str(head) for head in part["head"].unique().to_pylist()])
        stale = {key for key, state in known.items() if state == "current"}
        weights = self._weights(tx, relation, part)
        counts = dict.fromkeys(COUNTS, 0)
        for start in range(0, len(part), BATCH):
            self.lock.confirm()
            batch = [place(row, weights) for row in rows(part.slice(start, BATCH))]
            undecided = [row for row in batch if row["key"] not in decided]
            predicted = [row for row in undecided if row["key"] not in facts]
            counts["decided"] += len(batch) - len(undecided)
            counts["facts"] += len(undecided) - len(predicted)
            counts["current"] += self._write_batch(tx, relation, predicted, known)
            stale.difference_update(row["key"] for row in predicted)
            report(start + len(batch))
        for keys in batches(sorted(stale), BATCH):
            run_in_transaction(tx, "predict/mark_stale_links", keys=keys)
        return counts

    def _weights(self, tx: neo4j.ManagedTransaction, relation: str, part: pa.Table) -> dict[int, float] | None:
        """The sampling weights of the relation's links: the sizes of their strata, among all heads."""
        sizes = count_bands(part["priority"].to_numpy().tolist())
        known = {} if self.heads is None else read_weights(tx, relation)
        return None if known is None else sizes | known

    def _known_keys(self, tx: neo4j.ManagedTransaction, relation: str) -> dict[str, str]:
        """The state of each undecided link that is there.

        Read before anything is written: to look for them in what the transaction holds takes the server's memory.
        """
        if self.heads is None:
            found = run_in_transaction(tx, "predict/list_known_keys", relation=relation)
        else:
            found = run_in_transaction(tx, "predict/list_known_keys_of_heads", relation=relation, heads=self.heads)
        return {key: row["state"] for row in found for key in row["keys"]}

    def _write_batch(
        self, tx: neo4j.ManagedTransaction, relation: str, links: list[Row], known: Mapping[str, str]
    ) -> int:
        common = {"run_id": self.run_id, "model_version": self.model_version}
        new = [row for row in links if row["key"] not in known]
        again = [row for row in links if row["key"] in known]
        written = 0
        if new:
            written += run_in_transaction(tx, "predict/create_links", rows=new, relation=relation, **common)[0][
                "written"
            ]
        if again:
            written += run_in_transaction(tx, "predict/update_links", rows=again, blank=self.blank, **common)[0][
                "written"
            ]
        if written < len(links):
            raise PipelineError(
                f"entities vanished while links of {relation} were published; publish newly predicted links"
            )
        return written

    def finish(self, state: str, counts: pd.DataFrame) -> None:
        totals = {name: int(counts[name].sum()) for name in COUNTS}
        by_relation = {row["relation"]: {n: row[n] for n in COUNTS} for row in counts.to_dict("records")}
        self.database.write(
            "predict/finish_run",
            run_id=self.run_id,
            state=state,
            totals=totals,
            counts=json.dumps(by_relation, ensure_ascii=False),
        )
        self.database.write("predict/mirror_decisions", run_id=self.run_id)


def fact_keys(tx: neo4j.ManagedTransaction, relation: str, heads: list[str]) -> set[str]:
    """The keys that the facts of the relation would have, of these heads."""
    return {
        link_key(row["head"], relation, tail)
        for some in batches(heads, BATCH)
        for row in run_in_transaction(tx, "predict/list_facts", heads=some, relation=relation)
        for tail in row["tails"]
    }


def _explained(error: PipelineError, relation: str, links: int) -> PipelineError:
    """The error itself, or what to do where the server had too little memory for the transaction."""
    cause = error.__cause__
    if isinstance(cause, Neo4jError) and "OutOfMemory" in (cause.code or ""):
        return PipelineError(
            f"the {links} links of {relation} do not fit into one transaction of the server: "
            "raise its server.memory.heap.max_size (VLKGE_NEO4J_HEAP for the bundled one), "
            "or publish fewer links per head"
        )
    return error
