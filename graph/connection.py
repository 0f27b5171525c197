"""One open connection to one Neo4j database; statements are named files of `cypher/`."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import neo4j
from neo4j.exceptions import (
    AuthError,
    ConnectionAcquisitionTimeoutError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

import cypher
from base.errors import InputError, PipelineError
from graph.outage import NOT_AWAITED, Outage, UnreachableError, waits_from_the_start

T = TypeVar("T")
Row = dict[str, Any]

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
OLDEST = (5, 26)
CONNECT_SECONDS = 10.0
# How the codes of errors end where a transaction was ended at its limit of time, the last one while it waits.
OVERDUE = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "LockClientStopped")
# So long the driver itself tries again where a server is waited for anyway.
RETRY_SECONDS = 5.0
_answered: set[str] = set()  # addresses of servers that have answered this process

# What the driver logs reaches the reader as our own errors.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Address:
    """Where a server is and who we are there."""

    uri: str
    username: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"


class LoginError(PipelineError):
    """The server does not take this user with this password."""


class Database:
    """Runs the statements of `cypher/` by name, each call in its own retried transaction.

    What the driver raises becomes a PipelineError that says what failed, where, and the way out. A server that goes
    away is waited for as `outage` says. `limit`: a change that takes longer, in seconds, is given up and undone; None:
    none.
    """

    def __init__(
        self, driver: neo4j.Driver, address: Address, outage: Outage = NOT_AWAITED, limit: float | None = None
    ) -> None:
        self.driver = driver
        self.limit = limit
        self.address = address
        self.name = address.database
        self.outage = outage

    def read(self, statement: str, **parameters: object) -> list[Row]:
        """All rows of a reading statement, e.g. ``read("query/strongest_links", limit=5)``."""
        return self._run(statement, parameters, neo4j.RoutingControl.READ)

    def write(self, statement: str, **parameters: object) -> list[Row]:
        """All rows of a writing statement, run in one transaction."""
        return self._run(statement, parameters, neo4j.RoutingControl.WRITE)

    def _run(self, statement: str, parameters: dict[str, object], routing: neo4j.RoutingControl) -> list[Row]:
        loaded = cypher.load(statement)
        bound = loaded.bind(**parameters)
        limit = self.limit if routing == neo4j.RoutingControl.WRITE else None

        def run() -> list[Row]:
            with driver_errors(self.address, statement):
                records, _, _ = self.driver.execute_query(
                    neo4j.Query(loaded.text, timeout=limit), bound, database_=self.name, routing_=routing
                )
            return [record.data() for record in records]

        return self.endure(run)

    def endure(self, work: Callable[[], T]) -> T:
        """What `work` returns; it is done again as a whole where the server went away meanwhile and came back.

        Raises GoneError where it did not come back in time.
        """
        return self.outage.endure(work, self.look_whether_it_answers)

    def look_whether_it_answers(self) -> None:
        """Raise PipelineError where the database does not answer at this moment."""
        with driver_errors(self.address):
            self.driver.verify_connectivity()
            with self.driver.session(database=self.name) as session:
                session.run(cypher.load("server/show_version").text).consume()

    def state(self) -> frozenset[str]:
        """Names the last transaction here, as a bookmark: where it is equal twice, nothing was written in between."""

        def ask() -> frozenset[str]:
            with self.session() as session:
                session.run(cypher.load("server/show_version").text).consume()
                return session.last_bookmarks().raw_values

        return self.endure(ask)

    def impatient(self) -> "Database":
        """The same connection, on which a server that goes away is not waited for: for parts of what `endure` does."""
        return Database(self.driver, self.address)

    def read_together(self, work: "Callable[[Database], T]") -> T:
        """What `work` returns, given a connection on which all that it reads is one transaction.

        It is tried again as a whole, so `work` must do nothing but read. For pages that ask many small questions: it
        takes half the messages of as many transactions. Raises PipelineError where something would be written.
        """

        def within(transaction: neo4j.ManagedTransaction) -> T:
            return work(_Reading(self, transaction))

        bookmarks = self.driver.execute_query_bookmark_manager

        def read() -> T:
            with (
                driver_errors(self.address),
                self.driver.session(database=self.name, bookmark_manager=bookmarks) as session,
            ):
                return session.execute_read(within)

        return self.endure(read)

    @contextmanager
    def session(self) -> Iterator[neo4j.Session]:
        """A driver session, for transactions that `graph.transactions` does not know; a lost server ends it."""
        with driver_errors(self.address), self.driver.session(database=self.name) as session:
            yield session

    def close(self) -> None:
        self.driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Reading(Database):
    """A connection for the time of one reading transaction."""

    def __init__(self, whole: Database, transaction: neo4j.ManagedTransaction) -> None:
        super().__init__(whole.driver, whole.address)
        self.transaction = transaction

    def _run(self, statement: str, parameters: dict[str, object], routing: neo4j.RoutingControl) -> list[Row]:
        if routing != neo4j.RoutingControl.READ:
            raise PipelineError(f"{statement} writes; what is read together cannot write")
        loaded = cypher.load(statement)
        return [record.data() for record in self.transaction.run(loaded.text, loaded.bind(**parameters))]


def connect(
    address: Address, *, patience: float = 30.0, outage: Outage = NOT_AWAITED, limit: float | None = None
) -> Database:
    """An open connection to a server that answered, let us in, has the database and is new enough.

    patience: for so many seconds a statement is tried again where the server is away or busy. `outage` says how long
    it is waited for beyond that, if it goes away; at first only one that has answered this process before is. limit:
    see Database.

    Raises InputError where the address cannot be one, LoginError for a wrong name or password, and
    PipelineError for the rest; each names the variable to set.
    """
    if address.database == "system":
        raise InputError("NEO4J_DATABASE is 'system', which holds no graphs: set it to one that does, such as neo4j")
    driver = _open_driver(address, min(patience, RETRY_SECONDS) if outage.seconds else patience)
    database = Database(driver, address, outage, limit)
    try:
        if address.uri in _answered or waits_from_the_start():
            database.endure(database.look_whether_it_answers)
        # Unlike a statement, this does not try for half a minute to reach the server.
        with driver_errors(address):
            database.driver.verify_connectivity()
        check_version(database.read("server/show_version")[0]["version"], address.uri)
        _answered.add(address.uri)
    except BaseException:
        database.close()
        raise
    return database


def replace_password(address: Address, old: str) -> None:
    """Give the user of `address` its password in place of the `old` one. Raises LoginError where that is wrong."""
    with open_system(address.uri, address.username, old) as system:
        system.write("server/set_password", old=old, new=address.password)


def open_system(uri: str, username: str, password: str) -> Database:
    """The system database of a server, which knows users and the other databases; it takes few kinds of statements."""
    address = Address(uri, username, password, database="system")
    return Database(_open_driver(address), address)


def check_version(version: str, uri: str) -> None:
    """Raise PipelineError for a server that is older than the oldest we know how to use, e.g. 5.12.0."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise PipelineError(
            f"Neo4j at {uri} is version {version}, {oldest} or later is needed: upgrade it, set NEO4J_URI to a newer "
            "one, or unset NEO4J_URI to use the bundled one"
        )


