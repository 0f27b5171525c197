"""Rank by a distance without computing most distances: a matrix product rules out who cannot reach the target.

A norm is the largest inner product with a direction of dual norm one, so every such direction s gives
‖q − c‖ ≥ s·q − s·c, for all queries and candidates in one matrix product. The direction from the candidates' mean to
the query keeps about 70 % of the distance to an unrelated candidate; whoever is still within reach of the target
after that is measured exactly. A Euclidean distance comes out of the product itself, up to rounding, so that only
near ties are measured. Slack for rounding makes the bounds hold in the arithmetic that is used: a sum of n terms errs
by CERTAINTY · sqrt(n) roundings at most, but for a chance below 10^-18 (Higham and Mary 2019, "A new approach to
probabilistic rounding error analysis"; n roundings, the certain bound, let many more be near ties).
"""

import math

import torch
from torch import Tensor

from models.scoring.norms import EUCLIDEAN, Norm
from models.scoring.product import product

Cells = tuple[Tensor, Tensor]

CERTAINTY = 10
BLOCK = 512  # rows of differences measured at a time: they stay in the cache
FEW = 16  # contenders of one query below which queries are measured together


class DistanceBounds:
    """Scores margin − ‖q − c‖, exact for whoever reaches a target."""

    def __init__(self, norm: Norm, margin: float, candidates: Tensor) -> None:
        self.norm = norm
        self.margin = margin
        self.candidates = candidates
        self.centre = candidates.mean(0)
        roundoff = torch.finfo(candidates.dtype).eps / 2
        # of a product of that width, and of what it stands for
        self.slack = 2 * roundoff * (CERTAINTY * math.sqrt(candidates.shape[1]) + 8)
        self.sizes = candidates.abs().sum(1)
        self.squares = candidates.square().sum(1)
        self.buffer = candidates.new_empty(
            BLOCK, candidates.shape[1]
        )  # new memory for each block would cost more than the sums

    def scores(self, queries: Tensor, targets: Cells, known: Cells) -> Tensor:
        """Scores [B, C] of queries [B, W]; beyond the range of a row's targets any value on the same side will do.

        `targets` and `known` are cells (rows, columns), rows ascending; known ones may hold any value, unless they
        are targets.
        """
        scores, lower = self._bounds(queries)
        scores[known] = -torch.inf
        return self._settle(queries, scores, targets, lower)

    def best(self, queries: Tensor, hidden: Cells, most: int) -> Tensor:
        """Scores [B, C] of queries [B, W], right for the `most` highest of a row; `hidden` cells are -inf."""
        scores, _ = self._bounds(queries)
        scores[hidden] = -torch.inf
        bounds, columns = scores.topk(min(most, scores.shape[1]), dim=1)
        rows = torch.arange(len(scores), device=scores.device)[:, None].expand_as(columns)
        some = bounds > -torch.inf
        return self._settle(queries, scores, (rows[some], columns[some]))

    def _settle(self, queries: Tensor, scores: Tensor, targets: Cells, lower: Tensor | None = None) -> Tensor:
        """Upper bounds made exact, in place, in the target cells and wherever they reach a row's lowest target.

        Where lower bounds are given, cells that are surely above a row's highest target stay as they are.
        """
        exact = self._measure(queries, *targets)
        lowest = queries.new_full((len(queries),), torch.inf).scatter_reduce_(0, targets[0], exact, "amin")
        open_cells = scores >= lowest[:, None]
        if lower is not None:
            highest = queries.new_full((len(queries),), -torch.inf).scatter_reduce_(0, targets[0], exact, "amax")
            open_cells &= lower <= highest[:, None]
        rows, columns = open_cells.nonzero(as_tuple=True)
        scores[rows, columns] = self._measure(queries, rows, columns)
        scores[targets] = exact
        return scores

    def _bounds(self, queries: Tensor) -> tuple[Tensor, Tensor | None]:
        """Upper bounds of the scores [B, C], and lower bounds where they are worth having."""
        slack = self.slack * abs(self.margin)
        if self.norm is EUCLIDEAN:
            return self._euclidean_bounds(queries, slack)
        directions = self.norm.direction(queries - self.centre)
        along = (directions * queries).sum(1) - self.slack * queries.abs().sum(1)
        start = self.margin + slack - along
        return product(directions, self.candidates).add_(start[:, None]).add_(self.slack * self.sizes), None

    def _euclidean_bounds(self, queries: Tensor, slack: float) -> tuple[Tensor, Tensor]:
        squares = queries.square().sum(1)[:, None] + self.squares
        between = product(queries, self.candidates).mul_(-2).add_(squares)
        rounding = squares.mul_(2 * self.slack)  # of the product; a measured distance is at most twice these squares
        near = (between - rounding).clamp_(min=0).sqrt_()
        far = between.add_(rounding).clamp_(min=0).sqrt_()
        return (self.margin + slack) - near, (self.margin - slack) - far

    def _measure(self, queries: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Exact scores [k] of cells, rows ascending."""
        counts = torch.bincount(rows, minlength=len(queries))
        few, most = counts < FEW, 2 * counts > len(self.candidates)
        lengths = queries.new_empty(len(rows))
        some = few[rows]
        lengths[some] = self._measure_few(queries, rows[some], columns[some])
        some = most[rows]
        place = most.cumsum(0) - 1
        lengths[some] = self._measure_all(queries[most])[place[rows[some]], columns[some]]
        ends = counts.cumsum(0).tolist()
        for row in (~(few | most)).nonzero()[:, 0].tolist():
            cells = slice(ends[row] - int(counts[row]), ends[row])
            blocks = torch.split(columns[cells], BLOCK)
            lengths[cells] = torch.cat([self._lengths(queries[row], self._gather(block)) for block in blocks])
        return self.margin - lengths

    def _measure_few(self, queries: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Distances [k] of queries [B, W] in cells."""
        parts = zip(torch.split(rows, BLOCK), torch.split(columns, BLOCK), strict=True)
        return torch.cat([self._lengths(queries[some], self._gather(chosen)) for some, chosen in parts])

    def _measure_all(self, queries: Tensor) -> Tensor:
        """Distances [B, C] of queries [B, W] to all candidates, of which each block stays in the cache for all queries.

        For a query that most candidates might reach: copying most of them would cost more.
        """
        lengths = queries.new_empty(len(queries), len(self.candidates))
        starts = range(0, len(self.candidates), BLOCK)
        for start, block in zip(starts, torch.split(self.candidates, BLOCK), strict=True):
            for row, query in enumerate(queries):
                lengths[row, start : start + BLOCK] = self._lengths(query, block)
        return lengths

    def _gather(self, columns: Tensor) -> Tensor:
        return torch.index_select(self.candidates, 0, columns, out=self.buffer[: len(columns)])

    def _lengths(self, query: Tensor, chosen: Tensor) -> Tensor:
        """Distances [k] of candidates [k, W] to a query each [k, W], or one for all [W]."""
        return self.norm.length(torch.sub(chosen, query, out=self.buffer[: len(chosen)]))
