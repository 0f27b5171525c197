"""Mapping a museum's table: `[[table]]` beside a script that a person would write with polars for this one table.

Both read one CSV file with lists in its cells and end with frames of entities and facts. Ours checks every line, id and
list besides. The peer runs where polars is installed; benchmarks/peers.txt pins its version.
"""

import argparse
import importlib.util
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Figure, alone, compare, show
from benchmarks.timing import timed
from graph.loading.files import Source
from graph.mapping.source import read_source

MAPPING = """
[[table]]
file = "works.csv"
label = "Artwork"
id = "{id}"
name = "title"
[table.relation.createdBy]
to = "Artist"
name = "artist"
split = "|"
[table.relation.hasMaterial]
to = "Material"
name = "medium"
split = ";"
[table.relation.hasGenre]
to = "Genre"
name = "genre"
[table.relation.inDepartment]
to = "Department"
name = "department"
[table.relation.hasStyle]
to = "Style"
name = "style"
[table.relation.depicts]
to = "Subject"
name = "subjects"
split = ";"
"""
LISTS = {"artist": ("createdBy", "|"), "medium": ("hasMaterial", ";"), "subjects": ("depicts", ";")}
SINGLE = {"genre": "hasGenre", "department": "inDepartment", "style": "hasStyle"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mapping", description=__doc__)
    parser.add_argument("--works", type=int, default=100_000, help="rows; each gives eight facts")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vlkge-benchmark-") as place:
        make(Path(place), options.works)
        show(figures(Path(place), options.works), as_json=options.json)


def make(folder: Path, works: int) -> None:
    """A table of so many works: one maker, two materials, a genre, a department, a style and two subjects each."""
    draw = np.random.default_rng(0)
    sizes = {"artist": works // 10, "m": 300, "genre": 50, "department": 12, "style": 100, "s": 5_000}
    picked = {name: (draw.zipf(1.5, (works, 2)) % max(2, size)) for name, size in sizes.items()}
    with (folder / "works.csv").open("w", encoding="utf-8") as file:
        file.write("id,title,artist,medium,genre,department,style,subjects,note\n")
        columns = zip(*(picked[name].tolist() for name in sizes), strict=True)
        for number, (artist, medium, genre, department, style, subject) in enumerate(columns):
            file.write(
                f'w{number},"Work, number {number}",Artist {artist[0]},material {medium[0]};material {medium[1]}b,'
                f"genre {genre[0]},department {department[0]},style {style[0]},"
                f"subject {subject[0]};subject {subject[1]}b,a note that nobody asked for\n"
            )
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")


def figures(folder: Path, works: int) -> Iterator[Figure]:
    """Rows a second, facts, and the peak of memory of ours."""
    kept: list[Source] = []
    ours = timed(lambda: kept.append(read_source(folder)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    if importlib.util.find_spec("polars") is None:
        yield alone("mapping.rows", works / ours, "rows/s")
    else:
        found: list[int] = []
        theirs = timed(lambda: found.append(by_hand(folder / "works.csv")))
        if found[0] != len(kept[0].triples):
            raise SystemExit(f"the two disagree: {len(kept[0].triples):,} facts by the mapping, {found[0]:,} by hand")
        yield compare("mapping.rows", works / ours, works / theirs, "rows/s")
    yield alone("mapping.facts", len(kept[0].triples), "facts")
    yield alone("mapping.memory", peak, "GiB")


def by_hand(path: Path) -> int:
    """The same with polars; gives the number of distinct facts."""
    import polars

    table: Any = polars.read_csv(path, infer_schema_length=0)
    parts = [
        table.select(head="id", tail=polars.col(column).str.split(sign))
        .explode("tail")
        .with_columns(relation=polars.lit(name))
        for column, (name, sign) in LISTS.items()
    ]
    parts += [
        table.select(head="id", tail=column).with_columns(relation=polars.lit(name)) for column, name in SINGLE.items()
    ]
    facts = polars.concat(parts).drop_nulls("tail").unique()
    entities = polars.concat([table.select(id="id", name="title"), facts.select(id="tail", name="tail").unique()])
    assert entities.height
    return int(facts.height)


if __name__ == "__main__":
    main()
