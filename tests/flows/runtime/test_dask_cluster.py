"""Encoding, evaluation and prediction on a real Dask cluster of this machine, beside the same in one process."""

from pathlib import Path
from typing import Any

import pytest

from flows import encode as encoding
from flows.encode import encode
from flows.evaluate import evaluate, evaluate_seeds
from flows.ingest import ingest
from flows.predict import predict
from flows.runtime.dask_cluster import count_shards, dask_runner
from flows.runtime.settings import Settings
from flows.train import train
from graph.connection import Address, Database

PAINTERS = {"Monet": "impressionism", "Klee": "abstract art", "Holbein": "renaissance"}


@pytest.fixture
def museum(tmp_path: Path, server: Address, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of 60 paintings whose texts tell their painter and style; both facts are missing of every fifth."""
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    folder = tmp_path / "museum"
    folder.mkdir()
    entities, triples = ["id,label,name,text"], ["head,relation,tail"]
    for painter, style in PAINTERS.items():
        entities += [f"{painter},Artist,{painter},", f"{style},Style,{style},"]
    for number in range(60):
        painter, style = list(PAINTERS.items())[number % 3]
        entities.append(f"p{number},Artwork,Painting {number},A painting of {style} by {painter}")
        if number % 5:
            triples += [f"p{number},createdBy,{painter}", f"p{number},hasStyle,{style}"]
            # A second style of some, so that others may be proposed one.
            triples += [f"p{number},hasStyle,{list(PAINTERS.values())[(number + 1) % 3]}"] * (number % 2)
    (folder / "entities.csv").write_text("\n".join(entities))
    (folder / "triples.csv").write_text("\n".join(triples))
    return folder


def vectors(database: Database) -> dict[str, list[float]]:
    with database.session() as session:
        rows = session.run("MATCH (n:Entity) WHERE n.textual IS NOT NULL RETURN n.id AS id, n.textual AS vector").data()
    return {row["id"]: row["vector"] for row in rows}


def links(database: Database) -> dict[tuple[str, str, str], tuple[float, int]]:
    with database.session() as session:
        rows = session.run(
            "MATCH (h)-[p:PREDICTED {vlkge: true, state: 'current'}]->(t) "
            "RETURN h.id AS head, p.relation AS relation, t.id AS tail, p.score AS score, p.rank AS rank"
        ).data()
    return {(row["head"], row["relation"], row["tail"]): (row["score"], row["rank"]) for row in rows}


@pytest.fixture(scope="module")
def runner() -> dict[str, Any]:
    """Two new processes, for each flow that is given them."""
    return {"task_runner": dask_runner(2, Settings())}


@pytest.mark.usefixtures("prefect_server")
def test_vectors_are_those_of_one_process(
    museum: Path, database: Database, runner: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "ENTITIES_PER_PART", 17)
    ingest(folder=str(museum))
    shared = encode.with_options(**runner)(encoder="bundled", device="cpu", sharded=True)
    by_workers = vectors(database)
    # Those of artists and styles would only repeat their ids.
    assert next(part for part in shared if part.modality == "textual").encoded == len(by_workers) == 60
    with database.session() as session:
        session.run("MATCH (n:Entity) REMOVE n.textual, n.textual_digest").consume()
    encode(encoder="bundled", device="cpu")
    assert {key: pytest.approx(vector, abs=4e-3) for key, vector in vectors(database).items()} == by_workers


@pytest.mark.usefixtures("prefect_server")
def test_links_are_those_of_one_process(museum: Path, database: Database, runner: dict[str, Any]) -> None:
    ingest(folder=str(museum))
    train(config={"dimension": 8, "epochs": 2, "batch_size": 50}, device="cpu")
    predict(limit=10)
    expected = links(database)
    predict.with_options(**runner)(limit=10, shards=count_shards(2))
    assert len(expected) >= 10
    assert {key: pytest.approx(value, abs=1e-4) for key, value in expected.items()} == links(database)


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_report_is_that_of_one_process(museum: Path, runner: dict[str, Any]) -> None:
    ingest(folder=str(museum))
    config = {"dimension": 8, "epochs": 2, "batch_size": 50}
    models = [train(config=config | {"seed": seed}, device="cpu").version for seed in (0, 1)]
    expected = [evaluate(model=model).report for model in models]
    assert evaluate.with_options(**runner)(shards=count_shards(2), model=models[0]).report == expected[0]
    shared = evaluate_seeds.with_options(**runner)(shards=3, models=models)
    assert [one.report for one in shared.evaluations] == expected
