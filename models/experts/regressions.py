"""What regressions say of a pair by the known entity and by the candidate, also once other facts are known."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.experts.columns import Columns, place
from models.experts.expert import heard
from models.experts.kernel import Described, add_bags, of_features, of_unit
from models.triples.sides import Side

FLOOR = 0.01  # of a score, which is about a probability: below it differences are noise
CELLS = 2**25  # of the kernel that are held at a time
FEW = 8  # of so many entities one is scored for itself; once more were asked for, all are scored, and kept


class Regression(NamedTuple):
    """One relation and direction, whose targets are columns from `first` on; `counted`, bool [C], are its bags'."""

    way: tuple[int, int]
    first: int
    counted: Any
    landmarks: Tensor
    """Rows [m] of the table of all regressions' landmarks."""
    bags: Any
    """Unit bags [m, C] of the landmarks; None: facts do not count."""
    weights: Tensor
    examples: Tensor
    leverages: Tensor
    labels: Any

    def of_kernel(self, alike: Tensor, bags: Any, scores: Tensor) -> None:
        """Fill scores [n, T] of entities by their features' kernel with the landmarks [m, n], changed, and bags."""
        own = None if self.bags is None else of_unit(bags, self.counted)
        torch.mm(add_bags(alike, self.bags, own).T, self.weights, out=scores)

    def left_out(self, scores: Tensor, rows: Tensor) -> Tensor:
        """Scores [n, T] of entities `rows` [n], changed: examples are scored as if they had not been there."""
        at = place(self.examples, rows)
        own = (at >= 0).nonzero()[:, 0]
        leverage = self.leverages[at[own]][:, None]
        told = torch.from_numpy(self.labels[at[own].numpy()].toarray())
        scores[own] = (scores[own] - leverage * told) / (1 - leverage)
        return scores


class Regressions:
    """The voice of regressions, by relation and direction, over entities with unit features and bags.

    points: unit features [M, d] of the table of landmarks, by modality; units: those of all entities [N, d].
    """

    def __init__(
        self,
        columns: Columns,
        regressions: Mapping[tuple[int, int], Regression],
        points: list[Tensor],
        units: list[Tensor],
        bags: Any,
        device: torch.device,
    ) -> None:
        self.columns = columns
        self.regressions = regressions
        self.points = points
        self.units = units
        self.bags = bags
        self.device = device
        self.every: dict[tuple[int, int], Tensor] = {}
        self.asked: Counter[tuple[int, int]] = Counter()  # entities that were scored for themselves
        self.before: Regressions | None = None
        self.other = torch.empty(0, dtype=torch.long)

    def knowing(self, bags: Any) -> "Regressions":
        """The same where these are the bags: what was scored before is scored again for those whose bags changed."""
        again = Regressions(self.columns, self.regressions, self.points, self.units, bags, self.device)
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
                own[rows[:, None], named] = self._scores((relation, inverse), known, targets[named])
            if (relation, 1 - inverse) in self.regressions:
                regression = self.regressions[relation, 1 - inverse]
                targets = self._targets(regression, known)
                asked = (targets >= 0).nonzero()[:, 0]
                if len(asked):
                    theirs[rows[asked]] = self._scores((relation, 1 - inverse), among, targets[asked]).T
        return [own.to(self.device), theirs.to(self.device)]

    def _targets(self, regression: Regression, entities: Tensor) -> Tensor:
        """The target that is each of entities, -1: none."""
        relation, inverse = (torch.tensor(part) for part in regression.way)
        found = self.columns.of(relation, inverse, entities)
        return torch.where(found >= 0, found - regression.first, -1)

    def _scores(self, way: tuple[int, int], rows: Tensor, targets: Tensor) -> Tensor:
        """What is heard of a regression's scores [n, T] of targets [T] for entities [n]."""
        distinct, at = torch.unique(rows, return_inverse=True)
        self.asked[way] += len(distinct)
        if way not in self.every and self.asked[way] * FEW <= self.columns.entities:
            return heard(self._of([way], distinct)[way][at[:, None], targets], FLOOR)
        every = self._every(way)
        few = len(targets) * FEW <= every.shape[1]
        return heard(every[rows[:, None], targets] if few else every[rows][:, targets], FLOOR)

    def _every(self, way: tuple[int, int]) -> Tensor:
        """Scores [N, T] of a regression for all entities, which are kept.

        The second one that is asked for makes all, as they share most of the work; of few heads one may be enough.
        """
        if way in self.every:
            return self.every[way]
        before, many_differ = self.before, len(self.other) * FEW > self.columns.entities
        if before is None or (many_differ and way not in before.every):
            ways = [other for other in self.regressions if other not in self.every] if self.every else [way]
            self.every |= self._of(ways, torch.arange(self.columns.entities))
        else:
            self.every[way] = before._every(way).clone()
            if len(self.other):
                self.every[way][self.other] = self._of([way], self.other)[way]
        return self.every[way]

    def _of(self, ways: list[tuple[int, int]], rows: Tensor) -> dict[tuple[int, int], Tensor]:
        """Scores [n, T] of regressions for entities `rows` [n]; they share what the features' kernel takes."""
        asked = {way: self.regressions[way] for way in ways}
        used = torch.unique(torch.cat([of.landmarks for of in asked.values()]))
        at = {way: torch.searchsorted(used, of.landmarks) for way, of in asked.items()}
        table = Described([points[used] for points in self.points], None, len(used))
        # what is kept is made first: among kernels that come and go it would leave gaps too small for the next one
        found = {way: torch.empty(len(rows), of.weights.shape[1]) for way, of in asked.items()}
        done = 0
        for some in torch.split(rows, max(1, CELLS // max(1, len(used)))):
            alike = of_features(table, Described([unit[some] for unit in self.units], None, len(some)))
            bags = None if self.bags is None else self.bags[some.numpy()]
            for way, regression in asked.items():
                regression.of_kernel(alike[at[way]], bags, found[way][done : done + len(some)])
            done += len(some)
        return {way: asked[way].left_out(scores, rows) for way, scores in found.items()}
