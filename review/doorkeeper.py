"""Who has come in, and who tries to: sessions, and wrong passwords, in one file that all processes of a page share."""

import contextlib
import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

# After so many wrong passwords in so many seconds a name is locked out until the first is forgotten, and so is an
# address: it may be a whole house, so it takes guesses at many names.
ATTEMPTS_PER_NAME = 5
ATTEMPTS_PER_ADDRESS = 50
WINDOW_SECONDS = 300.0
# A session that is used is prolonged, written down at most this often.
PROLONG_SECONDS = 600.0
# Another process that writes is waited for.
BUSY_SECONDS = 20.0
_TABLES = """
CREATE TABLE IF NOT EXISTS attempts (key TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_of_key ON attempts (key, at);
CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
"""


class Doorkeeper:
    """A small SQLite file, which only its owner can read; it holds hashes of sessions, never the sessions."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def reserve(self, name: str, address: str) -> int:
        """Count a try of a password before it is looked at, so that no more are tried at once than allowed.

        Returns 0 where it may be looked at, else the seconds to wait; such a try is not counted.
        """
        now = time.time()
        limits = {f"name {name}": ATTEMPTS_PER_NAME, f"address {address}": ATTEMPTS_PER_ADDRESS}
        with self._open() as file:
            file.execute("DELETE FROM attempts WHERE at < ?", (now - WINDOW_SECONDS,))
            waits = [self._wait(file, key, most, now) for key, most in limits.items()]
            if not any(waits):
                file.executemany("INSERT INTO attempts VALUES (?, ?)", [(key, now) for key in limits])
        return max(waits)

    def forget_attempts(self, name: str, address: str) -> None:
        """The right password was given: the tries of the name count no more, nor does this one of the address."""
        with self._open() as file:
            file.execute("DELETE FROM attempts WHERE key = ?", (f"name {name}",))
            newest = "SELECT max(rowid) FROM attempts WHERE key = ?"
            file.execute(f"DELETE FROM attempts WHERE rowid = ({newest})", (f"address {address}",))

    def begin_session(self, name: str, seconds: float) -> str:
        """A new session's secret id."""
        id_ = secrets.token_urlsafe(24)
        now = time.time()
        with self._open() as file:
            file.execute("DELETE FROM sessions WHERE until < ?", (now,))
            file.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_digest(id_), name, now + seconds))
        return id_

    def has_session(self, name: str, id_: str, seconds: float) -> bool:
        """Whether the session is one of that person and has not ended; if so it ends `seconds` from now."""
        now = time.time()
        with self._open(write=False) as file:
            found = file.execute("SELECT name, until FROM sessions WHERE id = ?", (_digest(id_),)).fetchone()
        if found is None or found[0] != name or found[1] < now:
            return False
        if found[1] < now + seconds - PROLONG_SECONDS:
            with self._open() as file:
                file.execute("UPDATE sessions SET until = ? WHERE id = ?", (now + seconds, _digest(id_)))
        return True

    def end_session(self, id_: str) -> None:
        """From now on nobody has that session, whoever kept its cookie."""
        with self._open() as file:
            file.execute("DELETE FROM sessions WHERE id = ?", (_digest(id_),))

    @contextlib.contextmanager
    def _open(self, *, write: bool = True) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        with contextlib.closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)) as file:
            # An attempt that a power cut undoes is one more guess; nothing else is lost.
            file.execute("PRAGMA synchronous = OFF")
            file.executescript(_TABLES)
            file.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield file
            except BaseException:
                file.execute("ROLLBACK")
                raise
            file.execute("COMMIT")

    def _wait(self, file: sqlite3.Connection, key: str, most: int, now: float) -> int:
        times = file.execute("SELECT at FROM attempts WHERE key = ? ORDER BY at DESC LIMIT ?", (key, most)).fetchall()
        if len(times) < most:
            return 0
        return max(1, int(WINDOW_SECONDS - (now - times[-1][0])) + 1)


def _digest(id_: str) -> str:
    return hashlib.sha256(id_.encode()).hexdigest()
