"""Reports: figures computed by hand, whose parts are what they say."""

import pytest
import torch

from base.errors import InputError
from models.config import TrainConfig
from models.evaluation.evaluation import GROUPS, Figures, bootstrap, evaluate, joined_in_train
from models.ranking.scores import Scores
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph

ENTITIES = {"a": "Work", "b": "Work", "c": "Work", "x": "Style", "y": "Style"}
FACTS = [
    ("a", "hasStyle", "x", "train"),
    ("b", "hasStyle", "y", "train"),
    ("x", "styleOf", "b", "train"),
    ("b", "hasStyle", "x", "test"),
    ("c", "hasStyle", "y", "test"),
]
FEATURES = {
    "visual": {"b": [1.0, 0.0]},
    "textual": {"b": [1.0, 0.0], "c": [0.0, 1.0], "x": [1.0, 1.0]},
}


class InOrder(Scores):
    """Prefers entities by a fixed list, whatever is asked."""

    def __init__(self, scores: list[float]) -> None:
        self.scores = torch.tensor(scores)
        self.entities = len(scores)
        self.device = torch.device("cpu")

    def score_all(self, pairs, side, candidates=None):  # noqa: ARG002 (the same for both sides)
        row = self.scores if candidates is None else self.scores[candidates]
        return row.repeat(len(pairs), 1)


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    """Entities in the order of types, then ids: x y (Style), a b c (Work)."""
    graph = KnowledgeGraph.from_hetero(hetero(ENTITIES, FACTS, FEATURES))
    assert graph.entities == ["x", "y", "a", "b", "c"]
    return graph


def rounded(figures: Figures) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.model_dump(include=set(Figures.model_fields)).items()}


def test_by_hand(graph):
    """Scores: x .1, y .2, a .3, b .4, c .5.

    (b, hasStyle, ?): x is asked for, y known; c, b, a are better: rank 4 of 4.
    (?, hasStyle, x): b is asked for, a known; c is better: rank 2 of 4 (c, b, y, x).
    (c, hasStyle, ?): y is asked for; c, b, a are better: rank 4 of 5.
    (?, hasStyle, y): c is asked for, b known; rank 1 of 4.
    """
    report = evaluate(InOrder([0.1, 0.2, 0.3, 0.4, 0.5]), graph)

    assert (report.protocol, report.split, report.candidates, report.facts) == ("strict", "test", "all", 2)
    assert rounded(report) == {
        "queries": 4,
        "mrr": 0.5,  # (1/4 + 1/2 + 1/4 + 1) / 4
        "hits_at_1": 0.25,
        "hits_at_3": 0.5,
        "hits_at_10": 1.0,
        "amri": round(1 - (3 + 1 + 3 + 0) / ((3 + 3 + 4 + 3) / 2), 4),
    }
    assert report.sides["tail"].mrr == pytest.approx(1 / 4)
    assert report.sides["head"].mrr == pytest.approx(3 / 4)
    assert {name: part.queries for name, part in report.relations.items()} == {"hasStyle": 4}


def test_groups_are_facts_with_an_end_of_that_kind(graph):
    """b has a picture and a text, c and x a text, y neither; c is in no training fact."""
    report = evaluate(InOrder([0.1, 0.2, 0.3, 0.4, 0.5]), graph)

    assert tuple(report.groups) == GROUPS
    assert {name: part.queries for name, part in report.groups.items()} == {
        "with_picture": 2,  # b hasStyle x
        "with_text": 4,
        "with_neither": 2,  # c hasStyle y
        "unseen": 2,  # c hasStyle y
    }
    assert report.groups["with_picture"].mrr == pytest.approx((1 / 4 + 1 / 2) / 2)
    assert report.groups["unseen"].mrr == pytest.approx((1 / 4 + 1) / 2)


def test_facts_whose_ends_training_joins_are_told_apart(graph):
    """(x, styleOf, b) in training gives (b, hasStyle, x) away."""
    report = evaluate(InOrder([0.1, 0.2, 0.3, 0.4, 0.5]), graph)
    assert report.inverse["in_train"].mrr == pytest.approx((1 / 4 + 1 / 2) / 2)
    assert report.inverse["not_in_train"].mrr == pytest.approx((1 / 4 + 1) / 2)
    train = torch.tensor([[0, 0, 1]])
    facts = torch.tensor([[1, 5, 0], [0, 3, 1], [1, 0, 2], [2, 0, 0]])  # the other way round, the same way, two others
    assert joined_in_train(facts, train).tolist() == [True, True, False, False]


def test_paper_protocol_merges_the_sides_of_the_filter_and_breaks_ties_by_order(graph):
    """All scores are equal; merged keys (x, styleOf) and (b, styleOf) touch no hasStyle query.

    strict: the middle of 4, 4, 5 and 4 places. paper: x is first, b follows x and y, y follows x, c follows x, y and a.
    """
    strict = evaluate(InOrder([0.0] * 5), graph)
    paper = evaluate(InOrder([0.0] * 5), graph, protocol="paper")
    assert strict.mrr == pytest.approx((1 / 2.5 + 1 / 2.5 + 1 / 3 + 1 / 2.5) / 4)
    assert paper.mrr == pytest.approx((1 + 1 / 3 + 1 / 2 + 1 / 4) / 4)
    assert strict.amri == pytest.approx(0)


