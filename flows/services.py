"""Starts what a command needs and is not running yet: the graph database and the Prefect server."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from flows.prefect_server import PrefectServer
from flows.settings import Settings
from graph.connection import Address, Database, connect
from graph.server import Server


def say(message: str) -> None:
    """A line for the person at the terminal; standard output is kept for results."""
    print(message, file=sys.stderr, flush=True)


def graph_address(settings: Settings) -> Address:
    """Where the graph is: the server the environment names, else the bundled one, started if need be."""
    if settings.neo4j_uri is not None:
        return Address(
            settings.neo4j_uri,
            settings.neo4j_username,
            settings.neo4j_password.get_secret_value(),
            settings.neo4j_database,
        )
    server = Server(settings.vlkge_home)
    if server.status().state != "running":
        say("Starting the bundled Neo4j (`vlkge db stop` ends it) …")
    return server.start()


def open_graph(settings: Settings) -> Database:
    """An open connection to the graph; the bundled server is started where no other is named."""
    return connect(graph_address(settings))


def start_services(settings: Settings) -> None:
    """What every flow needs, started side by side; call it before importing anything of Prefect."""
    with ThreadPoolExecutor() as pool:
        for start in [pool.submit(graph_address, settings), pool.submit(prepare_prefect, settings)]:
            start.result()


def prepare_prefect(settings: Settings) -> str:
    """Point Prefect at a running server, started if need be; its address."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # Flow logs go to the server; the terminal gets progress bars, and one sentence where a step fails.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    if settings.prefect_api_url is None:
        server = PrefectServer(settings.vlkge_home)
        if server.status().state != "running":
            say("Starting the Prefect server (`vlkge down` ends it) …")
        os.environ["PREFECT_API_URL"] = server.start()
        os.environ["PREFECT_HOME"] = str(server.home)
    return os.environ["PREFECT_API_URL"]
