"""Models whose experts alone have learned."""

from models.config import TrainConfig
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph


def with_experts(graph: KnowledgeGraph, config: TrainConfig) -> VLKGE:
    """A model whose experts learned from the graph in closed form; its vectors are as they began."""
    model = VLKGE.from_graph(config, graph).eval()
    assert model.ensemble is not None
    model.ensemble.learn(graph)
    return model
