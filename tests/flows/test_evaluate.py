"""Evaluating: the files beside the model, the figures on its node, and several seeds together."""

import json
from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError
from flows.evaluate import Evaluation, evaluate, evaluate_seeds
from flows.runtime.prefect_server import PrefectServer
from flows.train import train
from graph.connection import Address, Database
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.pictures import PictureStore
from graph.predicted import registry
from models.evaluation.evaluation import Report
from models.evaluation.seeds import SeedSummary

SETTINGS = {"scorer": "distmult", "epochs": 1, "dimension": 8, "negatives": 5, "patience": None}


@pytest.fixture
def models(
    server: Address, database: Database, prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[str]:
    """Two seeds of one training, and one of another dimension, on thirty works with a style and an artist each."""
    assert prefect_server
    facts = [(f"w{i}", name, f"{name}{i % 3}") for i in range(30) for name in ("hasStyle", "isCreatedByArtist")]
    pd.DataFrame(facts, columns=["head", "relation", "tail"]).to_csv(tmp_path / "triples.csv", index=False)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password or "none")
    splits = ["train"] * 40 + ["val"] * 10 + ["test"] * 10
    pd.read_csv(tmp_path / "triples.csv").assign(split=splits).to_csv(tmp_path / "triples.csv", index=False)
    ingest(database, read_source(tmp_path, entities_from_triples=True), PictureStore(tmp_path / "pictures"))
    configs = [SETTINGS | {"seed": 1}, SETTINGS | {"seed": 2}, SETTINGS | {"dimension": 4}]
    return [train(config=config).version for config in configs]


def test_reports_lie_with_their_models_and_seeds_together(
    models: list[str], database: Database, tmp_path: Path
) -> None:
    first, second, other = models
    one: Evaluation = evaluate(model=first)
    folder = tmp_path / "home" / "models" / first
    assert one.files.json_file == folder / "report.json"
    kept = json.loads((folder / "report.json").read_text())
    assert Report.model_validate(kept["report"]) == one.report
    assert kept["baselines"].keys() == {"popularity"}
    text = (folder / "report.md").read_text()
    assert "![training](plots/training.svg)" in text
    assert all(path.read_text().startswith("<?xml") for path in one.files.plots)

    metrics = registry.model(database, first).metrics
    assert metrics["test"]["mrr"] == one.report.mrr
    assert metrics["popularity"]["test"]["mrr"] == one.baselines["popularity"].mrr
    assert metrics["history"][0]["epoch"] == 1

    paper = evaluate(model=first, protocol="paper", candidates="wikiart", sides=["tail"])
    assert paper.files.markdown == folder / "report-paper-wikiart-tail.md"
    assert registry.model(database, first).metrics["test"] == metrics["test"]

    seeds = evaluate_seeds(models=[first, second])
    mean = sum(evaluation.report.mrr or 0 for evaluation in seeds.evaluations) / 2
    assert seeds.over_seeds.all["mrr"].mean == pytest.approx(mean)
    kept = json.loads(seeds.files.json_file.read_text())
    assert kept["models"] == sorted([first, second])
    assert SeedSummary.model_validate(kept["over_seeds"]) == seeds.over_seeds

    with pytest.raises(InputError, match="differ in their seed alone; dimension is"):
        evaluate_seeds(models=[first, other])
    with pytest.raises(InputError, match="there is only"):
        evaluate_seeds(models=[first, first])
