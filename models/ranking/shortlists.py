"""Which tails a head may score highest, found from a sketch of the scores where there are too many to make them all.

The matrix of a relation's scores, heads by tails, is close to one of low rank. So some heads' scores of all tails, and
all heads' scores of some tails, tell roughly what the others are: A ≈ mean + C pinv(W) R, a CUR decomposition with R
the drawn rows, C the drawn columns and W where they meet (Yadav et al. 2022, "Efficient nearest neighbor search for
cross-encoder models using matrix factorization", https://arxiv.org/abs/2210.12579). The tails that a sketch finds best
are then scored as all would be. How many of the best links are found so is measured on heads that were not drawn.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from models.ranking.distance_bounds import Cells
from models.ranking.scores import Scores

ROWS, COLUMNS = 1024, 512  # heads and tails that the sketch is made of
WORTH = 4  # times what is drawn, from which on a sketch pays
LISTED = 100  # tails of one head
CHECKED = 200  # heads whose lists are made both ways
SMALL = 0.01  # singular values are damped below this share of the largest
TOGETHER = 64  # heads that are scored together, with the tails of all their lists
SORTED = 16_384  # heads of which those that are alike are brought together
CHUNK = 8_192  # tails that are scored at a time while the sketch is made
RUN = 64  # columns of which the highest stands for all while the best are looked for


class Sketched(NamedTuple):
    """How the lists of a relation with too many pairs of a head and a tail were found."""

    relation: int
    pairs: int
    found: float
    """Share of the best links of `checked` heads that their shortlists named."""
    checked: int


class Shortlists:
    """The tails of `heads`, all of one relation, that a sketch of their scores finds best among `tails`.

    `excluded` gives the cells of pairs [B, 2] and tails that are no new links.
    """

    def __init__(
        self,
        scores: Scores,
        relation: int,
        heads: Tensor,
        tails: Tensor,
        excluded: Callable[[Tensor, Tensor], Cells],
        seed: int = 0,
    ) -> None:
        self.scores = scores
        self.relation = relation
        self.pairs = len(heads) * len(tails)
        self.tails = tails.to(scores.device)
        self.excluded = excluded
        generator = torch.Generator().manual_seed(seed)
        order = heads[torch.randperm(len(heads), generator=generator)]
        drawn, self.others = order[:ROWS], order[ROWS : ROWS + CHECKED]
        self.columns = torch.randperm(len(tails), generator=generator)[:COLUMNS].sort().values.to(scores.device)
        meet = self._scored(drawn, self.tails[self.columns])
        self.centre = meet.mean(0)
        left, sizes, right = torch.linalg.svd(meet - self.centre, full_matrices=False)
        damped = sizes / (sizes**2 + (SMALL * sizes[0]).clamp(min=torch.finfo(sizes.dtype).tiny) ** 2)
        inverse = (right.T * damped) @ left.T
        self.mean = meet.new_empty(len(tails))
        self.basis = meet.new_empty(len(self.columns), len(tails))
        for some in torch.split(torch.arange(len(tails), device=scores.device), CHUNK):
            told = self._scored(drawn, self.tails[some])
            self.mean[some] = told.mean(0)
            self.basis[:, some] = inverse @ (told - self.mean[some])

    @staticmethod
    def pay(heads: int, tails: int) -> bool:
        """Whether a sketch of so many heads and tails leaves most of the scores unmade."""
        return heads > WORTH * (ROWS + CHECKED) and tails > WORTH * COLUMNS

    def blocks(self, heads: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """(some of the heads, the tails that their shortlists name, ascending); those that like the same together."""
        for part in torch.split(heads, SORTED):
            own = self._scored(part, self.tails[self.columns]) - self.centre
            order = own.argmax(1).argsort(stable=True)
            for at in torch.split(order, TOGETHER):
                block = part[at.cpu()]
                yield block, self.tails[torch.unique(self._named(block, own[at]))].cpu()

    def found(self, top_k: int) -> Sketched:
        """Whether some heads' shortlists name their `top_k` best links, all being scored."""
        best, named = 0, 0
        for block in torch.split(self.others, TOGETHER):
            own = self._scored(block, self.tails[self.columns]) - self.centre
            scores = self._scored(block, self.tails)
            scores[self.excluded(self._pairs(block), self.tails)] = -torch.inf
            values, at = scores.topk(min(top_k, scores.shape[1]), dim=1)
            is_named = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, self._named(block, own), True)
            real = values > -torch.inf
            best += int(real.sum())
            named += int((is_named.gather(1, at) & real).sum())
        return Sketched(self.relation, self.pairs, named / max(best, 1), len(self.others))

    def _named(self, block: Tensor, own: Tensor) -> Tensor:
        """Columns [B, LISTED] that heads [B] may like best; `own` [B, COLUMNS] are their scores of the drawn ones."""
        sketch = torch.addmm(self.mean, own, self.basis)
        sketch[self.excluded(self._pairs(block), self.tails)] = -torch.inf
        return _highest(sketch, LISTED)

    def _scored(self, heads: Tensor, tails: Tensor) -> Tensor:
        parts = [self.scores.score_all(self._pairs(some), "tail", tails) for some in torch.split(heads, COLUMNS)]
        return torch.cat(parts)

    def _pairs(self, heads: Tensor) -> Tensor:
        own = heads.to(self.scores.device)
        return torch.stack([own, torch.full_like(own, self.relation)], dim=1)


def _highest(values: Tensor, most: int) -> Tensor:
    """Columns [B, most] of the highest values [B, C] of each row, found among the runs with the highest."""
    whole = values.shape[1] // RUN * RUN
    if whole // RUN <= most:
        return values.topk(min(most, values.shape[1]), dim=1).indices
    runs = values[:, :whole].view(len(values), -1, RUN).amax(2).topk(most, dim=1).indices
    columns = (runs[:, :, None] * RUN + torch.arange(RUN, device=values.device)).flatten(1)
    rest = torch.arange(whole, values.shape[1], device=values.device).expand(len(values), -1)
    columns = torch.cat([columns, rest], dim=1)
    return columns.gather(1, values.gather(1, columns).topk(most, dim=1).indices)
