"""What is done where a server goes away in the middle of work: one rule for every statement of every command."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from base.errors import PipelineError
from base.progress import ignore

T = TypeVar("T")

# Between two looks whether the server is back.
LOOK_SECONDS = 1.0
# A server that goes away so often in the same piece of work is brought down by that work.
OUTAGES = 3

_longer: ContextVar[float] = ContextVar("longer", default=0.0)


class UnreachableError(PipelineError):
    """The server does not answer; what is asked of it later may well be answered."""


class GoneError(UnreachableError):
    """The server went away, and was waited for as long as it was to be."""


@dataclass(frozen=True)
class Outage:
    """How long a server that went away is waited for, and how it is started again where we started it."""

    wait: float = 0.0
    """Seconds; 0: not at all."""
    revive: Callable[[], object] | None = None
    """Starts the server where it does not run; None: it is somebody else's."""
    notify: Callable[[str], None] = ignore

    @property
    def seconds(self) -> float:
        return max(self.wait, _longer.get())

    def endure(self, work: Callable[[], T], answers: Callable[[], object]) -> T:
        """What `work` returns; where the server was away, it is done again as a whole once `answers` raises no more.

        Raises GoneError where the server is away for longer than `seconds`, or goes away OUTAGES times; what the
        server's start raises where it cannot be started again.
        """
        for outage in range(OUTAGES + 1):
            try:
                return work()
            except GoneError:
                raise  # of work within this work, which has waited
            except UnreachableError as error:
                if not self.seconds:
                    raise
                if outage == OUTAGES:
                    raise GoneError(
                        f"{_first(error)}, the {OUTAGES + 1}th time in the same piece of work, which may be too large "
                        "for it: give it more memory (VLKGE_NEO4J_HEAP for the bundled one), then type the same "
                        "command again"
                    ) from error
                self._await(answers, error)
        raise AssertionError

    def _await(self, answers: Callable[[], object], error: UnreachableError) -> None:
        """Return once the server answers. Raises GoneError after `seconds`."""
        again = "started again" if self.revive else "waited for"
        self.notify(f"{_first(error)}: it is {again}, {self.seconds:g} seconds at most …")
        deadline = time.monotonic() + self.seconds
        while True:
            if self.revive is not None:
                self.revive()
            try:
                answers()
            except UnreachableError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise GoneError(
                        f"{_first(error)}, and did not come back within {self.seconds:g} seconds (VLKGE_NEO4J_WAIT): "
                        "start it and type the same command again, which goes on where this one stopped"
                    ) from error
                time.sleep(min(LOOK_SECONDS, left))
                continue
            self.notify("Neo4j answers again; the work goes on.")
            return


NOT_AWAITED = Outage()


@contextmanager
def waiting_longer(seconds: float) -> Iterator[None]:
    """Inside the block a server is waited for so long at least, also one that has not answered yet."""
    token = _longer.set(seconds)
    try:
        yield
    finally:
        _longer.reset(token)


def waits_from_the_start() -> bool:
    return _longer.get() > 0


def _first(error: UnreachableError) -> str:
    """What is wrong, without the way out: that is another one by now."""
    return str(error).partition(": start it")[0].partition(": try again")[0]
