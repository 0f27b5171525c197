"""A bulk import leaves the graph that an ordinary ingest leaves."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from base.errors import InputError, PipelineError
from cypher import prefix
from graph.connection import Database, connect
from graph.loading import bulk_import
from graph.loading.bulk_import import bulk_ingest, command, write_files
from graph.loading.files import Source, read_source
from graph.loading.ingest import ingest
from graph.loading.plan import plan_first_load
from graph.pictures import PictureStore
from graph.server import neo4j_server
from graph.server.neo4j_admin import count_contents, find_reason
from graph.server.neo4j_server import Server
from graph.server.store import put_aside, why_closed
from tests.graph.loading.odd import make

TIMES = {"updated_at", "asserted_at"}


def properties(values: dict[str, Any]) -> dict[str, Any]:
    """All of them; of times only that there is one, in UTC."""
    return {
        name: str(value.tzinfo.utcoffset(None)) if name.removeprefix("vk_") in TIMES else value
        for name, value in values.items()
    }


def whole_graph(database: Database) -> list[Any]:
    with database.session() as session:
        nodes = session.run(
            "MATCH (n) RETURN coalesce(n.id, n.vk_id) AS id, labels(n) AS labels, properties(n) AS all ORDER BY id"
        ).data()
        links = session.run(
            "MATCH (h)-[r]->(t) RETURN coalesce(h.id, h.vk_id) AS head, type(r) AS type, "
            "coalesce(t.id, t.vk_id) AS tail, properties(r) AS all ORDER BY head, type, tail"
        ).data()
        # Neo4j itself makes the LOOKUP indexes, under names of its own.
        shown = "SHOW INDEXES YIELD name, state, type WHERE type <> 'LOOKUP' RETURN name, state ORDER BY name"
        schema = session.run(shown).values()
    for row in [*nodes, *links]:
        row["all"] = properties(row["all"])
    for row in nodes:
        row["labels"] = sorted(row["labels"])
    # What is kept beside entities has no id, and so no order of the query's: what it is of tells it apart.
    nodes.sort(key=lambda row: (str(row["id"]), row["labels"], str(row["all"].get("of"))))
    return [nodes, links, schema]


def test_the_graph_is_that_of_an_ordinary_ingest(
    imported_server: Server, odd_source: Source, database: Database, tmp_path: Path
) -> None:
    ordinary = ingest(database, odd_source, PictureStore(tmp_path))
    with connect(imported_server.start()) as other:
        assert whole_graph(other) == whole_graph(database)
        # As nothing has changed for an ingest of the same files, the two ways can follow each other.
        again = ingest(other, odd_source, PictureStore(tmp_path))
    assert (again.entities.unchanged, again.facts.unchanged) == (4, 4)
    assert (ordinary.entities.added, ordinary.facts.added) == (4, 4)


def test_a_graph_that_holds_anything_is_refused(imported_server: Server, odd_source: Source, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="already holds 4 nodes, and a bulk import needs an empty one"):
        bulk_ingest(imported_server, odd_source, PictureStore(tmp_path))


def test_the_plan_of_a_first_load_has_the_splits_of_an_ordinary_one(odd_source: Source) -> None:
    plan = plan_first_load(odd_source)
    assert plan.splits.tolist()[:3] == ["train", "train", "test"]
    assert plan.held_out == {"Q4": "test"}
    assert plan.fact_counts.added == 4


def test_a_label_may_hold_what_else_would_part_labels(odd_source: Source, tmp_path: Path) -> None:
    entities = odd_source.entities.assign(label=["A;B", "A\x1fB", "Artist", "Thing"])
    frames = {"entities": entities, "triples": odd_source.triples}
    changed = Source(odd_source.name, odd_source.folder, **frames)
    arguments = write_files(plan_first_load(changed), tmp_path / "files")
    assert "--array-delimiter=U+001E" in arguments
    written = pd.read_csv(tmp_path / "files" / "entities.csv", header=None)
    assert written[1].tolist()[:2] == ["Entity\x1eVlkge\x1eA;B", "Entity\x1eVlkge\x1eA\x1fB"]


def test_what_to_type_for_another_server_can_be_pasted(odd_source: Source, tmp_path: Path) -> None:
    arguments = write_files(plan_first_load(odd_source), tmp_path / "with space")
    typed = command(arguments, "neo4j")
    assert typed.startswith("neo4j-admin database import full neo4j --id-type=string")
    assert f"'--nodes={tmp_path}/with space/entities-header.csv,{tmp_path}/with space/entities.csv'" in typed


def test_a_failed_load_and_a_broken_store_are_no_dead_ends(
    odd_source: Source, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "512m")
    server, store = Server(tmp_path), PictureStore(tmp_path / "pictures")
    try:
        # What Neo4j's tool cannot import changes nothing, and its own reason is told.
        with monkeypatch.context() as broken:
            broken.setattr(bulk_import, "write_files", lambda *_: ["--nodes=nowhere.csv"])
            with pytest.raises(PipelineError, match=r"failed \(\d+\):\n(.|\n)*nowhere\.csv"):
                bulk_ingest(server, odd_source, store)
        assert count_contents(server) == {"nodes": 0, "relationships": 0}
        # A store that Neo4j does not open is told, and put aside.
        server.stop()
        (server.folder / "data" / "databases" / "neo4j" / "neostore").write_bytes(b"no store")
        with monkeypatch.context() as impatient:  # a store that never opens is else asked for half a minute, each time
            impatient.setattr(neo4j_server, "connect", partial(connect, patience=1))
            assert why_closed(server)
            with pytest.raises(PipelineError, match="`vlkge reset` puts its files aside"):
                bulk_ingest(server, odd_source, store)
        aside = put_aside(server)
        assert (aside / "databases" / "neo4j" / "neostore").read_bytes() == b"no store"
        # And then a load goes through, of whatever ingest takes, as an ordinary ingest.
        made = read_source(make(7, tmp_path / "odd", "parquet"))
        bulk_ingest(server, made, store)
        ingest(database, made, store)
        with connect(server.start()) as other:
            assert whole_graph(other) == whole_graph(database)
        assert sorted(path.name for path in server.folder.glob("import-*")) == []
    finally:
        server.stop()


@pytest.mark.server
def test_the_two_ways_make_the_same_graph_under_a_prefix(
    odd_source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "512m")
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    server, store = Server(tmp_path), PictureStore(tmp_path / "pictures")
    try:
        bulk_ingest(server, odd_source, store)
        with connect(server.start()) as database:
            loaded = whole_graph(database)
            with database.session() as session:
                session.run("MATCH (n:vk_Entity) DETACH DELETE n").consume()
            ingest(database, odd_source, store)
            assert whole_graph(database) == loaded
        labels = {label for node in loaded[0] for label in node["labels"]}
        assert labels >= {"vk_Entity", "vk_Vlkge"}
        assert not labels & {"Entity", "Vlkge"}
    finally:
        server.stop()


def test_the_reason_of_a_failure_is_what_the_tool_says_last_of_each_cause() -> None:
    printed = "x\n....... 5%\nError\nCaused by: java.A: outer\n\tat y\nCaused by: java.B: row 7\n\tat z\n"
    assert find_reason(printed) == "java.A: outer\njava.B: row 7"
    assert find_reason("one\n..... 100%\ntwo\n") == "one\ntwo"


def test_long_cells_get_a_buffer_that_holds_them(odd_source: Source, tmp_path: Path) -> None:
    entities = odd_source.entities.assign(text=["x" * 5_000_000, "", "", ""])
    changed = replace(odd_source, entities=entities)
    assert "--read-buffer-size=27m" in write_files(plan_first_load(changed), tmp_path / "long")
    assert "read-buffer" not in " ".join(write_files(plan_first_load(odd_source), tmp_path / "short"))


def test_what_killed_imports_left_is_removed_and_no_other_is(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    for name in (f"import-{ended.pid}-a1", f"import-{os.getpid()}-b2", "import-of-ours"):
        (tmp_path / name / "data").mkdir(parents=True)
    bulk_import._clear_halves(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"import-{os.getpid()}-b2", "import-of-ours"}
