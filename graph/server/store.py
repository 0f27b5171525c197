"""The files of the bundled server's database: another store swapped in whole, and a broken one put aside."""

from datetime import UTC, datetime
from pathlib import Path

from base.errors import PipelineError
from graph.connection import open_system
from graph.server.neo4j_admin import DATABASE, offline
from graph.server.neo4j_server import USERNAME, Server

PARTS = ("databases", "transactions")


def swap(server: Server, spare: Path) -> None:
    """Exchange the database's store and that in the folder `spare`, where there is one; the server must not run.

    Done twice, all is as it was.
    """
    held = spare / "held"
    for part in PARTS:
        here, there = server.folder / "data" / part / DATABASE, spare / part / DATABASE
        for folder in (here.parent, there.parent, held):
            folder.mkdir(parents=True, exist_ok=True)
        for source, target in ((here, held / part), (there, here), (held / part, there)):
            if source.is_dir():
                source.rename(target)


def why_closed(server: Server) -> str | None:
    """Neo4j's own reason why it does not open the database, None where it does; the server runs afterwards.

    Raises PipelineError where the server itself does not start.
    """
    try:
        server.start()
    except PipelineError:
        status = server.status()
        if status.state != "running" or status.uri is None:
            raise
        password = server.password_file.read_text(encoding="utf-8").strip()
        with open_system(status.uri, USERNAME, password) as system:
            rows = system.read("server/show_database", name=DATABASE)
        if not rows or rows[0]["status"] == "online":
            raise
        return str(rows[0]["message"] or rows[0]["status"])
    return None


def put_aside(server: Server) -> Path:
    """Move the database's files out of the way, so that it begins empty; returns where they lie."""
    aside = server.folder / f"broken-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    with offline(server):
        swap(server, aside)
    server.start()
    return aside
