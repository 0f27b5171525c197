"""Who is asked for a relation where labels do not tell kinds apart."""

import random

import pytest

from models.prediction.plausible_heads import LEAST, PlausibleHeads
from models.prediction.prediction import predict
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns
from tests.models.by_id import ById

THINGS = [f"person{i}" for i in range(8)] + [f"town{i}" for i in range(4)] + ["painter", "Europe", "newcomer"]


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    """People of one label with their towns; half of the people have an occupation; of the newcomer nothing is known."""
    facts = [(f"person{i}", "bornIn", f"town{i % 4}", "train") for i in range(8)]
    facts += [(f"person{i}", "occupation", "painter", "train") for i in range(4)]
    facts += [(f"town{i}", "liesIn", "Europe", "train") for i in range(4)]
    return KnowledgeGraph.from_hetero(hetero(dict.fromkeys(THINGS, "Thing"), facts))


def asked(plausible: PlausibleHeads, relation: str) -> set[str]:
    graph = plausible.graph
    return {graph.entities[row] for row in plausible.of(graph.relations.index(relation)).nonzero()[:, 0].tolist()}


def test_things_that_stand_in_other_relations_are_not_asked(graph):
    people, towns = set(THINGS[:8]), set(THINGS[8:12])
    plausible = PlausibleHeads(graph, few=0)
    assert asked(plausible, "occupation") == people | {"newcomer"}
    assert asked(plausible, "liesIn") == towns | {"newcomer"}
    assert plausible.left_out([graph.relations.index("occupation")]) == (6, 15)


def test_where_there_are_few_all_are_asked(graph):
    assert asked(PlausibleHeads(graph, few=15), "occupation") == set(THINGS)
    assert asked(PlausibleHeads(graph, few=14), "occupation") != set(THINGS)


def test_a_relation_that_is_rare_among_things_of_one_kind_is_asked_of_all(hetero):
    """Two of 100 works have a place; all have an artist, so all are asked where they are."""
    works = [f"work{i}" for i in range(100)]
    facts = [(work, "createdBy", "ana", "train") for work in works]
    facts += [("work0", "locatedIn", "Paris", "train"), ("work1", "locatedIn", "Rome", "train")]
    graph = KnowledgeGraph.from_hetero(hetero(dict.fromkeys([*works, "ana", "Paris", "Rome"], "Thing"), facts))
    assert asked(PlausibleHeads(graph, few=0), "locatedIn") == set(works)


@pytest.mark.parametrize("seed", range(5))
def test_equals_counting_one_by_one(hetero, seed):
    draw = random.Random(seed)
    kinds = {f"e{i}": draw.choice(["A", "B"]) for i in range(40)}
    facts = sorted(
        {(draw.choice([*kinds]), draw.choice("rstu"), draw.choice([*kinds]), "train") for _ in range(60)}
        | {("e0", relation, "e1", "train") for relation in "rstu"}
    )
    graph = KnowledgeGraph.from_hetero(hetero(kinds, facts))
    plausible = PlausibleHeads(graph, few=0)
    stands = {name: {(r, "head") for h, r, _, _ in facts if h == name} for name in kinds}
    for _, relation, tail, _ in facts:
        stands[tail] = stands[tail] | {(relation, "tail")}
    for relation in "rstu":
        labels = {kinds[head] for head, name, _, _ in facts if name == relation}
        those = [name for name in kinds if kinds[name] in labels and stands[name]]
        having = [name for name in those if (relation, "head") in stands[name]]

        def tells(place: tuple[str, str], relation=relation, those=those, having=having) -> bool:
            standing = [name for name in those if place in stands[name]]
            both = [name for name in having if place in stands[name]]
            least = LEAST * len(having) / len(those) * max(len(standing), 1)
            return place != (relation, "head") and len(both) >= least

        right = {
            name
            for name in kinds
            if not stands[name] or (relation, "head") in stands[name] or any(tells(place) for place in stands[name])
        }
        assert asked(plausible, relation) == right


def test_predict_asks_them_alone_unless_told_otherwise(graph, monkeypatch):
    monkeypatch.setattr("models.prediction.plausible_heads.FEW", 0)
    scores = ById(graph, **dict.fromkeys(THINGS, 1))
    wanted = {"relations": ["occupation"], "top_k": 1, "patterns": Patterns()}
    heads = set(predict(scores, graph, **wanted)["head"])
    assert heads <= set(THINGS[:8]) | {"newcomer"}
    assert {"person7", "newcomer"} <= heads
    assert "Europe" in set(predict(scores, graph, all_heads=True, **wanted)["head"])
