"""Popularity: counts of training facts, whatever is asked."""

import pytest
import torch

from models.baselines import Popularity
from models.errors import InputError
from models.evaluation import evaluate
from models.knowledge_graph import KnowledgeGraph

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
