"""Baselines: counts of training facts, cosines of features, a linear layer on features."""

import pytest
import torch

from base.errors import InputError
from models.evaluation.baselines import Popularity, ZeroShot, baselines
from models.evaluation.evaluation import evaluate
from models.evaluation.linear_probe import LinearProbe
from models.triples.knowledge_graph import KnowledgeGraph

WORKS = {"a": "Work", "b": "Work", "c": "Work", "d": "Work", "x": "Style", "y": "Style"}
FACTS = [
    ("a", "hasStyle", "x", "train"),
    ("b", "hasStyle", "x", "train"),
    ("c", "hasStyle", "y", "train"),
    ("d", "hasStyle", "y", "test"),
]


def test_counts_training_facts_of_the_relation(hetero):
    graph = KnowledgeGraph.from_hetero(hetero(WORKS, FACTS))  # x y a b c d
    popularity = Popularity(graph)
    assert popularity.score_all(torch.tensor([[5, 0]]), "tail").tolist() == [[2, 1, 0, 0, 0, 0]]
    assert popularity.score_all(torch.tensor([[0, 0]]), "head").tolist() == [[0, 0, 1, 1, 1, 0]]
    assert popularity.score_all(torch.tensor([[5, 0]]), "tail", torch.tensor([1, 4])).tolist() == [[1, 0]]


def test_report_by_hand(hetero):
    """(d, hasStyle, ?): y after x, rank 2. (?, hasStyle, y): a and b were heads, then x, y, d tie: rank 4."""
    graph = KnowledgeGraph.from_hetero(hetero(WORKS, FACTS))
    report = evaluate(Popularity(graph), graph)
    assert report.sides["tail"].mrr == pytest.approx(1 / 2)
    assert report.sides["head"].mrr == pytest.approx(1 / 4)


def test_needs_training_facts(hetero):
    graph = KnowledgeGraph.from_hetero(hetero(WORKS, [("a", "hasStyle", "x", "test")]))
    with pytest.raises(InputError, match="needs training facts"):
        Popularity(graph)


def test_zero_shot_compares_a_picture_with_a_text_of_the_same_space(hetero):
    """a looks like the text of x: (0.6, 0.8) · (1, 0) = 0.6; y is at 0.8, and b has nothing to compare."""
    features = {"visual": {"a": [3.0, 4.0]}, "textual": {"x": [2.0, 0.0], "y": [0.0, 0.5]}}
    graph = KnowledgeGraph.from_hetero(hetero(WORKS, FACTS, features))  # x y a b c d
    scores = ZeroShot(graph).score_all(torch.tensor([[2, 0], [3, 0]]), "tail")
    assert torch.allclose(scores, torch.tensor([[0.6, 0.8, 1.0, 0, 0, 0], [0.0] * 6]))
    assert torch.allclose(ZeroShot(graph).score_all(torch.tensor([[2, 0]]), "head", torch.tensor([1])), scores[:1, [1]])


def test_zero_shot_of_different_spaces_is_the_mean_of_the_cosines_that_both_have(hetero):
    """a and b: pictures at cosine 1, texts at 0, so 0.5; a and c share texts alone: 0.6."""
    features = {
        "visual": {"a": [1.0, 0.0, 0.0], "b": [2.0, 0.0, 0.0]},
        "textual": {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [0.6, 0.8]},
    }
    graph = KnowledgeGraph.from_hetero(hetero(WORKS, FACTS, features))
    scores = ZeroShot(graph).score_all(torch.tensor([[2, 0]]), "tail", torch.tensor([3, 4]))
    assert torch.allclose(scores, torch.tensor([[0.5, 0.6]]))


def test_the_probe_names_the_painter_of_an_unseen_painting(gallery):
    """Text vectors tell the three artists apart; popularity cannot. Heads are read off the same layers."""
    graph = KnowledgeGraph.from_hetero(gallery)
    probe, popular = (
        evaluate(scores, graph, candidates="observed") for scores in (LinearProbe(graph), Popularity(graph))
    )
    assert probe.relation_sides["paintedBy"]["tail"].mrr == pytest.approx(1)
    assert popular.relation_sides["paintedBy"]["tail"].mrr < 0.75
    assert probe.relation_sides["paintedBy"]["head"].mrr > popular.relation_sides["paintedBy"]["head"].mrr


def test_the_probe_scores_probabilities_of_tails(gallery):
    """Over the tails seen in training they sum to one; a head query reads the same number."""
    graph = KnowledgeGraph.from_hetero(gallery)
    probe = LinearProbe(graph, epochs=1)
    relation = graph.relations.index("hasStyle")
    head = graph.entities.index("painting_000")
    styles = torch.tensor([graph.entities.index(name) for name in ("abstract", "impressionism")])
    tails = probe.score_all(torch.tensor([[head, relation]]), "tail")
    assert tails[0, styles].exp().sum().item() == pytest.approx(1)
    assert tails[0].topk(2).indices.sort().values.tolist() == styles.sort().values.tolist()
    heads = probe.score_all(torch.stack([styles, torch.full((2,), relation)], 1), "head", torch.tensor([head]))
    assert torch.allclose(heads[:, 0], tails[0, styles], atol=1e-6)


def test_the_probe_knows_training_facts_alone(hetero):
    """Test facts of the opposite kind change nothing."""
    features = {"textual": {key: [float(key in "ab"), 1.0] for key in "abcd"}}
    poisoned = [*FACTS, ("d", "hasStyle", "x", "test"), ("a", "hasStyle", "y", "val")]
    pairs = torch.tensor([[5, 0], [2, 0]])
    clean, other = (
        LinearProbe(KnowledgeGraph.from_hetero(hetero(WORKS, facts, features))).score_all(pairs, "tail")
        for facts in (FACTS, poisoned)
    )
    assert torch.equal(clean, other)


def test_without_features_popularity_is_all_there_is(hetero, gallery):
    graph = KnowledgeGraph.from_hetero(hetero(WORKS, FACTS))
    assert list(baselines(graph)) == ["popularity"]
    assert list(baselines(KnowledgeGraph.from_hetero(gallery))) == ["popularity", "zero-shot", "linear probe"]
    with pytest.raises(InputError, match="vlkge encode"):
        ZeroShot(graph)
    with pytest.raises(InputError, match="needs features"):
        LinearProbe(graph)
