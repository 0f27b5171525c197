"""A run whose process was killed does not stay "Running"."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events.schemas.events import ResourceSpecification

from flows.runtime.crash_detection import NAME, OURS, _automation, detect_crashes
from flows.runtime.prefect_server import HEARTBEATS

SLEEPER = """
import time
from prefect import flow
from flows.runtime.logs import LOGGED

@flow(name="run", flow_run_name="{name}", **{hooks})
def sleep():
    print("asleep", flush=True)
    time.sleep(600)

sleep()
"""
SILENCE = 10


@pytest.fixture
def watched(prefect_server) -> Iterator[None]:  # noqa: ARG001
    # A command of another test may have made it, with the silence of minutes that users have.
    forget()
    detect_crashes(silence=SILENCE)
    detect_crashes(silence=SILENCE)  # made once
    yield
    assert forget() == 1


def forget() -> int:
    with get_client(sync_client=True) as client:
        made = client.read_automations_by_name(NAME)
        for automation in made:
            client.delete_automation(automation.id)
    return len(made)


@pytest.mark.usefixtures("watched")
def test_a_killed_run_is_marked_as_crashed_and_no_run_of_others(tmp_path: Path) -> None:
    """Even one that may have had no time for its first heartbeat; flows of others may be called as ours are."""
    environment = os.environ | HEARTBEATS | {"VLKGE_HOME": str(tmp_path)}
    deadline = time.monotonic() + 600
    for name, hooks in (("of-others", "{}"), ("killed-in-its-sleep", "LOGGED")):
        script = SLEEPER.format(name=name, hooks=hooks)
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as run:
            assert run.stdout is not None
            assert run.stdout.readline()
            run.kill()
    while sleeper("killed-in-its-sleep").state_type is StateType.RUNNING and time.monotonic() < deadline:
        time.sleep(0.5)
    assert sleeper("killed-in-its-sleep").state_type is StateType.CRASHED
    assert sleeper("of-others").state_type is StateType.RUNNING, "it has been silent for longer"


@pytest.mark.usefixtures("prefect_server")
def test_the_automation_of_an_earlier_version_is_brought_to_this_one() -> None:
    forget()
    former = _automation(SILENCE)
    former.trigger.match_related = ResourceSpecification(
        {"prefect.resource.role": "flow", "prefect.resource.name": ["run", "train"]}
    )
    with get_client(sync_client=True) as client:
        client.create_automation(former)
        detect_crashes()
        (made,) = client.read_automations_by_name(NAME)
    assert made.trigger.match_related == OURS
    assert forget() == 1


def sleeper(name: str) -> FlowRun:
    with get_client(sync_client=True) as client:
        return next(run for run in client.read_flow_runs() if run.name == name)
