"""How many training facts of the relation a candidate answers."""

from typing import Self

import torch
from torch import Tensor

from models.experts.expert import Expert, Model, Voice
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side


class Popularity(Expert):
    """log(1 + training facts) that a candidate is the tail (or head) of, for the relation that is asked for."""

    parts = ("popularity",)

    def __init__(self, entities: int, relations: int) -> None:
        super().__init__()
        self.relations = relations
        self.counts: Tensor
        self.register_buffer("counts", torch.zeros(entities, 2 * relations))

    @classmethod
    def of(cls, model: Model) -> Self:
        return cls(model.num_entities, model.num_relations)

    def learn(self, graph: KnowledgeGraph) -> None:
        heads, relations, tails = graph.triples["train"].to(self.counts.device).unbind(1)
        self.counts.zero_()
        for ends, columns in ((tails, relations), (heads, relations + self.relations)):
            self.counts.index_put_((ends, columns), self.counts.new_ones(()), accumulate=True)
        self.counts.log1p_()

    def voice(self, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (training facts alone)
        by_relation = self.counts.T.contiguous()

        def speak(pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:
            relations = pairs[:, 1]
            relations = relations[:1] if (relations == relations[:1]).all() else relations  # most often there is one
            rows = by_relation[relations + (self.relations if side == "head" else 0)]
            return [rows if candidates is None else rows[:, candidates]]

        return speak

    def voice_seeing(self, voice: Voice, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (goes by none)
        return voice

    def carry_over(self, trained: Self, entities: Tensor, relations: Tensor) -> None:
        both = torch.cat([relations, relations + trained.relations])
        known = entities >= 0
        self.counts[known] = trained.counts[entities[known]][:, both]
