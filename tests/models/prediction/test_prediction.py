"""New links equal what a plain loop finds, and leave out what they must."""

import dataclasses

import numpy as np
import pytest
import torch

from base.errors import InputError
from models.calibration.answers import Answers, AnswerShare
from models.calibration.calibration import calibrate, uncertainty
from models.config import TrainConfig
from models.prediction.prediction import COLUMNS, added_since, members, predict
from models.prediction.top_links import TopLinks
from models.ranking.candidate_lists import Links
from models.ranking.prediction_context import seen_by
from models.ranking.scores import VectorScores
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns
from tests.models.by_id import ById
from tests.models.scored import score_triples

WORKS = {"a": "Work", "b": "Work", "c": "Work", "x": "Style", "y": "Style", "z": "Style", "p": "Person", "q": "Person"}
FACTS = [
    ("a", "hasStyle", "x", "train"),
    ("b", "hasStyle", "y", "test"),
    ("c", "hasStyle", "y", "val"),
    ("p", "knows", "q", "train"),
    ("p", "knows", "x", "train"),
    ("x", "relatedTo", "x", "train"),
]


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    return KnowledgeGraph.from_hetero(hetero(WORKS, FACTS, rejected=[("a", "hasStyle", "z")]))


@pytest.fixture
def scores(graph) -> ById:
    return ById(graph, a=9, b=9, c=9, x=1, y=2, z=3, p=8, q=7)


def links(frame) -> list[tuple[str, str, str, float, int]]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_by_hand(graph, scores):
    """z before y before x; facts of all splits and the rejected a-z are left out; works and persons are no style."""
    found = predict(scores, graph, relations=["hasStyle"], patterns=Patterns())
    assert list(found.columns) == COLUMNS
    assert links(found) == [
        ("b", "hasStyle", "z", 3.0, 1),
        ("c", "hasStyle", "z", 3.0, 1),
        ("a", "hasStyle", "y", 2.0, 1),
        ("b", "hasStyle", "x", 1.0, 2),
        ("c", "hasStyle", "x", 1.0, 2),
    ]


def test_tails_are_of_the_labels_joined_with_the_head(graph, scores):
    """Persons know persons and styles, no works; nobody knows himself, since nobody in the data does."""
    found = predict(scores, graph, relations=["knows"], top_k=2)
    assert links(found) == [
        ("q", "knows", "p", 8.0, 1),
        ("p", "knows", "z", 3.0, 1),
        ("q", "knows", "z", 3.0, 2),
        ("p", "knows", "y", 2.0, 2),
    ]


def test_loops_where_the_relation_has_some(graph, scores):
    found = predict(scores, graph, relations=["relatedTo"], top_k=1)
    assert [row[:3] for row in links(found)] == [(head, "relatedTo", "z") for head in "xyz"]


def test_no_second_value_for_a_functional_relation(graph, scores):
    assert predict(scores, graph, relations=["hasStyle"], patterns=Patterns(functional=("hasStyle",))).empty
    assert len(predict(scores, graph, relations=["hasStyle"], patterns=Patterns())) == 5


def test_functional_is_what_the_data_shows(hetero):
    """Two values of one head, even in different splits, or too few heads: not functional."""
    entities = {f"w{i}": "Work" for i in range(25)} | {"x": "Style", "y": "Style"}
    facts = [(f"w{i}", "madeIn", "x", "train") for i in range(20)]
    facts += [(f"w{i}", "hasStyle", "x", "train") for i in range(20)] + [("w3", "hasStyle", "y", "test")]
    facts += [(f"w{i}", "soldIn", "y", "train") for i in range(19)]
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts))
    assert Patterns.found(graph).functional == ("madeIn",)
    assert Patterns.found(graph, support=19).functional == ("madeIn", "soldIn")

    torch.manual_seed(0)
    found = predict(VLKGE.from_graph(TrainConfig(dimension=4), graph), graph, top_k=1)
    by_relation = {name: set(rows["head"]) for name, rows in found.groupby("relation")}
    assert by_relation["madeIn"] == {f"w{i}" for i in range(20, 25)}
    assert by_relation["hasStyle"] == {f"w{i}" for i in range(25)} - {"w3"}  # which has both styles


def test_limit_keeps_the_best_of_each_relation(graph, scores):
    found = predict(scores, graph, limit=2, patterns=Patterns())
    assert found.groupby("relation").size().to_dict() == {"hasStyle": 2, "knows": 2, "relatedTo": 2}
    assert links(found)[:2] == [("b", "hasStyle", "z", 3.0, 1), ("c", "hasStyle", "z", 3.0, 1)]


