"""Starts what a command needs and is not running yet: the graph database and the Prefect server."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from flows.runtime import json_lines
from flows.runtime.prefect_server import HEARTBEATS, PrefectServer
from flows.runtime.settings import Settings
from graph.connection import Address, Database, connect
from graph.migrations import VERSION, check_version
from graph.outage import Outage
from graph.schema import setup_schema
from graph.server.neo4j_server import Server


def echo(message: str) -> None:
    """A line for the person at the terminal; standard output is kept for results."""
    # Where the log is on standard error, the run's own line is there already.
    if not (tell_run(message) and json_lines.are_wanted()):
        print(message, file=sys.stderr, flush=True)


def tell_run(*messages: str) -> bool:
    """Lines in the log of the flow or task that is at work, which Prefect's pages show; False where none is."""
    if "prefect" not in sys.modules:
        return False  # no flow is at work where it has not been imported, and importing it takes a second
    from prefect.exceptions import MissingContextError
    from prefect.logging import get_run_logger

    try:
        for message in messages:
            get_run_logger().info(message)
    except MissingContextError:
        return False
    return True


def start_services(settings: Settings) -> None:
    """What every flow needs, started side by side; call it before importing anything of Prefect."""
    with ThreadPoolExecutor() as pool:
        graph = pool.submit(graph_address, settings)
        prefect = pool.submit(prepare_prefect, settings)
        graph.result()
        prefect.result()


def open_graph(settings: Settings) -> Database:
    """An open connection to the graph; the bundled server is started where no other is named.

    Where the server goes away in the middle of work, the bundled one is started again and another one is waited for.
    A graph that an older program left is brought to this one's schema. Raises PipelineError for one of a newer program.
    """
    revive = partial(start_bundled, settings) if settings.neo4j_uri is None else None
    database = connect(graph_address(settings), outage=Outage(settings.vlkge_neo4j_wait, revive, echo))
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


def upgrade(database: Database) -> tuple[int | None, int]:
    """Bring the graph to this program's schema version; returns the one before (None: it is empty) and it."""
    before = check_version(database)
    if before is not None and before < VERSION:
        echo(f"The graph is brought from schema version {before} to {VERSION} …")
        setup_schema(database)
    return before, VERSION


def graph_address(settings: Settings) -> Address:
    """Where the graph is: the server that the environment names, else the bundled one, started if need be."""
    if settings.neo4j_uri is None:
        return start_bundled(settings)
    password = settings.neo4j_password.get_secret_value()
    return Address(settings.neo4j_uri, settings.neo4j_username, password, settings.neo4j_database)


def start_bundled(settings: Settings) -> Address:
    """The bundled Neo4j's address; it is started, and fetched the first time, where it does not run."""
    server = Server(settings.vlkge_home)
    if server.status().state == "running":
        return server.start()
    echo("Starting the bundled Neo4j; `vlkge db stop` stops it …")
    return server.start(_fetch_progress)


def prepare_prefect(settings: Settings) -> None:
    """Point Prefect at a running server, which is started if need be."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # Flow logs go to the server; the terminal gets progress bars, and one sentence where a step fails.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    for name, value in HEARTBEATS.items():
        os.environ.setdefault(name, value)
    if settings.prefect_api_url is not None:
        return
    server = PrefectServer(settings.vlkge_home, settings.vlkge_keep_days)
    fresh = server.status().state != "running"
    if fresh:
        echo("Starting the Prefect server; `vlkge down` stops it …")
    os.environ["PREFECT_API_URL"] = server.start()
    os.environ["PREFECT_HOME"] = str(server.home)
    if fresh:
        from flows.runtime.crash_detection import detect_crashes

        detect_crashes()


def _fetch_progress(done: int, total: int, note: str = "") -> None:
    """A line now and then: a bar would fight with Prefect's start, which goes on at the same time."""
    if done == total or done % max(total // 5, 1) == 0:
        echo(f"  Neo4j: {done} of {total} files {note}".rstrip())
