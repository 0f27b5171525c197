"""Schedules: what is deployed, what is counted, and one that fires for real."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from prefect import get_client

from base.errors import InputError, PipelineError
from flows.retraining.config import check
from flows.retraining.schedules import Trigger, deploy_to, retrain_when_enough, schedule
from flows.runtime.locks import GPU
from flows.runtime.prefect_server import HEARTBEATS
from graph.connection import Database
from graph.loading import ingest
from graph.loading.files import read_source
from graph.predicted import registry
from graph.schema import setup_schema
from graph.splits import Shares

TRAIN = {"dimension": 8, "epochs": 1, "modalities": ["structural"]}


def load(database: Database, folder: Path, works: int) -> None:
    """So many works of two artists."""
    folder.mkdir(exist_ok=True)
    entities = [(f"w{i}", "Artwork", f"Landscape {i}") for i in range(works)] + [(a, "Artist", a) for a in "KM"]
    facts = [
        (f"w{i}", "isCreatedByArtist", "KM"[i % 2], ("train", "train", "val", "test")[i % 4]) for i in range(works)
    ]
    pd.DataFrame(entities, columns=["id", "label", "name"]).to_csv(folder / "entities.csv", index=False)
    pd.DataFrame(facts, columns=["head", "relation", "tail", "split"]).to_csv(folder / "triples.csv", index=False)
    setup_schema(database)
    plan = ingest.plan(database, read_source(folder, name="museum"), shares=Shares(), hold_out=None)
    ingest.write_entities(database, plan)
    ingest.write_facts(database, plan)


def test_a_schedule_fires_for_real(database: Database, own_home: Path, tmp_path: Path) -> None:
    load(database, tmp_path / "museum", 40)
    settings = [
        part for name, value in {"epochs": 1, "dimension": 8}.items() for part in ("--set", f"train.{name}={value}")
    ]
    command = [sys.executable, "-m", "flows.cli", "serve", "--interval", "5", *settings]
    environment = {**os.environ, "PREFECT_RUNNER_POLL_FREQUENCY": "1"}  # seconds between looks for what is due, not 10
    log = tmp_path / "serve.log"
    with log.open("w") as output:
        serving = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
            # What a shell runs in the background ignores Ctrl-C, and so would whatever it starts.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        try:
            deadline = time.monotonic() + 900
            while time.monotonic() < deadline and serving.poll() is None and not has_reported(own_home):
                time.sleep(0.5)
        finally:
            serving.send_signal(signal.SIGINT)  # whatever is under way ends with it, so the report is waited for
            try:
                serving.wait(400)
            except subprocess.TimeoutExpired:
                os.killpg(serving.pid, signal.SIGKILL)  # else it would go on retraining beside the other tests
                raise
    assert has_reported(own_home), log.read_text()
    newest = registry.newest_run(database)
    assert newest is not None
    assert newest.state == "complete"
    champion = registry.champion(database)
    assert champion.verdict is not None
    assert champion.verdict["predicted"] == newest.id
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("retrain/schedule")
    assert deployment.paused  # it ends with the process that serves it


def has_reported(home: Path) -> bool:
    return any((home / "models").glob("*/retraining.md"))


def test_enough_new_facts_lead_to_a_retraining(database: Database, own_home: Path, tmp_path: Path) -> None:
    del own_home
    load(database, tmp_path / "museum", 40)
    parameters = {"config": {"train": TRAIN, "gate": {"margin": 1, "relation_margin": 1, "calibration_error": 1}}}
    first = retrain_when_enough(facts=10, decisions=None, retraining=parameters)
    assert first.retraining is not None
    assert first.retraining.outcome == "first"

    load(database, tmp_path / "museum", 45)
    few = retrain_when_enough(facts=10, decisions=None, retraining=parameters)
    assert (few.facts, few.decisions, few.retraining) == (5, 0, None)
    load(database, tmp_path / "museum", 52)
    many = retrain_when_enough(facts=10, decisions=None, retraining=parameters)
    assert many.facts == 12
    assert many.retraining is not None
    assert many.retraining.trained is not None


def test_who_cannot_count_what_is_new_tells_so(database: Database, own_home: Path, bell: list[dict[str, Any]]) -> None:
    del own_home
    with database.session() as session:
        session.run("MATCH (s:Schema:Vlkge {of: 'vlkge'}) SET s.version = 9999").consume()
    with pytest.raises(PipelineError, match="9999"):
        retrain_when_enough(facts=10, decisions=None, retraining={})
    assert [message["event"] for message in bell] == ["counting failed"]
    assert "9999" in bell[0]["text"]


def test_workers_of_a_pool_get_the_schedule_in_its_time_zone_and_the_limits(own_home: Path) -> None:
    del own_home
    times = schedule("0 2 * * *", None, "Europe/Amsterdam")
    deploy_to("museum-pool", 2, {"config": {}}, times, Trigger(every=60, facts=100, decisions=None))
    with get_client(sync_client=True) as client:
        assert client.read_work_pool("museum-pool").type == "process"
        nightly = client.read_deployment_by_name("retrain/schedule")
        watching = client.read_deployment_by_name("retrain-when-enough/watch")
        assert client.read_global_concurrency_limit_by_name(GPU).limit == 2
        assert client.read_global_concurrency_limit_by_name("vlkge-retrain").limit == 1
    assert nightly.job_variables["env"] == watching.job_variables["env"] == HEARTBEATS
    (when,) = nightly.schedules
    assert (when.schedule.cron, when.schedule.timezone) == ("0 2 * * *", "Europe/Amsterdam")
    (when,) = watching.schedules
    assert when.schedule.interval == timedelta(seconds=60)
    assert nightly.entrypoint == "flows.retraining.flow.retrain"
    assert watching.parameters["facts"] == 100


@pytest.mark.parametrize(
    ("cron", "interval", "timezone"),
    [
        (None, None, "UTC"),
        ("0 2 * * *", 60, "UTC"),
        ("every night", None, "UTC"),
        ("@reboot", None, "UTC"),
        ("60 2 * * *", None, "UTC"),
        (None, 60, "Mars/Base"),
        ("0 2 * * *", None, ""),
        ("0 2 * * *", None, "../UTC"),
        ("0 2 * * 5L", None, "UTC"),
        ("*/0 * * * *", None, "UTC"),
        (None, float("inf"), "UTC"),
        (None, float("nan"), "UTC"),
        (None, -1, "UTC"),
        (None, 0.001, "UTC"),
        (None, 1e12, "UTC"),
    ],
)
def test_what_is_no_schedule_is_refused(cron: str | None, interval: float | None, timezone: str) -> None:
    with pytest.raises(PipelineError):
        schedule(cron, interval, timezone)


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("0 0 2 * * *", "has 6 fields; it must have five"),
        ("* * * * * *", "has 6 fields; it must have five"),
        ("0 2 30 2 *", "never comes due"),
        ("0 0 31 2 *", "never comes due"),
        ("0 2 31 4,6,9,11 *", "never comes due"),
        ("0 2 * * * * *", "this is no schedule|has 7 fields"),
        ("0 2 * *", "has 4 fields"),
    ],
)
def test_a_cron_line_of_other_fields_or_that_never_comes_due_is_refused(cron: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        schedule(cron, None, "UTC")


@pytest.mark.parametrize("cron", ["0 2 * * *", "0 2 29 2 *", "*/5 1-3 * * 1-5", "@daily", "@yearly", "0 2 L * *"])
def test_a_cron_line_that_comes_due_is_taken(cron: str) -> None:
    assert schedule(cron, None, "Europe/Amsterdam").cron == cron


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"gate": {"margn": 0.1}}, "there is no hyperparameter 'gate.margn'; allowed are cold_every, "),
        ({"train": {"scorer": "transx"}}, "train.scorer is 'transx'"),
        ({"warm": {"epoch": 3}}, "epoch"),
        ({"cold_every": 0}, "cold_every is 0: it must be above 0"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_starts(chosen: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check(chosen)