@pytest.mark.parametrize("budget", [1, 100, 10**6])
@pytest.mark.parametrize("scorer", ["transe", "distmult", "complex", "rotate"])
def test_equals_a_loop_over_heads_and_tails(gallery, scorer, budget):
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    model = VLKGE.from_graph(TrainConfig(scorer=scorer, dimension=8), graph).eval()

    found = predict(model, graph, top_k=2, limit=None, patterns=Patterns(functional=("paintedBy",)), budget=budget)

    by_hand = _loop(model, graph, top_k=2, functional="paintedBy")
    assert {row[:3]: row[4] for row in links(found)} == {key: rank for key, (_, rank) in by_hand.items()}
    for row in links(found):
        assert row[3] == pytest.approx(by_hand[row[:3]][0], abs=1e-4)
    assert found.groupby("relation")["score"].apply(lambda s: s.is_monotonic_decreasing).all()


def _loop(model, graph, top_k, functional):
    """{(head, relation, tail): (score, rank)}, triple by triple."""
    facts = {tuple(fact) for split in graph.triples.values() for fact in split.tolist()}
    types, found = graph.entity_types.tolist(), {}
    for relation, name in enumerate(graph.relations):
        for head in range(graph.num_entities):
            if name == functional and any(fact[:2] == (head, relation) for fact in facts):
                continue
            tails = [
                tail
                for tail in range(graph.num_entities)
                if (types[head], types[tail]) in graph.relation_types[relation]
                and (head, relation, tail) not in facts
                and head != tail
            ]
            if not tails:
                continue
            triples = torch.tensor([[head, relation, tail] for tail in tails])
            with torch.no_grad():
                scored = sorted(zip(score_triples(model, triples).tolist(), tails, strict=True), reverse=True)
            for rank, (score, tail) in enumerate(scored[:top_k], 1):
                found[graph.entities[head], name, graph.entities[tail]] = (score, rank)
    return found


def test_many_known_facts_leave_nothing(hetero):
    graph = KnowledgeGraph.from_hetero(hetero({"a": "Work", "x": "Style"}, [("a", "hasStyle", "x", "train")]))
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=4), graph))
    found = predict(scores, graph)
    assert found.empty
    assert list(found.columns) == COLUMNS


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"relations": ["hasStile"]}, "there is no relation hasStile; the graph has: hasStyle, knows"),
        ({"top_k": 0}, "top_k is 0; it must be at least 1"),
        ({"limit": -1}, "limit is -1; it must be at least 1"),
    ],
)
def test_wrong_requests_are_told(graph, scores, wrong, message):
    with pytest.raises(InputError, match=message):
        predict(scores, graph, **wrong)


def test_the_best_of_the_graph_are_those_of_all_lists_together(gallery):
    """By probability, then score, over the union of the two best of every head and relation."""
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=8), graph))
    calibration = calibrate(scores, graph, Patterns(), seen=graph.seen, top_k=2)
    options = {"top_k": 2, "patterns": Patterns(), "calibration": calibration, "budget": 60}
    everything = predict(scores, graph, limit=None, **options)
    order = ["probability", "score"]
    for most in (1, 7, 50):
        found = predict(scores, graph, limit=None, best=most, **options)
        expected = everything.sort_values(order, ascending=False).head(most)
        assert sorted(found[order].itertuples(index=False)) == sorted(expected[order].itertuples(index=False))
    assert set(everything["calibrated_on"]) <= {"relation", "pooled"}
    assert everything["uncertainty"].between(0, 1).all()
    assert everything["answer_probability"].isna().all()


def test_what_is_known_of_answers_orders_the_links_beside_their_probability(gallery):
    """Every painting has a style, every fourth an artist: styles come first, and artists with a quarter of theirs."""
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=8), graph))
    calibration = calibrate(scores, graph, Patterns(), seen=graph.seen)
    artist = AnswerShare(relation="paintedBy", has_known_tail=True, probability=0.25, decisions=100)
    answers = Answers(shares=(*Answers.of(["hasStyle"]).shares, artist))
    options = {"limit": None, "patterns": Patterns(), "calibration": calibration, "answers": answers}
    everything = predict(scores, graph, **options)
    product = everything["probability"] * everything["answer_probability"].fillna(1)
    assert set(everything["answer_probability"].dropna()) == {0.25}  # every style is recorded already
    best = predict(scores, graph, best=5, **options)
    found = best["probability"] * best["answer_probability"].fillna(1)
    assert sorted(found, reverse=True) == pytest.approx(sorted(product, reverse=True)[:5])
    assert best["uncertainty"].to_numpy() == pytest.approx(uncertainty(found.to_numpy()))


