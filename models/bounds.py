"""Rank by a distance without computing most distances: a matrix product rules out who cannot reach the target.

A norm is the largest inner product with a direction of dual norm one, so every such direction s gives
‖q − c‖ ≥ s·q − s·c, for all queries and candidates in one matrix product. The direction from the candidates' mean to
the query keeps about 70 % of the distance to an unrelated candidate; whoever is still within reach of the target
after that is measured exactly. Slack for rounding makes the bound rigorous in the arithmetic that is used.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

Cells = tuple[Tensor, Tensor]

BLOCK = 256  # rows of differences measured at a time: they stay in the cache
FEW = 64  # contenders of one query below which queries are measured together


class Norm(NamedTuple):
    """Length of differences [k, W] (which it may overwrite), and directions [B, W] of dual norm at most one."""

    length: Callable[[Tensor], Tensor]
    direction: Callable[[Tensor], Tensor]


def _moduli(difference: Tensor) -> Tensor:
    real, imaginary = difference.square_().chunk(2, dim=1)
    return (real + imaginary).sqrt_().sum(1)


def _phases(difference: Tensor) -> Tensor:
    real, imaginary = difference.chunk(2, dim=1)
    modulus = torch.hypot(real, imaginary).clamp_(min=torch.finfo(difference.dtype).tiny)
    return torch.cat([real / modulus, imaginary / modulus], dim=1)


SUM = Norm(length=lambda x: x.abs_().sum(1), direction=torch.sign)
MODULI = Norm(length=_moduli, direction=_phases)
EUCLIDEAN = Norm(
    length=lambda x: x.square_().sum(1).sqrt_(), direction=lambda x: torch.nn.functional.normalize(x, dim=1)
)


class Reach:
    """Scores margin − ‖q − c‖ (+ the inner product of the `extra` last numbers), exact for whoever reaches a target."""

    def __init__(self, norm: Norm, margin: float, candidates: Tensor, extra: int = 0) -> None:
        self.norm = norm
        self.margin = margin
        self.candidates = candidates
        self.width = candidates.shape[1] - extra
        self.centre = candidates[:, : self.width].mean(0)
        roundoff = torch.finfo(candidates.dtype).eps / 2
        self.slack = 2 * roundoff * (candidates.shape[1] + 8)  # of the product, and of the score it stands for
        self.sizes = self.slack * candidates[:, : self.width].abs().sum(1)
        self.extra_size = candidates[:, self.width :].norm(dim=1).max() if extra else None

    def scores(self, queries: Tensor, targets: Cells, known: Cells) -> Tensor:
        """Scores [B, C] of queries [B, W]; those below a row's lowest target may be upper bounds.

        `targets` and `known` are cells (rows, columns), rows ascending; known ones may hold any value, unless they
        are targets.
        """
        scores = self._upper_bounds(queries)
        scores[known] = -torch.inf
        return self._settle(queries, scores, targets)

    def best(self, queries: Tensor, hidden: Cells, most: int) -> Tensor:
        """Scores [B, C] of queries [B, W], right for the `most` highest of a row; `hidden` cells are -inf."""
        scores = self._upper_bounds(queries)
        scores[hidden] = -torch.inf
        bounds, columns = scores.topk(min(most, scores.shape[1]), dim=1)
        rows = torch.arange(len(scores), device=scores.device)[:, None].expand_as(columns)
        some = bounds > -torch.inf
        return self._settle(queries, scores, (rows[some], columns[some]))

    def _settle(self, queries: Tensor, scores: Tensor, targets: Cells) -> Tensor:
        """Upper bounds made exact, in place, in the target cells and wherever they reach a row's lowest target."""
        exact = self._measure(queries, *targets)
        lowest = queries.new_full((len(queries),), torch.inf).scatter_reduce_(0, targets[0], exact, "amin")
        rows, columns = (scores >= lowest[:, None]).nonzero(as_tuple=True)
        scores[rows, columns] = self._measure(queries, rows, columns)
        scores[targets] = exact
        return scores

    def _upper_bounds(self, queries: Tensor) -> Tensor:
        points, extra = queries[:, : self.width], queries[:, self.width :]
        directions = self.norm.direction(points - self.centre)
        gap = self.margin + self.slack * (points.abs().sum(1) + abs(self.margin)) - (directions * points).sum(1)
        if self.extra_size is not None:
            gap += self.slack * extra.norm(dim=1) * self.extra_size
        bounds = torch.addmm(gap[:, None], torch.cat([directions, extra], dim=1), self.candidates.T)
        return bounds.add_(self.sizes)

    def _measure(self, queries: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Exact scores [k] of cells, rows ascending."""
        counts = torch.bincount(rows, minlength=len(queries))
        few = counts[rows] < FEW
        scores = queries.new_empty(len(rows))
        scores[few] = self._exact(queries[:, None], rows[few], columns[few])
        ends = counts.cumsum(0).tolist()
        for row in (counts >= FEW).nonzero()[:, 0].tolist():
            cells = slice(ends[row] - int(counts[row]), ends[row])
            scores[cells] = self._exact(queries[row], None, columns[cells])
        return scores

    def _exact(self, queries: Tensor, rows: Tensor | None, columns: Tensor) -> Tensor:
        """Scores of candidates `columns`, each with its own row of queries [B, 1, W], or all with one query [W]."""
        parts = []
        for start in range(0, len(columns), BLOCK):
            part = slice(start, start + BLOCK)
            query = queries if rows is None else queries[rows[part], 0]
            chosen = self.candidates[columns[part]]
            product = (chosen[:, self.width :] * query[..., self.width :]).sum(1)
            length = self.norm.length(chosen[:, : self.width].sub_(query[..., : self.width]))
            parts.append((self.margin - length).add_(product))
        return torch.cat(parts) if parts else queries.new_empty(0)
