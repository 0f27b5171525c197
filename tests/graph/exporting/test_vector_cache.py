"""Vectors that have not changed are read from the disk, and what comes of it is what the graph holds."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import vectors
from graph.connection import Database
from graph.exporting import vector_cache
from graph.exporting.export import export
from graph.schema import setup_schema

ENCODER = vectors.Encoder("made", "1", 4)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The ids whose vectors are read from the graph, call by call."""
    calls: list[list[str]] = []
    read = vector_cache.read_vectors

    def noting(database: Database, modality: str, ids: list[str], *rest: Any) -> Any:
        calls.append(ids)
        return read(database, modality, ids, *rest)

    monkeypatch.setattr(vector_cache, "read_vectors", noting)
    return calls


@pytest.fixture
def works(database: Database) -> Database:
    """Five works, of which four have a vector."""
    setup_schema(database)
    run(database, "UNWIND range(0, 4) AS i CREATE (:Entity:Vlkge:Artwork {id: 'w' + i, primary_label: 'Artwork'})")
    vectors.activate(database, "textual", ENCODER)
    write(database, {f"w{i}": i + 1 for i in range(4)})
    return database


def run(database: Database, text: str) -> None:
    database.driver.execute_query(text, database_=database.name)


def write(database: Database, values: dict[str, float], encoder: vectors.Encoder = ENCODER) -> None:
    made = np.array([[value] * encoder.dimension for value in values.values()], dtype=np.float32)
    vectors.write(database, "textual", list(values), made, [encoder.digest_of(f"{i}{v}") for i, v in values.items()])


def test_only_what_changed_is_read(works: Database, tmp_path: Path, asked: list[list[str]]) -> None:
    first = export(works, cache=tmp_path)
    assert first.fingerprint == export(works).fingerprint
    assert asked.pop() == ["w0", "w1", "w2", "w3"]
    assert export(works, cache=tmp_path).fingerprint == first.fingerprint
    assert asked == []

    write(works, {"w1": 9, "w4": 5})
    vectors.remove(works, "textual", ["w0"])
    run(works, "MATCH (n {id: 'w2'}) DETACH DELETE n")
    changed = export(works, cache=tmp_path)
    assert asked.pop() == ["w1", "w4"]
    assert changed["Artwork"].textual[:, 0].tolist() == [0, 9, 4, 5]
    assert changed["Artwork"].textual_mask.tolist() == [False, True, True, True]
    assert export(works, cache=tmp_path).fingerprint == export(works).fingerprint == changed.fingerprint
    assert asked == []


@pytest.mark.parametrize("content", [b"", b"no such file"])
def test_a_damaged_file_is_made_anew(works: Database, tmp_path: Path, asked: list[list[str]], content: bytes) -> None:
    first = export(works, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content or file.read_bytes()[:-5])
    asked.clear()
    assert export(works, cache=tmp_path).fingerprint == first.fingerprint
    assert len(asked.pop()) == 4
    export(works, cache=tmp_path)
    assert asked == []


def test_another_encoder_has_other_vectors(works: Database, tmp_path: Path, asked: list[list[str]]) -> None:
    export(works, cache=tmp_path)
    other = vectors.Encoder("made", "2", 3)
    vectors.activate(works, "textual", other)
    write(works, {"w0": 7}, other)
    asked.clear()
    found = export(works, cache=tmp_path)["Artwork"]
    assert asked.pop() == ["w0"]
    assert found.textual.tolist()[0] == [7, 7, 7]
    assert found.textual_mask.sum() == 1


def test_a_part_of_the_graph_leaves_the_file_as_it_is(works: Database, tmp_path: Path, asked: list[list[str]]) -> None:
    export(works, labels=["Artwork"], cache=tmp_path)
    assert asked == []
    assert list(tmp_path.iterdir()) == []
