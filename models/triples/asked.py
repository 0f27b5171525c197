"""How many held-back facts are asked for: to rank all of a large graph's would take days, and tell no more."""

from dataclasses import replace

import torch
from torch import Tensor

from models.triples.knowledge_graph import KnowledgeGraph

RANKED = 2_000_000_000  # candidates of a split's facts, on each side
LEAST = 5_000  # facts; the standard error of their MRR is below .007, whatever the graph
HELD_BACK = ("val", "gate", "test")
REST = "unasked"  # a split of facts that are known, and neither learned from nor asked for


def with_fewer_asked(graph: KnowledgeGraph, ranked: int = RANKED, least: int = LEAST) -> KnowledgeGraph:
    """The graph with at most `ranked` / N facts, or `least`, in each split that is held back; the others are in REST.

    Heads are drawn, with all their facts but for the last one's, so that a list is asked about whole.
    """
    most = max(least, ranked // max(1, graph.num_entities))
    parts = {name: _drawn(graph.triples[name], most, graph.num_entities) for name in HELD_BACK}
    rest = [left for _, left in parts.values() if len(left)]
    if not rest:
        return graph
    kept = {name: chosen for name, (chosen, _) in parts.items()}
    return replace(graph, triples={**graph.triples, **kept, REST: torch.cat(rest)})


def left_out(graph: KnowledgeGraph, split: str) -> str:
    """How many of a split's facts are asked for, in words; empty where all are."""
    every, asked = len(graph.triples[split]), len(with_fewer_asked(graph).triples[split])
    return f"{asked:,} of {every:,} {split} facts are ranked, those of heads drawn at random" if asked < every else ""


def _drawn(facts: Tensor, most: int, entities: int) -> tuple[Tensor, Tensor]:
    """The facts of the first heads of a random order, and the others."""
    if len(facts) <= most:
        return facts, facts[:0]
    place = torch.randperm(entities, generator=torch.Generator().manual_seed(0))
    order = place[facts[:, 0]].argsort(stable=True)
    chosen, left = order[:most].sort().values, order[most:].sort().values
    return facts[chosen], facts[left]
