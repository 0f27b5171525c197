"""What every page needs: the graph, the pictures, the models' folder, and who may come in."""

from dataclasses import dataclass
from pathlib import Path

from graph.connection import Database
from graph.pictures import PictureStore
from review.users import LoginLimit, UsersFile

SESSION_HOURS = 10


@dataclass(frozen=True)
class Site:
    """One running page.

    users: whom a login lets in; None: no login, everybody who reaches the page is `local_name`, an admin.
    hosts: the names by which the page may be called; None: any. secure: it is reached by https alone.
    """

    database: Database
    pictures: PictureStore
    thumbnails: Path
    models: Path
    secret: str
    users: UsersFile | None
    local_name: str
    limit: LoginLimit
    hosts: frozenset[str] | None = None
    secure: bool = False
