"""Probabilities by hand, on lists that a plain loop makes too."""

import math

import numpy as np
import pytest
import torch

from base.errors import InputError
from models.calibration.calibration import (
    KINDS,
    POOLED,
    Calibration,
    LabelledLinks,
    calibrate,
    label_links,
    uncertainty,
)
from models.calibration.curves import fit_curve, fit_isotonic, fit_platt
from models.calibration.reliability import figures, reliability
from models.calibration.thresholds import tally, thresholds
from models.config import TrainConfig
from models.ranking.candidate_lists import CandidateLists, Links
from models.ranking.scores import VectorScores
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns
from tests.models.scored import score_triples


def links(log_share, relations=None, has_known_tail=None) -> Links:
    count = len(log_share)
    whole = torch.arange(count)
    return Links(
        heads=whole,
        relations=torch.zeros(count, dtype=torch.long) if relations is None else torch.tensor(relations),
        tails=whole,
        scores=torch.zeros(count),
        ranks=torch.ones(count, dtype=torch.long),
        log_share=torch.tensor(log_share, dtype=torch.float),
        has_known_tail=torch.zeros(count, dtype=torch.bool) if has_known_tail is None else torch.tensor(has_known_tail),
    )


def test_isotonic_by_hand():
    """Outcomes 0 1 0 1 1 pool to 0, ½, ½, 1, 1; each level of n is drawn to the mean .6 as by one more link."""
    curve = fit_isotonic(np.arange(5.0), np.array([False, True, False, True, True]))
    assert curve.at(np.array([0.0])) == pytest.approx((0 * 1 + 0.6) / 2)
    assert curve.at(np.array([1.0, 1.5, 2.0])) == pytest.approx([(0.5 * 2 + 0.6) / 3] * 3)
    assert curve.at(np.array([3.0, 4.0, 99.0])) == pytest.approx([(1 * 2 + 0.6) / 3] * 3)
    assert curve.at(np.array([-99.0])) == pytest.approx(0.3)
    assert (curve.links, curve.facts) == (5, 3)


def test_platt_by_hand():
    """Two places: with targets of Platt the curve goes through them exactly: 3 of 4 right at 1, 1 of 4 at 0."""
    x = np.array([0.0] * 4 + [1.0] * 4)
    correct = np.array([True, False, False, False, True, True, True, False])
    high, low = 5 / 6, 1 / 6
    curve = fit_platt(x, correct)
    assert curve.at(np.array([0.0]))[0] == pytest.approx((high + 3 * low) / 4, abs=1e-6)
    assert curve.at(np.array([1.0]))[0] == pytest.approx((3 * high + low) / 4, abs=1e-6)


def test_platt_never_falls_and_never_promises_certainty():
    x = np.arange(20.0)
    falling = fit_platt(x, x < 10)
    assert falling.slope == 0
    assert falling.at(np.array([0.0, 19.0])) == pytest.approx([0.5, 0.5])
    nothing = fit_platt(x, np.zeros(20, dtype=bool)).at(x)
    assert (nothing > 0).all()
    assert (nothing < 0.1).all()


def test_isotonic_needs_much_data():
    x = np.random.default_rng(0).normal(size=2000)
    often = np.random.default_rng(1).random(2000) < 0.3
    assert fit_curve(x, often).kind == "isotonic"
    assert fit_curve(x[:999], often[:999]).kind == "platt"
    assert fit_curve(x, np.arange(2000) < 49).kind == "platt"


def test_relations_with_few_links_or_facts_are_pooled_and_said_so(hetero):
    entities = {"a": "Work", "x": "Style"}
    facts = [("a", "big", "x", "train"), ("a", "rare", "x", "train"), ("a", "small", "x", "train")]
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts))
    assert graph.relations == ["big", "rare", "small"]
    rows = [0] * 200 + [1] * 200 + [2] * 99
    correct = np.zeros(499, dtype=bool)
    correct[:100] = correct[200:209] = correct[400:450] = True  # 100, 9 and 50 facts
    seen = np.ones(499, dtype=bool)
    fitted = Calibration.fit(LabelledLinks(links(list(np.linspace(0, 1, 499)), rows), correct, seen), graph.relations)
    assert set(fitted.curves) == {POOLED, "big"}
    assert fitted.curves[POOLED]["seen, has none"].links == 499
    some = links([0.5] * 3, [0, 1, 2])
    _, own = fitted.probabilities(some, np.ones(3, dtype=bool))
    assert own.tolist() == [True, False, False]
    _, own = fitted.probabilities(some, np.zeros(3, dtype=bool))
    assert own.tolist() == [False] * 3  # nothing is known of unseen heads


def test_kinds_of_heads_are_kept_apart():
    """Seen heads with a known tail are never right, unseen ones without always."""
    count = 400
    has_known_tail = np.arange(count) < 200
    judged = LabelledLinks(
        links([0.0] * count, has_known_tail=has_known_tail.tolist()), ~has_known_tail, has_known_tail
    )
    fitted = Calibration.fit(judged, ["hasStyle"])
    probability, _ = fitted.probabilities(judged.links, judged.seen)
    assert probability[:200].max() < 0.01
    assert probability[200:].min() > 0.99
    assert set(fitted.curves[POOLED]) == {"any", KINDS[0], KINDS[3]}


def test_calibration_is_kept_and_read_again(tmp_path):
    assert Calibration.load(tmp_path) is None
    judged = LabelledLinks(links([0.0, 1.0]), np.array([False, True]), np.array([True, True]))
    fitted = Calibration.fit(judged, ["hasStyle"], key="k")
    fitted.save(tmp_path)
    assert Calibration.load(tmp_path) == fitted
    (tmp_path / "calibration.json").write_text("{")
    with pytest.raises(InputError, match="remove it, and it is made again"):
        Calibration.load(tmp_path)