def test_paper_filter_drops_answers_of_the_other_side(hetero):
    """(p, likes, q) is known, so q's query (q, likes, ?) does not count p against r; strict does."""
    people = dict.fromkeys("pqr", "Person")
    facts = [("p", "likes", "q", "train"), ("q", "likes", "r", "test")]
    graph = KnowledgeGraph.from_hetero(hetero(people, facts))
    scores = InOrder([0.9, 0.1, 0.5])  # p before r before q
    assert evaluate(scores, graph, sides=["tail"]).mrr == pytest.approx(1 / 2)
    assert evaluate(scores, graph, sides=["tail"], protocol="paper").mrr == pytest.approx(1)


def test_candidates_of_the_relations_labels(graph):
    """Among styles alone: x is the only one left for b; of y and x, y is better for c. Among works: b 2nd, c 1st."""
    report = evaluate(InOrder([0.1, 0.2, 0.3, 0.4, 0.5]), graph, candidates="typed")
    assert report.sides["tail"].mrr == pytest.approx(1)
    assert report.sides["head"].mrr == pytest.approx((1 / 2 + 1) / 2)
    assert report.sides["tail"].amri == pytest.approx(1)


def test_relations_apart_by_side_and_by_group(graph):
    """Of hasStyle alone, the figures of a side are those of the whole; unseen c stands in one of its facts."""
    report = evaluate(InOrder([0.1, 0.2, 0.3, 0.4, 0.5]), graph)
    assert report.relation_sides["hasStyle"] == report.sides
    assert report.relation_groups["hasStyle"] == {name: part for name, part in report.groups.items() if part.queries}
    assert report.relation_groups["hasStyle"]["unseen"].mrr == pytest.approx((1 / 4 + 1) / 2)


def test_wikiart_candidates_of_a_relation_within_a_label_are_of_the_split(hetero):
    """p teaches q in training, p teaches r in test: among all observed tails q and r, q wins; in test r is alone.

    A relation between labels keeps the tails of every split: x from training beats y.
    """
    entities = dict.fromkeys("pqr", "Artist") | {"w": "Work", "v": "Work", "x": "Style", "y": "Style"}
    facts = [
        ("r", "teaches", "q", "train"),
        ("p", "teaches", "r", "test"),
        ("v", "hasStyle", "x", "train"),
        ("w", "hasStyle", "y", "test"),
    ]
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts))
    assert graph.entities == ["p", "q", "r", "x", "y", "v", "w"]
    scores = InOrder([0.0, 0.9, 0.5, 0.8, 0.1, 0.0, 0.0])
    ranked = {
        choice: evaluate(scores, graph, candidates=choice, protocol="paper", sides=["tail"]).relations
        for choice in ("observed", "wikiart")
    }
    assert ranked["observed"]["teaches"].mrr == pytest.approx(1 / 2)
    assert ranked["wikiart"]["teaches"].mrr == pytest.approx(1)
    assert ranked["wikiart"]["hasStyle"].mrr == ranked["observed"]["hasStyle"].mrr == pytest.approx(1 / 2)


def test_a_group_without_queries_has_no_figures(hetero):
    graph = KnowledgeGraph.from_hetero(hetero(ENTITIES, FACTS))
    report = evaluate(InOrder([0.1, 0.2, 0.3, 0.4, 0.5]), graph)
    assert report.groups["with_picture"] == Figures(
        queries=0, mrr=None, hits_at_1=None, hits_at_3=None, hits_at_10=None, amri=None
    )
    assert report.groups["with_neither"].queries == 4


def test_a_model_is_ranked_without_dropout_and_left_as_it_was(gallery):
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    model = VLKGE.from_graph(TrainConfig(dimension=8, dropout=0.5), graph).train()
    assert evaluate(model, graph) == evaluate(model, graph)
    assert model.training


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"split": "gate"}, r"'gate' has no facts .*\(facts: train 3, val 0, gate 0, test 2\)"),
        ({"split": "holdout"}, "unknown split 'holdout'; allowed are train, val, gate, test"),
        ({"protocol": "loose"}, "unknown protocol 'loose'; allowed are strict and paper"),
        ({"candidates": "near"}, "unknown candidates 'near'; allowed are all, typed, observed and wikiart"),
    ],
)
def test_wrong_names_are_told(graph, wrong, message):
    with pytest.raises(InputError, match=message):
        evaluate(InOrder([0.0] * 5), graph, **wrong)


def test_bootstrap_interval_of_a_mean():
    """A thousand throws of a fair coin: the mean is known to about ±.031."""
    low, high = bootstrap(torch.tensor([0.0, 1.0]).repeat(500).double())
    assert low == pytest.approx(0.469, abs=0.006)
    assert high == pytest.approx(0.531, abs=0.006)
    assert bootstrap(torch.full((10_000,), 0.25).double()) == pytest.approx((0.25, 0.25), abs=1e-3)
