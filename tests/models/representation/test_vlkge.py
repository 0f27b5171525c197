"""The model: scores agree in every shape, structure goes only to seen entities, options do what they say."""

import itertools
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch_geometric.data import HeteroData

from base.errors import InputError
from models.config import TrainConfig
from models.ranking.scores import Scores
from models.representation.fusion import FUSIONS
from models.representation.modalities import Adapter
from models.representation.vlkge import VLKGE, structural_dropout_rates
from models.scoring.scorers import SCORERS
from models.triples.knowledge_graph import Features, KnowledgeGraph
from models.triples.sides import SIDES
from tests.models.scored import score_triples

Builder = Callable[..., HeteroData]

SEEN = torch.tensor([True, True, True, True, False, False, False, False])
MASKS = torch.tensor([[p, t] for p, t in itertools.product([True, False], repeat=2)] * 2)  # every pattern, seen or not


def build(**options: object) -> VLKGE:
    """Eight entities, of which four are unseen, with every pattern of pictures and texts; three relations."""
    torch.manual_seed(0)
    features = {
        name: Features(torch.randn(8, width) * MASKS[:, [i]], MASKS[:, i])
        for i, (name, width) in enumerate([("visual", 5), ("textual", 4)])
    }
    model = VLKGE(TrainConfig(dimension=4, **options), SEEN, features, 3).eval()  # type: ignore[arg-type]
    if model.ensemble is not None:
        torch.nn.init.normal_(model.ensemble.weights.weights)
    return model


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("imaginary", ["fused", "table", "inductive"])
def test_facts_lists_and_all_candidates_get_equal_scores(scorer: str, fusion: str, imaginary: str) -> None:
    model = build(scorer=scorer, fusion=fusion, imaginary=imaginary)
    entities = model.fused_representations()
    assert entities.shape == (8, model.fused_width)
    triples = torch.cartesian_prod(torch.arange(8), torch.arange(3), torch.arange(8))
    for side, known, asked in (("tail", 0, 2), ("head", 2, 0)):
        pairs, wanted = triples[:, [known, 1]], triples[:, asked]
        queries = model.fused_queries(entities[pairs[:, 0]], pairs[:, 1], side)  # type: ignore[arg-type]
        by_fact = model.fused_scorer.score_pairs(queries, entities[wanted])
        by_all = model.fused_scorer.score_all(queries, entities)
        torch.testing.assert_close(by_all.gather(1, wanted[:, None])[:, 0], by_fact)
        by_list = model.fused_scorer.score_lists(queries, entities, wanted[:, None])
        torch.testing.assert_close(by_list[:, 0], by_fact)


def test_the_ensemble_scores_some_candidates_as_it_does_among_all() -> None:
    scores, pairs = Scores.of_model(build()), torch.cartesian_prod(torch.arange(8), torch.arange(3))
    for side in SIDES:
        some = scores.score_all(pairs, side, torch.tensor([6, 1]))
        torch.testing.assert_close(some, scores.score_all(pairs, side)[:, [6, 1]])


@pytest.mark.parametrize("scorer", SCORERS)
def test_without_reciprocal_relations_both_sides_score_a_fact_the_same(scorer: str) -> None:
    model = build(scorer=scorer, reciprocal=False, experts=())
    triples = torch.cartesian_prod(torch.arange(8), torch.arange(3), torch.arange(8))
    by_tail, by_head = (score_triples(model, triples, side) for side in ("tail", "head"))  # type: ignore[arg-type]
    torch.testing.assert_close(by_tail, by_head)


def test_reciprocal_head_queries_are_tail_queries_of_the_inverse() -> None:
    model = build(scorer="complex")
    pairs = torch.tensor([[0, 0], [5, 2]])
    as_head = Scores.of_model(model).score_all(pairs, "head")
    with torch.no_grad():
        model.relations[:3] = model.relations[3:].clone()
        assert model.ensemble is not None
        assert model.structure is not None
        model.structure.relations[:3] = model.structure.relations[3:].clone()
        model.ensemble.weights.weights[:3] = model.ensemble.weights.weights[3:].clone()
    torch.testing.assert_close(Scores.of_model(model).score_all(pairs, "tail"), as_head)


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize(("scorer", "imaginary"), [("distmult", "fused"), ("complex", "fused"), ("complex", "table")])
def test_unseen_entities_never_receive_a_structural_vector(fusion: str, scorer: str, imaginary: str) -> None:
    model = build(fusion=fusion, scorer=scorer, imaginary=imaginary)
    before = model.fused_representations()
    with torch.no_grad():
        model.get_parameter("modalities.structural.table").add_(1)
        if model.imaginary is not None:
            model.imaginary.table.add_(1)
        if model.structure is not None:
            model.structure.get_parameter("modalities.structural.table").add_(1)
    changed = (model.fused_representations() != before).any(1)
    assert changed.tolist() == SEEN.tolist()


def test_a_missing_modality_is_left_out_of_the_average() -> None:
    model = build(scorer="distmult", experts=())
    structural = model.get_parameter("modalities.structural.table")
    vectors = model.fused_representations()
    text_only, nothing = 6, 7
    torch.testing.assert_close(vectors[3], structural[3])  # seen, neither picture nor text
    textual = model.modalities["textual"](torch.tensor([text_only]))[0]
    torch.testing.assert_close(vectors[text_only], textual)
    assert torch.count_nonzero(vectors[nothing]) == 0


def test_the_authors_reading_counts_the_missing_structure_of_unseen_entities() -> None:
    ours, theirs = (build(scorer="distmult", experts=(), missing_structure=m) for m in ("absent", "zero"))
    theirs.load_state_dict(ours.state_dict())
    torch.testing.assert_close(theirs.fused_representations()[:4], ours.fused_representations()[:4])
    torch.testing.assert_close(theirs.fused_representations()[4], ours.fused_representations()[4] * 2 / 3)
    torch.testing.assert_close(theirs.fused_representations()[6], ours.fused_representations()[6] / 2)