@pytest.mark.parametrize("hidden", [("val", "gate"), ("test",), ()])
def test_lists_equal_a_loop(gallery, hidden):
    """All heads of the label, those without a hidden fact too; hidden facts are open, others are not."""
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    model = VLKGE.from_graph(TrainConfig(dimension=8), graph).eval()
    patterns = Patterns(functional=("paintedBy",))
    lists = CandidateLists(VectorScores.of_model(model), graph, patterns, top_k=2, hidden=hidden, budget=50)
    found = {}
    for row in range(graph.num_relations):
        for _, part in lists.blocks(row):
            for i, triple in enumerate(part.triples.tolist()):
                found[tuple(triple)] = (float(part.log_share[i]), int(part.ranks[i]), bool(part.has_known_tail[i]))
    by_hand = loop(model, graph, hidden, top_k=2, functional="paintedBy")
    assert found.keys() == by_hand.keys()
    for triple, expected in by_hand.items():
        assert found[triple] == pytest.approx(expected, abs=1e-3)


def loop(model, graph, hidden, top_k, functional):
    known = {tuple(f) for split, facts in graph.triples.items() if split not in hidden for f in facts.tolist()}
    types, found = graph.entity_types.tolist(), {}
    for relation, name in enumerate(graph.relations):
        for head in range(graph.num_entities):
            has_known_tail = any(fact[:2] == (head, relation) for fact in known)
            tails = [
                tail
                for tail in range(graph.num_entities)
                if (types[head], types[tail]) in graph.relation_types[relation]
                and (head, relation, tail) not in known
                and head != tail
            ]
            if not tails or (has_known_tail and name == functional):
                continue
            with torch.no_grad():
                scores = score_triples(model, torch.tensor([[head, relation, tail] for tail in tails]))
            ranked = sorted(zip(scores.tolist(), tails, strict=True), reverse=True)
            whole = math.log(sum(math.exp(score - ranked[0][0]) for score, _ in ranked[:10])) + ranked[0][0]
            for rank, (score, tail) in enumerate(ranked[:top_k], 1):
                found[head, relation, tail] = (score - whole, rank, has_known_tail)
    return found


def test_links_are_right_if_they_are_hidden_facts(gallery):
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=8), graph))
    judged = label_links(scores, graph, Patterns(), seen=graph.seen, hidden=("test",), top_k=3)
    hidden = {tuple(fact) for fact in graph.triples["test"].tolist()}
    assert judged.correct.tolist() == [tuple(triple) in hidden for triple in judged.links.triples.tolist()]
    assert judged.correct.sum() == len(hidden)  # three artists and two styles: every fact is among three tails
    assert judged.seen.tolist() == graph.seen[judged.links.heads].tolist()


def test_nothing_to_hide_is_no_calibration(hetero):
    graph = KnowledgeGraph.from_hetero(hetero({"a": "Work", "x": "Style"}, [("a", "hasStyle", "x", "train")]))
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=4), graph))
    assert calibrate(scores, graph, Patterns(), seen=graph.seen) is None


def test_uncertainty_by_hand():
    assert uncertainty(np.array([0.0, 0.5, 0.25, 1.0])) == pytest.approx([0.0, 1.0, 0.811278, 0.0], abs=1e-6)


def test_reliability_by_hand():
    """Bins .1 (two links, one right) and .9 (two, both right): error (2 · |.1 − .5| + 2 · |.9 − 1|) / 4 = .25."""
    probability, correct = np.array([0.1, 0.1, 0.9, 0.9]), np.array([True, False, True, True])
    found = reliability(probability, correct, np.array([0, 0, 0, 1]), ["hasStyle", "paintedBy"])
    assert found.ece == pytest.approx(0.25)
    assert found.brier == pytest.approx((0.81 + 0.01 + 0.01 + 0.01) / 4)
    assert found.brier_of_base_rate == pytest.approx(0.75 * 0.25)
    assert [part["count"] for part in found.bins] == [0, 2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert found.bins[1] == {"from": 0.1, "to": 0.2, "count": 2, "predicted": pytest.approx(0.1), "observed": 0.5}
    assert found.relations["paintedBy"].ece == pytest.approx(0.1)
    assert found.model_dump()["yield"][3] == {"probability": 0.9, "links": 2, "correct": 2, "precision": 1.0}
    assert figures(np.empty(0), np.empty(0, dtype=bool)).ece is None


def test_thresholds_are_the_lowest_that_a_hundred_links_carry():
    """150 links at .8, of which 140 are right; 100 more at .4, 50 right: nine in ten only above .8."""
    probability = np.array([0.8] * 150 + [0.4] * 100)
    correct = np.array([True] * 140 + [False] * 10 + [True] * 50 + [False] * 50)
    few = tally(np.array([0.7] * 99), np.ones(99, dtype=bool))
    counts = {"hasStyle": tally(probability, correct), "rare": few, POOLED: tally(probability, correct)}
    own, shared = thresholds(counts, 0.9, ["hasStyle", "rare"])
    assert (own.probability, own.links, own.calibrated_on) == (0.8, 150, "relation")
    assert own.precision == pytest.approx(140 / 150)
    assert (shared.relation, shared.probability, shared.calibrated_on) == ("rare", 0.8, "pooled")
    assert thresholds(counts, 0.7, ["hasStyle"])[0].probability == 0.4  # 190 of 250
    assert thresholds(counts, 0.99, ["hasStyle"])[0].probability is None
    with pytest.raises(InputError, match=r"precision is 90\.0"):
        thresholds(counts, 90.0, ["hasStyle"])
