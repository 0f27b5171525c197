"""A retraining is cancelled in Prefect: it stops within seconds, and yesterday's state is in force."""

import signal
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from prefect import get_client
from prefect.client.schemas.objects import StateType
from prefect.runtime import flow_run
from prefect.states import Cancelling

import flows.retraining.flow
from flows.retraining.flow import Retraining, retrain
from graph.connection import Database
from tests.flows.museum import CONFIG
from tests.flows.retraining.test_flow import UNTRAINED, champion, links

WORSE_PASSES = {**UNTRAINED, "gate": {"margin": 1, "relation_margin": 1}}
ENDLESS = {**CONFIG, "train": {**CONFIG["train"], "epochs": 1_000_000}}
# What it takes on a busy machine; the work itself would take hours.
SECONDS = 90


@pytest.fixture
def press() -> Callable[[], tuple[UUID, float]]:
    """The button of Prefect's page, for the run that is at work; its id, and when it was pressed."""

    def cancel() -> tuple[UUID, float]:
        run = UUID(str(flow_run.id))
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(run, Cancelling())
        return run, time.monotonic()

    return cancel


def check(database: Database, night: Retraining, before: list[tuple[object, ...]], pressed: tuple[UUID, float]) -> None:
    run, at = pressed
    assert time.monotonic() - at < SECONDS
    assert (champion(database), links(database)) == (night.champion, before)
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run).state
        assert state is not None
        assert (state.type, state.message) == (
            StateType.CANCELLED,
            "cancelled in Prefect; what was in force stays in force",
        )


def test_in_training(
    database: Database, museum: Retraining, press: Callable[[], tuple[UUID, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a shell started it in the background, and so lets it ignore Ctrl-C."""
    before = links(database)
    pressed: list[tuple[UUID, float]] = []

    def tell(message: str) -> None:
        if message == "· train":
            pressed.append(press())

    monkeypatch.setattr(flows.retraining.flow, "echo", tell)
    ours = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt):
            retrain(config=ENDLESS)
    finally:
        signal.signal(signal.SIGINT, ours)
    check(database, museum, before, *pressed)


def test_between_links_and_alias(
    database: Database, museum: Retraining, press: Callable[[], tuple[UUID, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = links(database)
    pressed: list[tuple[UUID, float]] = []

    def wait(*_: object) -> None:
        assert links(database) != before  # the challenger's are there already
        pressed.append(press())
        time.sleep(10 * SECONDS)

    monkeypatch.setattr(flows.retraining.flow, "promote", wait)
    with pytest.raises(KeyboardInterrupt):
        retrain(config=WORSE_PASSES)
    check(database, museum, before, *pressed)
