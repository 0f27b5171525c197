"""Known facts as a lookup: which entities already answer a query, for filtered ranking and for new links."""

from itertools import accumulate

import torch
from torch import Tensor

from models.triples.sides import SIDES, Side


def given_pairs(triples: Tensor, side: Side) -> Tensor:
    """The (known entity, relation) pairs [m, 2] of queries that ask for the `side` end of triples [m, 3]."""
    return triples[:, [0, 1]] if side == "tail" else triples[:, [2, 1]]


def answers(triples: Tensor, side: Side) -> Tensor:
    """The entities [m] that such queries look for."""
    return triples[:, 2] if side == "tail" else triples[:, 0]


def with_inverses(triples: Tensor) -> Tensor:
    """Triples [m, 3], and after them the same turned round.

    As known facts they are the filter of the VL-KGE authors' release, whose one entry of (entity, relation) holds the
    entity's tails and its heads: it also drops x of (x, r, h) where (h, r, ?) is asked.
    """
    return torch.cat([triples, triples[:, [2, 1, 0]]])


class KnownFacts:
    """Answers of every (known entity, relation) pair, as compressed rows: one sorted key per pair."""

    def __init__(self, triples: Tensor, relations: int) -> None:
        self.relations = relations
        self.triples = triples
        self._rows = {side: _Rows(self._keys(given_pairs(triples, side)), answers(triples, side)) for side in SIDES}

    def _keys(self, pairs: Tensor) -> Tensor:
        return pairs[:, 0] * self.relations + pairs[:, 1]

    def answers(self, pairs: Tensor, side: Side) -> tuple[Tensor, Tensor]:
        """Known answers of pairs [B, 2]: (row of the pair [k], entity [k]), each once, rows ascending."""
        return self._rows[side].of(self._keys(pairs))

    def pairs(self, side: Side) -> Tensor:
        """The pairs [m, 2] that have answers, each once, in ascending order."""
        keys = self._rows[side].keys
        return torch.stack([keys // self.relations, keys % self.relations], dim=1)

    def answers_of_sides(self, asked: dict[Side, Tensor]) -> tuple[Tensor, Tensor]:
        """Like `of` for the pairs of several sides, whose rows are numbered through."""
        starts = accumulate(map(len, asked.values()), initial=0)
        found = [
            (start, *self.answers(pairs, side)) for start, (side, pairs) in zip(starts, asked.items(), strict=False)
        ]
        return torch.cat([start + rows for start, rows, _ in found]), torch.cat([entities for *_, entities in found])

    def to(self, device: torch.device) -> "KnownFacts":
        """Itself, with its tensors on `device`."""
        self.triples = self.triples.to(device)
        for rows in self._rows.values():
            rows.to(device)
        return self


class _Rows:
    """Values under sorted integer keys; duplicates are kept once."""

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        radix = int(values.max()) + 1 if len(values) else 1
        cells = torch.unique(keys * radix + values)  # of numbers: of columns it takes many times as long
        self.values = cells % radix
        self.keys, counts = torch.unique_consecutive(cells // radix, return_counts=True)
        self.starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])

    def of(self, keys: Tensor) -> tuple[Tensor, Tensor]:
        if len(self.keys) == 0:
            return keys.new_empty(0), keys.new_empty(0)
        at = torch.searchsorted(self.keys, keys).clamp_(max=len(self.keys) - 1)
        counts = (self.starts[at + 1] - self.starts[at]) * (self.keys[at] == keys)
        rows = torch.repeat_interleave(torch.arange(len(keys), device=keys.device), counts)
        within = torch.arange(len(rows), device=keys.device) - (counts.cumsum(0) - counts)[rows]
        return rows, self.values[self.starts[at][rows] + within]

    def to(self, device: torch.device) -> None:
        self.keys, self.values, self.starts = (t.to(device) for t in (self.keys, self.values, self.starts))
