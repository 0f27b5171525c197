"""Who speaks most for a link, by hand."""

import pytest
import torch
from torch import Tensor

from models.calibration.deciding_experts import deciding_experts
from models.config import TrainConfig
from models.experts.ensemble import Opinions
from models.experts.weights import STATES
from models.ranking.candidate_lists import Links
from models.ranking.scores import EnsembleScores, Scores, VectorScores
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side


class Said(Opinions):
    """Parts that say the same for every known entity, by candidate; `facts` has two of them."""

    def __init__(self) -> None:
        self.parts = ["fused", "popularity", "facts", "has facts", "visual"]
        self.entities = 5
        self.device = torch.device("cpu")
        self.states = torch.zeros(5, dtype=torch.long)

    def weights(self, pairs: Tensor, side: Side) -> Tensor:
        assert side == "tail"
        return torch.tensor([1.0, 0.1, 1.0, 2.0, 1.0]).expand(len(pairs), STATES, 5)

    def by_part(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> list[Tensor]:
        assert side == "tail"
        assert candidates is not None
        said = torch.tensor(
            [
                [0.0, 0.0, 3.0, 0.0, 0.0],
                [90.0, 90.0, 90.0, 90.0, 90.0],  # the same of all: it decides nothing
                [0.0, 1.0, 0.0, 1.0, 0.0],
                [0.0, 1.0, 0.0, 0.0, 0.0],
                [0.0, 0.0, 0.0, 2.5, 0.0],
            ]
        )
        return [part[candidates].expand(len(pairs), len(candidates)) for part in said]


@pytest.mark.parametrize("budget", [1, 1000])
def test_it_is_who_raises_the_link_most_above_the_others(budget: int) -> None:
    """Of tails 1, 2, 3 the means are 1 (fused), 9 (popularity), 4/3 (facts) and 5/6 (visual).

    Above them tail 1 is by 5/3 (facts), tail 2 by 2 (fused), tail 3 by 5/3 (visual).
    """
    heads, tails = torch.tensor([0, 4, 4, 0, 4]), torch.tensor([1, 2, 3, 3, 1])
    empty = torch.zeros(5)
    links = Links(heads, torch.zeros(5, dtype=torch.long), tails, empty, empty.long(), empty, empty.bool())
    assert deciding_experts(EnsembleScores(Said()), links, budget=budget) == [
        "facts", "fused", "visual", "visual", "facts",
    ]  # fmt: skip


def test_of_relations_each_has_tails_of_its_own() -> None:
    """Relation 1 lists tails 1 and 3 alone, whose means are 2 (facts) and 1.25 (visual); relation 0 one."""
    empty = torch.zeros(3)
    links = Links(torch.tensor([0, 0, 4]), torch.tensor([1, 0, 1]), torch.tensor([1, 2, 3]), *(empty,) * 4)
    assert deciding_experts(EnsembleScores(Said()), links) == ["facts", "nobody", "visual"]


def test_a_model_is_asked_expert_by_expert_and_vectors_alone_decide_alone(gallery) -> None:  # type: ignore[no-untyped-def]
    graph = KnowledgeGraph.from_hetero(gallery)
    empty = torch.zeros(2)
    links = Links(torch.tensor([0, 1]), torch.zeros(2, dtype=torch.long), torch.tensor([2, 3]), *(empty,) * 4)
    model = VLKGE.from_graph(TrainConfig(dimension=4), graph)
    assert model.ensemble is not None
    model.ensemble.learn(graph)
    # Until weights are fitted the vectors have all the say.
    scores = Scores.of_model(model)
    said = scores.score_all(torch.tensor([[0, 0], [1, 0]]), "tail", torch.tensor([2, 3]))
    raised = (said > said.mean(1, keepdim=True)).diagonal().tolist()
    assert deciding_experts(scores, links) == ["fused" if up else "nobody" for up in raised]
    assert deciding_experts(VectorScores.of_fused(model), links) == ["fused", "fused"]
