"""Timing two things fairly: in turns, so that a machine's moods meet both."""

import time
from collections.abc import Callable
from statistics import median


def in_turns(ours: Callable[[], object], theirs: Callable[[], object], turns: int) -> tuple[float, float]:
    """Median seconds of each, run one after the other."""
    pairs = [(timed(ours), timed(theirs)) for _ in range(turns)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that the work takes, by a clock."""
    started = clock()
    work()
    return clock() - started
