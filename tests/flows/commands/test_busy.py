"""What is refused while a retraining is at work: its graph and files are not taken away under its hands."""

from pathlib import Path

import pytest

from flows.runtime.locks import home_lock
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.schema import setup_schema
from graph.server.backup import backup
from tests.flows.typed import vlkge
from tests.graph.guests import dump, run

pytestmark = pytest.mark.bare


def test_what_would_take_the_graph_away_from_a_retraining_is_refused(
    database: Database, own_home: Path, tmp_path: Path
) -> None:
    setup_schema(database)
    run(database, "CREATE (:Entity:Vlkge:Work {id: 'w', primary_label: 'Work', sources: ['museum']})")
    (own_home / "models" / "m").mkdir(parents=True)
    (own_home / "models" / "m" / "config.json").write_text("{}")
    backup(own_home, tmp_path / "saved", server=None)
    before = dump(database)
    restore = ("restore", "--files-only", "--force", str(tmp_path / "saved"))
    with home_lock(Settings()):
        for command in (("reset", "--yes"), ("unadopt", "--yes"), ("models", "prune", "--yes"), restore):
            done = vlkge(*command)
            assert (done.returncode, "another retraining is at work" in done.stderr) == (1, True), command
        assert vlkge("reset", "--dry-run").returncode == 0
    assert dump(database) == before
    assert vlkge("reset", "--yes").returncode == 0
    assert vlkge(*restore).returncode == 0
    assert not dump(database)["nodes"]
