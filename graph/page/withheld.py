"""The pictures that the page does not show, for their rights."""

import time

from graph.connection import Database

# A picture that is new in the graph may be seen so long, if its address is known.
SECONDS = 60.0


class Withheld:
    """The digests of pictures whose rights fit a pattern of `graph.rights`; read again after a while."""

    def __init__(self, database: Database, rights: str) -> None:
        self.database = database
        self.rights = rights
        self._digests: frozenset[str] = frozenset()
        self._read_at = -SECONDS

    def __contains__(self, digest: str | None) -> bool:
        if time.monotonic() - self._read_at >= SECONDS:
            rows = self.database.read("review/list_withheld_pictures", rights=self.rights)
            self._digests = frozenset(rows[0]["digests"])
            self._read_at = time.monotonic()
        return digest in self._digests
