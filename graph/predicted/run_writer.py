"""Writing the links of one run: each relation in one transaction, a large one in several, head by head."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

import neo4j
import numpy as np
import pandas as pd
import pyarrow as pa
from neo4j.exceptions import Neo4jError

from base.errors import PipelineError
from base.progress import Progress
from graph.connection import Database, Row, batches
from graph.link_key import link_key
from graph.predicted.links import by_relation, has_evidence, rows
from graph.predicted.publication_lock import PublicationLock
from graph.predicted.strata import count_bands, place, read_weights
from graph.transactions import change, run_in_transaction

BATCH = 10_000
PART = 50_000  # links of one transaction, but for those of one head, which stay together
COUNTS = ("current", "stale", "decided", "facts")


class RunWriter:
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
        of_relation = by_relation(table)
        done = 0
        for relation in relations:
            links = of_relation.get(relation, table.slice(0, 0))
            counts[relation] = dict.fromkeys(COUNTS, 0)
            parts = list(cut_by_heads(links))
            for part in parts:

                def report(written: int, relation: str = relation, before: int = done) -> None:
                    progress(before + written, len(table), relation)

                heads = self.heads if len(parts) == 1 else _heads(part)
                try:
                    found = change(self.database, self._write_part, relation, links, part, heads, report)
                except PipelineError as error:
                    raise _explained(error, relation, len(part)) from error
                counts[relation] = {name: counts[relation][name] + found[name] for name in COUNTS}
                done += len(part)
            if len(parts) > 1:
                change(self.database, self._leave_rest, relation, links)
            counts[relation]["stale"] = self.database.read("predict/count_stale_links", relation=relation)[0]["stale"]
            progress(done, len(table), f"{relation} published")
        frame = pd.DataFrame.from_dict(counts, orient="index", columns=list(COUNTS)).astype("int64")
        return frame.rename_axis("relation").reset_index()

    def _write_part(
        self,
        tx: neo4j.ManagedTransaction,
        relation: str,
        links: pa.Table,
        part: pa.Table,
        heads: list[str] | None,
        report: Callable[[int], None],
    ) -> dict[str, int]:
        """Write `part` of a relation's links and make stale what else there is of `heads` (None: of all)."""
        # All of it is read before anything is written: looking through what the transaction holds is slow.
        decided = {row["key"] for row in run_in_transaction(tx, "predict/list_decided_keys", relation=relation)}
        known = self._known_keys(tx, relation, heads)
        facts = fact_keys(tx, relation, _heads(part))
        stale = {key for key, state in known.items() if state == "current"}
        weights = self._weights(tx, relation, links)
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
        _mark_stale(tx, stale)
        return counts

    def _leave_rest(self, tx: neo4j.ManagedTransaction, relation: str, links: pa.Table) -> None:
        """Make stale what there is of heads that have no link any more."""
        self.lock.confirm()
        known = self._known_keys(tx, relation, self.heads)
        ends = zip(links["head"].to_pylist(), links["tail"].to_pylist(), strict=True)
        kept = {link_key(str(head), relation, str(tail)) for head, tail in ends}
        _mark_stale(tx, {key for key, state in known.items() if state == "current"} - kept)

    def _weights(self, tx: neo4j.ManagedTransaction, relation: str, links: pa.Table) -> dict[int, float] | None:
        """The sampling weights of the relation's links: the sizes of their strata, among all heads."""
        sizes = count_bands(links["priority"].to_numpy().tolist())
        known = {} if self.heads is None else read_weights(tx, relation)
        return None if known is None else sizes | known

    def _known_keys(self, tx: neo4j.ManagedTransaction, relation: str, heads: list[str] | None) -> dict[str, str]:
        """The state of each undecided link that is there, of these heads (None: of all).

        Read before anything is written: to look for them in what the transaction holds takes the server's memory.
        """
        if heads is None:
            found = run_in_transaction(tx, "predict/list_known_keys", relation=relation)
        else:
            found = run_in_transaction(tx, "predict/list_known_keys_of_heads", relation=relation, heads=heads)
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


def cut_by_heads(links: pa.Table) -> Iterator[pa.Table]:
    """Links of one relation, sorted by head, in parts of at most PART; the links of one head stay together."""
    heads = links["head"].to_pandas()
    first = np.flatnonzero(heads.ne(heads.shift())).tolist()  # where a head begins
    start = 0
    while len(links) - start > PART:
        end = max((place for place in first if start < place <= start + PART), default=None)
        end = end or next((place for place in first if place > start), len(links))
        yield links.slice(start, end - start)
        start = end
    if start < len(links) or start == 0:
        yield links.slice(start)


def _heads(part: pa.Table) -> list[str]:
    return [str(head) for head in part["head"].unique().to_pylist()]


def _mark_stale(tx: neo4j.ManagedTransaction, stale: set[str]) -> None:
    for keys in batches(sorted(stale), BATCH):
        run_in_transaction(tx, "predict/mark_stale_links", keys=keys)


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
