"""What ranking and prediction ask of a model: scores of candidates as the missing end of a (known entity, relation)."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from base.errors import InputError
from models.experts.ensemble import Opinions
from models.ranking.distance_bounds import Cells, DistanceBounds
from models.representation.vlkge import VLKGE
from models.scoring.rows import rows_of
from models.scoring.scorers import RotatE, Scorer, TransE
from models.triples.sides import Side


@dataclass(frozen=True)
class Block:
    """Cells of one score matrix [B, C]: whose entities the columns are (None: all), and what its cells mean."""

    candidates: Tensor | None
    targets: Cells
    """(rows, columns) [m] of the answers to be ranked, rows ascending."""
    known: Cells
    """(rows, columns) [k] of the known answers, which do not compete."""


def columns_of(entities: Tensor, allowed: Tensor | None) -> Tensor:
    """Columns of entities in a matrix over sorted `allowed` entities; -1 where one is not among them."""
    if allowed is None:
        return entities
    at = torch.searchsorted(allowed, entities.contiguous()).clamp_(max=len(allowed) - 1)
    return torch.where(allowed[at] == entities, at, -1)


class Scores(ABC):
    """Scores for (known entity, relation) pairs; higher is better."""

    entities: int
    device: torch.device
    costly = True
    """Whether a score takes more than a product of two vectors."""

    @staticmethod
    def of_model(model: VLKGE, facts: Tensor | None = None) -> "Scores":
        """The scores of a model as it is now, without dropout; all entities are represented once.

        `facts` int64 [m, 3] are those known of entities, which experts may read (None: training facts).
        """
        if model.ensemble is None:
            return VectorScores.of_fused(model)
        training = model.training
        opinions = model.ensemble.speak(model.eval(), facts)
        model.train(training)
        return EnsembleScores(opinions)

    def knowing(self, facts: Tensor) -> "Scores":  # noqa: ARG002 (for those that can make use of them)
        """The scores where facts int64 [m, 3] are known of entities; what does not go by facts is not made again."""
        return self

    @abstractmethod
    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        """Scores [B, C] of candidates [C] (None: all entities) for pairs [B, 2], in memory of its own."""

    def score_contenders(self, pairs: Tensor, side: Side, block: Block) -> Tensor:
        """Like `score_all`, but what scores below every target of its row may have any value below them.

        So may known answers that are not targets. Overridden where contenders are found faster than all are scored.
        """
        return self.score_all(pairs, side, block.candidates)

    def score_best(
        self,
        pairs: Tensor,
        side: Side,
        candidates: Tensor,
        hidden: Cells,
        most: int,  # noqa: ARG002 (for those that can make use of it)
    ) -> Tensor:
        """Like `score_all`, but only the `most` highest of a row need be right; those of `hidden` cells are -inf."""
        scores = self.score_all(pairs, side, candidates)
        scores[hidden] = -torch.inf
        return scores


class EnsembleScores(Scores):
    """Scores of all experts of a model together."""

    def __init__(self, opinions: Opinions) -> None:
        self.opinions = opinions
        self.entities = opinions.entities
        self.device = opinions.device

    def knowing(self, facts: Tensor) -> "EnsembleScores":
        return EnsembleScores(self.opinions.knowing(facts))

    def seeing_again(self) -> "EnsembleScores":
        """The scores after the modalities of entities changed; what does not go by them is not made again."""
        return EnsembleScores(self.opinions.seeing_again())

    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        return self.opinions.scores(pairs, side, candidates)


class VectorScores(Scores):
    """Scores of entity vectors [N, W] by a scorer; `queries` makes query vectors [B, W] from pairs and side."""

    costly = False

    def __init__(self, scorer: Scorer, vectors: Tensor, queries: Callable[[Tensor, Side], Tensor]) -> None:
        if not vectors.isfinite().all():
            raise InputError("an entity's vector has numbers that are not finite: did training diverge?")
        self.scorer = scorer
        self.vectors = vectors
        self.queries = queries
        self.entities = len(vectors)
        self.device = vectors.device
        self._reach: tuple[Tensor | None, DistanceBounds | None] | None = None

    @classmethod
    def of_fused(cls, model: VLKGE) -> "VectorScores":
        """The scores of the fused vectors alone, without the experts beside them."""
        training = model.training
        with torch.no_grad():
            vectors = model.eval().fused_representations()
        model.train(training)
        return cls(
            model.fused_scorer,
            vectors,
            lambda pairs, side: model.fused_queries(vectors[pairs[:, 0]], pairs[:, 1], side),
        )

    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        return self.scorer.score_all(self.queries(pairs, side), rows_of(self.vectors, candidates))

    def score_contenders(self, pairs: Tensor, side: Side, block: Block) -> Tensor:
        reach = self._reach_of(block.candidates)
        if reach is None:
            return super().score_contenders(pairs, side, block)
        return reach.scores(self.queries(pairs, side), block.targets, block.known)

    def score_best(self, pairs: Tensor, side: Side, candidates: Tensor, hidden: Cells, most: int) -> Tensor:
        reach = self._reach_of(candidates)
        if reach is None:
            return super().score_best(pairs, side, candidates, hidden, most)
        return reach.best(self.queries(pairs, side), hidden, most)

    def _reach_of(self, candidates: Tensor | None) -> DistanceBounds | None:
        if self._reach is None or self._reach[0] is not candidates:
            self._reach = (candidates, self._bounds(candidates))
        return self._reach[1]

    def _bounds(self, candidates: Tensor | None) -> DistanceBounds | None:
        """Bounds for a distance scorer on a CPU, where looking at few candidates is faster than at all."""
        scorer = self.scorer
        if self.vectors.is_cuda or not isinstance(scorer, TransE | RotatE):
            return None
        vectors = self.vectors if candidates is None else self.vectors[candidates]
        return DistanceBounds(scorer.norm, scorer.margin, vectors)
