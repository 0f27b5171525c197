"""Prefect is killed in the middle of a retraining and started again: that night ends well, and so does the next."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database
from graph.predicted import registry
from tests.flows.retraining.test_flow import load, write_folder

SETTINGS = ["pause=5", "train.dimension=8", "train.epochs=12", 'train.modalities=["structural"]']


def test_a_night_survives_its_prefect_and_the_next_one_runs(
    database: Database, server: Address, prefect_server: PrefectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    load(database, write_folder(tmp_path / "museum", 60))
    command = [sys.executable, "-m", "flows.cli", "retrain", *(part for s in SETTINGS for part in ("--set", s))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as night:
        assert night.stderr is not None
        told = []
        for line in night.stderr:
            told.append(line)
            if line.startswith("· train"):
                prefect_server.process.find().kill()
                time.sleep(3)
                prefect_server.start()
        assert night.wait(300) == 0, "".join(told)
    assert registry.champion(database) is not None
    again = subprocess.run([*command, "--cold"], capture_output=True, text=True, timeout=300)
    assert again.returncode == 0, again.stderr
