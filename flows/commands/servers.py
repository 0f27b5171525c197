"""`vlkge db …`, `vlkge up` and `vlkge down`: the database and Prefect servers of this project."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands import start_services
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from graph.server.neo4j_server import Server

app = typer.Typer()
db = typer.Typer(no_args_is_help=True, help="Start, stop and look at the bundled Neo4j.")
app.add_typer(db, name="db")


@db.command()
def start(json: Json = False) -> None:
    """Start the bundled Neo4j if it is not running. The first start downloads it (155 MB)."""
    from flows.runtime.services import start_bundled
    from flows.runtime.settings import Settings

    start_bundled(Settings())
    status(json)


@db.command()
def stop(json: Json = False) -> None:
    """Stop the bundled Neo4j; its data stays."""
    _server().stop()
    status(json)


@db.command()
def status(json: Json = False) -> None:
    """Show whether the bundled Neo4j runs, where, and how to log in."""
    found = _server().status()
    if json:
        print_json(found)
    else:
        print_fields(dict(found))


@db.command()
def logs(lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="Number of lines.")] = 50) -> None:
    """Print the end of the bundled Neo4j's log."""
    print(_server().log_tail(lines))


@app.command()
def up(json: Json = False) -> None:
    """Start the database and the Prefect server, and print the web addresses of both."""
    start_services()
    _print_addresses(json)


@app.command()
def down(json: Json = False) -> None:
    """Stop the database and the Prefect server of this project; nothing is lost."""
    from flows.runtime.prefect_server import PrefectServer
    from flows.runtime.settings import Settings

    PrefectServer(Settings().vlkge_home).stop()
    _server().stop()
    _print_addresses(json)


@app.command()
def upgrade(json: Json = False) -> None:
    """Bring an older graph to this program's schema and repair its indexes; back up first.

    Every command that opens the graph does the first by itself. It can be killed and run again. Rejections to look at
    again came only with the choice of another answer where several can be right; the page lists them under Audit.
    """
    from flows.runtime import services
    from flows.runtime.settings import Settings
    from graph.connection import connect
    from graph.page.audit import list_displaced
    from graph.schema import setup_schema

    with connect(services.graph_address(Settings())) as database:
        before, after = services.upgrade(database)
        setup_schema(database)
        displaced = len(list_displaced(database))
    result = {"schema version before": before, "now": after, "rejections to look at again": displaced}
    if json:
        print_json(result)
    else:
        print_fields(result)


def _server() -> "Server":
    from flows.runtime.settings import Settings
    from graph.server.neo4j_server import Server

    return Server(Settings().vlkge_home)


def _print_addresses(json: bool) -> None:
    from flows.runtime.prefect_server import PrefectServer
    from flows.runtime.settings import Settings

    settings = Settings()
    database, prefect = _server().status(), PrefectServer(settings.vlkge_home).status()
    if json:
        print_json({"database": database, "prefect": prefect})
        return
    neo4j = {"server": "Neo4j", "state": database.state, "web address": database.browser}
    if settings.neo4j_uri is not None:
        neo4j = {"server": "Neo4j", "state": "your own, by NEO4J_URI", "web address": settings.neo4j_uri}
    print_table([neo4j, {"server": "Prefect", "state": prefect.state, "web address": prefect.ui}])
