"""First loads: `vlkge ingest --bulk` beside the ordinary ingest, each into a new bundled server.

Both read and check the same folder and end with the same graph. The bulk import's seconds hold all that its user waits
for, the stopped server's start among them; the ordinary one's begin with a running server.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import ingest
from benchmarks.report import Figure, alone, compare, show
from benchmarks.timing import timed
from graph.connection import connect
from graph.loading.bulk_import import bulk_ingest
from graph.loading.files import Source
from graph.pictures import PictureStore
from graph.server.neo4j_admin import count_contents
from graph.server.neo4j_server import Server

RELATIONS = ("hasStyle", "hasGenre", "isCreatedByArtist", "depicts", "isLocatedIn")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="folder with triples and, if any, entities; pictures are left out")
    source.add_argument("--made", type=int, nargs=2, metavar=("ENTITIES", "FACTS"), help="a made graph of this size")
    parser.add_argument("--only-bulk", action="store_true", help="leave the ordinary ingest out")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vlkge-benchmark-") as place:
        folder = options.data
        if options.made:
            folder = Path(place) / "made"
            make(folder, *options.made)
        show(figures(folder, Path(place), options.only_bulk), as_json=options.json)


def figures(folder: Path, place: Path, only_bulk: bool) -> Iterator[Figure]:
    server = Server(place / "bulk")
    try:
        bulk = timed(lambda: bulk_ingest(server, read(folder), PictureStore(place / "pictures")))
        counts = count_contents(server)
    finally:
        server.stop()
    rows = sum(counts.values())
    if only_bulk:
        yield alone("bulk.rows", rows / bulk, "rows/s")
        return
    other = Server(place / "ordinary")
    try:
        with connect(other.start()) as database:
            ordinary = timed(lambda: ingest.write(database, read(folder)))
        if count_contents(other) != counts:
            raise SystemExit(f"the graphs differ: {counts} by bulk import, {count_contents(other)} otherwise")
    finally:
        other.stop()
    yield compare("bulk.rows", rows / bulk, rows / ordinary, "rows/s")
    yield compare("bulk.seconds", bulk, ordinary, "s", lower_is_better=True)


def read(folder: Path) -> Source:
    """The folder without its pictures, which both ways copy alike."""
    source = ingest.read(folder)
    return replace(source, entities=source.entities.drop(columns="image", errors="ignore"))


def make(folder: Path, entities: int, facts: int) -> None:
    """A folder of so many artworks and other things, and about so many facts; few tails have most of the facts."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    ids = np.char.add("Q", np.arange(entities).astype(str))
    texts = np.char.add("A made thing of no importance, number ", np.arange(entities).astype(str))
    labels = np.where(np.arange(entities) % 5 == 0, "Concept", "Artwork")
    pd.DataFrame({"id": ids, "label": labels, "text": texts}).to_parquet(folder / "entities.parquet")
    tails = (entities * draw.random(facts) ** 3).astype(int)
    triples = {
        "head": ids[draw.integers(entities, size=facts)],
        "relation": np.array(RELATIONS)[draw.integers(len(RELATIONS), size=facts)],
        "tail": ids[tails],
    }
    pd.DataFrame(triples).drop_duplicates().to_parquet(folder / "triples.parquet")


if __name__ == "__main__":
    main()
