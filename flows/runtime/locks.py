"""Who may work when: one retraining at a time, and only as much on a GPU as it holds."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import filelock
from prefect.concurrency.sync import concurrency

from base.errors import PipelineError
from base.files import write_text
from flows.runtime.place import LEASE_SECONDS, Place, set_limit
from flows.runtime.settings import Settings

RETRAINING, GPU = "vlkge-retrain", "vlkge-gpu"


class BusyError(PipelineError):
    """Another retraining is at work."""


@contextmanager
def retraining_lock(settings: Settings, wait: float = LEASE_SECONDS + 30) -> Iterator[Place]:
    """Hold what only one retraining may hold: a lock in the home folder, and Prefect's limit over all machines.

    On this machine another one is refused at once; elsewhere it is waited for, at most `wait` seconds, since the place
    of one that was killed stays taken for LEASE_SECONDS. Raises BusyError.
    """
    with ExitStack() as held:
        held.enter_context(home_lock(settings))
        set_limit(RETRAINING, 1)
        try:
            place = held.enter_context(Place(RETRAINING, flow="retrain").held(wait))
        except TimeoutError:
            raise BusyError(
                f"another retraining is at work on another machine (Prefect's concurrency limit {RETRAINING!r}): "
                f"it was waited for {wait:g} seconds; one at a time"
            ) from None
        yield place


@contextmanager
def home_lock(settings: Settings) -> Iterator[None]:
    """Hold the home folder's lock on retrainings. Raises BusyError where one is at work here."""
    with ExitStack() as held:
        try:
            settings.vlkge_home.mkdir(parents=True, exist_ok=True)
            held.enter_context(filelock.FileLock(settings.vlkge_home / "retrain.lock", timeout=0))
        except filelock.Timeout:
            raise BusyError(
                f"another retraining is at work in {settings.vlkge_home}, process {_holder(settings)}: "
                "one at a time; wait for its end"
            ) from None
        except OSError as error:
            raise PipelineError(
                f"{settings.vlkge_home} cannot be used: {error.strerror}; make room or set VLKGE_HOME to another folder"
            ) from error
        with suppress(PipelineError):  # it only tells others who it is, and a reset makes room on a full disk
            write_text(settings.vlkge_home / "retrain.pid", str(os.getpid()))
        yield


@contextmanager
def gpu_slot(device: str) -> Iterator[None]:
    """Wait for a place on the GPU where the work is done on one; `vlkge deploy --gpus` says how many there are.

    Raises InputError for a device that is none.
    """
    from models.device import pick_device

    if pick_device(device).type == "cpu":
        yield
        return
    with concurrency(GPU, occupy=1, lease_duration=LEASE_SECONDS):
        yield


def _holder(settings: Settings) -> str:
    try:
        return (settings.vlkge_home / "retrain.pid").read_text(encoding="utf-8")
    except OSError:
        return "unknown"
