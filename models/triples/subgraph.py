"""The part of a graph that a model knows: without relations that came after its training."""

from collections.abc import Collection
from dataclasses import replace

import torch
from torch import Tensor

from models.triples.knowledge_graph import KnowledgeGraph


def with_relations(graph: KnowledgeGraph, names: Collection[str]) -> KnowledgeGraph:
    """The graph with only these of its relations and their facts; all entities stay. The graph itself where all do."""
    kept = [row for row, name in enumerate(graph.relations) if name in set(names)]
    if len(kept) == graph.num_relations:
        return graph
    place = torch.full((graph.num_relations,), -1)
    place[kept] = torch.arange(len(kept))
    return replace(
        graph,
        relations=[graph.relations[row] for row in kept],
        relation_types=[graph.relation_types[row] for row in kept],
        triples={split: _moved(facts, place) for split, facts in graph.triples.items()},
        rejected=_moved(graph.rejected, place),
        fingerprint=f"{graph.fingerprint} with {len(kept)} relations",
    )


def _moved(facts: Tensor, place: Tensor) -> Tensor:
    """Facts [m, 3] of the relations that have a place, with their new rows."""
    moved = facts[place[facts[:, 1]] >= 0].clone()
    moved[:, 1] = place[moved[:, 1]]
    return moved
