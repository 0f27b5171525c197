"""Making the links of some entities anew under the run that is in force, from what is known of them by now."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import neo4j
import pandas as pd
import pyarrow as pa

from base.errors import PipelineError
from base.progress import Progress, ignore, silent
from graph import reserved
from graph.connection import Database, batches
from graph.predicted import registry
from graph.predicted.links import ENDS, check_links, rows, with_priority
from graph.predicted.publication_lock import publication_lock
from graph.predicted.registry import Run
from graph.predicted.rules import cited_rules
from graph.predicted.run_writer import fact_keys
from graph.predicted.strata import count_bands, place, read_weights
from graph.transactions import change, look, run_in_transaction

HEADS = 500  # whose links change in one transaction
COUNTS = ("new", "changed", "same", "stale", "facts", "decided")
TOLERANCE = 1e-4  # by how much numbers of the same facts differ, computed among others


def refresh(
    database: Database,
    links: pd.DataFrame,
    *,
    run: Run,
    heads: Sequence[str],
    relations: Sequence[str],
    dry_run: bool = False,
    wait: float = 60.0,
    progress: Progress = silent,
    notify: Callable[[str], None] = ignore,
) -> pd.DataFrame:
    """Make `links` (see graph.predicted.links.check_links) all that `run` predicts of these heads and relations.

    Links that were there keep their run; new ones are of `run`. All have `refreshed_at` from now on. The links of up to
    HEADS entities change in one transaction, and the same call again changes only that time, so it can be killed.

    One row per relation: new, changed and same links, stale (no longer predicted), and what is left out because it is a
    fact or decided. With `dry_run` nothing is written. Raises InputError where the frame is wrong, PipelineError where
    another writer does not end within `wait` seconds, or where what it published is in force instead of `run`.
    """
    table = with_priority(check_links(links))
    if dry_run:
        return _frame(look(database, _Refreshing(table, run, relations, {}).look, heads))
    earlier = {row["column"] for row in database.read("predict/list_earlier_columns")}
    blank = dict.fromkeys(sorted(earlier.difference(table.column_names)))
    work = _Refreshing(table, run, relations, blank)
    counts: dict[str, dict[str, int]] = {}
    parts = list(batches(list(heads), HEADS))
    written: list[int] = []
    here = database.impatient()

    def write() -> None:
        with publication_lock(here, wait, notify) as lock:
            _refuse_former(here, run)
            for number in range(len(written), len(parts)):
                lock.confirm()
                for relation, numbers in change(here, work.write, parts[number]).items():
                    known = counts.setdefault(relation, dict.fromkeys(COUNTS, 0))
                    counts[relation] = {name: known[name] + numbers[name] for name in COUNTS}
                written.append(number)
                progress(min(len(heads), len(written) * HEADS), len(heads), "links made anew")

    database.endure(write)
    return _frame(counts)


def _refuse_former(database: Database, run: Run) -> None:
    newest = registry.newest_run(database)
    if newest is None or newest.id != run.id:
        instead = f"run {newest.id} of model {newest.model_version}" if newest else "no run"
        raise PipelineError(
            f"the links of run {run.id} of model {run.model_version} were to be made anew, but by now {instead} is in "
            "force: nothing more was changed; type it again"
        )


class _Refreshing:
    """The links of a run as they are to be, by head."""

    def __init__(self, table: pa.Table, run: Run, relations: Sequence[str], blank: Mapping[str, None]) -> None:
        self.run = run
        self.relations = list(relations)
        self.blank = blank
        self.columns = [name for name in table.column_names if name not in ENDS]
        self.at = datetime.now(UTC)
        self.rules = {rule["key"]: rule for rule in cited_rules(table)}
        self.links: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        for relation, row in zip(table["relation"].to_pylist(), rows(table), strict=True):
            self.links[row["head"]].append((str(relation), row))

    def write(self, tx: neo4j.ManagedTransaction, heads: Sequence[str]) -> dict[str, dict[str, int]]:
        """Bring the links of these heads up to date; what was done, by relation."""
        run_in_transaction(tx, "decisions/lock_heads", ids=sorted(heads))
        return self.look(tx, heads, write=True)

    def look(
        self, tx: neo4j.ManagedTransaction, heads: Sequence[str], write: bool = False
    ) -> dict[str, dict[str, int]]:
        """What differs from the graph, by relation."""
        known: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in run_in_transaction(tx, "predict/list_links_of_heads", heads=list(heads), relations=self.relations):
            known[row["relation"]][row["key"]] = row
        wanted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for head in heads:
            for relation, row in self.links.get(head, []):
                wanted[relation].append(row)
        return {
            relation: self._relation(tx, relation, wanted[relation], known[relation], write)
            for relation in self.relations
        }

    def _relation(
        self,
        tx: neo4j.ManagedTransaction,
        relation: str,
        wanted: list[dict[str, Any]],
        known: dict[str, Any],
        write: bool,
    ) -> dict[str, int]:
        decided = _decided(tx, [row["key"] for row in wanted])
        undecided = [row for row in wanted if row["key"] not in decided]
        facts = fact_keys(tx, relation, sorted({row["head"] for row in undecided}))
        links = [row for row in undecided if row["key"] not in facts]
        again = [{**row, "changed": _differs(row, known[row["key"]])} for row in links if row["key"] in known]
        new = [row for row in links if row["key"] not in known]
        still = {row["key"] for row in links}
        stale = [key for key, row in known.items() if row["state"] == "current" and key not in still]
        if write:
            self._write(tx, relation, new, again, stale)
        changed = sum(row["changed"] for row in again)
        return {
            "new": len(new), "changed": changed, "same": len(again) - changed, "stale": len(stale),
            "facts": len(undecided) - len(links), "decided": len(wanted) - len(undecided),
        }  # fmt: skip

    def _write(
        self,
        tx: neo4j.ManagedTransaction,
        relation: str,
        new: list[dict[str, Any]],
        again: list[dict[str, Any]],
        stale: list[str],
    ) -> None:
        common = {"run_id": self.run.id, "model_version": self.run.model_version}
        weights = read_weights(tx, relation) if new else {}
        sizes = count_bands([row["properties"]["priority"] for row in new])
        weights = None if weights is None else sizes | weights
        placed = [place(row, weights) for row in new]
        fresh = [{**row, "properties": {**row["properties"], "refreshed_at": self.at}} for row in placed]
        cited = {row["properties"].get("rule_key") for row in (*new, *again)}
        rules = [self.rules[key] for key in sorted(cited & self.rules.keys())]
        if rules:
            run_in_transaction(tx, "predict/merge_rules", rows=rules, model_version=self.run.model_version)
        if fresh:
            run_in_transaction(tx, "predict/create_links", rows=fresh, relation=relation, **common)
        if again:
            run_in_transaction(
                tx, "predict/refresh_links", rows=again, blank=self.blank, at=self.at.isoformat(), **common
            )
        if stale:
            run_in_transaction(tx, "predict/mark_stale_links", keys=stale)
        if new or again:
            run_in_transaction(
                tx, "predict/record_refresh", run_id=self.run.id, columns=self.columns, at=self.at.isoformat()
            )


def _decided(tx: neo4j.ManagedTransaction, keys: list[str]) -> set[str]:
    """Those of the keys about which a decision stands."""
    rows = run_in_transaction(tx, "decisions/read_decisions", keys=keys)
    newest = {row["key"]: row["waiting"] or row["verdict"] for row in rows}
    return {key for key, verdict in newest.items() if verdict != "undone"}


def _differs(row: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether a link that is there is stale, or says something else."""
    kept, told = _told(before["properties"]), _told(row["properties"])
    return before["state"] != "current" or kept.keys() != told.keys() or not all(_alike(kept[n], told[n]) for n in kept)


def _told(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What the links frame says of a link."""
    ours = (*ENDS, *reserved.LINK_PROPERTIES)
    return {name: value for name, value in properties.items() if value is not None and name not in ours}


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(one == other)


def _frame(counts: dict[str, dict[str, int]]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(counts, orient="index", columns=list(COUNTS)).astype("int64")
    return frame.rename_axis("relation").reset_index()
