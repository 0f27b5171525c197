"""Keeps the best links of a stream in bounded memory."""

import numpy as np
import numpy.typing as npt
import torch

from models.ranking.candidate_lists import Links

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
SPARE = 100_000  # links that may wait before the worst are dropped


class TopLinks:
    """The `most` best links added so far (None: all), by probability, then score, then head and tail.

    Without probabilities all have the same one, so that scores alone decide.
    """

    def __init__(self, most: int | None) -> None:
        self.most = most
        self._parts: list[tuple[Links, Numbers, Mask]] = []
        self._waiting = 0

    def add(self, links: Links, probability: Numbers, own: Mask) -> None:
        """More links [n], their probabilities, and which of these rest on their own relation."""
        self._parts.append((links, probability, own))
        self._waiting += len(probability)
        if self.most is not None and self._waiting > self.most + SPARE:
            self._parts = [self.best()]
            self._waiting = len(self._parts[0][1])

    def best(self) -> tuple[Links, Numbers, Mask]:
        """What is kept, best first."""
        links = Links.joined([part[0] for part in self._parts])
        probability: Numbers = np.concatenate([np.empty(0), *(part[1] for part in self._parts)])
        own: Mask = np.concatenate([np.empty(0, dtype=bool), *(part[2] for part in self._parts)])
        keys = (
            links.tails.numpy(),
            links.heads.numpy(),
            links.relations.numpy(),
            (-links.scores).numpy(),
            -probability,
        )
        order = np.lexsort(keys)[: self.most]
        return links.at(torch.from_numpy(order)), probability[order], own[order]
