"""Statements run in other ways than one plain call: in one transaction, page by page, in many small transactions.

A server that goes away meanwhile is waited for as the database's `outage` says, and what was begun is done again.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

import neo4j

import cypher
from graph.connection import Database, Row
from graph.outage import UnreachableError

AT_A_TIME = min(4, max(2, os.cpu_count() or 1))  # pages that are read: the server answers each with one core

P = ParamSpec("P")
T = TypeVar("T")


def change(
    database: Database,
    work: Callable[Concatenate[neo4j.ManagedTransaction, P], T],
    *arguments: P.args,
    **options: P.kwargs,
) -> T:
    """What `work` returns, given a transaction that is committed after it; it may be called again."""

    def write() -> T:
        with database.session() as session:
            return session.execute_write(neo4j.unit_of_work(timeout=database.limit)(work), *arguments, **options)

    return database.endure(write)


def look(
    database: Database,
    work: Callable[Concatenate[neo4j.ManagedTransaction, P], T],
    *arguments: P.args,
    **options: P.kwargs,
) -> T:
    """What `work` returns, given a reading transaction; it may be called again."""

    def read() -> T:
        with database.session() as session:
            return session.execute_read(work, *arguments, **options)

    return database.endure(read)


def read_columns(database: Database, statement: str, **parameters: object) -> list[Row]:
    """Like ``Database.read``, without its walk through every value of a list of plain values."""
    loaded = cypher.load(statement)
    bound = loaded.bind(**parameters)

    def read(transaction: neo4j.ManagedTransaction) -> list[Row]:
        return [
            dict(zip(record.keys(), record.values(), strict=True)) for record in transaction.run(loaded.text, bound)
        ]

    return look(database, read)


def read_pages(database: Database, statement: str, pages: Iterable[Mapping[str, object]]) -> Iterator[list[Row]]:
    """What `read_columns` gives for the parameters of each page, in their order.

    While one page is worked on the next ones are read, each in a transaction of its own. `pages` are asked for one by
    one, so that the size of a page may go by what the earlier ones held. Threads wait for no server that went away,
    for nobody could interrupt them: their pages are read again by who asks for them.
    """
    impatient = database.impatient()
    ahead: deque[tuple[Mapping[str, object], Future[list[Row]]]] = deque()

    def first() -> list[Row]:
        page, read = ahead.popleft()
        try:
            return read.result()
        except UnreachableError:
            return read_columns(database, statement, **page)

    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="read pages") as threads:
        try:
            for page in pages:
                ahead.append((page, threads.submit(read_columns, impatient, statement, **page)))
                if len(ahead) == AT_A_TIME:
                    yield first()
            while ahead:
                yield first()
        finally:
            for _, read in ahead:
                read.cancel()


def run_in_transaction(transaction: neo4j.ManagedTransaction, statement: str, **parameters: object) -> list[Row]:
    """All rows of a statement, as one of several in a transaction."""
    loaded = cypher.load(statement)
    return transaction.run(loaded.text, loaded.bind(**parameters)).data()


def run_in_batches(database: Database, statement: str, **parameters: object) -> list[Row]:
    """All rows of a statement with CALL … IN TRANSACTIONS, which must begin its own transactions."""
    loaded = cypher.load(statement)

    def run() -> list[Row]:
        with database.session() as session:
            return session.run(loaded.text, loaded.bind(**parameters)).data()

    return database.endure(run)
