"""Lists of relations with too many pairs: what a sketch of the scores names is scored, and what it misses is told."""

import pytest
import torch

from models.prediction import prediction
from models.prediction.prediction import predict
from models.ranking import shortlists
from models.ranking.candidate_lists import CandidateLists
from models.ranking.scores import Scores
from models.ranking.shortlists import Shortlists
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

WORKS = 400


class ByMatrix(Scores):
    """Scores of a matrix [N, N], heads by tails."""

    def __init__(self, matrix: torch.Tensor) -> None:
        self.matrix = matrix
        self.entities = len(matrix)
        self.device = torch.device("cpu")

    def score_all(self, pairs, side, candidates=None):
        assert side == "tail"
        rows = self.matrix[pairs[:, 0]]
        return rows if candidates is None else rows[:, candidates]


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    entities = {f"w{i:03}": "Work" for i in range(WORKS)}
    facts = [(f"w{i:03}", "like", f"w{(7 * i + 1) % WORKS:03}", "train") for i in range(WORKS)]
    rejected = [("w000", "like", "w009")]
    return KnowledgeGraph.from_hetero(hetero(entities, facts, rejected=rejected))


@pytest.fixture(autouse=True)
def few(monkeypatch) -> None:
    """Shortlists that are short even in a small graph."""
    for name, value in {"ROWS": 50, "COLUMNS": 60, "LISTED": 10, "CHECKED": 40, "RUN": 4, "CHUNK": 128}.items():
        monkeypatch.setattr(shortlists, name, value)
    monkeypatch.setattr(prediction, "MOST_PAIRS", 1000)


def of_rank(rank: int, noise: float = 0.0) -> ByMatrix:
    generator = torch.Generator().manual_seed(0)
    left, right = (torch.randn(WORKS, rank, generator=generator) for _ in range(2))
    return ByMatrix(left @ right.T + noise * torch.randn(WORKS, WORKS, generator=generator))


def found(scores: Scores, graph: KnowledgeGraph, **options: object) -> tuple[dict[tuple[str, str], float], list[str]]:
    told: list[str] = []
    frame = predict(scores, graph, limit=None, patterns=Patterns(), notify=told.append, **options)
    return dict(zip(zip(frame["head"], frame["tail"], strict=True), frame["score"], strict=True)), told


def test_scores_of_low_rank_lose_nothing(graph):
    scores = of_rank(20)
    exact, nothing = found(scores, graph, exact=True)
    sketched, told = found(scores, graph)
    assert nothing == []
    assert told == [
        "like: 160,000 pairs are too many to score all, so each head's tails are shortlisted; the shortlists of 40 "
        "heads name 100.0% of their 3 best links. `vlkge predict --exact` scores all."
    ]
    assert sketched == pytest.approx(exact)


def test_what_noise_hides_is_told(graph):
    """The share is that of heads of which the sketch knows nothing; scored together, heads lend each other tails."""
    scores = of_rank(20, noise=2.0)
    exact, _ = found(scores, graph, exact=True)
    sketched, told = found(scores, graph)
    kept = len(exact.keys() & sketched.keys()) / len(exact)
    lists = CandidateLists(scores, graph, Patterns(), top_k=3, most_pairs=1000)
    list(lists.blocks(0))
    (sketch,) = lists.sketched
    assert 0.3 < sketch.found < 0.95
    assert f"name {sketch.found:.1%} of their 3" in told[0]
    assert sketch.found - 0.1 < kept < 1
    for pair, score in sketched.items():
        if pair in exact:
            assert score == pytest.approx(exact[pair])


def test_no_known_fact_and_nothing_rejected_is_listed(graph):
    known = {(graph.entities[h], graph.entities[t]) for h, _, t in graph.triples["train"].tolist()}
    matrix = of_rank(20).matrix
    for head, tail in [*known, ("w000", "w009")]:
        matrix[graph.entities.index(head), graph.entities.index(tail)] = 1000.0
    sketched, _ = found(ByMatrix(matrix), graph)
    assert not sketched.keys() & known
    assert ("w000", "w009") not in sketched
    assert all(head != tail for head, tail in sketched)


def test_heads_are_each_asked_once(graph):
    lists = CandidateLists(of_rank(20), graph, Patterns(), top_k=3)
    heads = torch.arange(50, 350)
    blocks = list(Shortlists(lists.scores, 0, heads, torch.arange(WORKS), lists.excluded).blocks(heads))
    assert torch.cat([block for block, _ in blocks]).sort().values.tolist() == heads.tolist()
    assert all((tails.diff() > 0).all() and len(tails) < WORKS for _, tails in blocks)


def test_scores_that_are_all_alike_are_listed_too(graph):
    sketched, _ = found(ByMatrix(torch.zeros(WORKS, WORKS)), graph)
    assert len(sketched) == 3 * WORKS


@pytest.mark.parametrize(("width", "most"), [(1000, 10), (1003, 5), (37, 10), (5, 10)])
def test_the_highest_are_those_of_topk(width, most):
    values = torch.randn(7, width, generator=torch.Generator().manual_seed(0))
    at = shortlists._highest(values, most)
    assert at.sort(1).values.tolist() == values.topk(min(most, width), dim=1).indices.sort(1).values.tolist()


def test_products_of_vectors_are_not_sketched(graph):
    scores = of_rank(20)
    scores.costly = False
    assert found(scores, graph) == (found(scores, graph, exact=True)[0], [])


def test_what_would_not_pay_is_not_sketched(graph, monkeypatch):
    monkeypatch.setattr(shortlists, "ROWS", 200)
    exact, _ = found(of_rank(20), graph, exact=True)
    assert found(of_rank(20), graph) == (exact, [])
