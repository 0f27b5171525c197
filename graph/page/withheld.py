"""The pictures that the page does not show, for their rights."""

from graph.connection import Database
from graph.page.recent import Recent

# A picture whose rights are new in the graph may be seen so long, if its address is known.
SECONDS = 60.0


class Withheld:
    """The digests of pictures whose rights fit a pattern of `graph.rights`; each is asked for again after a while."""

    def __init__(self, database: Database, rights: str) -> None:
        self.database = database
        self.rights = rights
        self._recent = Recent()

    def __contains__(self, digest: str | None) -> bool:
        return digest is not None and bool(self._recent.get(digest, lambda: self._find(digest), seconds=SECONDS))

    def _find(self, digest: str) -> bool:
        return bool(self.database.read("review/find_withheld", digest=digest, rights=self.rights))
