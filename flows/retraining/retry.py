"""A step that finds Prefect away is tried again; every step takes up what an earlier attempt left done.

A database that is away is waited for wherever it is used (`graph.outage`).
"""

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import httpx

from base.errors import PipelineError
from flows.runtime.services import echo

P = ParamSpec("P")
T = TypeVar("T")


def retry(step: Callable[P, T], attempts: int, pause: float) -> Callable[P, T]:
    """The step, called at most so many times: `pause` seconds before the second, twice as long before each later.

    Only a Prefect that is away and a database without memory are waited for; other errors are the same the next time.
    """

    def call(*arguments: P.args, **options: P.kwargs) -> T:
        for before in range(attempts - 1):
            try:
                return step(*arguments, **options)
            except (PipelineError, httpx.TransportError) as error:
                if not _passes(error):
                    raise
                seconds = pause * 2**before
                echo(f"{_reason(error)}\nnext attempt in {seconds:g} seconds ({before + 2} of {attempts})")
                time.sleep(seconds)
        return step(*arguments, **options)

    return call


def _passes(error: Exception) -> bool:
    if isinstance(error, httpx.TransportError):
        return True  # of Prefect's client, which waits for a lost server only where it had reached it before
    code = getattr(error.__cause__, "code", None) or ""
    return code.startswith("Neo.TransientError.")


def _reason(error: Exception) -> str:
    return f"Prefect does not answer: {error}" if isinstance(error, httpx.TransportError) else str(error)
