"""Who is refused while others are at work: graph and files are not taken away under anybody's hands."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from base.errors import PipelineError
from flows.runtime.home_lock import BusyError, alone, home_lock, writing
from flows.runtime.locks import night_patience
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.schema import setup_schema
from graph.server.backup import backup
from tests.flows.museum import write_folder
from tests.flows.typed import vlkge
from tests.graph.guests import dump, run

pytestmark = pytest.mark.bare
HOLD = """
from flows.runtime.home_lock import alone, writing
from flows.runtime.settings import Settings
with {which}(Settings(), "`vlkge {command}`"):
    print("held", flush=True)
    input()
"""


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


def test_who_writes_and_who_takes_away_exclude_one_another(database: Database, own_home: Path, tmp_path: Path) -> None:
    museum = str(write_folder(tmp_path / "museum", 12))
    assert vlkge("ingest", museum).returncode == 0
    decisions = tmp_path / "decisions.csv"
    decisions.write_text("head,relation,tail,verdict,by\nw000,hasStyle,sA,accepted,ana\n")
    before = dump(database)
    takers = (
        ("reset", "--yes"),
        ("backup", "--files-only", str(tmp_path / "backup")),
    )
    writers = (("ingest", museum), ("decisions", "import", str(decisions)))
    with writing(Settings(), "`vlkge run`"), writing(Settings(), "`vlkge train`"):
        for command in takers:
            done = vlkge(*command)
            assert (done.returncode, "`vlkge run` is at work" in done.stderr) == (1, True), command
    with alone(Settings(), "`vlkge reset`"):
        for command in writers:
            done = vlkge(*command)
            assert (done.returncode, "`vlkge reset` is at work" in done.stderr) == (1, True), command
        assert vlkge("ingest", museum, "--dry-run").returncode == 0
    assert dump(database) == before
    assert not list(own_home.glob("writing-*.pid"))


@pytest.mark.parametrize(("which", "command"), [("alone", "reset"), ("writing", "train")])
def test_who_was_killed_holds_nothing_back(own_home: Path, which: str, command: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD.format(which=which, command=command)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(PipelineError, match=f"`vlkge {command}` is at work in {own_home}, process {holder.pid}"),
            alone(Settings(), "`vlkge reset`"),
        ):
            pass
        holder.kill()
    with alone(Settings(), "`vlkge reset`"):
        pass
    with writing(Settings(), "`vlkge train`"):
        pass


def test_a_night_waits_for_a_backup(own_home: Path) -> None:
    held, end = threading.Event(), threading.Event()

    def back_up() -> None:
        with alone(Settings(), "`vlkge backup`"):
            held.set()
            end.wait()

    backup = threading.Thread(target=back_up)
    backup.start()
    held.wait()
    with (
        pytest.raises(PipelineError, match=f"backup` is at work in {own_home}, .*; it was waited for 0.1 seconds"),
        home_lock(Settings(), patience=0.1),
    ):
        pass
    threading.Timer(0.3, end.set).start()
    with home_lock(Settings(), patience=600):
        assert end.is_set()
    backup.join()


def test_a_scheduled_night_waits_for_another_and_a_third_does_not(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert night_patience() == 0  # typed: it is refused at once
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a schedule's")
    assert night_patience() > 0
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__PARENT_FLOW_RUN_ID", "a count's, which comes again")
    assert night_patience() == 0
    waits, done = threading.Event(), []
    monkeypatch.setattr("flows.runtime.home_lock.echo", lambda _: waits.set())

    def second() -> None:
        with home_lock(Settings(), for_nights=600):
            done.append("second")

    waiting = threading.Thread(target=second)
    with home_lock(Settings()):
        with pytest.raises(BusyError, match=f"another retraining is at work in {own_home}"), home_lock(Settings()):
            pass
        with (
            pytest.raises(PipelineError, match=r"was waited for 0\.1 seconds") as vain,
            home_lock(Settings(), for_nights=0.1),
        ):
            pass
        assert not isinstance(vain.value, BusyError)  # nobody does that night's work, so it is told of
        waits.clear()
        waiting.start()
        assert waits.wait(60)
        with (
            pytest.raises(BusyError, match="another one waits for it already"),
            home_lock(Settings(), for_nights=600),
        ):
            pass
        assert not done
    waiting.join()
    assert done == ["second"]
