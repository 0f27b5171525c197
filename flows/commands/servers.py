"""`vlkge db …`, `vlkge up` and `vlkge down`: the database and Prefect servers of this project."""

from typing import Annotated

import typer

from flows.output import Json, print_json, print_table
from flows.prefect_server import PrefectServer
from flows.services import graph_address, prepare_prefect
from flows.settings import Settings
from graph.server import Server

app = typer.Typer()
db = typer.Typer(no_args_is_help=True, help="Start, stop and look at the bundled Neo4j.")
app.add_typer(db, name="db")


@db.command()
def start(json: Json = False) -> None:
    """Start the bundled Neo4j, or find it running. The first start downloads it (about 125 MB)."""
    Server(Settings().vlkge_home).start()
    status(json)


@db.command()
def stop(json: Json = False) -> None:
    """Stop the bundled Neo4j; its data stays."""
    server = Server(Settings().vlkge_home)
    server.stop()
    status(json)


@db.command()
def status(json: Json = False) -> None:
    """Say whether the bundled Neo4j runs, where, and how to log in."""
    found = Server(Settings().vlkge_home).status()
    if json:
        print_json(found)
    else:
        print_table([{"": k, "bundled Neo4j": v} for k, v in found.model_dump().items()])


@db.command()
def logs(lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 50) -> None:
    """Print the end of the bundled Neo4j's log."""
    print(Server(Settings().vlkge_home).log_tail(lines))


@app.command()
def up(json: Json = False) -> None:
    """Start the database and the Prefect server, and print the web addresses of both."""
    settings = Settings()
    graph_address(settings)
    prepare_prefect(settings)
    _print_addresses(settings, json)


@app.command()
def down(json: Json = False) -> None:
    """Stop the database and the Prefect server of this project; nothing is lost."""
    settings = Settings()
    PrefectServer(settings.vlkge_home).stop()
    Server(settings.vlkge_home).stop()
    _print_addresses(settings, json)


def _print_addresses(settings: Settings, json: bool) -> None:
    database = Server(settings.vlkge_home).status()
    prefect = PrefectServer(settings.vlkge_home).status()
    if json:
        print_json({"database": database, "prefect": prefect})
        return
    rows = [
        {"server": "Neo4j", "state": database.state, "web address": database.browser},
        {"server": "Prefect", "state": prefect.state, "web address": prefect.ui},
    ]
    if settings.neo4j_uri is not None:
        rows[0] = {"server": "Neo4j", "state": "yours (NEO4J_URI)", "web address": settings.neo4j_uri}
    print_table(rows)
