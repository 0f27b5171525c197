"""Which entities may stand at an end of a relation."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import answers
from models.triples.sides import SIDES, Side

Choice = Literal["all", "typed", "observed", "wikiart"]


@dataclass(frozen=True)
class Candidates:
    """Entities int64 [C], ascending, for each (relation, side)."""

    lists: dict[tuple[int, Side], Tensor]

    def of(self, relation: int, side: Side) -> Tensor:
        """The entities that may be the `side` end of a relation."""
        return self.lists[relation, side]

    @classmethod
    def typed(cls, graph: KnowledgeGraph) -> "Candidates":
        """Entities of the labels that the relation has at that end, in any fact of the graph."""
        lists: dict[tuple[int, Side], Tensor] = {}
        for relation, joined in enumerate(graph.relation_types):
            for side in SIDES:
                lists[relation, side] = of_types(graph, {pair[0] if side == "head" else pair[1] for pair in joined})
        return cls(lists)

    @classmethod
    def observed(cls, facts: Tensor, relations: int) -> "Candidates":
        """Entities that stand at that end of the relation in any of the facts [m, 3]."""
        return cls(
            {
                (relation, side): torch.unique(answers(facts[facts[:, 1] == relation], side))
                for relation in range(relations)
                for side in SIDES
            }
        )

    @classmethod
    def wikiart(cls, graph: KnowledgeGraph, ranked: Tensor, every: Tensor) -> "Candidates":
        """As in VL-KGE's release for its WikiArt graphs: entities observed at that end of the relation in `every` fact.

        For a relation that joins a label with itself, as between artists, those observed in the `ranked` facts alone.
        """
        anywhere, there = (cls.observed(facts, graph.num_relations) for facts in (every, ranked))
        within = {r for r, joined in enumerate(graph.relation_types) if all(head == tail for head, tail in joined)}
        return cls({key: (there if key[0] in within else anywhere).lists[key] for key in anywhere.lists})


def of_types(graph: KnowledgeGraph, types: set[int]) -> Tensor:
    """Entities of any of the types, ascending."""
    wanted = torch.zeros(len(graph.type_names), dtype=torch.bool)
    wanted[list(types)] = True
    return wanted[graph.entity_types].nonzero()[:, 0]