@contextmanager
def driver_errors(address: Address, statement: str = "") -> Iterator[None]:
    """Turn what the driver raises inside the block into a PipelineError, one sentence with the way out."""
    uri = address.uri
    try:
        yield
    except AuthError as error:
        raise LoginError(
            f"Neo4j at {uri} refuses the user {address.username!r} with this password: "
            "set NEO4J_USERNAME and NEO4J_PASSWORD; NEO4J_USER and NEO4J_AUTH are not read"
        ) from error
    except (ServiceUnavailable, SessionExpired) as error:
        reason = str(error).splitlines()[-1].partition(". ")[0]
        scheme, _, place = uri.partition("://")
        plain = (
            f"; if it takes no encrypted connections, to {scheme.partition('+')[0]}://{place}" if "+" in scheme else ""
        )
        raise UnreachableError(
            f"Neo4j at {uri} cannot be reached ({reason}): start it, or set NEO4J_URI to one that runs{plain}"
        ) from error
    except Neo4jError as error:
        if (error.code or "").rpartition(".")[2] in OVERDUE:
            raise UnreachableError(
                f"Neo4j at {uri} ended a change that took too long, perhaps because another one holds what it needs; "
                "nothing of it was recorded: try again in a moment"
            ) from error
        if error.is_retryable() and "OutOfMemory" not in (error.code or ""):
            raise UnreachableError(
                f"Neo4j at {uri} cannot answer yet ({error.message}): try again in a moment"
            ) from error
        if error.code == "Neo.ClientError.Database.DatabaseNotFound":
            raise PipelineError(
                f"Neo4j at {uri} has no database {address.database!r}: set NEO4J_DATABASE to one that it has"
            ) from error
        what = f" {statement}" if statement else ""
        raise PipelineError(f"Neo4j at {uri} refused{what}: {error.message} ({error.code})") from error
    except ConnectionAcquisitionTimeoutError as error:
        raise UnreachableError(f"Neo4j at {uri} is too busy ({error}): try again in a moment") from error
    except DriverError as error:
        raise PipelineError(f"Neo4j at {uri}: {error}") from error


def batches(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive slices of at most `size` rows."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _open_driver(address: Address, patience: float = 30.0) -> neo4j.Driver:
    if "@" in address.uri:
        # Not shown: it may hold a password.
        raise InputError(
            "NEO4J_URI holds a user name or a password; it must be like bolt://localhost:7687, and they go into "
            "NEO4J_USERNAME and NEO4J_PASSWORD"
        )
    try:
        parts = urlsplit(address.uri)
        if parts.scheme not in SCHEMES or not parts.hostname or parts.port == 0:
            raise ValueError("no known scheme or no host")
        if parts.path.strip("/"):
            raise ValueError(f"set NEO4J_DATABASE to {parts.path.strip('/')!r} instead of a path")
        return neo4j.GraphDatabase.driver(
            address.uri,
            auth=(address.username, address.password),
            connection_timeout=min(CONNECT_SECONDS, patience),
            max_transaction_retry_time=patience,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )
    except (ValueError, DriverError) as error:
        raise InputError(
            f"NEO4J_URI is {address.uri!r} ({error}); it must be like bolt://localhost:7687, "
            f"beginning with one of {', '.join(SCHEMES)}"
        ) from error
