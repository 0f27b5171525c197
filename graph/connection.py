"""One open connection to one Neo4j database; statements are named files of `cypher/`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j

import cypher

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True)
class Address:
    """Where a server is and who we are there."""

    uri: str
    username: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"


class Database:
    """Runs the statements of `cypher/` by name, each call in its own retried transaction."""

    def __init__(self, driver: neo4j.Driver, name: str) -> None:
        self.driver = driver
        self.name = name

    def read(self, statement: str, **parameters: object) -> list[Row]:
        """All rows of a reading statement, e.g. ``read("query/strongest_links", limit=5)``."""
        return self._run(statement, parameters, neo4j.RoutingControl.READ)

    def write(self, statement: str, **parameters: object) -> list[Row]:
        """All rows of a writing statement, run in one transaction."""
        return self._run(statement, parameters, neo4j.RoutingControl.WRITE)

    def _run(
        self, statement: str, parameters: dict[str, object], routing: neo4j.RoutingControl
    ) -> list[dict[str, object]]:
        loaded = cypher.load(statement)
        records, _, _ = self.driver.execute_query(
            loaded.text, loaded.bind(**parameters), database_=self.name, routing_=routing
        )
        return [record.data() for record in records]

    def session(self) -> neo4j.Session:
        """A driver session, for several statements in one transaction or for CALL … IN TRANSACTIONS."""
        return self.driver.session(database=self.name)

    def close(self) -> None:
        self.driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(address: Address) -> Database:
    """An open, verified connection."""
    driver = neo4j.GraphDatabase.driver(address.uri, auth=(address.username, address.password))
    driver.verify_connectivity()
    return Database(driver, address.database)


def batches(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive slices of at most `size` rows."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
