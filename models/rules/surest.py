"""The surest rules in bounded memory, and as many of what tells one end of a relation as of what tells another."""

import numpy as np

from models.rules.constants import Counts
from models.rules.wilson import lower_bound


class Surest:
    """Counts of rules by the step that they tell, `most` in all.

    Where there are more, a level is found up to which each step keeps its surest, ties by how often they can be judged.
    """

    def __init__(self, most: int) -> None:
        self.most = self.level = most
        self._by_step: dict[int, Counts] = {}
        self._waiting: dict[int, list[Counts]] = {}

    def add(self, step: int, counts: Counts) -> None:
        """More rules of a step."""
        self._waiting.setdefault(step, []).append(counts)
        if sum(len(part.of) for parts in self._waiting.values() for part in parts) > self.most:
            self._settle()

    def kept(self) -> Counts:
        """What is kept, step after step in the order in which they were added, each by target and column."""
        self._settle()
        every = list(self._by_step.values())
        return _joined(every) if every else Counts(*(np.empty(0, dtype=np.int64) for _ in Counts._fields))

    def _settle(self) -> None:
        for step, parts in self._waiting.items():
            self._by_step[step] = _joined([*([self._by_step[step]] if step in self._by_step else []), *parts])
        self._waiting = {}
        # never higher than before, for what was dropped then is gone
        self.level = min(self.level, _level([len(counts.of) for counts in self._by_step.values()], self.most))
        self._by_step = {step: _best(counts, self.level) for step, counts in self._by_step.items()}


def _joined(parts: list[Counts]) -> Counts:
    return Counts(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _level(sizes: list[int], most: int) -> int:
    """The highest number of each that is at most `most` together."""
    left = most
    for rank, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - rank)
        if size > share:
            return share
        left -= size
    return max(sizes, default=0)


def _best(counts: Counts, most: int) -> Counts:
    """The surest of a step's, in their order."""
    if len(counts.of) <= most:
        return counts
    order = np.lexsort((-counts.of, -lower_bound(counts.support, counts.of)))[:most]
    order.sort()
    return Counts(*(column[order] for column in counts))
