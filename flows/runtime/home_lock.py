"""Who may work in a home folder when: one retraining at a time, and nothing that writes beside a reset or a backup."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import filelock
import psutil

from base.errors import PipelineError
from base.files import write_text
from flows.runtime.services import echo
from flows.runtime.settings import Settings

NIGHT = "another retraining"
WRITER = "writing-"  # of the files that tell which processes write, and what they do


class BusyError(PipelineError):
    """Another retraining is at work, or something that must not go on beside this."""


@contextmanager
def home_lock(settings: Settings, what: str = NIGHT, patience: float = 0, for_nights: float = 0) -> Iterator[None]:
    """Hold the home folder's lock on retrainings, and on `what` else goes on beside none.

    A retraining is waited for `for_nights` seconds, what else holds the lock `patience` seconds. Raises BusyError where
    that is 0, or where one waits already; PipelineError where it was waited for in vain: so nobody does this work.
    """
    with ExitStack() as held:
        with _home_usable(settings):
            lock = filelock.FileLock(settings.vlkge_home / "retrain.lock", timeout=0)
            try:
                held.enter_context(lock)
            except filelock.Timeout:
                holder = _holder(settings)
                seconds = for_nights if holder[1] == NIGHT else patience
                if not seconds:
                    raise BusyError(_at_work(settings, *holder)) from None
                _wait_for(settings, lock, seconds)
                held.callback(lock.release)
        with suppress(PipelineError):  # it only tells others who it is, and a reset makes room on a full disk
            write_text(settings.vlkge_home / "retrain.pid", f"{os.getpid()}\n{what}\n")
        yield


@contextmanager
def alone(settings: Settings, what: str, *, dry_run: bool = False) -> Iterator[None]:
    """Hold the home while `what` takes the graph or models away: no retraining, and nothing that writes, goes on.

    Nothing is held where it is only looked at. Raises BusyError that names what does go on.
    """
    if dry_run:
        yield
        return
    with home_lock(settings, what), _shared_file(settings, fcntl.LOCK_EX) as free:
        if not free:
            raise BusyError(_at_work(settings, *next(_writers(settings), ("unknown", "something that writes"))))
        yield


@contextmanager
def writing(settings: Settings, what: str, *, dry_run: bool = False) -> Iterator[None]:
    """Hold off those that want the home `alone` while `what` writes; others may write, too.

    The system gives the lock of a killed process up. Raises BusyError where somebody has the home alone.
    """
    if dry_run:
        yield
        return
    told = settings.vlkge_home / f"{WRITER}{os.getpid()}.pid"
    with _shared_file(settings, fcntl.LOCK_SH) as free:
        if not free:
            raise BusyError(_at_work(settings, *_holder(settings)))
        outermost = not told.exists()  # `vlkge run` is more to the point than its step
        if outermost:
            with suppress(PipelineError):
                write_text(told, what)
        try:
            yield
        finally:
            if outermost:
                told.unlink(missing_ok=True)


@contextmanager
def _shared_file(settings: Settings, kind: int) -> Iterator[bool]:
    """Hold the file that writers share; False, and not held, where others hold it in another way."""
    with _home_usable(settings):
        file = (settings.vlkge_home / "writing.lock").open("ab")
    with file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            free = False
        else:
            free = True
        yield free


@contextmanager
def _home_usable(settings: Settings) -> Iterator[None]:
    """Make the home where it is missing; raises PipelineError where it, or a lock in it, cannot be written."""
    try:
        settings.vlkge_home.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise PipelineError(
            f"{settings.vlkge_home} cannot be used: {error.strerror}; make room or set VLKGE_HOME to another folder"
        ) from error


def _wait_for(settings: Settings, lock: filelock.BaseFileLock, seconds: float) -> None:
    """Take the lock after those who have it. One waits at most: nights that come due meanwhile do not pile up."""
    told = _at_work(settings, *_holder(settings))
    with ExitStack() as first:
        try:
            first.enter_context(filelock.FileLock(settings.vlkge_home / "waiting.lock", timeout=0))
        except filelock.Timeout:
            raise BusyError(f"{told}; another one waits for it already") from None
        echo(f"{told} …")
        try:
            lock.acquire(timeout=seconds)
        except filelock.Timeout:
            raise PipelineError(f"{told}; it was waited for {seconds:g} seconds") from None


def _at_work(settings: Settings, process: str, what: str) -> str:
    return f"{what} is at work in {settings.vlkge_home}, process {process}: one at a time; wait for its end"


def _holder(settings: Settings) -> tuple[str, str]:
    """The process that holds the home's lock, and what it does."""
    try:
        process, *what = (settings.vlkge_home / "retrain.pid").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return "unknown", NIGHT
    return process, what[0] if what else NIGHT


def _writers(settings: Settings) -> Iterator[tuple[str, str]]:
    """The processes that write at the moment, and what they do; those that were killed may have left a file."""
    for file in settings.vlkge_home.glob(f"{WRITER}*.pid"):
        process = file.stem.removeprefix(WRITER)
        with suppress(OSError):
            if psutil.pid_exists(int(process)):
                yield process, file.read_text(encoding="utf-8")
