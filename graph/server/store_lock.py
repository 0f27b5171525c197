"""Who has the files of the bundled server's database: neo4j-admin goes on when the command that began it is killed."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger(__name__)


@contextmanager
def store_lock(folder: Path) -> Iterator[int]:
    """Hold the files of the database in a server's folder; another holder is waited for.

    Yields an open file. A process that inherits it holds the lock as long as it lives, whatever becomes of this one:
    a dump or a load that nobody waits for any more ends before a server opens what it works on.
    """
    with (folder / "admin.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.warning("neo4j-admin of an earlier command is still at work in %s; waiting for its end …", folder)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
