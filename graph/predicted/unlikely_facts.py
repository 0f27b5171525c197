"""Recorded facts that a model finds unlikely, as nodes of their own: the facts stay as they were asserted."""

from collections.abc import Callable, Sequence

import neo4j
import pandas as pd

from base.errors import InputError, shorten
from base.progress import ignore
from graph.connection import Database, Row, batches
from graph.link_key import link_key
from graph.predicted import registry
from graph.predicted.publication_lock import publication_lock
from graph.schema import setup_schema
from graph.transactions import change, run_in_transaction

COLUMNS = ("head", "relation", "tail", "likelier", "share", "rank", "candidates", "other", "other_share")
BATCH = 10_000


def publish_doubts(
    database: Database,
    doubts: pd.DataFrame,
    *,
    model_version: str,
    relations: Sequence[str],
    wait: float = 60.0,
    notify: Callable[[str], None] = ignore,
) -> dict[str, int]:
    """Make `doubts` (COLUMNS, as models.doubts.find_doubts gives them) those of `relations`, in place of earlier ones.

    Each relation is replaced in one transaction; publications are waited for, at most `wait` seconds, and `notify` is
    told of it. Returns how many facts of each relation are doubted.

    Raises InputError for an unknown model, and for doubts of a relation that is not covered.
    """
    if outside := sorted(set(doubts["relation"]).difference(relations)):
        raise InputError(f"there are doubts of relations that are not covered: {shorten(outside)}")
    setup_schema(database)
    registry.model(database, model_version)
    here = database.impatient()

    def write() -> dict[str, int]:
        counts = {}
        with publication_lock(here, wait, notify) as lock:
            for relation in sorted(set(relations)):
                lock.confirm()
                rows = _rows(doubts[doubts["relation"] == relation])
                change(here, _replace, relation, rows, model_version)
                counts[relation] = len(rows)
        return counts

    return database.endure(write)


def _replace(tx: neo4j.ManagedTransaction, relation: str, rows: list[Row], model_version: str) -> None:
    run_in_transaction(tx, "doubts/delete_doubts", relation=relation)
    for some in batches(rows, BATCH):
        run_in_transaction(tx, "doubts/create_doubts", rows=some, relation=relation, model_version=model_version)


def _rows(doubts: pd.DataFrame) -> list[Row]:
    names = [name for name in COLUMNS if name != "relation"]
    found = zip(*(doubts[name].tolist() for name in names), strict=True)
    keys = map(link_key, doubts["head"], doubts["relation"], doubts["tail"])
    return [{**dict(zip(names, row, strict=True)), "key": key} for row, key in zip(found, keys, strict=True)]
