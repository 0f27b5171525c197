"""What a training is judged by: ranks of validation facts, after each epoch and at its end."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from base.errors import InputError
from models.config import TrainConfig
from models.ranking.popularity import Popularity
from models.ranking.ranking import rank
from models.ranking.scores import Scores, VectorScores
from models.ranking.sharded_ranking import rank_over_shards
from models.representation.vlkge import VLKGE
from models.training.distributed import Group
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts, with_inverses
from models.triples.sides import SIDES

ENOUGH_TO_REFUSE = 100  # validation facts, of which a model that popularity outdoes is refused
CERTAIN = 2  # standard errors


@dataclass(frozen=True)
class Validation:
    """facts [n, 3]: a sample of the split, drawn by the seed; known: facts that do not compete with them."""

    facts: Tensor
    known: KnownFacts

    @classmethod
    def of(cls, graph: KnowledgeGraph, config: TrainConfig) -> Self:
        """Test facts compete, unless training knows them anyway."""
        facts, splits = graph.triples["val"], graph.triples
        if len(facts) > config.validation_facts:
            generator = torch.Generator().manual_seed(config.seed)
            facts = facts[torch.randperm(len(facts), generator=generator)[: config.validation_facts]]
        if config.negative_filter == "every_split":
            known = with_inverses(torch.cat(list(splits.values())))
        else:
            known = torch.cat([splits[split] for split in ("train", "val", "gate")])
        return cls(facts, KnownFacts(known, graph.num_relations))

    def mrr(self, model: VLKGE, group: Group) -> float:
        """Mean reciprocal rank of the fused vectors on both sides, filtered; 0 without validation facts."""
        if len(self.facts) == 0:
            return 0.0
        if model.shards is not None:
            found = rank_over_shards(model, model.shards, self.facts, self.known)
            return torch.cat([1 / found[side].realistic for side in SIDES]).mean().item()
        ranks = self.reciprocal_ranks(VectorScores.of_fused(model), group.shard_rows(self.facts))
        return group.sum(ranks.sum()).item() / (len(SIDES) * len(self.facts))

    def reciprocal_ranks(self, scores: Scores, facts: Tensor | None = None) -> Tensor:
        """Filtered reciprocal ranks [2 n] of `facts`, left out: of all; one side after the other."""
        ranks = rank(scores, self.facts if facts is None else facts, known=self.known)
        return torch.cat([1 / ranks[side].realistic for side in SIDES])

    def refuse_below_popularity(self, found: Tensor, graph: KnowledgeGraph) -> None:
        """Raises InputError where these reciprocal ranks are surely worse, of ENOUGH_TO_REFUSE facts or more."""
        if len(self.facts) < ENOUGH_TO_REFUSE:
            return
        popular = self.reciprocal_ranks(Popularity(graph))
        difference = found.cpu() - popular.cpu()
        if difference.mean() + CERTAIN * difference.std() / len(difference) ** 0.5 < 0:
            raise InputError(
                f"the model's MRR on {len(self.facts)} validation facts is {found.mean():.3f}, that of popularity "
                f"{popular.mean():.3f}: train with other settings, or keep it by below_popularity='keep'"
            )
