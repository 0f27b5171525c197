"""Recorded facts that the model finds unlikely: by hand, and wrong ones planted among true ones."""

import math

import pytest

from base.errors import InputError
from models.config import TrainConfig
from models.prediction.unlikely_facts import find_unlikely_facts
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from tests.models.by_id import ById

WORKS = dict.fromkeys("abcd", "Work") | dict.fromkeys("xyz", "Style")
FACTS = [
    ("a", "hasStyle", "x", "train"),
    ("b", "hasStyle", "z", "train"),
    ("c", "hasStyle", "x", "test"),
    ("d", "hasStyle", "x", "train"),
    ("d", "hasStyle", "z", "train"),
]


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    return KnowledgeGraph.from_hetero(hetero(WORKS, FACTS))


@pytest.fixture
def scores(graph) -> ById:
    return ById(graph, x=0, y=3, z=5)


def test_by_hand(graph, scores):
    """x has e^0 of e^0 + e^3 + e^5. What d has beside x is recorded, so that only y speaks against x there."""
    found = find_unlikely_facts(scores, graph, least=0).set_index(["head", "tail"])
    assert list(found.index[:2]) == [("a", "x"), ("d", "x")]
    alone = found.loc[("a", "x")]
    assert alone["share"] == pytest.approx(1 / (1 + math.exp(3) + math.exp(5)))
    assert (alone["rank"], alone["candidates"], alone["other"]) == (3, 3, "z")
    assert alone["other_share"] == pytest.approx(math.exp(5) * alone["share"])
    beside = found.loc[("d", "x")]
    assert beside["share"] == pytest.approx(1 / (1 + math.exp(3)))
    assert (beside["rank"], beside["candidates"], beside["other"]) == (2, 2, "y")


def test_facts_are_compared_with_those_that_the_model_knows_as_well(graph, scores):
    """Of four training facts three are likelier than a's; the one test fact has nothing to be compared with."""
    found = find_unlikely_facts(scores, graph, least=0)
    assert found["head"].tolist() == ["a", "d", "b", "c", "d"]
    assert found["likelier"].tolist() == [0.75, 0.5, 0.25, 0.0, 0.0]
    assert find_unlikely_facts(scores, graph, least=0.6)["head"].tolist() == ["a"]


def test_what_was_rejected_does_not_speak_against_a_fact(hetero):
    graph = KnowledgeGraph.from_hetero(hetero(WORKS, FACTS, rejected=[("a", "hasStyle", "z")]))
    found = find_unlikely_facts(ById(graph, x=0, y=3, z=5), graph, least=0).set_index(["head", "tail"])
    assert found.loc[("a", "x"), "other"] == "y"


def test_no_more_than_asked_for_and_only_of_the_relations_asked_for(graph, scores):
    assert find_unlikely_facts(scores, graph, limit=1, least=0)["head"].tolist() == ["a"]
    assert find_unlikely_facts(scores, graph, relations=[]).empty
    with pytest.raises(InputError, match="there is no relation"):
        find_unlikely_facts(scores, graph, relations=["isLocatedIn"])
    with pytest.raises(InputError, match="at least 1"):
        find_unlikely_facts(scores, graph, limit=0)


def test_blocks_change_nothing(graph, scores):
    assert find_unlikely_facts(scores, graph, budget=1, least=0).equals(find_unlikely_facts(scores, graph, least=0))


def test_a_fact_without_alternative_is_not_judged(hetero):
    graph = KnowledgeGraph.from_hetero(hetero({"a": "Work", "x": "Style"}, [("a", "hasStyle", "x", "train")]))
    assert find_unlikely_facts(ById(graph, x=-9), graph, least=0).empty


def test_planted_errors_are_found(make_gallery, tmp_path):
    """Of 96 paintings that the model trains on, four are recorded with an artist whose pictures read otherwise."""
    data = make_gallery(paintings=120)
    facts = data["Painting", "paintedBy", "Artist"]
    planted = facts.train_mask.nonzero()[:4, 0]
    facts.edge_index[1, planted] = (facts.edge_index[1, planted] + 1) % 3
    graph = KnowledgeGraph.from_hetero(data)
    model = train(data, TrainConfig(dimension=16, epochs=10, seed=0, patience=None), tmp_path).model
    found = find_unlikely_facts(model, graph, relations=["paintedBy"])
    wrong = {data["Painting"].id[row] for row in facts.edge_index[0, planted].tolist()}
    assert set(found["head"][:4]) == wrong
