"""What regressions say of a pair by the known entity and by the candidate, also once other facts are known."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.experts.columns import Columns, place
from models.experts.kernel import Described, kernel, of_unit
from models.triples.sides import Side

FLOOR = 0.01  # of a score, which is about a probability: below it differences are noise
CHUNK = 2048  # entities scored at a time
FEW = 8  # of so many entities one is scored for itself; where more are asked for, all are, and kept


class Regression(NamedTuple):
    """One relation and direction, whose targets are columns from `first` on; `counted`, bool [C], are its bags'."""

    way: tuple[int, int]
    first: int
    counted: Any
    landmarks: Described
    weights: Tensor
    examples: Tensor
    leverages: Tensor
    labels: Any

    def scores(self, units: list[Tensor], bags: Any, rows: Tensor) -> Tensor:
        """Scores [n, T] of entities `rows` [n] with unit features [N, d] and bags [N, C] (None: facts do not count).

        An example is scored as if it had not been there.
        """
        found = torch.cat([self._of(units, bags, some) for some in torch.split(rows, CHUNK)])
        at = place(self.examples, rows)
        own = (at >= 0).nonzero()[:, 0]
        leverage = self.leverages[at[own]][:, None]
        told = torch.from_numpy(self.labels[at[own].numpy()].toarray())
        found[own] = (found[own] - leverage * told) / (1 - leverage)
        return found

    def _of(self, units: list[Tensor], bags: Any, rows: Tensor) -> Tensor:
        own = None if bags is None else of_unit(bags[rows.numpy()], self.counted)
        return kernel(Described([unit[rows] for unit in units], own, len(rows)), self.landmarks) @ self.weights


class Regressions:
    """The voice of regressions, by relation and direction, over entities with unit features and bags."""

    def __init__(
        self,
        columns: Columns,
        regressions: Mapping[tuple[int, int], Regression],
        units: list[Tensor],
        bags: Any,
        device: torch.device,
    ) -> None:
        self.columns = columns
        self.regressions = regressions
        self.units = units
        self.bags = bags
        self.device = device
        self.every: dict[tuple[int, int], Tensor] = {}
        self.before: Regressions | None = None
        self.other = torch.empty(0, dtype=torch.long)

    def knowing(self, bags: Any) -> "Regressions":
        """The same where these are the bags: what was scored before is scored again for those whose bags changed."""
        again = Regressions(self.columns, self.regressions, self.units, bags, self.device)
        again.before = self
        again.other = torch.from_numpy(np.unique((bags != self.bags).nonzero()[0])).long()
        return again

    def __call__(self, pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:
        pairs = pairs.cpu()
        among = torch.arange(self.columns.entities) if candidates is None else candidates.cpu()
        own, theirs = torch.zeros(len(pairs), len(among)), torch.zeros(len(pairs), len(among))
        inverse = int(side == "head")
        for relation in torch.unique(pairs[:, 1]).tolist():
            rows = (pairs[:, 1] == relation).nonzero()[:, 0]
            known = pairs[rows, 0]
            if (relation, inverse) in self.regressions:
                regression = self.regressions[relation, inverse]
                targets = self._targets(regression, among)
                named = (targets >= 0).nonzero()[:, 0]
                found = self._scores((relation, inverse), known)[:, targets[named]]
                own[rows[:, None], named] = found
            if (relation, 1 - inverse) in self.regressions:
                regression = self.regressions[relation, 1 - inverse]
                targets = self._targets(regression, known)
                asked = (targets >= 0).nonzero()[:, 0]
                if len(asked):
                    theirs[rows[asked]] = self._scores((relation, 1 - inverse), among)[:, targets[asked]].T
        return [part.sign() * part.abs().div_(FLOOR).log1p_() for part in (own.to(self.device), theirs.to(self.device))]

    def _targets(self, regression: Regression, entities: Tensor) -> Tensor:
        """The target that is each of entities, -1: none."""
        relation, inverse = (torch.tensor(part) for part in regression.way)
        found = self.columns.of(relation, inverse, entities)
        return torch.where(found >= 0, found - regression.first, -1)

    def _scores(self, way: tuple[int, int], rows: Tensor) -> Tensor:
        """Scores [n, T] of a regression for entities [n]."""
        distinct, at = torch.unique(rows, return_inverse=True)
        if way not in self.every and len(distinct) * FEW <= self.columns.entities:
            return self.regressions[way].scores(self.units, self.bags, distinct)[at]
        return self._every(way)[rows]

    def _every(self, way: tuple[int, int]) -> Tensor:
        if way not in self.every:
            regression = self.regressions[way]
            if self.before is None:
                everybody = torch.arange(self.columns.entities)
                self.every[way] = regression.scores(self.units, self.bags, everybody)
            else:
                found = self.before._every(way).clone()
                if len(self.other):
                    found[self.other] = regression.scores(self.units, self.bags, self.other)
                self.every[way] = found
        return self.every[way]
