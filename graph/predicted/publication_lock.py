"""One publication at a time in one database, also among processes on several machines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import neo4j
from neo4j.exceptions import Neo4jError

import cypher
from base.errors import PipelineError
from base.progress import ignore
from graph.connection import Database

NAME = "publishing"
PATIENCE = 1.0  # seconds in which nobody need be told that another one is waited for
# How the server says that a transaction waited too long for what another one holds.
WAITED = ("LockClientStopped", "LockAcquisitionTimeout", "TransactionTimedOut")


class PublicationLock:
    """A transaction that holds an uncommitted node which the constraint on run ids allows once.

    Nothing of it is ever committed, and the server gives the lock up with the connection of its holder: a writer that
    was killed blocks nobody, and there is no time limit to guess.
    """

    def __init__(self, transaction: neo4j.Transaction) -> None:
        self._transaction = transaction

    def confirm(self) -> None:
        """Take the node again, which fails where the transaction was lost, and keeps an idle connection open."""
        loaded = cypher.load("predict/hold_lock")
        self._transaction.run(loaded.text, loaded.bind(name=NAME)).consume()


@contextmanager
def publication_lock(
    database: Database, wait: float, notify: Callable[[str], None] = ignore
) -> Iterator[PublicationLock]:
    """Hold the lock inside the block; another holder is waited for, at most `wait` seconds, and `notify` is told of it.

    A server that goes away ends the block, for the lock is lost with it: `database` is an impatient one.

    Raises PipelineError where that one does not end in time.
    """
    if not _has_turn(database, min(PATIENCE, wait)):
        if wait > PATIENCE:
            notify(f"{_writing(database)} is being published; waiting for it, {wait:g} s at most …")
        if wait <= PATIENCE or not _has_turn(database, wait - PATIENCE):
            raise PipelineError(
                f"{_writing(database)} is being published to {database.address.uri} and did not end within {wait:g} s: "
                "publish again later"
            )
    with database.session() as session:
        transaction = session.begin_transaction(timeout=0)  # no limit, whatever the server's default
        try:
            lock = PublicationLock(transaction)
            lock.confirm()
            yield lock
        finally:
            transaction.close()


def _has_turn(database: Database, wait: float) -> bool:
    """Take the lock in a transaction of limited time, and let it go: a limit cannot be lifted later."""
    try:
        with database.session() as session:
            transaction = session.begin_transaction(timeout=wait)
            try:
                PublicationLock(transaction).confirm()
            finally:
                transaction.close()
    except PipelineError as error:
        code = error.__cause__.code if isinstance(error.__cause__, Neo4jError) else None
        if not (code or "").endswith(WAITED):
            raise
        return False
    return True


def _writing(database: Database) -> str:
    writing = database.read("predict/find_writing_run")
    return f"run {writing[0]['id']}" if writing else "another run"
