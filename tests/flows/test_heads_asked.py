"""Whom `predict` asks in a graph of one label, and that it says whom it leaves out."""

from pathlib import Path

import pandas as pd
import pytest

from flows.predict import predict
from flows.runtime.prefect_server import PrefectServer
from flows.train import train
from graph.connection import Address, Database
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.pictures import PictureStore

SETTINGS = {"scorer": "distmult", "epochs": 1, "dimension": 8, "negatives": 5, "below_popularity": "keep"}


def test_places_are_not_asked_for_what_people_have(
    server: Address,
    database: Database,
    prefect_server: PrefectServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert prefect_server
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password or "none")
    people, towns = [f"p{i}" for i in range(24)], [f"t{i}" for i in range(4)]
    facts = [(person, "bornIn", towns[i % 4], "train") for i, person in enumerate(people)]
    facts += [(person, "occupation", f"o{i % 3}", "train") for i, person in enumerate(people[:12])]
    facts += [(town, "liesIn", "e0", "train") for town in towns]
    pd.DataFrame(facts, columns=["head", "relation", "tail", "split"]).to_csv(tmp_path / "triples.csv", index=False)
    ids = sorted({end for fact in facts for end in (fact[0], fact[2])})
    pd.DataFrame({"id": ids, "label": "Thing"}).to_csv(tmp_path / "entities.csv", index=False)
    ingest(database, read_source(tmp_path), PictureStore(tmp_path / "pictures"))
    version = train(config=SETTINGS).version
    monkeypatch.setattr("models.prediction.plausible_heads.FEW", 0)
    capfd.readouterr()

    asked = pd.read_parquet(predict(model=version, relations=["occupation"]).file)
    told = capfd.readouterr().err
    assert set(asked["head"]) <= set(people)
    assert "8 of 32 pairs of an entity and a relation are not asked" in told
    assert "vlkge predict --all-heads" in told

    every = pd.read_parquet(predict(model=version, relations=["occupation"], all_heads=True).file)
    assert {"t0", "e0"} <= set(every["head"])
    assert "not asked" not in capfd.readouterr().err
