"""A graph of somebody else, of any size, lived in by its commands: adopted, used, curated, changed by its owner for a
week of nights, and given back. Each command's seconds, of the clock and of the processor, and its peak of memory; at
the end, whether all is as its owner has made it.

    python -m benchmarks.adoption --nodes 100000
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from base.errors import PipelineError
from benchmarks.database import scratch_database
from benchmarks.report import Figure, alone, show
from graph.connection import Database

# One node of sixteen is a place; a tenth of the items is nowhere.
SHARE_OF_PLACES, WITHOUT_A_PLACE = 16, 10
SPECIFICATION = """
relations = ["KEPT_AT"]
[labels.Item]
id = "no"
name = "label"
[labels.Place]
id = "no"
name = "label"
"""
TRAINING = ('modalities=["structural"]', 'experts=["popularity"]', "dimension=32", "epochs=2", "batch_size=4096")
ACCEPTED = 100
CONTENTS = (
    "MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties",
    "MATCH (h)-[r]->(t) RETURN properties(h) AS h, type(r) AS type, properties(r) AS properties, properties(t) AS t",
    "SHOW INDEXES YIELD name, type, labelsOrTypes, properties RETURN name, type, labelsOrTypes, properties",
)


def made(nodes: int) -> tuple[str, ...]:
    """The statements that make the owner's graph, one transaction each."""
    places = nodes // SHARE_OF_PLACES
    return (
        "CREATE CONSTRAINT item_no FOR (i:Item) REQUIRE i.no IS UNIQUE",
        "CREATE CONSTRAINT place_no FOR (p:Place) REQUIRE p.no IS UNIQUE",
        f"UNWIND range(1, {places}) AS i CREATE (:Place {{no: -i, label: 'Place ' + i}})",
        f"UNWIND range(1, {nodes - places}) AS i CREATE (:Item {{no: i, label: 'Item ' + i, size: i % 7}})",
        f"MATCH (i:Item) WHERE i.no % {WITHOUT_A_PLACE} <> 0 MATCH (p:Place {{no: -(i.no % {places} + 1)}}) "
        "CREATE (i)-[:KEPT_AT {since: 1900 + i.no % 100}]->(p)",
    )


# What the owner does, a statement a night.
NIGHTS = {
    "overwrites half of the nodes": (
        "MATCH (i:Item) WHERE i.no % 2 = 0 SET i = {no: i.no, label: i.label, size: i.size + 1}"
    ),
    "adds labels": "MATCH (i:Item) WHERE i.no % 10 = 3 SET i:Loan",
    "adds nodes": "UNWIND range(1, 1000) AS i CREATE (:Item {no: 10000000 + i, label: 'New item ' + i})",
    "changes ids": "MATCH (i:Item) WHERE i.no % 100 = 7 SET i.no = i.no + 20000000",
    "deletes accepted facts": "MATCH (:Item)-[r:KEPT_AT]->() WHERE r.since IS NULL DELETE r",
    "deletes nodes": "MATCH (i:Item) WHERE i.no % 100 = 9 DETACH DELETE i",
    "overwrites relationships": (
        "MATCH (:Item)-[r:KEPT_AT]->() WHERE r.since % 10 = 1 SET r = {since: r.since, checked: true}"
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adoption", description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    options = parser.parse_args()
    with scratch_database() as database, tempfile.TemporaryDirectory(prefix="vlkge-adoption-") as folder:
        guest = Guest(database, Path(folder))
        try:
            show(guest.life(options.nodes), as_json=options.json)
        finally:
            guest.types("down")


class Guest:
    """Types commands in a folder of its own."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        given = {"URI": database.address.uri, "USERNAME": database.address.username}
        given["PASSWORD"] = database.address.password
        named = {f"NEO4J_{name}": value for name, value in given.items()}
        home = {"VLKGE_HOME": str(folder / "home"), "PYTHONPATH": str(Path(__file__).parents[1])}
        self.environment = {**os.environ, **named, **home}

    def life(self, nodes: int) -> Iterator[Figure]:
        """Each step's seconds and gigabytes. Raises PipelineError where the owner does not get the graph back."""
        for statement in made(nodes):
            run(self.database, statement)
        (self.folder / "adopt.toml").write_text(SPECIFICATION)
        training = [part for setting in TRAINING for part in ("--set", setting)]
        yield from self.measured("adopt", "adopt", "adopt.toml")
        yield from self.measured("train", "train", *training)
        yield from self.measured("evaluate", "evaluate")
        yield from self.measured("predict", "predict", "--max-links", "1000")
        yield from self.measured("links export", "links", "export", "links.csv")
        self.accept()
        yield from self.measured("decisions import", "decisions", "import", "decided.csv", "--by", "ana")
        for night, statement in NIGHTS.items():
            run(self.database, statement)
            yield from self.measured(f"adopt, when the owner {night}", "adopt", "adopt.toml")
        yield from self.measured("unadopt", "unadopt", "--records", "--yes")
        given_back = contents(self.database)
        with self.database.session() as session:
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
        for statement in (*made(nodes)[2:], *NIGHTS.values()):
            run(self.database, statement)
        if given_back != contents(self.database):
            raise PipelineError("what was given back is not what its owner has made")
        yield alone("given back as its owner made it", 1, "yes")

    def measured(self, name: str, *line: str) -> Iterator[Figure]:
        began, before = time.perf_counter(), self.processor_seconds()
        used = self.types(*line)
        processor = used.ru_utime + used.ru_stime + self.processor_seconds() - before
        yield alone(name, time.perf_counter() - began, "s")
        yield alone(f"{name}: processor, with Neo4j", processor, "s")
        yield alone(f"{name}: memory", used.ru_maxrss / 1e6, "GB")

    def processor_seconds(self) -> float:
        """What Neo4j has used since it started, for it may share the machine."""
        bean = "CALL dbms.queryJmx('java.lang:type=OperatingSystem') YIELD attributes "
        (row,) = run(self.database, bean + "RETURN attributes.ProcessCpuTime.value AS nanoseconds")
        return float(row["nanoseconds"]) / 1e9

    def types(self, *line: str) -> resource.struct_rusage:
        """Run a command; returns what it has used. Raises PipelineError where it fails."""
        command = [sys.executable, "-W", "ignore", "-m", "flows.cli", *line]
        with (self.folder / "said.txt").open("w") as said:
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=said, stderr=said)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            raise PipelineError(f"`vlkge {' '.join(line)}` failed: {(self.folder / 'said.txt').read_text()[-2000:]}")
        return used

    def accept(self) -> None:
        """Write the first links of those exported as decisions."""
        links = pd.read_csv(self.folder / "links.csv", dtype=str).head(ACCEPTED)
        decided = links[["head", "relation", "tail"]].assign(verdict="accepted")
        decided.to_csv(self.folder / "decided.csv", index=False)


def run(database: Database, statement: str) -> list[dict[str, Any]]:
    records, _, _ = database.driver.execute_query(statement, database_=database.name)
    return [record.data() for record in records]


def contents(database: Database) -> list[list[str]]:
    """Nodes, relationships with their ends, and indexes, as text; without the ids of the database."""
    return [sorted(json.dumps(row, sort_keys=True, default=str) for row in run(database, text)) for text in CONTENTS]


if __name__ == "__main__":
    main()
