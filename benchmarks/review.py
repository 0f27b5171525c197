"""The curators' page on a graph with many undecided links: seconds a page, reads a row, and what people wait for
who each decide every five seconds.

The page is served in a process of its own and asked over HTTP on loopback.
"""

import argparse
import asyncio
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import httpx
import numpy as np
import pandas as pd
import psutil

import cypher
from benchmarks.database import scratch_database
from benchmarks.people import PACE, work
from benchmarks.report import Figure, alone, show
from graph.connection import Address, Database
from graph.page.review_queue import DATED, Filters, list_keys
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.schema import setup_schema

RELATIONS = ("hasStyle", "belongsToGenre", "depicts", "isLocatedIn", "isInfluencedBy")
TAILS = 400
LINKS_PER_HEAD = 5
ROWS = 50
ORDERS = ("probability", "uncertainty", "entity", "audit")
STATEMENTS = {"probability": "probable", "uncertainty": "uncertain", "entity": "keyed", "audit": "drawn"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.review", description=__doc__)
    parser.add_argument("--links", type=int, default=100_000, help="undecided links")
    parser.add_argument("--people", type=int, nargs="*", default=[20, 200], help="people at a time, one run each")
    parser.add_argument("--seconds", type=float, default=60, help="how long they work")
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    options = parser.parse_args()
    with scratch_database() as database, tempfile.TemporaryDirectory(prefix="vlkge-benchmark-") as home:
        fill(database, options.links)
        show(figures(database, Path(home), options), as_json=options.json)


def fill(database: Database, links: int) -> None:
    """Entities, and links with probabilities of two decimals, so that a thousand links share each."""
    setup_schema(database)
    heads = links // LINKS_PER_HEAD
    with database.session() as session:
        session.run(
            "UNWIND range(0, $heads - 1) AS i CALL (i) { CREATE "
            "(:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'Q' + i, name: 'Work ' + i, "
            "text: 'A work of art.'}) } IN TRANSACTIONS OF 10000 ROWS",
            heads=heads,
        ).consume()
        session.run(
            "UNWIND range(0, $n - 1) AS i "
            "CREATE (:Entity:Vlkge:Style {primary_label: 'Style', id: 'S' + i, name: 'Style ' + i})",
            n=TAILS,
        )
    register_model(database, "benchmark", "complex", {}, {}, "benchmark", {})
    drawn = np.random.default_rng(0)
    head = np.repeat(np.arange(heads), LINKS_PER_HEAD)
    probability = drawn.random(len(head)).round(2)
    frame = pd.DataFrame(
        {
            "head": np.char.add("Q", head.astype(str)),
            "relation": np.tile(RELATIONS, heads),
            "tail": np.char.add("S", drawn.integers(TAILS, size=len(head)).astype(str)),
            "score": probability,
            "rank": 1,
            "probability": probability,
            "uncertainty": 1 - np.abs(probability - 0.5),
        }
    )
    publish(database, frame, model_version="benchmark")


def figures(database: Database, home: Path, options: argparse.Namespace) -> Iterator[Figure]:
    """Reads a row and seconds a page of each order; then what people wait for who decide at the same time."""
    for order in ORDERS:
        yield alone(f"review.hits_a_row.{order}", hits_a_row(database, STATEMENTS[order]), "db hits")
    port = _free_port()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(database.address, home, port), daemon=True)
    process.start()
    try:
        address = f"http://127.0.0.1:{port}"
        _await(address)
        for order in ORDERS:
            yield alone(f"review.page.{order}", median(_seconds(address, order, options.turns)) * 1000, "ms")
        for people in options.people:
            yield from _people(database, int(process.pid or 0), port, people, options.seconds)
    finally:
        process.terminate()
        process.join()


def hits_a_row(database: Database, name: str) -> float:
    """Database hits of one page in the middle of the queue, by its number of rows."""
    statement = cypher.load(f"review/list_{name}")
    middle: dict[str, object] = {"relation": None, "label": None, "run": None, "pictured": None, "low": 0.0}
    middle |= {"high": 1.0, "value": 0.5, "key": '["Q5', "limit": ROWS, "decade": None, "dated": DATED}
    with database.session() as session:
        bound = statement.bind(**{parameter.name: middle[parameter.name] for parameter in statement.parameters})
        result = session.run(f"PROFILE {statement.text}", bound)
        rows = len(result.data())
        return _hits(result.consume().profile) / rows


def _hits(plan: dict[str, object] | None) -> int:
    children: list[dict[str, object]] = plan.get("children", []) if plan else []  # type: ignore[assignment]
    return (int(str(plan.get("dbHits", 0))) if plan else 0) + sum(map(_hits, children))


def _seconds(address: str, order: str, turns: int) -> list[float]:
    """The page of a card, from the first on, each from the link to the next."""
    taken = []
    with httpx.Client(base_url=address, timeout=60) as client:
        target = f"/queue?order={order}"
        for turn in range(turns + 3):
            begin = time.perf_counter()
            page = client.get(target)
            if turn >= 3:
                taken.append(time.perf_counter() - begin)
            page.raise_for_status()
            target = page.text.split('id="next" href="')[1].split('"')[0].replace("&amp;", "&")
    return taken


def _people(database: Database, process: int, port: int, people: int, seconds: float) -> Iterator[Figure]:
    """What so many people wait for, and how much processor time each decision takes of whom."""
    turns = int(seconds // PACE)
    keys = list_keys(database, Filters(), limit=people * (turns + 1))
    before = _processor(process)
    waits = asyncio.run(work("127.0.0.1", port, keys[:: turns + 1], seconds))
    yield alone(f"review.people_{people}.p50", median(waits.seconds) * 1000, "ms")
    yield alone(f"review.people_{people}.p95", quantiles(waits.seconds, n=20)[-1] * 1000, "ms")
    yield alone(f"review.people_{people}.errors", waits.errors, f"of {waits.decided} decisions")
    for name, spent in _processor(process).items():
        yield alone(f"review.people_{people}.{name}", (spent - before[name]) / waits.decided * 1000, "ms a decision")


def _processor(process: int) -> dict[str, float]:
    """Seconds of processor time so far: of the page's process, of a bundled database, of the people themselves."""
    own = psutil.Process()
    others = [child for child in own.children(recursive=True) if child.pid != process and "java" in child.name()]
    return {
        "page": _spent(psutil.Process(process)),
        "database": sum(map(_spent, others)),
        "client": _spent(own),
    }


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _serve(address: Address, home: Path, port: int) -> None:
    from review.server import Serving, open_site, serve

    serving = Serving(port=port)
    serve(open_site(address, home, serving), serving)


def _await(address: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{address}/login")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"the page did not come up at {address}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
