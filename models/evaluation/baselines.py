"""What a model has to be better than."""

import torch
from torch import Tensor
from torch.nn import functional as F

from base.errors import InputError
from base.progress import Progress, silent
from models.evaluation.linear_probe import LinearProbe
from models.ranking.popularity import Popularity
from models.ranking.scores import Scores
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side


class ZeroShot(Scores):
    """Cosine of the known entity's and the candidate's features, whatever the relation; nothing is learned.

    Where pictures and texts are vectors of one dimension, as CLIP's are, an entity is the mean of its unit vectors, and
    a picture is compared with a text. Else it is the mean of the cosines of the modalities that both entities have.
    An entity without features has cosine zero with everybody.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        """Raises InputError for a graph without features."""
        if not graph.features:
            raise InputError("zero-shot scores are cosines of features; the graph has none: run `vlkge encode`")
        self.entities = graph.num_entities
        self.device = torch.device("cpu")
        units = [F.normalize(part.vectors, dim=1) * part.mask[:, None] for part in graph.features.values()]
        if len({unit.shape[1] for unit in units}) == 1:
            self.units = [F.normalize(torch.stack(units).sum(0), dim=1)]
        else:
            self.units = units

    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:  # noqa: ARG002 (alike)
        total = shared = torch.zeros(())
        for unit in self.units:
            known, others = unit[pairs[:, 0]], unit if candidates is None else unit[candidates]
            total = total + known @ others.T
            shared = shared + known.any(1)[:, None] * others.any(1)
        return total / shared.clamp(min=1)


def baselines(graph: KnowledgeGraph, *, features: bool = True, progress: Progress = silent) -> dict[str, Scores]:
    """What there is to compare with: popularity and, where the graph has features, those of frozen features."""
    found: dict[str, Scores] = {"popularity": Popularity(graph)}
    if features and graph.features:
        found["zero-shot"] = ZeroShot(graph)
        found["linear probe"] = LinearProbe(graph, progress=progress)
    return found
