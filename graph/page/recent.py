"""What many people ask for at once and what may be some seconds old: read once and kept for a while."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
SECONDS = 5.0
# So many answers are kept; then all are let go.
MOST_KEPT = 1_000


class Recent:
    """Answers of the last seconds, by question. Threads may share it."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(
        self,
        question: Hashable,
        read: Callable[[], T],
        *,
        seconds: float = SECONDS,
        keep: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """The kept answer, or else what `read` returns now; `keep` says whether that may be kept so many seconds."""
        now = time.monotonic()
        until, answer = self._kept.get(question, (now, None))
        if until > now:
            return answer  # type: ignore[no-any-return]
        fresh = read()
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            if keep(fresh):
                self._kept[question] = (now + seconds, fresh)
        return fresh
