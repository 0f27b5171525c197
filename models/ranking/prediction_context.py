"""What evaluation, prediction and explanation share of one model on one graph, made once."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from models.ranking.scores import Scores
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

METHOD = 2  # of learning probabilities; one more makes kept calibrations anew where links are


@dataclass(frozen=True)
class PredictionContext:
    """What lists are made of: a model's scores on a graph, whom it knew in training, and the rules of the lists."""

    version: str
    graph: KnowledgeGraph
    model: VLKGE
    scores: Scores
    seen: Tensor
    patterns: Patterns
    top_k: int

    @classmethod
    def of(
        cls,
        version: str,
        checkpoint: Checkpoint,
        graph: KnowledgeGraph,
        told: Patterns | None,
        top_k: int,
        device: str = "cpu",
    ) -> "PredictionContext":
        """A checkpoint over a graph that may have changed since; patterns that were `told` replace those found.

        Scores are computed on `device`, as `models.device.pick_device` has it.
        """
        model = checkpoint.model_for(graph, device)
        return cls(
            version=version,
            graph=graph,
            model=model,
            scores=Scores.of_model(model),
            seen=seen_by(checkpoint, graph),
            patterns=Patterns.of(graph, told),
            top_k=top_k,
        )

    @cached_property
    def scores_today(self) -> Scores:
        """The scores for what is asked of the graph as it is: experts read all of its facts."""
        return self.scores.knowing(self.graph.facts)

    @property
    def key(self) -> str:
        """Names what a calibration was learned from."""
        content = f"{METHOD}\n{self.version}\n{self.graph.fingerprint}\n{self.top_k}\n{self.patterns.model_dump_json()}"
        return hashlib.sha256(content.encode()).hexdigest()


def seen_by(checkpoint: Checkpoint, graph: KnowledgeGraph) -> Tensor:
    """Of which entities of a graph, maybe grown since, a model knew training facts, bool [N]."""
    trained = checkpoint.model.state_dict().get("modalities.structural.mask")
    known = [True] * len(checkpoint.entities) if trained is None else trained.tolist()
    seen = dict(zip(checkpoint.entities, known, strict=True))
    return torch.tensor([seen.get(identity, False) for identity in graph.entities], dtype=torch.bool) & graph.seen
