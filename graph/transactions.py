"""Statements run in other ways than one plain call: several in one transaction, long lists, many small transactions.

A server that goes away meanwhile is waited for as the database's `outage` says, and what was begun is done again.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import neo4j

import cypher
from graph.connection import Database, Row

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
            return session.execute_write(work, *arguments, **options)

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
