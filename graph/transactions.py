"""Statements run in other ways than one plain call: long lists read as they are, many small transactions."""

import neo4j

import cypher
from graph.connection import Database, Row


def read_columns(database: Database, statement: str, **parameters: object) -> list[Row]:
    """Like ``Database.read``, without its walk through every value of a list of plain values."""
    loaded = cypher.load(statement)
    bound = loaded.bind(**parameters)

    def read(transaction: neo4j.ManagedTransaction) -> list[Row]:
        return [
            dict(zip(record.keys(), record.values(), strict=True)) for record in transaction.run(loaded.text, bound)
        ]

    with database.session() as session:
        return session.execute_read(read)


def run_in_transaction(transaction: neo4j.ManagedTransaction, statement: str, **parameters: object) -> list[Row]:
    """All rows of a statement, as one of several in a transaction."""
    loaded = cypher.load(statement)
    return transaction.run(loaded.text, loaded.bind(**parameters)).data()


def run_in_batches(database: Database, statement: str, **parameters: object) -> list[Row]:
    """All rows of a statement with CALL … IN TRANSACTIONS, which must begin its own transactions."""
    loaded = cypher.load(statement)
    with database.session() as session:
        return session.run(loaded.text, loaded.bind(**parameters)).data()
