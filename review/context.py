"""What every page needs: the graph, the pictures, the models' folder, and who may come in."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from graph.connection import Database
from graph.page.recent import Recent
from graph.page.withheld import Withheld
from graph.pictures import PictureStore
from review.doorkeeper import Doorkeeper
from review.museums import Museums
from review.users import UsersFile

# A session that nobody uses ends after this. Its cookie stays, so that the page can tell that it has ended.
SESSION_HOURS = 10
COOKIE_DAYS = 30


@dataclass(frozen=True)
class Site:
    """One running page.

    users: whom a login lets in; None: no login, everybody who reaches the page is `local_name`, an admin.
    hosts: the names by which the page may be called; None: any. secure: it is reached by https alone. door: sessions
    and wrong passwords. withheld: pictures that are not shown for their rights; None: all are.
    language: of whoever has chosen none; None: as the browser asks. museums: what fetches pictures of IIIF services.
    recent: what the pages of many people say alike, and need not ask for each time.
    """

    database: Database
    pictures: PictureStore
    thumbnails: Path
    models: Path
    secret: str
    users: UsersFile | None
    local_name: str
    door: Doorkeeper
    hosts: frozenset[str] | None = None
    secure: bool = False
    withheld: Withheld | None = None
    language: str | None = None
    museums: Museums = field(default_factory=Museums)
    recent: Recent = field(default_factory=Recent)

    @property
    def cookie(self) -> str:
        """The session cookie's name: browsers share cookies among the ports of a host, so each home has its own."""
        return f"vlkge_review_{hashlib.sha256(f'cookie {self.secret}'.encode()).hexdigest()[:8]}"
