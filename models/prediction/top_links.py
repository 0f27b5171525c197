"""Keeps the best links of a stream in bounded memory."""

import numpy as np
import numpy.typing as npt
import torch

from models.ranking.candidate_lists import Links

Numbers = npt.NDArray[np.float64]
SPARE = 100_000  # links that may wait before the worst are dropped


class TopLinks:
    """The `most` best links added so far (None: all), by what they come first by, then score, then head and tail."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self._parts: list[tuple[Links, Numbers]] = []
        self._waiting = 0

    def add(self, links: Links, first: Numbers) -> None:
        """More links [n], and the numbers [n] by which they come first; all the same where scores alone decide."""
        self._parts.append((links, first))
        self._waiting += len(first)
        if self.most is not None and self._waiting > self.most + SPARE:
            self._parts = [self.best()]
            self._waiting = len(self._parts[0][1])

    def best(self) -> tuple[Links, Numbers]:
        """What is kept, best first."""
        links = Links.joined([part[0] for part in self._parts])
        first: Numbers = np.concatenate([np.empty(0), *(part[1] for part in self._parts)])
        keys = (
            links.tails.numpy(),
            links.heads.numpy(),
            links.relations.numpy(),
            (-links.scores).numpy(),
            -first,
        )
        order = np.lexsort(keys)[: self.most]
        return links.at(torch.from_numpy(order)), first[order]
