"""Neo4j is killed in the middle of work: the bundled one is started again, another one is waited for."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cypher
from flows.runtime.prefect_server import PrefectServer
from graph.connection import connect
from graph.predicted import registry
from graph.server.neo4j_server import Server
from tests.flows import typed
from tests.flows.museum import write_folder

pytestmark = pytest.mark.server

SMALL = ("--set", "epochs=2", "--set", "dimension=8", "--set", "patience=null")
# Statements in the middle of ingest, encode and predict, each sent to a server that has just died.
MIDDLE = (
    ("ingest/merge_facts", 1),
    ("vectors/write_vectors", 1),
    ("predict/create_links", 1),
)
NIGHT = ("registry/promote_model", 1)


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A bundled server of these tests' own."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VLKGE_NEO4J_HEAP", "512m")
        server = Server(tmp_path_factory.mktemp("mortal"))
        yield server
        server.stop()


Strike = Callable[..., list[tuple[str, int]]]


@pytest.fixture
def strike(mortal: Server, monkeypatch: pytest.MonkeyPatch) -> Strike:
    """Kills the server just before statements are sent, each named with its how-maniest time; returns those struck."""

    def at(*moments: tuple[str, int], then: Callable[[], object] = lambda: None) -> list[tuple[str, int]]:
        counts: dict[str, int] = {}
        struck: list[tuple[str, int]] = []
        load = cypher.load

        def killing(name: str) -> cypher.Statement:
            counts[name] = counts.get(name, 0) + 1
            if (name, counts[name]) in moments:
                struck.append((name, counts[name]))
                process = mortal.process.find()
                assert process is not None
                process.kill()
                process.wait(30)
                then()
            return load(name)

        monkeypatch.setattr(cypher, "load", killing)
        return struck

    return at


@pytest.fixture
def ours(mortal: Server, prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001
    """The home of the bundled server that commands start."""
    for name in ("NEO4J_URI", "NEO4J_PASSWORD", "VLKGE_WEBHOOK"):
        monkeypatch.delenv(name, raising=False)
    home = mortal.folder.parent
    monkeypatch.setenv("VLKGE_HOME", str(home))
    return home


@pytest.fixture
def theirs(ours: Path, mortal: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same server as one of the user's own, which commands do not start."""
    address = mortal.start()
    monkeypatch.setenv("NEO4J_URI", address.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", address.password)
    return ours


def test_a_run_goes_on_over_a_death_in_each_of_its_phases(ours: Path, tmp_path: Path, strike: Strike) -> None:
    folder = write_folder(tmp_path / "museum", 60)
    struck = strike(*MIDDLE)
    done = typed.vlkge("run", str(folder), *SMALL, "--json", VLKGE_HOME=str(ours))
    assert done.returncode == 0, done.stderr
    assert set(struck) == set(MIDDLE)
    told = json.loads(done.stdout)
    assert told["ingested"]["facts"]["added"] == 60 + 54
    assert told["encoded"][0]["encoded"] == 66
    with connect(Server(ours).start()) as database:
        model = registry.champion(database)
        assert (model.version, "test" in model.metrics) == (told["trained"]["version"], True)
        (run,) = registry.runs(database, model.version)
        assert run.state == "complete"
        linked = database.read("registry/list_linked_relations")
    assert linked == [{"relation": "hasStyle"}]
    assert done.stderr.count("cannot be reached") == len(MIDDLE)
    assert done.stderr.count("it is started again, 300 seconds at most") == len(MIDDLE)
    assert "Traceback" not in done.stderr


def test_a_server_of_ones_own_is_waited_for_and_then_told_in_one_sentence(
    theirs: Path,
    strike: Strike,
) -> None:
    del theirs
    strike(("predict/create_links", 1), ("predict/update_links", 1))
    begun = time.monotonic()
    done = typed.vlkge("predict", VLKGE_NEO4J_WAIT="2")
    assert done.returncode == 1
    assert time.monotonic() - begun < 120
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert re.fullmatch(
        r"vlkge: Neo4j at bolt://127.0.0.1:\d+ cannot be reached \(.*\), and did not come back within 2 seconds "
        r"\(VLKGE_NEO4J_WAIT\): start it and type the same command again, which goes on where this one stopped",
        last,
    )


def test_a_night_goes_on_once_somebody_has_started_the_server(theirs: Path, mortal: Server, strike: Strike) -> None:
    del theirs
    starters: list[threading.Thread] = []

    def start_soon() -> None:
        starters.append(threading.Timer(3, mortal.start))
        starters[0].start()

    struck = strike(NIGHT, then=start_soon)
    settings = ("train.epochs=2", "train.dimension=8", "gate.margin=1", "gate.relation_margin=1")
    done = typed.vlkge("retrain", "--json", *(part for text in settings for part in ("--set", text)))
    assert done.returncode == 0, done.stderr
    starters[0].join()
    assert struck == [NIGHT]
    told = json.loads(done.stdout)
    assert told["outcome"] == "promoted"
    with connect(mortal.start()) as database:
        assert registry.champion(database).version == told["champion"]


def test_a_wait_that_is_no_number_is_named() -> None:
    done = typed.vlkge("query", "list_models", VLKGE_NEO4J_WAIT="long")
    assert done.returncode == 2
    assert "vlkge: VLKGE_NEO4J_WAIT is 'long': Input should be a valid number" in done.stderr
