"""The log of the flows: every line a JSON object that names its run."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prefect import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.sorting import LogSort
from prefect.logging.handlers import APILogHandler

from base.errors import InputError
from flows.ingest import ingest
from flows.runtime import json_lines
from flows.runtime.logs import summary, words
from graph.connection import Address
from graph.loading.entity_pictures import BrokenPicture, PictureCounts
from graph.loading.ingest import IngestResult
from graph.loading.plan import Counts
from tests.flows.typed import vlkge

SERVER = (Path(__file__).parents[3] / "docs" / "server.md").read_text("utf-8")
JQ = re.findall(r"^    (?:docker .*\| )?(jq .*)$", SERVER, re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, server: Address, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "art"
    folder.mkdir()
    (folder / "entities.csv").write_text("id,label,name\nQ1,Artwork,Sunflowers\nQ2,Artist,Van Gogh\n")
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,createdBy,Q2\n")
    return folder


def lines(home: Path) -> list[dict[str, object]]:
    (file,) = (home / "logs").iterdir()
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_run_leaves_a_line_with_its_id_and_what_it_counted(folder: Path) -> None:
    ingest(folder=str(folder), source="art")
    written = lines(folder.parent / "home")
    begin, end = [line for line in written if line.get("step") in ("begin", "end")]
    assert begin["run_id"] == end["run_id"]
    assert {line["run_id"] for line in written} == {begin["run_id"]}
    assert (end["flow"], end["level"], end["message"]) == ("ingest", "info", "ingest completed")
    assert end["result"]["entities"]["added"] == 2  # type: ignore[index]
    assert {line.get("task") for line in written} >= {"write_entities", "write_facts"}


@pytest.mark.usefixtures("prefect_server", "database")
def test_the_page_of_the_run_says_what_it_counted(folder: Path) -> None:
    state = ingest(folder=str(folder), source="art", return_state=True)
    APILogHandler().flush()
    (at_work,) = {state.state_details.flow_run_id}
    wanted = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[at_work]))
    for _ in range(50):  # the server stores what it was sent a moment later
        with get_client(sync_client=True) as client:
            told = [log.message for log in client.read_logs(wanted, sort=LogSort.TIMESTAMP_ASC)]
        if any(line.startswith("source art") for line in told):
            break
        time.sleep(0.2)
    (figures,) = [line for line in told if line.startswith("source art")]
    assert "entities (added 2, changed 0, unchanged 0, removed 0, before 0), facts (added 1" in figures


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_failure_leaves_its_reason(folder: Path) -> None:
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,createdBy,Q3\n")
    with pytest.raises(InputError):
        ingest(folder=str(folder), source="art")
    (end,) = [line for line in lines(folder.parent / "home") if line.get("step") == "end"]
    assert (end["step"], end["level"]) == ("end", "error")
    assert "the tail is not in entities.csv" in str(end["message"])


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.usefixtures("prefect_server", "database")
def test_the_lines_of_the_documentation_find_the_ends_and_the_errors(folder: Path) -> None:
    ingest(folder=str(folder), source="art")
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,createdBy,Q3\n")
    with pytest.raises(InputError):
        ingest(folder=str(folder), source="art")
    (file,) = (folder.parent / "home" / "logs").iterdir()
    assert len(JQ) == 3
    found = []
    for line in JQ:
        _, *arguments = shlex.split(line)
        arguments = [argument for argument in arguments if not argument.endswith(".jsonl")]
        done = subprocess.run(["jq", "--compact-output", *arguments, file], capture_output=True, text=True, check=True)
        found.append(done.stdout.splitlines())
    assert json.loads(found[0][0])[1:3] == ["ingest", "ingest completed"]
    assert len(found[0]) == len(found[2]) == 2
    assert any(re.search(r" ingest: ingest failed: .*the tail is not in entities.csv", row) for row in found[1])


@pytest.mark.usefixtures("prefect_server", "database")
def test_where_json_is_asked_for_there_is_nothing_else(folder: Path) -> None:
    done = vlkge("ingest", str(folder), "--source", "art", VLKGE_LOG="-")
    assert done.returncode == 0
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["message"] for line in told if line.get("step") == "end"] == ["ingest completed"]
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,createdBy,Q3\n")
    wrong = vlkge("ingest", str(folder), "--source", "art", VLKGE_LOG="-")
    told = [json.loads(line) for line in wrong.stderr.splitlines()]
    assert wrong.returncode == 2
    assert "the tail is not in entities.csv" in told[-1]["message"]


CHATTY = """
import signal, sys, time
print("a banner"); print(); print('{"at": "today", "message": "already one"}')
print("Traceback (most recent call last):", file=sys.stderr, flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("ready", flush=True)
time.sleep(600)
"""


def test_whatever_a_server_prints_becomes_such_lines_and_it_ends_when_it_is_asked_to() -> None:
    command = [sys.executable, "-m", "flows.runtime.json_lines", sys.executable, "-c", CHATTY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        told = []
        while not told or told[-1]["message"] != "ready":
            told.append(json.loads(server.stdout.readline()))
        server.send_signal(signal.SIGTERM)
        told += [json.loads(line) for line in server.stdout]
        assert (server.wait(60), server.stderr.read()) == (3, "")
    assert {line["message"] for line in told} == {
        "a banner", "already one", "Traceback (most recent call last):", "ready",
    }  # fmt: skip
    assert {"at": "today", "message": "already one"} in told


def test_lines_of_both_outputs_never_run_together() -> None:
    both = "import sys\nfor n in range(5000): print(n); print(n, file=sys.stderr, flush=True); sys.stdout.flush()"
    done = subprocess.run(
        [sys.executable, "-m", "flows.runtime.json_lines", sys.executable, "-c", both],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = [int(json.loads(line)["message"]) for line in done.stdout.splitlines()]
    assert sorted(told) == sorted([*range(5000)] * 2)


def test_a_line_in_pieces_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    stream = json_lines.JsonStream(sys.stdout)
    for piece in ("one ", "line\n\n", "3\nthe ", "last"):
        stream.write(piece)
    stream.close()
    told = [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["one line", "3", "the last"]


def test_lists_in_a_result_become_their_length() -> None:
    none = Counts(added=0, changed=0, unchanged=0, removed=0, before=0)
    broken = [BrokenPicture(id=str(n), image="x.png", reason="gone") for n in range(1000)]
    pictures = PictureCounts(stored=0, changed=0, broken=broken)
    result = IngestResult(
        source="art", dry_run=False, pruned=False, entities=none, facts=none, splits={}, held_out={},
        repeated_facts=0, pictures=pictures,
    )  # fmt: skip
    assert summary(result)["pictures"] == {"stored": 0, "changed": 0, "broken": 1000, "kept": 0, "not_fetched": 0}  # type: ignore[index]


def test_figures_are_told_in_a_line() -> None:
    result = {"model": "art-3", "links": 1204, "heads": None, "thresholds": 0.91234, "answers": {"hasStyle": 12}}
    assert words(result) == "model art-3, links 1,204, thresholds 0.912, answers (hasStyle 12)"
    assert words([{"links": 1}, {"links": 2}]) == "links 1; links 2"
