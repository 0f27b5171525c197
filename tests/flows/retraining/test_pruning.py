"""Which folders of models are deleted where several graphs share one home."""

import os
import time
from pathlib import Path

import pytest

from flows.retraining import model_changes
from flows.runtime.checkpoints import note_graph
from graph.connection import Database
from graph.predicted.registry import register_model
from graph.schema import setup_schema

pytestmark = pytest.mark.bare


def make_old(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        week_ago = time.time() - 7 * 24 * 60 * 60
        os.utime(folder, (week_ago, week_ago))


def test_models_of_another_graph_in_the_same_home_stay(database: Database, own_home: Path) -> None:
    setup_schema(database)
    register_model(database, "champion", "distmult", {}, {}, "f00d", {})
    ours, former, theirs, unknown, both = (
        own_home / "models" / name for name in ("champion", "former", "theirs", "unknown", "both")
    )
    make_old(ours, former, theirs, unknown, both)
    note_graph(database, [former, both, former])
    assert len((former / "graphs.txt").read_text().splitlines()) == 1
    (theirs / "graphs.txt").write_text("ANOTHER\n")
    with (both / "graphs.txt").open("a") as file:
        file.write("ANOTHER\n")
    make_old(ours, former, theirs, unknown, both)

    looked = model_changes.prune(dry_run=True)
    assert (looked.models, looked.folders, looked.elsewhere) == ([], ["former", "unknown"], ["both", "theirs"])
    assert not (ours / "graphs.txt").exists()
    assert model_changes.prune().elsewhere == ["both", "theirs"]
    assert {folder.name for folder in (own_home / "models").iterdir()} == {"champion", "both", "theirs"}
    assert (ours / "graphs.txt").is_file()
