"""What is older than VLKGE_KEEP_DAYS goes, but for what is or was in force."""

import os
import time
from pathlib import Path

import pandas as pd
import pytest

from flows.retraining.retention import tidy
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted.links import save_links
from graph.predicted.registry import models, register_model


@pytest.fixture
def years(database: Database, own_home: Path) -> Settings:
    """A champion with two lists of links, and two models that were refused; all but one of these a year old."""
    settings = Settings(vlkge_home=own_home)
    for version in ("champion", "refused", "refused-yesterday"):
        register_model(database, version, "complex", {}, {}, "0" * 64, {})
        (settings.models / version).mkdir(parents=True)
        (settings.models / version / "model.safetensors").write_bytes(bytes(1000))
    with database.session() as session:
        session.run(
            "MATCH (m:Model) WHERE m.version <> 'refused-yesterday' SET m.created_at = datetime() - duration('P365D')"
        ).consume()
        for day, run in enumerate(("first", "last")):
            session.run(
                "CREATE (:PredictionRun:Vlkge {id: $run, model_version: 'champion', state: 'complete', "
                "started_at: datetime() - duration({days: 365 - $day}), counts: '{}'})",
                run=run,
                day=day,
            ).consume()
    a_year_ago = time.time() - 365 * 24 * 60 * 60
    settings.logs.mkdir()
    none = pd.DataFrame({name: pd.Series(dtype="object") for name in ("head", "relation", "tail", "score", "rank")})
    lists = [save_links(none, settings.models / "champion", run, ["hasStyle"]) for run in ("first", "last")]
    old = [settings.models / "champion" / "rules.parquet", settings.logs / "2020-01-01.jsonl"]
    for file in old:
        file.write_bytes(bytes(500))
    for file in (*lists, *old):
        os.utime(file, (a_year_ago, a_year_ago))
    (settings.logs / "2999-01-01.jsonl").touch()
    return settings


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_after_a_year_only_what_counts_is_there(years: Settings, database: Database) -> None:
    size = (years.models / "champion" / "first.parquet").stat().st_size
    done = tidy.fn(years)
    assert (done.models, done.lists, done.logs) == (["refused"], 1, 1)
    assert done.megabytes == (1500 + size) / 1e6
    assert {model.version for model in models(database)} == {"champion", "refused-yesterday"}
    assert files(years.vlkge_home) == {
        "models/champion/graphs.txt",
        "models/champion/model.safetensors",
        "models/champion/last.parquet",
        "models/champion/rules.parquet",
        "models/refused-yesterday/graphs.txt",
        "models/refused-yesterday/model.safetensors",
        "logs/2999-01-01.jsonl",
    }


def test_with_0_days_everything_stays(years: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLKGE_KEEP_DAYS", "0")
    before = files(years.vlkge_home)
    assert tidy.fn(Settings(vlkge_home=years.vlkge_home)).models == []
    assert files(years.vlkge_home) == before
