"""One real Neo4j for the whole run, and one Prefect server; `database` is the former, emptied before each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database, connect
from graph.server.neo4j_server import Server


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
def database(connection: Database) -> Database:
    """The session's database, without nodes, relationships, constraints or indexes."""
    with connection.session() as session:
        for row in session.run("SHOW CONSTRAINTS YIELD name").data():
            session.run(f"DROP CONSTRAINT `{row['name']}`").consume()
        for row in session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").data():
            session.run(f"DROP INDEX `{row['name']}`").consume()
        # After the indexes, which each deletion would have to keep up to date.
        for pattern in ("()-[n]->()", "(n)"):
            statement = f"MATCH {pattern} WITH n LIMIT 20000 DELETE n"
            while session.run(statement).consume().counters.contains_updates:
                pass
    return connection


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
