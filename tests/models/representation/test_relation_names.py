"""Relation vectors from names: alike where the names are, both sides agreeing, and needing the encoder only once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import HeteroData

from base.errors import InputError
from models.config import TrainConfig
from models.encoders import load_encoder
from models.encoders.encoder import Encoder
from models.ranking.scores import Scores
from models.representation import relation_names
from models.representation.checkpoint import Checkpoint
from models.representation.relation_names import encoded, start_from_names, words
from models.representation.vlkge import VLKGE
from models.scoring.scorers import SCORERS
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from tests.models.scored import score_triples

Builder = Callable[..., HeteroData]
SMALL = TrainConfig(dimension=8, batch_size=32, epochs=2, patience=None, relation_vectors="text")
ENTITIES = {"senecio": "Painting", "poppies": "Painting", "klee": "Artist", "monet": "Artist", "bern": "City"}
FACTS = [
    ("senecio", "isCreatedByArtist", "klee", "train"),
    ("poppies", "wasPaintedBy", "monet", "train"),
    ("senecio", "isLocatedIn", "bern", "train"),
    ("klee", "wasBornIn", "bern", "train"),
]
RELATIONS = ["isCreatedByArtist", "isLocatedIn", "wasBornIn", "wasPaintedBy"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("bundled", device="cpu")


@pytest.fixture(autouse=True)
def loaded_once(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading takes seconds; every other encoder is looked for as ever."""
    monkeypatch.setattr(
        relation_names,
        "load_encoder",
        lambda name, device: encoder if name == "bundled" else load_encoder(name, device),
    )


@pytest.fixture(scope="module")
def make(hetero: Builder, encoder: Encoder) -> Builder:
    """`make(facts=FACTS)`: a graph whose names the bundled encoder read."""

    @cache
    def vectors() -> dict[str, list[float]]:
        return dict(zip(ENTITIES, encoder.encode_texts(list(ENTITIES)).tolist(), strict=True))

    def build(facts: list[tuple[str, str, str, str]] = FACTS) -> HeteroData:
        data = hetero(ENTITIES, facts, {"textual": vectors()})
        data.encoders = {"textual": {"name": "bundled", "digest": encoder.digest, "dimension": 384}}
        return data

    return build


def untrained(graph: KnowledgeGraph, **options: object) -> tuple[VLKGE, VLKGE]:
    """A model whose relations start from their names, and one whose relations start freely, otherwise the same."""
    models = []
    for start in ("text", "free"):
        torch.manual_seed(0)
        model = VLKGE.from_graph(SMALL.model_copy(update=options), graph).eval()
        if start == "text":
            start_from_names(model, graph)
        models.append(model)
    return models[0], models[1]


def cosines(vectors: Tensor) -> Tensor:
    unit = F.normalize(vectors.detach(), dim=1)
    return unit @ unit.T


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("isCreatedByArtist", "is created by artist"),
        ("IS_CREATED_BY_ARTIST", "is created by artist"),
        ("/people/person/place_of_birth", "people person place of birth"),
        ("_member_of_domain_usage", "member of domain usage"),
        ("hasURLOfPage", "has url of page"),
        ("estCrééPar", "est créé par"),
        ("__", "__"),
    ],
)
def test_a_name_is_read_as_words(name: str, said: str) -> None:
    assert words(name) == said


@pytest.mark.parametrize(("scorer", "dimension"), [("complex", 200), ("distmult", 384), ("transe", 400)])
def test_relations_are_as_alike_as_their_names(make: Builder, encoder: Encoder, scorer: str, dimension: int) -> None:
    model, free = untrained(KnowledgeGraph.from_hetero(make()), scorer=scorer, dimension=dimension)
    names = torch.from_numpy(
        encoder.encode_texts(["is created by artist", "is located in", "was born in", "was painted by"])
    )
    for tower, random in zip(model.submodels, free.submodels, strict=True):
        for side in ("tail", "head"):
            torch.testing.assert_close(cosines(tower.relation_vectors(side)), cosines(names), atol=1e-4, rtol=0)
            assert (cosines(random.relation_vectors(side)) - cosines(names)).abs().max() > 0.3
        torch.testing.assert_close(tower.relations.square().mean(), random.relations.square().mean())
    if dimension == 384:
        torch.testing.assert_close(F.normalize(model.relation_vectors(), dim=1), names)


