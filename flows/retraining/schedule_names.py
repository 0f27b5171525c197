"""Whose a schedule is: Prefect keeps one of each name, and a second one silently takes the place of the first."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import filelock
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound

from base.errors import InputError
from base.files import write_text
from cypher import prefix
from flows.runtime.home_lock import BusyError
from flows.runtime.services import echo
from flows.runtime.settings import Settings

DEFAULT = "schedule"
NIGHT, WATCH = "retrain", "retrain-when-enough"
_GRAPH = "graph "  # before the graph's address in a tag


def watch_of(name: str) -> str:
    """The deployment that counts what is new for a schedule."""
    return "watch" if name == DEFAULT else name


def graph_tag(settings: Settings) -> str:
    """Tells the schedules of several graphs apart."""
    if settings.neo4j_uri is None:
        place = f"{socket.gethostname()}:{settings.vlkge_home.absolute()}"
    else:
        place = f"{settings.neo4j_uri}/{settings.neo4j_database}"
    return f"{_GRAPH}{place}{f' {prefix.current()}' if prefix.current() else ''}"


@contextmanager
def reserved(settings: Settings, name: str) -> Iterator[None]:
    """Hold the name on this machine while it is served or handed to a pool. Raises BusyError where it is served."""
    settings.vlkge_home.mkdir(parents=True, exist_ok=True)
    holder = settings.vlkge_home / f"schedule-{name}.pid"
    lock = filelock.FileLock(holder.with_suffix(".lock"), timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        process = holder.read_text(encoding="utf-8") if holder.is_file() else "unknown"
        raise BusyError(
            f"`vlkge serve` runs the schedule {name!r} already, process {process}: end that one, or give this one "
            "another name (--name)"
        ) from None
    try:
        write_text(holder, str(os.getpid()))
        yield
    finally:
        lock.release()


def take_over(
    client: SyncPrefectClient, settings: Settings, name: str, parameters: dict[str, Any], *, watched: bool
) -> None:
    """Make way for a schedule: it is told where one took in something else, and a watch goes where none is `watched`.

    Raises InputError where the name is that of another graph's schedule.
    """
    night, watch = _find(client, f"{NIGHT}/{name}"), _find(client, f"{WATCH}/{watch_of(name)}")
    for deployment in filter(None, (night, watch)):
        _refuse_foreign(deployment, settings, name)
    if night is not None and not night.paused and _taken_in(night.parameters) != _taken_in(parameters):
        former, now = _in_words(night.parameters), _in_words(parameters)
        echo(f"The schedule {name!r} retrained {former}; from now on it retrains {now}. --name keeps both.")
    if watch is not None and not watched:
        client.delete_deployment(watch.id)


def _find(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None


def _refuse_foreign(deployment: DeploymentResponse, settings: Settings, name: str) -> None:
    # A Prefect server of this home's own has no schedules of others.
    others = {tag for tag in deployment.tags if tag.startswith(_GRAPH)} - {graph_tag(settings)}
    if settings.prefect_api_url is not None and others:
        raise InputError(
            f"this Prefect server has a schedule {name!r} of another graph, {others.pop().removeprefix(_GRAPH)}: give "
            "this one another name (--name), or delete that one on Prefect's page under Deployments"
        )


def _taken_in(parameters: dict[str, Any]) -> tuple[Any, Any]:
    return parameters.get("folder"), parameters.get("adopt")


def _in_words(parameters: dict[str, Any]) -> str:
    return " and ".join(str(path) for path in _taken_in(parameters) if path) or "the graph as it is"
