"""The curators' page on a graph with many undecided links: seconds a page, reads a row, and many people at once.

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
from urllib.parse import quote, urlencode

import httpx
import numpy as np
import pandas as pd

import cypher
from benchmarks.database import scratch_database
from benchmarks.report import Figure, alone, show
from graph.connection import Address, Database
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
    parser.add_argument("--at-once", type=int, default=200, help="requests at a time")
    parser.add_argument("--requests", type=int, default=1_000, help="requests in all")
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
    """Reads a row and seconds a page of each order; then many requests at a time."""
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
        taken, errors = asyncio.run(_many(address, options.requests, options.at_once))
        yield alone("review.at_once", options.at_once, "requests at a time")
        yield alone("review.errors", errors, f"of {options.requests} requests")
        yield alone("review.p50", median(taken) * 1000, "ms")
        yield alone("review.p95", quantiles(taken, n=20)[-1] * 1000, "ms")
    finally:
        process.terminate()
        process.join()


def hits_a_row(database: Database, name: str) -> float:
    """Database hits of one page in the middle of the queue, by its number of rows."""
    statement = cypher.load(f"review/list_{name}")
    middle: dict[str, object] = {"relation": None, "label": None, "run": None, "picture": False, "low": 0.0}
    middle |= {"high": 1.0, "value": 0.5, "key": '["Q5', "limit": ROWS}
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


async def _many(address: str, requests: int, at_once: int) -> tuple[list[float], int]:
    """Seconds of each request, and how many did not end in a page; every one asks for another card."""
    limits = httpx.Limits(max_connections=at_once)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        listed = await client.get("/api/queue", params={"limit": 300})
        keys = [row["key"] for row in listed.json()["links"]]
        turn = asyncio.Semaphore(at_once)
        taken: list[float] = []
        errors = 0

        async def ask(number: int) -> None:
            nonlocal errors
            async with turn:
                begin = time.perf_counter()
                try:
                    answer = await client.get(
                        f"/queue?{urlencode({'card': keys[number % len(keys)]}, quote_via=quote)}"
                    )
                    errors += answer.status_code != 200
                except httpx.TransportError:
                    errors += 1
                taken.append(time.perf_counter() - begin)

        await asyncio.gather(*(ask(number) for number in range(requests)))
    return taken, errors


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