@pytest.mark.parametrize("options", [{"scorer": "rotate", "dimension": 200}, {"scorer": "complex", "dimension": 100}])
def test_like_names_are_nearest_as_angles_and_in_fewer_dimensions(make: Builder, options: dict[str, object]) -> None:
    model, _ = untrained(KnowledgeGraph.from_hetero(make()), **options)
    for tower in model.submodels:
        for side in ("tail", "head"):
            nearest = (cosines(tower.relation_vectors(side)) - 2 * torch.eye(4)).argmax(1)
            assert nearest.tolist() == [3, 2, 1, 0]  # created by with painted by, located in with born in


def test_angles_go_all_around(make: Builder) -> None:
    model, _ = untrained(KnowledgeGraph.from_hetero(make()), scorer="rotate", dimension=2000)
    share = torch.histc(model.relation_vectors().detach(), 4, -torch.pi, torch.pi) / (4 * 2000)
    torch.testing.assert_close(share, torch.full((4,), 0.25), atol=0.05, rtol=0)


@pytest.mark.parametrize("scorer", SCORERS)
def test_the_two_sides_agree_at_first(make: Builder, scorer: str) -> None:
    model, free = untrained(KnowledgeGraph.from_hetero(make()), scorer=scorer)
    triples = torch.cartesian_prod(torch.arange(5), torch.arange(4), torch.arange(5))
    sides = [[score_triples(m, triples, side) for side in ("tail", "head")] for m in (model, free)]
    torch.testing.assert_close(*sides[0])
    assert not torch.allclose(*sides[1])


def test_only_relations_start_otherwise(make: Builder) -> None:
    for text, free in zip(*(m.named_parameters() for m in untrained(KnowledgeGraph.from_hetero(make()))), strict=True):
        assert torch.equal(text[1], free[1]) == (not text[0].endswith("relations")), text[0]


