"""The least that a model has to be better than: how often an entity is found at an end of a relation."""

import torch
from torch import Tensor

from base.errors import InputError
from models.ranking.scores import Scores
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import answers
from models.triples.sides import SIDES, Side


class Popularity(Scores):
    """Scores an entity by how many training facts of the relation have it at that end, whatever the other end is."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        train = graph.triples["train"]
        if len(train) == 0:
            raise InputError("popularity needs training facts; the graph has none")
        self.entities = graph.num_entities
        self.device = torch.device("cpu")
        self._counts: dict[Side, Tensor] = {side: self._count(graph, answers(train, side)) for side in SIDES}

    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        counts = self._counts[side][pairs[:, 1]]
        return counts if candidates is None else counts[:, candidates]

    @staticmethod
    def _count(graph: KnowledgeGraph, found: Tensor) -> Tensor:
        cells = graph.triples["train"][:, 1] * graph.num_entities + found
        counts = torch.bincount(cells, minlength=graph.num_relations * graph.num_entities)
        return counts.reshape(graph.num_relations, graph.num_entities).float()
