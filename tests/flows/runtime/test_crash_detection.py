"""A run whose process was killed does not stay "Running"."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from prefect import get_client
from prefect.client.schemas.objects import StateType

from flows.runtime.crash_detection import NAME, detect_crashes

SLEEPER = """
import time
from prefect import flow

@flow(name="run", flow_run_name="killed-in-its-sleep")
def sleep():
    print("asleep", flush=True)
    time.sleep(600)

sleep()
"""


@pytest.fixture
def watched(prefect_server) -> Iterator[None]:  # noqa: ARG001
    detect_crashes(silence=35)
    detect_crashes(silence=35)  # made once
    yield
    with get_client(sync_client=True) as client:
        (made,) = client.read_automations_by_name(NAME)
        client.delete_automation(made.id)


@pytest.mark.usefixtures("watched")
def test_a_killed_run_is_marked_as_crashed() -> None:
    environment = os.environ | {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, env=environment) as run:
        assert run.stdout is not None
        assert run.stdout.readline()
        time.sleep(3)  # its first heartbeat is sent by a thread of its own
        run.kill()
    deadline = time.monotonic() + 300
    while (state := state_of("killed-in-its-sleep")) is StateType.RUNNING and time.monotonic() < deadline:
        time.sleep(1)
    assert state is StateType.CRASHED


def state_of(name: str) -> StateType | None:
    with get_client(sync_client=True) as client:
        return next(run.state_type for run in client.read_flow_runs() if run.name == name)