def test_the_start_is_trained_and_a_checkpoint_needs_no_encoder(
    make: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make()
    trained = train(data, SMALL, tmp_path / "text", device="cpu")
    again = train(data, SMALL, tmp_path / "again", device="cpu")
    graph = KnowledgeGraph.from_hetero(data)
    torch.manual_seed(SMALL.seed)
    start = VLKGE.from_graph(SMALL, graph)
    start_from_names(start, graph)
    moved = (trained.model.relations - start.relations).norm(dim=1) / start.relations.norm(dim=1)
    assert ((moved > 0.01) & (moved < 1)).all()
    assert torch.equal(trained.model.relations, again.model.relations)

    monkeypatch.setattr(relation_names, "load_encoder", out_of_reach)
    loaded = train(data, SMALL, tmp_path / "text", device="cpu")
    pairs = torch.cartesian_prod(torch.arange(5), torch.arange(4))
    with torch.no_grad():
        scores = [
            Scores.of_model(m).score_all(pairs, "head")
            for m in (trained.model, Checkpoint.load(tmp_path / "text").model, loaded.model_for(graph))
        ]
    assert torch.equal(scores[0], scores[1])
    assert torch.equal(scores[0], scores[2])


def out_of_reach(name: str, device: str) -> Encoder:
    raise InputError(f"{name} is out of reach on {device}")


def test_projections_of_names_are_trained_and_nothing_else_of_relations(make: Builder, tmp_path: Path) -> None:
    config = SMALL.model_copy(update={"relation_vectors": "projected"})
    data = make()
    trained = train(data, config, tmp_path / "projected", device="cpu").model
    graph = KnowledgeGraph.from_hetero(data)
    torch.manual_seed(SMALL.seed)
    start = VLKGE.from_graph(config, graph)
    start_from_names(start, graph)
    names = encoded([words(name) for name in RELATIONS], graph.encoders)
    for tower, before in zip(trained.submodels, start.submodels, strict=True):
        assert "relations" not in dict(tower.named_parameters(recurse=False))
        assert tower.projected_relations is not None
        assert before.projected_relations is not None
        maps, first = tower.projected_relations.maps, before.projected_relations.maps
        assert ((maps - first).norm() / first.norm()).item() > 0.01
        torch.testing.assert_close(tower.relation_vectors("tail"), names @ maps[:384])
        torch.testing.assert_close(tower.relation_vectors("head"), names @ maps[384:])

    # what a checkpoint holds, a smaller graph's relations, and a warm start
    loaded = Checkpoint.load(tmp_path / "projected")
    mapped = Checkpoint.load(tmp_path / "projected", mapped=True).model.state_dict()
    assert all(torch.equal(mapped[name], value) for name, value in trained.state_dict().items())
    torch.testing.assert_close(loaded.model.own_relations, trained.own_relations)
    fewer = KnowledgeGraph.from_hetero(make(FACTS[1:]))
    torch.testing.assert_close(loaded.model_for(fewer).relation_vectors("head"), trained.relation_vectors("head")[1:])
    still = config.model_copy(update={"epochs": 1, "learning_rate": 1e-9})
    warm = train(make(FACTS[1:]), still, tmp_path / "warm", warm_start=loaded, device="cpu").model
    torch.testing.assert_close(warm.relation_vectors("head"), trained.relation_vectors("head")[1:])


@pytest.mark.parametrize("scorer", SCORERS)
def test_projections_start_as_vectors_from_names_do(make: Builder, scorer: str) -> None:
    graph = KnowledgeGraph.from_hetero(make())
    text, _ = untrained(graph, scorer=scorer, dimension=400)
    torch.manual_seed(0)
    projected = VLKGE.from_graph(
        SMALL.model_copy(update={"relation_vectors": "projected", "scorer": scorer, "dimension": 400}), graph
    ).eval()
    start_from_names(projected, graph)
    for side in ("tail", "head"):
        torch.testing.assert_close(projected.relation_vectors(side), text.relation_vectors(side), atol=1e-5, rtol=1e-4)


def test_a_warm_start_reads_the_names_of_new_relations_alone(make: Builder, tmp_path: Path) -> None:
    earlier = train(make(FACTS[1:]), SMALL, tmp_path / "earlier", device="cpu")
    assert "isCreatedByArtist" not in earlier.relations
    still = SMALL.model_copy(update={"epochs": 1, "learning_rate": 1e-9})
    warm, cold = (
        train(make(), still, tmp_path / name, warm_start=start, device="cpu").model
        for name, start in (("warm", earlier), ("cold", None))
    )
    for side in ("tail", "head"):
        after, before = warm.relation_vectors(side), earlier.model.relation_vectors(side)
        torch.testing.assert_close(after[1:], before)
        torch.testing.assert_close(after[0], cold.relation_vectors(side)[0])
        assert not torch.allclose(after[1:], cold.relation_vectors(side)[1:])


def test_free_vectors_load_no_encoder_and_are_named_as_before(
    make: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relation_names, "load_encoder", out_of_reach)
    free = SMALL.model_copy(update={"relation_vectors": "free"})
    train(make(), free, tmp_path / "free", device="cpu")
    assert "relation_vectors" not in free.model_dump()
    assert "relation_vectors" not in free.model_dump_json()
    assert TrainConfig.model_validate(SMALL.model_dump()) == SMALL
    with pytest.raises(InputError, match="holds a model of other data or settings"):
        train(make(), SMALL, tmp_path / "free", device="cpu")


@pytest.mark.parametrize(
    ("encoders", "message"),
    [
        (
            {},
            "has no vectors: type `vlkge encode` with one that reads texts, or leave relation_vectors at free",
        ),
        ({"visual": {"name": "efficientnet"}}, "the graph has visual vectors: type `vlkge encode`"),
        ({"textual": {"name": "by-hand", "digest": "0" * 64}}, r"'by-hand' cannot be loaded: .*There is no encoder"),
        (
            {"textual": {"name": "bundled", "digest": "0" * 64}},
            r"not 000000000000\): type `vlkge encode --encoder bundled`",
        ),
    ],
)
def test_names_that_cannot_be_read_are_told_with_what_to_do(
    encoders: dict[str, dict[str, object]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        encoded(["has style"], encoders)


def test_a_graph_without_texts_is_refused_before_anything_is_trained(hetero: Builder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="but the graph has no vectors"):
        train(hetero(ENTITIES, FACTS), SMALL, tmp_path, device="cpu")
