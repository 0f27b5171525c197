"""Retraining on a small graph: with a real database and a real Prefect server."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from prefect import get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Crashed

import flows.retraining.flow
from base.errors import InputError, PipelineError
from flows.retraining import model_changes
from flows.retraining.flow import Retraining, retrain
from flows.runtime.home_lock import BusyError, home_lock
from flows.runtime.locks import RETRAINING, retraining_lock
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from tests.flows.museum import CONFIG, load, write_folder

# Without experts, some of which rank well whatever has been trained.
UNTRAINED = {**CONFIG, "train": {**CONFIG["train"], "learning_rate": 1e-9, "experts": []}}


def links(database: Database) -> list[tuple[Any, ...]]:
    """The current links with all that a reader sees of them, but for the run and the times."""
    query = (
        "MATCH (h)-[r:PREDICTED {vlkge: true, state: 'current'}]->(t) RETURN h.id, r.relation, t.id, r.score, r.rank, "
        "r.probability, r.model_version ORDER BY h.id, r.relation, t.id"
    )
    with database.session() as session:
        return [tuple(row) for row in session.run(query).values()]


def champion(database: Database) -> str:
    return registry.champion(database).version


def test_nights_go_from_a_first_model_over_nothing_new_to_a_warm_challenger(
    database: Database, museum: Retraining, tmp_path: Path
) -> None:
    assert (museum.outcome, museum.champion) == ("first", champion(database))
    before = links(database)
    assert {link[-1] for link in before} == {museum.champion}

    quiet = retrain(config=CONFIG)
    assert quiet.outcome == "unchanged"
    assert "trained on this very graph" in quiet.reasons[0]
    assert links(database) == before
    assert len(registry.models(database)) == 1

    load(database, write_folder(tmp_path / "museum", 132))
    busy = retrain(config=CONFIG)
    assert busy.trained is not None
    assert busy.trained.warm_start == museum.champion
    assert (busy.outcome, busy.champion) == ("promoted", champion(database))
    assert {link[-1] for link in links(database)} == {busy.champion}
    assert any(link[0] == "w130" for link in links(database))
    model = registry.model(database, busy.champion)
    assert (model.predecessor, model.warm_start) == (museum.champion, museum.champion)
    assert model.git_commit
    assert model.data_fingerprint == busy.fingerprint != museum.fingerprint
    assert busy.report is not None
    text = busy.report.read_text()
    assert text.startswith(f"# {busy.champion} is the new champion, in place of {museum.champion}")
    assert "| all relations |" in text
    assert (busy.report.parent / "plots" / "comparison.svg").exists()


def test_a_refused_challenger_leaves_alias_and_links_and_rings_the_bell(
    database: Database, museum: Retraining, own_home: Path, bell: list[dict[str, Any]]
) -> None:
    before = links(database)
    done = retrain(config=UNTRAINED)
    assert done.trained is not None
    assert (done.outcome, champion(database)) == ("kept", museum.champion)
    assert links(database) == before
    refused = registry.model(database, done.trained.version)
    assert refused.alias is None
    assert refused.verdict is not None
    assert refused.verdict["passed"] is False
    (message,) = bell
    assert (message["event"], message["challenger"]) == ("promotion refused", refused.version)
    assert "all relations: worse, refused" in message["text"]

    again = retrain(config=UNTRAINED)
    assert again.outcome == "unchanged"
    assert f"{refused.version} was trained on this very graph and refused" in again.reasons[0]

    looked = model_changes.prune(dry_run=True)
    assert looked.models == [refused.version]
    assert (own_home / "models" / refused.version).is_dir()
    with home_lock(Settings()), pytest.raises(BusyError, match="another retraining is at work"):
        model_changes.prune()
    model_changes.prune()
    assert [model.version for model in registry.models(database)] == [museum.champion]
    assert not (own_home / "models" / refused.version).exists()
    assert model_changes.prune().models == []


@pytest.mark.usefixtures("museum")
def test_what_a_night_leaves_out_rings_the_bell_and_stands_in_its_report(
    database: Database, tmp_path: Path, bell: list[dict[str, Any]]
) -> None:
    folder = tmp_path / "museum"
    texts = {name: (folder / name).read_text() for name in ("entities.csv", "triples.csv")}
    (gone,) = [line for line in texts["triples.csv"].splitlines() if line.startswith("w001,isCreatedByArtist")]
    (folder / "triples.csv").write_text(texts["triples.csv"].replace(f"{gone}\n", ""))
    entities = pd.read_csv(folder / "entities.csv")
    entities.loc[entities["id"] == "w002", "image"] = "gone.png"
    entities.to_csv(folder / "entities.csv", index=False)

    done = retrain(folder=str(folder), source="museum", config=CONFIG, always_train=True)
    rung = [message for message in bell if message["event"] == "left out"]
    assert [len(message["left_out"]) for message in rung] == [1]
    assert "w002: gone.png: there is no such file" in rung[0]["left_out"][0]
    assert done.report is not None
    text = done.report.read_text()
    assert "w002: gone.png: there is no such file" in text
    gone_from = "no longer in the files of museum, and still in the graph: facts"
    assert f"{gone_from} 'w001 isCreatedByArtist a1' (1 in all)" in text
    assert "removed" not in text
    assert registry.champion(database).version == done.champion


def test_a_broken_challenger_is_refused_and_the_night_goes_on(
    database: Database, museum: Retraining, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = links(database)

    def lose_half(model: str) -> None:
        file = own_home / "models" / model / "model.safetensors"
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    monkeypatch.setattr(flows.retraining.flow, "evaluate", lose_half)
    done = retrain(config=UNTRAINED)
    assert (done.outcome, champion(database)) == ("kept", museum.champion)
    assert "cannot be compared with" in done.reasons[0]
    assert "model.safetensors is not a complete safetensors file" in done.reasons[0]
    assert links(database) == before


def test_former_champions_rank_too_and_one_that_is_gone_is_named(
    database: Database, museum: Retraining, own_home: Path, tmp_path: Path
) -> None:
    load(database, write_folder(tmp_path / "museum", 132))
    second = retrain(config=CONFIG)
    assert second.outcome == "promoted"
    compared = model_changes.compare(challenger=museum.champion)
    assert compared.verdict.loss is not None
    assert compared.verdict.loss.formers == {}  # the only one is the challenger itself
    load(database, write_folder(tmp_path / "museum", 144))
    third = retrain(config=CONFIG)
    assert third.trained is not None
    verdict = registry.model(database, third.trained.version).verdict
    assert verdict is not None
    assert list(verdict["loss"]["formers"]) == [museum.champion]
    assert verdict["kind"] in ("better", "equal", "cannot tell", "worse")
    assert third.report is not None
    assert "## Against former champions, on the same facts" in third.report.read_text()

    shutil.rmtree(own_home / "models" / museum.champion)
    load(database, write_folder(tmp_path / "museum", 150))
    fourth = retrain(config=CONFIG)
    assert any(
        reason.startswith(f"{museum.champion}, a former champion, was not compared") for reason in fourth.reasons
    )
    assert any("which tells little of today's" in reason for reason in fourth.reasons)


def test_rolling_back_restores_the_predictions_exactly(database: Database, museum: Retraining) -> None:
    before = links(database)
    done = retrain(config={**UNTRAINED, "gate": {"margin": 1, "relation_margin": 1}})
    assert done.outcome == "promoted"
    assert links(database) != before
    change = model_changes.roll_back()
    assert (change.champion, change.former) == (museum.champion, done.champion)
    assert champion(database) == museum.champion
    assert links(database) == before
    model_changes.promote(version=done.champion)
    assert champion(database) == done.champion
    assert links(database) != before


def test_what_fails_between_links_and_alias_leaves_yesterday_in_force(
    database: Database, museum: Retraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = links(database)
    seen: list[set[str]] = []

    def power_cut(*_: object) -> None:
        seen.append({link[-1] for link in links(database)})
        raise KeyboardInterrupt

    monkeypatch.setattr(flows.retraining.flow, "promote", power_cut)
    with pytest.raises(KeyboardInterrupt):
        retrain(config={**UNTRAINED, "gate": {"margin": 1, "relation_margin": 1}})
    assert seen != [{museum.champion}]  # the challenger's links were there already
    assert champion(database) == museum.champion
    assert links(database) == before


KILLED = """
import json, os, signal, sys
import flows.retraining.flow
flows.retraining.flow.promote = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
flows.retraining.flow.retrain(config=json.loads(sys.argv[1]))
"""


def test_after_a_kill_the_next_night_restores_yesterday_and_goes_on(database: Database, museum: Retraining) -> None:
    before = links(database)
    config = {**UNTRAINED, "gate": {"margin": 1, "relation_margin": 1}}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps(config)], check=False, capture_output=True, text=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert champion(database) == museum.champion
    assert links(database) != before

    with get_client(sync_client=True) as client:
        # Prefect itself learns of the death and frees the place, but only after minutes.
        client.delete_global_concurrency_limit_by_name(RETRAINING)
        for run in client.read_flow_runs():
            if run.state_type is StateType.RUNNING:
                client.set_flow_run_state(run.id, Crashed(), force=True)
    quiet = retrain(config=CONFIG)
    assert quiet.outcome == "unchanged"
    assert links(database) == before

    done = retrain(config=config)
    assert (done.outcome, champion(database)) == ("promoted", done.champion)
    assert {link[-1] for link in links(database)} == {done.champion}


@pytest.mark.parametrize("step", ["ingest", "encode", "make_plan", "train", "evaluate", "judge", "predict", "promote"])
def test_a_night_that_fails_at_any_step_changes_nothing_that_is_served_and_says_so(
    step: str,
    database: Database,
    museum: Retraining,
    tmp_path: Path,
    bell: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = links(database)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"out of memory at {step}")

    monkeypatch.setattr(flows.retraining.flow, step, fail)
    folder = str(tmp_path / "museum") if step in ("ingest", "encode") else None
    with pytest.raises(RuntimeError, match=f"out of memory at {step}"):
        retrain(folder=folder, source=folder and "museum", config=CONFIG, cold=True)
    assert (champion(database), links(database)) == (museum.champion, before)
    assert [message["event"] for message in bell] == ["retraining failed"]
    assert f"out of memory at {step}" in bell[0]["text"]


@pytest.mark.parametrize("step", ["deliver", "tidy"])
def test_a_night_whose_report_fails_says_who_is_champion(
    step: str,
    database: Database,
    museum: Retraining,
    tmp_path: Path,
    bell: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"out of disk at {step}")

    where = flows.retraining.flow.retrain_report if step == "deliver" else flows.retraining.flow
    monkeypatch.setattr(where, step, fail)
    load(database, write_folder(tmp_path / "museum", 132))
    with pytest.raises(PipelineError, match=r"is the new champion, .* but what followed failed: out of disk at"):
        retrain(config=CONFIG)
    assert champion(database) != museum.champion
    assert champion(database) in bell[-1]["text"]


def test_damaged_input_fails_before_anything_is_trained(
    database: Database, museum: Retraining, tmp_path: Path, bell: list[dict[str, Any]]
) -> None:
    before = links(database)
    damaged = write_folder(tmp_path / "damaged", 40)
    with (damaged / "triples.csv").open("a") as file:
        file.write("w001,hasStyle\n")
    with pytest.raises(InputError, match=r"triples\.csv"):
        retrain(folder=str(damaged), source="museum", config=CONFIG)
    assert len(registry.models(database)) == 1
    assert (champion(database), links(database)) == (museum.champion, before)
    assert [message["event"] for message in bell] == ["retraining failed"]
    assert "triples.csv" in bell[0]["text"]


def test_of_two_retrainings_at_once_one_is_refused_clearly(own_home: Path, tmp_path: Path, monkeypatch) -> None:
    here = Settings()
    with retraining_lock(here):
        with (
            pytest.raises(BusyError, match=rf"another retraining is at work in {own_home}, process {os.getpid()}"),
            retraining_lock(here),
        ):
            pass
        monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "another machine"))
        with pytest.raises(BusyError, match="on another machine"), retraining_lock(Settings(), wait=1):
            pass
    with retraining_lock(here):
        pass