def test_an_adapter_begins_as_the_identity_and_learns() -> None:
    adapter, x = Adapter(4, 3), torch.randn(5, 4)
    torch.testing.assert_close(adapter(x), x)
    optimizer = torch.optim.SGD(adapter.parameters(), lr=0.1)
    start = adapter.down.weight.clone()
    for _ in range(3):
        optimizer.zero_grad()
        (adapter(x)[:, 0] ** 2).sum().backward()
        optimizer.step()
    assert adapter.gate.item() != 0
    assert not torch.equal(adapter.down.weight, start)


def test_a_shared_projection_is_one_matrix(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    with pytest.raises(InputError, match="one dimension, not"):
        VLKGE.from_graph(TrainConfig(shared_projection=True), graph)
    graph.features["visual"] = Features(graph.features["textual"].vectors, graph.features["visual"].mask)
    model = VLKGE.from_graph(TrainConfig(shared_projection=True), graph)
    assert model.modalities["visual"].projection is model.modalities["textual"].projection


def clip_like(gallery: HeteroData) -> KnowledgeGraph:
    """Pictures and texts described by one encoder, 8 numbers each."""
    graph = KnowledgeGraph.from_hetero(gallery)
    graph.features["visual"] = Features(graph.features["textual"].vectors, graph.features["visual"].mask)
    return graph


def test_a_shared_projection_is_there_too_where_features_are_as_wide_as_the_model(gallery: HeteroData) -> None:
    """The paper's own case: CLIP's vectors have 768 numbers, and so has its model."""
    graph = clip_like(gallery)
    settings = TrainConfig(shared_projection=True, scorer="distmult", dimension=8)
    model = VLKGE.from_graph(settings, graph)
    visual, textual = (model.modalities[name] for name in ("visual", "textual"))
    assert isinstance(visual.projection, nn.Linear)
    assert visual.projection is textual.projection
    alone = VLKGE.from_graph(settings.model_copy(update={"modalities": ("structural", "textual")}), graph)
    assert isinstance(alone.modalities["textual"].projection, nn.Identity)  # there is nobody to share with


def test_an_adapter_changes_the_features_or_what_they_are_projected_to(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    for place, width in (("features", 8), ("projected", 12)):
        settings = TrainConfig(adapter=True, adapter_place=place, scorer="distmult", dimension=12)
        part = VLKGE.from_graph(settings, graph).modalities["textual"]
        assert part.adapter.down.in_features == width
        with torch.no_grad():
            part.adapter.gate.fill_(1.0)
            vectors = part.vectors
            expected = (
                part.projection(part.adapter(vectors))
                if place == "features"
                else part.adapter(part.projection(vectors))
            )
            assert torch.equal(part(None), expected)


@pytest.mark.parametrize(
    ("modalities", "own"),
    [
        (("structural", "visual", "textual"), {"text", "both"}),
        (("structural", "visual"), {"text", "both", "picture", "neither"}),
    ],
)
def test_who_has_imaginary_parts_of_its_own_is_as_the_help_says(
    hetero: Builder, modalities: tuple[str, ...], own: set[str]
) -> None:
    """Seen entities with text; where the model reads no text, all seen ones. The others' follow the real part."""
    names = ("text", "picture", "both", "neither", "unseen")
    facts = [(name, "near", "both", "test" if name == "unseen" else "train") for name in names if name != "both"]
    features = {
        "textual": {name: [1.0, 0.0] for name in ("text", "both", "unseen")},
        "visual": {name: [0.0, 1.0] for name in ("picture", "both")},
    }
    graph = KnowledgeGraph.from_hetero(hetero(dict.fromkeys(names, "Thing"), facts, features))
    settings = TrainConfig(imaginary="inductive", modalities=modalities, dimension=4, experts=())
    model = VLKGE.from_graph(settings, graph).eval()
    assert model.imaginary is not None
    with torch.no_grad():
        before = model.fused_representations()
        model.imaginary.table.add_(1)
        changed = (model.fused_representations() != before).any(1)
    assert {name for name, moved in zip(graph.entities, changed.tolist(), strict=True) if moved} == own


def test_structure_is_hidden_only_where_entities_of_its_type_lack_it(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    rates = structural_dropout_rates(graph, TrainConfig(structural_dropout=0.5))
    painting = graph.entity_types == graph.type_names.index("Painting")
    assert rates[painting].tolist() == pytest.approx([2 * 12 / 60] * 60)  # every fifth is unseen
    assert rates[~painting].count_nonzero() == 0


def test_hidden_structure_leaves_the_vector_of_an_unseen_entity(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    model = VLKGE.from_graph(TrainConfig(dropout=0, dimension=8, experts=()), graph)
    row = torch.tensor([graph.entities.index("painting_001")])
    model.structural_dropout.fill_(0)
    seen = model.fused_representations(row)
    model.structural_dropout.fill_(1)
    features_alone = model.fused_representations(row)
    torch.testing.assert_close(features_alone, model.modalities["textual"](row))
    assert not torch.allclose(seen, features_alone)
    torch.testing.assert_close(model.eval().fused_representations(row), seen)


def test_a_graph_without_the_modalities_asked_for_is_refused(hetero) -> None:  # type: ignore[no-untyped-def]
    data = hetero({"a": "Thing", "b": "Thing"}, [("a", "likes", "b", "train")])
    with pytest.raises(InputError, match=r"none of the modalities \['textual'\]"):
        VLKGE.from_graph(TrainConfig(modalities=("textual",)), KnowledgeGraph.from_hetero(data))
