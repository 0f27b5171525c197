"""A run whose process was killed does not stay "Running"."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun, StateType

from flows.runtime.crash_detection import NAME, detect_crashes
from flows.runtime.prefect_server import HEARTBEATS

SLEEPER = """
import time
from prefect import flow

@flow(name="run", flow_run_name="killed-in-its-sleep")
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
def test_a_killed_run_is_marked_as_crashed() -> None:
    """Even one that may have had no time for its first heartbeat."""
    environment = os.environ | HEARTBEATS
    deadline = time.monotonic() + 600
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, env=environment) as run:
        assert run.stdout is not None
        assert run.stdout.readline()
        run.kill()
    while sleeper().state_type is StateType.RUNNING and time.monotonic() < deadline:
        time.sleep(0.5)
    assert sleeper().state_type is StateType.CRASHED


def sleeper() -> FlowRun:
    with get_client(sync_client=True) as client:
        return next(run for run in client.read_flow_runs() if run.name == "killed-in-its-sleep")
