"""Publishing 100,000 predicted links of one relation, beside a bare driver loop with the same MERGE.

Both write the same properties in batches of the same size to the same server, under the same constraints and indexes,
and take turns. The bare loop neither checks ids and facts, nor spares decided links, nor marks what became stale, nor
keeps previous values, and it commits each batch, where publishing commits the relation.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.report import Figure, alone, compare, show
from graph.connection import Address, Database, batches, connect
from graph.predicted.links import check_links, rows, with_priority
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.predicted.run_writer import BATCH
from graph.schema import setup_schema
from graph.server.neo4j_server import Server

HEADS, TAILS, PER_HEAD = 20_000, 500, 5
VERSION = "benchmark"
BARE = """
UNWIND $rows AS row
MATCH (h:Entity {id: row.head})
MATCH (t:Entity {id: row.tail})
MERGE (h)-[p:PREDICTED {key: row.key}]->(t)
SET p.relation = 'hasStyle', p.state = 'current', p.verdict = 'pending', p.created_at = datetime(),
  p.run_id = $run_id, p.model_version = 'benchmark', p += row.properties
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writeback", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--uri", help="an empty Neo4j without authentication; left out: a bundled one of its own")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    with server(options.uri) as address, connect(address) as database:
        show(figures(database, options.turns), as_json=options.json)


@contextmanager
def server(uri: str | None) -> Iterator[Address]:
    if uri is not None:
        yield Address(uri)
        return
    with tempfile.TemporaryDirectory() as home:
        bundled = Server(Path(home))
        try:
            yield bundled.start()
        finally:
            bundled.stop()


def figures(database: Database, turns: int) -> Iterator[Figure]:
    """Links per second, new and predicted again, and the memory of the server's largest transaction."""
    if database.driver.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"]:
        raise SystemExit(f"the database at {database.address.uri} is not empty")
    prepare(database)
    first, second = make_links(seed=0), make_links(seed=1)
    yield alone("writeback.transaction_memory", transaction_memory(database, first), "MB")
    writers: dict[str, Callable[[Database, pd.DataFrame], float]] = {"ours": publishing, "peer": bare_loop}
    new: dict[str, list[float]] = {name: [] for name in writers}
    again: dict[str, list[float]] = {name: [] for name in writers}
    for turn in range(turns + 1):
        for name, write in writers.items():
            remove_links(database)
            seconds = write(database, first), write(database, second)
            if turn:  # the first turn warms the server up
                new[name].append(len(first) / seconds[0])
                again[name].append(len(second) / seconds[1])
    for title, rates in (("writeback.new", new), ("writeback.again", again)):
        ours, peer = (statistics.median(rates[name]) for name in writers)
        yield compare(title, ours, peer, "links/s")
    remove_links(database)
    run_all(database, "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")


def prepare(database: Database) -> None:
    """20,000 works with a style each, which is a fact, and 500 styles."""
    setup_schema(database)
    run_all(database, f"UNWIND range(0, {HEADS - 1}) AS i CREATE (:Entity:Vlkge:Artwork {{id: 'work:' + i}})")
    run_all(database, f"UNWIND range(0, {TAILS - 1}) AS i CREATE (:Entity:Vlkge:Style {{id: 'style:' + i}})")
    run_all(
        database,
        f"UNWIND range(0, {HEADS - 1}) AS i MATCH (h:Entity:Vlkge {{id: 'work:' + i}}), "
        f"(t:Entity:Vlkge {{id: 'style:' + (i % 50)}}) CREATE (h)-[:hasStyle {{vlkge: true, split: 'train'}}]->(t)",
    )
    register_model(database, VERSION, "distmult", {}, {}, "", {})


def make_links(seed: int) -> pd.DataFrame:
    """Five styles for each work, none of them a fact: the same ones for every seed, with other figures."""
    heads = np.repeat(np.arange(HEADS), PER_HEAD)
    ranks = np.tile(np.arange(1, PER_HEAD + 1), HEADS)
    tails = 50 + (heads * 7 + ranks * 83) % (TAILS - 50)
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "head": [f"work:{i}" for i in heads],
            "relation": "hasStyle",
            "tail": [f"style:{i}" for i in tails],
            "score": draw.normal(size=len(heads)),
            "rank": ranks,
            "probability": draw.random(len(heads)),
        }
    )


def publishing(database: Database, links: pd.DataFrame) -> float:
    begin = time.perf_counter()
    publish(database, links, model_version=VERSION)
    return time.perf_counter() - begin


def bare_loop(database: Database, links: pd.DataFrame) -> float:
    table = with_priority(check_links(links))
    run_id = str(time.time_ns())
    begin = time.perf_counter()
    with database.session() as session:
        for batch in batches(list(rows(table)), BATCH):
            session.run(BARE, rows=batch, run_id=run_id).consume()
    return time.perf_counter() - begin


def transaction_memory(database: Database, links: pd.DataFrame) -> float:
    """The most heap, in MB, that the server reports for a transaction while the links are published."""
    seen: list[int] = []

    def look(done: int, total: int, note: str = "") -> None:  # noqa: ARG001
        query = "SHOW TRANSACTIONS YIELD estimatedUsedHeapMemory AS m RETURN max(m) AS m"
        seen.append(database.driver.execute_query(query, database_=database.name).records[0]["m"])

    publish(database, links, model_version=VERSION, progress=look)
    return max(seen) / 1e6


def remove_links(database: Database) -> None:
    run_all(database, "MATCH ()-[p:PREDICTED]->() CALL (p) { DELETE p } IN TRANSACTIONS OF 20000 ROWS")
    run_all(database, "MATCH (r:PredictionRun) DETACH DELETE r")


def run_all(database: Database, query: str) -> None:
    with database.session() as session:
        session.run(query).consume()


if __name__ == "__main__":
    main()
