"""A folder in the layout of VL-KGE's own release, from ingest to evaluation, by the commands."""

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import quality
from flows.encode import named
from flows.runtime.prefect_server import PrefectServer
from graph import vectors
from graph.connection import Address, Database
from tests.flows import typed

SMALL = ("--set", "epochs=2", "--set", "dimension=8", "--set", "patience=null")


@pytest.fixture
def environment(server: Address, prefect_server: PrefectServer, tmp_path: Path) -> dict[str, str]:  # noqa: ARG001
    return {"NEO4J_URI": server.uri, "NEO4J_PASSWORD": server.password, "VLKGE_HOME": str(tmp_path / "home")}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Forty pictures by two artists: triples with a mode, and a file of vectors for each modality and encoder."""
    folder = tmp_path / "wikiart"
    (folder / "features").mkdir(parents=True)
    modes = ["train"] * 30 + ["val"] * 5 + ["test"] * 5
    lines = [f"images/{i}.jpg,isCreatedByArtist,artist-{i % 2},{mode}" for i, mode in enumerate(modes)]
    (folder / "wikiart_triples.csv").write_text("\n".join(["head,relation,tail,mode", *lines]))
    draws = np.random.default_rng(0)
    pictures: dict[str, Any] = {f"images/{i}.jpg": draws.normal(size=6).astype(np.float32) for i in range(38)}
    pictures["images/38.jpg"] = [np.full(6, 1.0), np.full(6, 3.0)]  # two pictures
    pictures["images/39.jpg"] = {}  # none
    texts = {f"artist-{k}": draws.normal(size=4).astype(np.float32) for k in (0, 1, 7)}
    relations = {"isCreatedByArtist": draws.normal(size=4)}
    for name, held in {"vf_clip": pictures, "tf_clip": texts, "rf_clip": relations, "tf_bert": texts}.items():
        (folder / "features" / f"wikiart_{name}.pkl").write_bytes(pickle.dumps(held))
    return folder


def vlkge(environment: dict[str, str], *arguments: str) -> Any:
    done = typed.vlkge(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def vector(database: Database, id_: str, modality: str) -> list[float] | None:
    with database.session() as session:
        found: list[float] | None = session.run(
            "MATCH (n:Entity {id: $id}) RETURN n[$modality]", id=id_, modality=modality
        ).value()[0]
    return found


def test_a_folder_of_the_release_goes_from_ingest_to_evaluation(
    environment: dict[str, str], release: Path, database: Database
) -> None:
    vlkge(environment, "ingest", str(release), "--entities-from-triples")
    encoder = f"files:{release}/features/*_clip.pkl"
    placed = {part["modality"]: part for part in vlkge(environment, "encode", "--encoder", encoder)}
    assert [placed["visual"][key] for key in ("encoder", "dimension", "encoded", "left_out")] == [
        "files:wikiart_vf_clip.pkl", 6, 39, 1,
    ]  # fmt: skip
    assert [placed["textual"][key] for key in ("dimension", "encoded", "left_out")] == [4, 2, 1]
    assert vector(database, "images/38.jpg", "visual") == [2.0] * 6
    assert vector(database, "images/39.jpg", "visual") is None

    again = vlkge(environment, "encode", "--encoder", encoder)
    assert [part["encoded"] for part in again] == [0, 0]

    assert vlkge(environment, "encode") == [], "what is from files stays, until another encoder is named"
    assert vector(database, "images/38.jpg", "visual") == [2.0] * 6

    trained = vlkge(environment, "train", *SMALL)
    shown = vlkge(environment, "models", "show", trained["version"])
    assert shown["encoders"] == {"textual": "files:wikiart_tf_clip.pkl", "visual": "files:wikiart_vf_clip.pkl"}
    report = vlkge(environment, "evaluate")
    assert report["queries"] == 10
    assert report["baselines"]["popularity"]["queries"] == 10


def test_files_of_another_graph_are_refused_and_changed_files_replace_the_vectors(
    environment: dict[str, str], release: Path, database: Database
) -> None:
    with database.session() as session:
        session.run("UNWIND ['artist-0', 'artist-1'] AS id CREATE (:Entity:Vlkge:Artist {id: id})").consume()
    file = release / "features" / "wikiart_tf_bert.pkl"
    vlkge(environment, "encode", "--encoder", f"files:{file}")
    before = vector(database, "artist-0", "textual")

    other = release / "other_tf.pkl"
    other.write_bytes(pickle.dumps({"n01440764": np.ones(4)}))
    done = typed.vlkge("encode", "--encoder", f"files:{other}", **environment)
    assert done.returncode == 2
    assert "none of its 1 ids is an entity's: 'n01440764'" in done.stderr
    assert vector(database, "artist-0", "textual") == before

    file.write_bytes(pickle.dumps({"artist-0": np.ones(5, np.float32)}))
    (placed,) = vlkge(environment, "encode", "--encoder", f"files:{file}")
    assert (placed["encoded"], placed["dropped"], placed["dimension"]) == (1, 2, 5)
    assert vector(database, "artist-0", "textual") == [1.0] * 5
    assert vector(database, "artist-1", "textual") is None


def test_a_graph_keeps_its_encoders_until_another_is_named(database: Database) -> None:
    assert named(database, None) == {"bundled": ["visual", "textual"]}
    vectors.activate(database, "textual", vectors.Encoder("text:some/model", "0" * 64, 4))
    assert named(database, None) == {"bundled": ["visual"], "text:some/model": ["textual"]}
    vectors.activate(database, "visual", vectors.Encoder("files:art_vf.pkl", "1" * 64, 4))
    assert named(database, None) == {"text:some/model": ["textual"]}
    assert named(database, "bundled") == {"bundled": ["visual", "textual"]}


def test_the_benchmark_of_quality_takes_the_same_folder(
    release: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    encoder = f"files:{release}/features/*_clip.pkl"
    given = ["quality", "--data", str(release), "--encoder", encoder, *SMALL, "--threads", "1", "--json"]
    monkeypatch.setattr(sys, "argv", given)
    quality.main()
    row = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (row["data"], sorted(row["modalities"])) == ("wikiart", ["structural", "textual", "visual"])
