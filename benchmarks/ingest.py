"""Ingesting a folder, beside a bare hand-written driver loop with the same MERGE statements.

Both read the CSV files and write the same rows to the same warm server, which is emptied in between; they take
turns. The loop checks nothing, compares nothing and draws no splits. Ours does all that; pictures, which the loop
does not know, are measured on their own, as is a second ingest, which writes nothing.
"""

import argparse
import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cypher
from benchmarks.database import empty, scratch_database
from benchmarks.report import Figure, alone, compare, show
from graph.connection import Database, batches
from graph.loading.entity_pictures import write_pictures
from graph.loading.files import SPELLINGS, Source, read_source
from graph.loading.ingest import BATCH, FIRST_BATCH, plan, write_entities, write_facts
from graph.loading.tables import find_table
from graph.pictures import PictureStore
from graph.schema import setup_schema


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv, and entities.csv if any")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    with scratch_database() as database:
        setup_schema(database)
        show(figures(database, options.data, options.turns), as_json=options.json)


def figures(database: Database, folder: Path, turns: int) -> Iterator[Figure]:
    source = read(folder)
    rows = len(source.entities) + len(source.triples)
    ours, peer = take_turns(
        database, [lambda: write(database, read(folder)), lambda: write_by_hand(database, folder)], turns
    )
    yield compare("ingest.rows", rows / ours, rows / peer, "rows/s")
    check(database, source)
    again = [measure(lambda: write(database, read(folder))) for _ in range(turns)]
    by_hand = [measure(lambda: write_by_hand(database, folder)) for _ in range(turns)]
    yield compare("ingest.second_run", rows / statistics.median(again), rows / statistics.median(by_hand), "rows/s")
    if "image" in source.entities:
        with tempfile.TemporaryDirectory() as store:
            changes = plan(database, source)
            seconds = measure(lambda: write_pictures(database, changes, PictureStore(Path(store))))
        yield alone("ingest.pictures", len(changes.images) / seconds, "pictures/s")


def take_turns(database: Database, writers: list[Callable[[], None]], turns: int) -> list[float]:
    """Median seconds of each into an empty graph, after one turn that warms the server up; who goes first changes."""
    seconds: list[list[float]] = [[] for _ in writers]
    for turn in range(turns + 1):
        for at in sorted(range(len(writers)), reverse=bool(turn % 2)):
            empty(database)
            taken = measure(writers[at])
            if turn:
                seconds[at].append(taken)
    return [statistics.median(taken) for taken in seconds]


def measure(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def read(folder: Path) -> Source:
    return read_source(folder, entities_from_triples=find_table(folder, "entities") is None)


def write(database: Database, source: Source) -> None:
    """What an ingest does to entities and facts."""
    changes = plan(database, source)
    setup_schema(database)
    write_entities(database, changes)
    write_facts(database, changes)


def write_by_hand(database: Database, folder: Path) -> None:
    """The peer: read rows, send them in batches."""
    facts = [
        {"head": row["head"], "relation": row["relation"], "tail": row["tail"], "split": row.get("split") or "train"}
        for row in read_csv(folder, "triples")
    ]
    if find_table(folder, "entities") is None:
        ends = {fact[side]: None for fact in facts for side in ("head", "tail")}
        entities = [{"id": end, "label": "Thing", "properties": {}} for end in ends]
    else:
        entities = [
            {"id": row.pop("id"), "label": row.pop("label"), "properties": {k: v for k, v in row.items() if v}}
            for row in read_csv(folder, "entities")
        ]
    for statement, rows in (("ingest/merge_entities", entities), ("ingest/merge_facts", facts)):
        text = cypher.load(statement).text
        # The small first batch, too, is as ours: in an empty graph a large one would take several times as long.
        for batch in (rows[:FIRST_BATCH], *batches(rows[FIRST_BATCH:], BATCH)):
            database.driver.execute_query(text, rows=batch, source=folder.name, database_=database.name)


def read_csv(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        reader.fieldnames = [SPELLINGS[kind].get(name, name) for name in reader.fieldnames or []]
        yield from reader


def check(database: Database, source: Source) -> None:
    """Raise SystemExit unless the graph holds all rows of the source."""
    changes = plan(database, source)
    if changes.entity_counts.added or changes.fact_counts.added:
        raise SystemExit(f"rows are missing in the graph: {changes.entity_counts}, {changes.fact_counts}")


if __name__ == "__main__":
    main()
