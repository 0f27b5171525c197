"""One real Neo4j for the whole run, and one Prefect server; `database` is the former, emptied before each test.

Where a run is shared by several processes (`make test`), each has servers, homes and folders of its own.

What is small and short-lived is run so that it costs little: tensors by one thread, for several wait for each other
longer than they work, and Java without its second compiler, which pays off only in the server of the whole run. Set in
the environment, both variables stay as they are.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

import psutil
import pytest

from flows.runtime.prefect_server import FIRST_PORTS as PREFECT_PORTS
from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database, connect
from graph.migrations import VERSION, schema_version
from graph.owned_indexes import definition_of, list_indexes, recorded
from graph.schema import STATEMENTS, setup_schema
from graph.server.neo4j_server import FIRST_PORTS as NEO4J_PORTS
from graph.server.neo4j_server import Server

os.environ.setdefault("OMP_NUM_THREADS", "1")
SHORT_LIVED = "-XX:TieredStopAtLevel=1"
os.environ.setdefault("JAVA_TOOL_OPTIONS", SHORT_LIVED)
# As for every command (`flows.runtime.services`): whatever test imports Prefect first, its log is not the terminal's.
os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
SCHEMA = {str(definition_of(statement)) for statement in STATEMENTS}

# What starts a server; a test that needs one of these has the marker `server`.
SERVERS = {"bundled_server", "server", "prefect_server", "imported_server", "chromium"}
# What a process of the run takes with its Neo4j, its Prefect server and the workers that a test starts.
GIGABYTES_A_PROCESS = 5
MOST_PROCESSES = 4
# More than it starts at a time; those before the first process's are for servers that a test's own processes start.
PORTS_A_PROCESS = 20


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes share the run with `-n auto`: one a core, as far as memory goes; 0 is this one alone."""
    if "VLKGE_TEST_NEO4J_URI" in os.environ:  # one database cannot be emptied for several tests at a time
        return 0
    named = int(os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS", MOST_PROCESSES))
    room = psutil.virtual_memory().total // (GIGABYTES_A_PROCESS << 30)
    processes = min(os.cpu_count() or 1, room, named)
    return processes if processes > 1 else 0


def pytest_configure(config: pytest.Config) -> None:
    """Ports of this process's own: one that a test stops and starts again finds its port as it was."""
    number = int(getattr(config, "workerinput", {}).get("workerid", "gw0").removeprefix("gw"))
    for ports in (NEO4J_PORTS, PREFECT_PORTS):
        for name in ports:
            ports[name] += PORTS_A_PROCESS * (number + 1)
    config.addinivalue_line("markers", "bare: `database` has no schema either, as a server that we have never met")
    config.addinivalue_line("markers", "processes: starts programs that take seconds to import what they use")
    config.addinivalue_line(
        "markers", "server: needs Neo4j, Prefect or Chromium; given to all that ask a fixture for it"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SERVERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("server")


@pytest.fixture(autouse=True)
def no_server_unasked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without the marker that starts a server fails: `make test-fast` would be slow."""
    if request.node.get_closest_marker("server"):
        return

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("this test starts a server: mark it with @pytest.mark.server, or ask a fixture for one")

    for kind in (Server, PrefectServer):
        monkeypatch.setattr(kind, "start", refuse)


@pytest.fixture(scope="session", autouse=True)
def nothing_left_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test started in a folder of its own and did not stop fails the run, which it would outlive."""
    yield
    here = tmp_path_factory.getbasetemp()
    running = psutil.process_iter(["cwd", "cmdline"])
    left = [one for one in running if one.info["cwd"] and Path(one.info["cwd"]).is_relative_to(here)]
    for process in left:
        process.kill()
    assert not left, f"left running: {[process.info for process in left]}"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder (VLKGE_HOME) of both servers."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def bundled_server(home: Path) -> Iterator[Server]:
    """The bundled Neo4j, running; its jars come from the user's cache."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VLKGE_NEO4J_HEAP", os.environ.get("VLKGE_NEO4J_HEAP", "768m"))
        server = Server(home)
        with pytest.MonkeyPatch.context() as starting:
            if os.environ["JAVA_TOOL_OPTIONS"] == SHORT_LIVED:
                starting.delenv("JAVA_TOOL_OPTIONS")
            server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Address:
    """The address of the bundled server, or of the one that VLKGE_TEST_NEO4J_URI names.

    The tests empty the database there.
    """
    uri = os.environ.get("VLKGE_TEST_NEO4J_URI")
    if uri is None:
        bundled: Server = request.getfixturevalue("bundled_server")
        return bundled.start()
    return Address(uri, "neo4j", os.environ.get("VLKGE_TEST_NEO4J_PASSWORD", ""))


@pytest.fixture(scope="session")
def connection(server: Address) -> Iterator[Database]:
    with connect(server) as database:
        yield database


@pytest.fixture
def database(connection: Database, request: pytest.FixtureRequest) -> Database:
    """The session's database with our schema and nothing in it; with the marker `bare` without the schema.

    A schema that is whole stays from test to test: to make it takes longer than most tests.
    """
    if request.node.get_closest_marker("bare"):
        drop_indexes(connection)
        delete_all(connection)
        return connection
    drop_indexes(connection, but=SCHEMA)
    delete_all(connection, but="n:Schema AND n:Vlkge AND n.of = 'vlkge'")
    if not is_whole(connection):
        drop_indexes(connection)
        delete_all(connection)
        setup_schema(connection)
    return connection


def is_whole(connection: Database) -> bool:
    """Whether the schema is there as the program makes it: its indexes usable, with our record of them."""
    usable = {str(index.definition) for index in list_indexes(connection) if index.state == "ONLINE"}
    return usable >= SCHEMA and recorded(connection) == SCHEMA and schema_version(connection) == VERSION


def drop_indexes(connection: Database, but: Collection[str] = ()) -> None:
    """Drop the constraints and indexes but for those of these definitions, of all others also our record."""
    with connection.session() as session:
        # With many nodes to be deleted all go, for each deletion would have to keep them up to date.
        kept = but if session.run("MATCH (n) RETURN count(n)").value()[0] < 10_000 else ()
        for index in list_indexes(connection):
            if str(index.definition) not in kept:
                kind = "CONSTRAINT" if index.constraint else "INDEX"
                session.run(f"DROP {kind} `{index.definition.name}`").consume()
        # Of that node nothing else is kept, such as the sources that it remembers.
        record = (
            "MATCH (s:Schema:Vlkge) SET s = "
            "{of: s.of, version: s.version, updated_at: s.updated_at, indexes: [i IN s.indexes WHERE i IN $kept]}"
        )
        session.run(record, kept=list(kept)).consume()


def delete_all(connection: Database, but: str = "false") -> None:
    """Delete relationships and nodes, but for the nodes of which the Cypher `but` is true."""
    with connection.session() as session:
        for pattern in ("()-[n]->()", f"(n) WHERE NOT ({but})"):
            statement = f"MATCH {pattern} WITH n LIMIT 20000 DELETE n"
            while session.run(statement).consume().counters.contains_updates:
                pass


@pytest.fixture(scope="session")
def prefect_server(home: Path) -> Iterator[PrefectServer]:
    """A running Prefect server, which flows use in this process and in those that it starts."""
    from prefect.logging.handlers import APILogHandler
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    server = PrefectServer(home)
    address = server.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PREFECT_API_URL", address)
        environment.setenv("PREFECT_HOME", str(server.home))
        with temporary_settings({PREFECT_API_URL: address, PREFECT_HOME: server.home}):
            yield server
            APILogHandler().flush()
    server.stop()