def test_memory_is_bounded_by_what_is_kept(monkeypatch):
    """The worst are dropped on the way, and the result is that of sorting everything."""
    monkeypatch.setattr("models.prediction.top_links.SPARE", 10)
    generator = torch.Generator().manual_seed(0)
    kept, scores = TopLinks(5), torch.rand(400, generator=generator)
    for start in range(0, 400, 8):
        rows = torch.arange(start, start + 8)
        blank = torch.zeros(8, dtype=torch.long)
        part = Links(rows, blank, blank, scores[rows], blank, scores[rows], blank.bool())
        kept.add(part, np.round(scores[rows].double().numpy(), 1))
        assert sum(len(p[1]) for p in kept._parts) <= 5 + 10 + 8
    links, probability = kept.best()
    rounded = np.round(scores.double().numpy(), 1)
    assert links.heads.tolist() == np.lexsort((-scores.numpy(), -rounded))[:5].tolist()
    assert probability.tolist() == sorted(rounded.tolist(), reverse=True)[:5]


def test_links_below_a_threshold_are_left_out(gallery):
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=8), graph))
    options = {
        "limit": None,
        "patterns": Patterns(),
        "calibration": calibrate(scores, graph, Patterns(), seen=graph.seen),
    }
    everything = predict(scores, graph, relations=["paintedBy"], **options)
    level = everything["probability"].max()
    found = predict(scores, graph, thresholds={"paintedBy": level}, **options)
    expected = everything[everything["probability"] >= level].reset_index(drop=True)
    assert 0 < len(found) < len(everything)
    assert found.equals(expected)


def test_what_is_known_the_other_way_round_is_not_predicted(hetero):
    """p knows q, so q knowing p is no news; a friend's friend is."""
    entities = dict.fromkeys("pqr", "Person")
    graph = KnowledgeGraph.from_hetero(hetero(entities, [("p", "knows", "q", "train"), ("q", "teaches", "r", "train")]))
    scores = ById(graph, p=3, q=2, r=1)
    found = predict(scores, graph, patterns=Patterns(symmetric=("knows",)), relations=["knows"])
    assert {row[:3:2] for row in links(found)} == {("p", "r"), ("q", "r"), ("r", "p"), ("r", "q")}
    turned = predict(scores, graph, patterns=Patterns(inverse=(("knows", "teaches"),)), relations=["teaches"])
    assert ("q", "p") not in {row[:3:2] for row in links(turned)}


def test_what_was_rejected_is_not_predicted_the_other_way_round(hetero):
    """Somebody said that p does not know r, so r knowing p is no question either."""
    entities, facts = dict.fromkeys("pqr", "Person"), [("p", "knows", "q", "train"), ("q", "teaches", "r", "train")]
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts, rejected=[("p", "knows", "r")]))
    scores = ById(graph, p=3, q=2, r=1)
    found = predict(scores, graph, patterns=Patterns(symmetric=("knows",)), relations=["knows"])
    assert {row[:3:2] for row in links(found)} == {("q", "r"), ("r", "q")}
    turned = {"relations": ["teaches"], "top_k": 3}
    assert ("r", "p") in {row[:3:2] for row in links(predict(scores, graph, patterns=Patterns(), **turned))}
    inverse = Patterns(inverse=(("knows", "teaches"),))
    assert ("r", "p") not in {row[:3:2] for row in links(predict(scores, graph, patterns=inverse, **turned))}


def test_only_entities_added_since_training_get_links(gallery):
    """A painting that came later is known by its text; whom the model met is not asked again."""
    before = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    checkpoint = Checkpoint.of(VLKGE.from_graph(TrainConfig(dimension=8, epochs=1), before), before, {})
    later = replace_last(before)
    assert added_since(checkpoint, later) == ["painting_new"]
    assert not seen_by(checkpoint, later)[later.entities.index("painting_new")]
    found = predict(checkpoint.model_for(later), later, heads=members(later, ["painting_new"]), top_k=1)
    assert {row[:2] for row in links(found)} == {("painting_new", "hasStyle"), ("painting_new", "paintedBy")}


def replace_last(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The graph, but its last painting without facts is a new one."""
    unseen = graph.unseen.nonzero()[-1].item()
    entities = ["painting_new" if row == unseen else identity for row, identity in enumerate(graph.entities)]
    kept = {name: facts[(facts[:, 0] != unseen)] for name, facts in graph.triples.items()}
    return dataclasses.replace(graph, entities=entities, triples=kept, fingerprint="later")
