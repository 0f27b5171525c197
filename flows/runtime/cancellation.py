"""A run that was typed in a terminal stops where it is cancelled in Prefect, as the runs of workers do.

Prefect asks the process that started a run to end it. A command is such a process, too, so it looks by itself.
"""

import logging
import os
import signal
import threading
from contextvars import copy_context
from typing import Any
from uuid import UUID

from prefect import Flow, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelled

# Between two looks; the work stops within as many seconds and what it needs to put things back.
LOOK_SECONDS = 2.0
MESSAGE = "cancelled in Prefect; what was in force stays in force"

logger = logging.getLogger(__name__)


class _Watch:
    """Looks at one run until it ends, and interrupts the main thread once it is to be cancelled."""

    def __init__(self, run: UUID) -> None:
        self.run = run
        self.cancelled = False
        self.ended = threading.Event()
        # Not SIGINT: a shell that starts a command in the background lets it ignore that one.
        signal.signal(signal.SIGUSR1, signal.default_int_handler)
        # In the same context: what Prefect's settings are in it, they would not be in a thread.
        look = copy_context().run
        threading.Thread(target=look, args=(self._look,), name="cancellation", daemon=True).start()

    def _look(self) -> None:
        while not self.ended.wait(LOOK_SECONDS):
            try:
                with get_client(sync_client=True) as client:
                    state = client.read_flow_run(self.run).state
            except Exception as error:
                logger.debug("Prefect does not say whether the run is cancelled: %s; asked again", error)
                continue
            if state is not None and (state.is_cancelling() or state.is_cancelled()) and not self.ended.is_set():
                self.cancelled = True
                logger.warning("the run was %s", MESSAGE)
                # As Ctrl-C would: everything below cleans up after itself. It also ends a wait for an answer.
                signal.pthread_kill(threading.main_thread().ident or os.getpid(), signal.SIGUSR1)
                return


_watches: dict[UUID, _Watch] = {}
_cancelled: set[UUID] = set()


def watch(flow: Flow[..., Any], run: FlowRun, _: State[Any]) -> None:  # noqa: ARG001 (Prefect passes them)
    """Hook: a run begins. Parts of another run end with it, and runs of a worker are ended by the worker."""
    by_command = run.parent_task_run_id is None and run.deployment_id is None
    if by_command and threading.current_thread() is threading.main_thread():
        _watches[run.id] = _Watch(run.id)


def was_cancelled(run: FlowRun) -> bool:
    """Whether a run of this process ended because it was cancelled."""
    return run.id in _cancelled


def end_watch(flow: Flow[..., Any], run: FlowRun, _: State[Any]) -> None:  # noqa: ARG001 (Prefect passes them)
    """Hook: a run ended. One that was interrupted is cancelled, not crashed."""
    watched = _watches.pop(run.id, None)
    if watched is None:
        return
    watched.ended.set()
    if watched.cancelled:
        _cancelled.add(run.id)
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(run.id, Cancelled(message=MESSAGE), force=True)
