"""The database that a benchmark may empty: one that NEO4J_URI names if it is empty, else a bundled one of its own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from base.errors import InputError
from graph.connection import Address, Database, connect
from graph.server.neo4j_server import Server


@contextmanager
def scratch_database() -> Iterator[Database]:
    """A database without entities, emptied again at the end.

    Raises InputError where the one that NEO4J_URI names holds anything: a benchmark never touches a user's graph.
    """
    uri = os.environ.get("NEO4J_URI")
    if uri is None:
        with tempfile.TemporaryDirectory(prefix="vlkge-benchmark-") as home:
            server = Server(Path(home))
            try:
                with connect(server.start()) as database:
                    yield database
            finally:
                server.stop()
        return
    address = Address(
        uri,
        os.environ.get("NEO4J_USERNAME", "neo4j"),
        os.environ.get("NEO4J_PASSWORD", ""),
        os.environ.get("NEO4J_DATABASE", "neo4j"),
    )
    with connect(address) as database:
        with database.session() as session:
            held = session.run("MATCH (n) RETURN count(n) AS held").single(strict=True)["held"]
        if held:
            raise InputError(f"{uri} holds {held:,} nodes; a benchmark needs an empty one; unset NEO4J_URI")
        try:
            yield database
        finally:
            empty(database)


def empty(database: Database) -> None:
    """Delete all nodes and relationships; constraints and indexes stay."""
    with database.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
