"""One real Neo4j for the whole run; `database` is it, emptied before each test."""

import os
from collections.abc import Iterator

import pytest

from graph.connection import Address, Database, connect


@pytest.fixture(scope="session")
def server() -> Address:
    """Scratch server named by the environment, until the bundled one is there."""
    return Address(os.environ["NEO4J_URI"], "neo4j", os.environ.get("NEO4J_PASSWORD", ""))


@pytest.fixture(scope="session")
def connection(server: Address) -> Iterator[Database]:
    with connect(server) as database:
        yield database


@pytest.fixture
def database(connection: Database) -> Database:
    """The session's database, without nodes, relationships, constraints or indexes."""
    with connection.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
        for row in session.run("SHOW CONSTRAINTS YIELD name").data():
            session.run(f"DROP CONSTRAINT `{row['name']}`").consume()
        for row in session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").data():
            session.run(f"DROP INDEX `{row['name']}`").consume()
    return connection
