"""The ensemble: parts are added by their weights, and one more expert is a class and a line."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import HeteroData

from models.config import TrainConfig
from models.experts import ensemble as experts
from models.experts.expert import Expert, Model, Voice
from models.ranking.scores import Scores, VectorScores
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.scoring.scorers import SCORERS
from models.training.loop import train
from models.triples.knowledge_graph import Features, KnowledgeGraph
from models.triples.sides import SIDES, Side
from tests.models.scored import score_triples

SEEN = torch.tensor([True, True, True, True, False, False])
FEATURES = {"visual": 5, "textual": 4}
OLD = ("structure", "similarity")


def build(**options: object) -> VLKGE:
    """Six entities, two of them unseen, all with picture and text; three relations."""
    torch.manual_seed(0)
    features = {name: Features(torch.randn(6, width), torch.ones(6).bool()) for name, width in FEATURES.items()}
    return VLKGE(TrainConfig(dimension=4, **options), SEEN, features, 3).eval()  # type: ignore[arg-type]


def test_until_they_are_weighed_the_experts_beside_the_fused_vectors_say_nothing() -> None:
    model = build()
    pairs = torch.cartesian_prod(torch.arange(6), torch.arange(3))
    for side in SIDES:
        alone = VectorScores.of_fused(model).score_all(pairs, side)
        torch.testing.assert_close(Scores.of_model(model).score_all(pairs, side), alone)


@pytest.mark.parametrize("scorer", SCORERS)
def test_experts_are_added_by_the_weights_of_relation_side_and_known_entity(scorer: str) -> None:
    model = build(scorer=scorer, experts=OLD)
    assert model.ensemble is not None
    assert model.structure is not None
    assert model.ensemble.parts == ["fused", "seen", "itself", "structure", "textual", "visual"]
    weights = model.ensemble.weights.weights.zero_()
    weights[1, 3] = torch.tensor([0.5, 7, 0, 0, 4, 0])  # tails of relation 1, known: picture and text alone
    weights[1, 11] = torch.tensor([1.0, 5, -20, 3, 2, 10])  # with training facts
    facts = torch.tensor([[0, 1, 2], [0, 1, 4], [4, 1, 0], [0, 1, 0]])
    fused, structure = (
        part.fused_scorer.score_pairs(
            part.fused_queries(part.fused_representations(facts[:, 0]), facts[:, 1], "tail"),
            part.fused_representations(facts[:, 2]),
        )
        for part in (model, model.structure)
    )
    units = [F.normalize(part.vectors, dim=1) for part in model.feature_modalities]
    textual, visual = ((part[facts[:, 0]] * part[facts[:, 2]]).sum(1) for part in units)
    expected = [
        fused[0] + 5 + 3 * structure[0] + 2 * textual[0] + 10 * visual[0],
        fused[1] + 2 * textual[1] + 10 * visual[1],
        0.5 * fused[2] + 7 + 4 * textual[2],
        fused[3] + 5 - 20 + 3 * structure[3] + 2 * textual[3] + 10 * visual[3],  # joined to itself
    ]
    torch.testing.assert_close(score_triples(model, facts), torch.stack(expected))


def test_popularity_counts_the_facts_of_the_relation_that_a_candidate_answers(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    model = VLKGE.from_graph(TrainConfig(dimension=4, experts=("popularity",)), graph).eval()
    assert model.ensemble is not None
    model.ensemble.learn(graph)
    model.ensemble.weights.weights.zero_()[..., -1] = 2
    facts = graph.triples["train"].tolist()
    painted = graph.relations.index("paintedBy")
    klee, painting = graph.entities.index("klee"), facts[0][0]
    of_klee = sum(relation == painted and tail == klee for _, relation, tail in facts)
    of_painting = sum(relation == painted and head == painting for head, relation, _ in facts)
    assert of_klee > 1
    fact = torch.tensor([[painting, painted, klee]])
    assert score_triples(model, fact).item() == pytest.approx(2 * math.log(1 + of_klee))
    assert score_triples(model, fact, "head").item() == pytest.approx(2 * math.log(1 + of_painting))


class Latest(Expert):
    """Prefers candidates late in the list of entities."""

    parts = ("place",)

    @classmethod
    def of(cls, model: Model) -> "Latest":  # noqa: ARG003 (of any)
        return cls()

    def voice(self, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (of places alone)
        places = torch.arange(model.num_entities).float()

        def speak(pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:  # noqa: ARG001 (alike)
            return [places[None] if candidates is None else places[None, candidates]]

        return speak


def test_an_expert_is_added_with_one_class_and_one_line(
    gallery: HeteroData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(experts.EXPERTS, "latest", Latest)
    config = TrainConfig(dimension=8, epochs=1, experts=("facts", "latest"))
    trained = train(gallery, config, tmp_path, device="cpu")
    assert trained.model.ensemble is not None
    assert trained.model.ensemble.parts[-1] == "place"
    loaded = Checkpoint.load(tmp_path).model_for(KnowledgeGraph.from_hetero(gallery))
    pairs = torch.tensor([[0, 0], [9, 1]])
    ours, theirs = (Scores.of_model(model).score_all(pairs, "head") for model in (trained.model, loaded))
    assert torch.equal(ours, theirs)


def test_experts_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no oracle; there are structure, similarity, popularity, facts"):
        TrainConfig(experts=("oracle",))


def test_a_model_without_experts_is_its_fused_vectors() -> None:
    model = build(experts=())
    assert model.ensemble is None
    assert model.structure is None
