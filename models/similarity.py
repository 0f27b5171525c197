"""Frozen feature similarity as a part of the score: what a learned projection forgets of pictures and texts.

The score gains, for each modality m, w[r, m] * cos(f_m(known), f_m(candidate)), zero where one of them lacks it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.knowledge_graph import Features
from models.scoring import Scorer, Side


class FrozenSimilarity(nn.Module):
    """Unit feature vectors of all modalities side by side, and a weight per relation row and modality."""

    def __init__(self, features: list[Features], relation_rows: int, start: float) -> None:
        super().__init__()
        self.widths = [part.vectors.shape[1] for part in features]
        self.units: Tensor
        units = [F.normalize(part.vectors, dim=1) * part.mask[:, None] for part in features]
        self.register_buffer("units", torch.cat(units, dim=1))
        self.weights = nn.Parameter(torch.full((relation_rows, len(features)), start))

    def forward(self, entities: Tensor) -> Tensor:
        """Unit features [n, F] of entities [n]."""
        return self.units[entities]

    def query(self, units: Tensor, rows: Tensor) -> Tensor:
        """Weighted unit features [B, F] of known entities, for relation rows [B]."""
        weights = self.weights[rows]
        return torch.cat(
            [part * weights[:, [i]] for i, part in enumerate(torch.split(units, self.widths, dim=1))], dim=1
        )


class WithSimilarity(Scorer):
    """A scorer whose vectors carry `frozen` more numbers at the end, matched by inner product."""

    def __init__(self, scorer: Scorer, frozen: int) -> None:
        self.scorer = scorer
        self.frozen = frozen
        self.complex_valued = scorer.complex_valued
        self.unit_entities = scorer.unit_entities

    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:
        return self.scorer.query(entity, relation, side)

    def match_pairs(self, query: Tensor, candidates: Tensor) -> Tensor:
        (q, q_frozen), (c, c_frozen) = self._split(query), self._split(candidates)
        return self.scorer.match_pairs(q, c) + (q_frozen * c_frozen).sum(-1)

    def match_all(self, query: Tensor, candidates: Tensor) -> Tensor:
        (q, q_frozen), (c, c_frozen) = self._split(query), self._split(candidates)
        return self.scorer.match_all(q, c) + q_frozen @ c_frozen.T

    def _split(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        return vectors[..., : -self.frozen], vectors[..., -self.frozen :]
