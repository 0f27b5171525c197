"""Probabilities by hand, on lists that a plain loop makes too."""

import json
import math

import numpy as np
import pytest
import torch
from scipy.stats import poisson

from base.errors import InputError
from models.calibration.calibration import (
    HELD_BACK,
    KINDS,
    POOLED,
    UNTESTED,
    Calibration,
    LabelledLinks,
    calibrate,
    label_links,
    uncertainty,
)
from models.calibration.curves import Calibrator
from models.calibration.hierarchy import Groups, Hierarchy
from models.calibration.relation_predictors import PREDICTORS, relation_predictors
from models.calibration.reliability import figures, reliability
from models.config import TrainConfig
from models.prediction.prediction import predict, untrained
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


def usual(*relations: int) -> torch.Tensor:
    """Training facts of relations that tell nothing of them: ten tails each, equally frequent, with 100 facts each."""
    return torch.tensor([[0, row, tail] for row in relations for tail in range(10) for _ in range(100)])


def test_what_few_links_say_is_drawn_to_the_others_and_many_speak_for_themselves():
    """2,000 links of `big` are right half the time, 20 of `rare` never, of `new` there are none; all have one share."""
    rows = [0] * 2000 + [1] * 20
    correct = np.arange(2020) % 2 == 0
    correct[2000:] = False
    judged = LabelledLinks(links([math.log(0.5)] * 2020, rows), correct, np.ones(2020, dtype=bool))
    fitted = Calibration.fit(judged, ["big", "rare", "new"], usual(0, 1))
    some = links([math.log(0.5)] * 3, [0, 1, 2])
    probability, own = fitted.probabilities(some, np.ones(3, dtype=bool))
    assert own.tolist() == [True, False, False]
    assert probability[0] == pytest.approx(0.5, abs=0.02)
    assert 0.02 < probability[1] < 0.25  # misses are evidence, but twenty of them no proof
    assert probability[1] < probability[2] < 0.6
    assert fitted.curve("new", KINDS[1]) == (fitted.curves[POOLED][KINDS[1]], "pooled")
    assert [fitted.curve(name, KINDS[1])[0].links for name in ("big", "rare")] == [2000, 20]


def test_training_facts_tell_how_hard_a_relation_is():
    """Counts 3 and 1: coverage (3 + .5) / (4 + 1) = .7, entropy −.75 log .75 − .25 log .25, size 4 of 300 facts.

    No facts, no predictors; from 300 facts on size adds nothing.
    """
    facts = torch.tensor([[0, 1, 7], [1, 1, 7], [2, 1, 7], [3, 1, 8]])
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    by_hand = [[0.0, 0.0, 0.0], [math.log(0.7), entropy - math.log(10), math.log(4 / 300)]]
    assert relation_predictors(facts, 2) == pytest.approx(np.array(by_hand))
    assert relation_predictors(usual(0), 1)[0, 2] == 0


def test_of_relations_without_hidden_facts_those_with_rare_tails_have_lower_probabilities():
    """Of `known` 400 links of a share of a half are right half the time; of the others nothing is hidden.

    `usual` has tails like it, those of `rare` stand in one fact each: 1,000 facts whose next tail is a new one.
    """
    judged = LabelledLinks(links([math.log(0.5)] * 400), np.arange(400) % 2 == 0, np.ones(400, dtype=bool))
    rare = torch.tensor([[0, 2, tail] for tail in range(1000)])
    fitted = Calibration.fit(judged, ["known", "usual", "rare"], torch.cat([usual(0, 1), rare]))
    probability, own = fitted.probabilities(links([math.log(0.5)] * 3, [0, 1, 2]), np.ones(3, dtype=bool))
    assert own.tolist() == [True, False, False]
    assert probability[:2] == pytest.approx([0.5, 0.5], abs=0.03)
    assert probability[2] < 0.01


def test_no_link_of_a_relation_without_hidden_facts_is_likelier_than_not():
    """Of `known` nearly all links with a share of .999 are right. Of `one` nothing is hidden, and it has one tail."""
    judged = LabelledLinks(links([math.log(0.999)] * 400), np.arange(400) % 100 > 0, np.ones(400, dtype=bool))
    one = torch.tensor([[0, 1, 7], [1, 1, 7]])
    fitted = Calibration.fit(judged, ["known", "one"], torch.cat([usual(0), one]))
    probability, _ = fitted.probabilities(links([math.log(0.999)] * 2, [0, 1]), np.ones(2, dtype=bool))
    assert probability[0] > 0.97
    assert 0.4 < probability[1] <= 0.5


def test_a_small_relation_promises_no_more_than_its_own_judged_links_showed():
    """Of `known` nearly all links with a share of .999 are right, of ten of `noise` two, of three of `good` all.

    Laplace's rule: at most (2 + 1) / (10 + 2) for the one, (3 + 1) / (3 + 2) for the other, and not all for `known`.
    """
    rows, right = [0] * 400 + [1] * 10 + [2] * 3, np.arange(413) % 100 > 0
    right[400:410] = np.arange(10) < 2
    judged = LabelledLinks(links([math.log(0.999)] * 413, rows), right, np.ones(413, dtype=bool))
    fitted = Calibration.fit(judged, ["known", "noise", "good"], usual(0, 1, 2))
    some = links([math.log(0.999)] * 3, [0, 1, 2])
    known, noise, good = fitted.probabilities(some, np.ones(3, dtype=bool))[0]
    assert known > 0.97
    assert noise <= 3 / 12
    assert 0.7 < good <= 4 / 5
    assert [fitted.judged_lists(name) for name in ("known", "noise", "good")] == [400, 10, 3]
    earlier = fitted.model_copy(update={"supports": {}, "lists": None})
    assert earlier.probabilities(some, np.ones(3, dtype=bool))[0][1] > noise
    assert earlier.judged_lists("noise") == 10


def test_noise_promises_little_more_than_it_keeps_and_small_good_relations_stay_useful():
    """Twenty relations of one judged list to twelve: ten guess one of eight tails, ten are right three times in four.

    Lists look as sure for both. The two large ones are good, and do not lend the noise their best share.
    """
    expected, found = np.zeros(22), np.zeros(22)
    chance = np.array([0.75, 0.75, *[0.75, 0.125] * 10])
    sizes = np.array([600, 600, 1, 1, 2, 2, 3, 3, 4, 4, 6, 6, 6, 6, 8, 8, 10, 10, 12, 12, 12, 12])
    facts = np.array([3000, 3000, *(sizes[2:] * 10)])
    training = torch.tensor([[0, row, tail % 8] for row, count in enumerate(facts) for tail in range(count)])
    for seed in range(5):
        drawn = np.random.default_rng(seed)
        learned, asked = (
            LabelledLinks(links(np.log(drawn.uniform(0.6, 0.99, len(rows))), rows), right, np.ones(len(rows), bool))
            for rows in (np.repeat(np.arange(22), sizes), np.repeat(np.arange(22), 200))
            for right in [drawn.random(len(rows)) < chance[rows]]
        )
        fitted = Calibration.fit(learned, [f"r{row}" for row in range(22)], training)
        probability = fitted.probabilities(asked.links, asked.seen)[0]
        rows = asked.links.relations.numpy()
        expected += np.bincount(rows, weights=probability, minlength=22)
        found += np.bincount(rows, weights=asked.correct, minlength=22)
    assert (expected / found)[:2] == pytest.approx([1, 1], abs=0.05)
    assert 0.6 < expected[2::2].sum() / found[2::2].sum() < 1.1
    assert expected[3::2].sum() / found[3::2].sum() < 2.15


def test_a_curve_never_falls_and_is_drawn_to_a_half_by_what_is_not_known():
    """At a share of a half a curve is logistic(level); a variance of 8/π · 3 halves the log odds: 1 / (1 + e^-1)."""
    half = np.log(np.array([0.5]))
    assert Calibrator(level=2.0, slope=1.0, links=0, facts=0).at(half) == pytest.approx(1 / (1 + math.exp(-2)))
    unsure = Calibrator(level=2.0, slope=1.0, variance=24 / math.pi, links=0, facts=0)
    assert unsure.at(half) == pytest.approx(1 / (1 + math.exp(-1)))
    share = np.linspace(0.01, 0.99, 500)
    falling = Groups(np.log(share), *np.zeros((2, 500), dtype=np.int64), np.zeros((1, PREDICTORS)), 1)
    curve = Hierarchy.fit(falling, share < 0.3, 1.2).curve(0, 0)
    assert (np.diff(curve.at(np.log(share))) >= 0).all()


def test_expected_equals_found_in_simulated_worlds():
    """Forty relations whose levels differ, with 6 to 800 links: of other links as many are right as are expected."""
    expected, found = np.zeros(40), np.zeros(40)
    for seed in range(8):
        drawn = np.random.default_rng(seed)
        sizes = np.geomspace(6, 800, 40).astype(int)
        levels = drawn.normal(-0.5, 1.0, 40)
        learned, asked = (world(drawn, sizes, levels) for _ in range(2))
        fitted = Calibration.fit(learned, [f"r{row}" for row in range(40)], usual(*range(40)))
        probability, _ = fitted.probabilities(asked.links, asked.seen)
        rows = asked.links.relations.numpy()
        expected += np.bincount(rows, weights=probability, minlength=40)
        found += np.bincount(rows, weights=asked.correct, minlength=40)
    assert found.sum() / expected.sum() == pytest.approx(1, abs=0.03)
    assert found[:20].sum() / expected[:20].sum() == pytest.approx(1, abs=0.15)  # 6 to 64 links each
    large = expected >= 100
    assert (np.abs(np.log(found[large] / expected[large])) < math.log(1.3)).all()
    chance = poisson.cdf(found, expected), poisson.sf(found - 1, expected)
    assert sum(np.minimum(*chance)[~large] < 0.025) <= 2


def world(drawn: np.random.Generator, sizes: np.ndarray, levels: np.ndarray) -> LabelledLinks:
    """Links of relations with these levels: right with logistic(level + logit of their share)."""
    rows = np.repeat(np.arange(len(sizes)), sizes)
    odds = drawn.normal(-1, 1.5, len(rows))
    correct = drawn.random(len(rows)) < 1 / (1 + np.exp(-levels[rows] - odds))
    share = links((-np.log1p(np.exp(-odds))).tolist(), rows.tolist())
    return LabelledLinks(share, correct, np.ones(len(rows), dtype=bool))


def test_kinds_of_heads_are_kept_apart():
    """Seen heads with a known tail are never right, unseen ones without always."""
    count = 400
    has_known_tail = np.arange(count) < 200
    share = links([math.log(0.5)] * count, has_known_tail=has_known_tail.tolist())
    judged = LabelledLinks(share, ~has_known_tail, has_known_tail)
    fitted = Calibration.fit(judged, ["hasStyle"], usual(0))
    probability, _ = fitted.probabilities(judged.links, judged.seen)
    assert probability[:200].max() < 0.05
    assert probability[200:].min() > 0.95


def test_calibration_is_kept_and_read_again(tmp_path):
    """What is published and what is judged on test facts beside each other."""
    assert Calibration.load(tmp_path) is None
    judged = LabelledLinks(links([0.0, 1.0]), np.array([False, True]), np.array([True, True]))
    fitted = Calibration.fit(judged, ["hasStyle"], usual(0), key="k")
    fitted.save(tmp_path)
    assert Calibration.load(tmp_path) == fitted
    assert Calibration.load(tmp_path, UNTESTED) is None
    untested = Calibration.fit(judged, ["hasStyle"], usual(0), key="k", hidden=UNTESTED)
    untested.save(tmp_path)
    assert (Calibration.load(tmp_path), Calibration.load(tmp_path, UNTESTED)) == (fitted, untested)
    path = tmp_path / "calibration.json"
    earlier = json.loads(path.read_text())
    del earlier["hidden"]
    path.write_text(json.dumps(earlier))  # of a version that learned from validation alone
    assert Calibration.load(tmp_path).hidden == UNTESTED
    assert Calibration.load(tmp_path).probabilities(*judged[::2])[0].tolist() == (
        fitted.probabilities(*judged[::2])[0].tolist()
    )
    (tmp_path / "calibration.json").write_text('{"relations": ["hasStyle"], "curves": {}, "tallies": {}, "key": "k"}')
    assert Calibration.load(tmp_path) is None  # as it was before there was a form: made anew
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
    """Of heads that have such a fact of the relation: of others it is not known whether there is an answer."""
    graph = KnowledgeGraph.from_hetero(gallery)
    torch.manual_seed(0)
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=8), graph))
    judged = label_links(scores, graph, Patterns(), seen=graph.seen, hidden=("test",), top_k=3)
    hidden = {tuple(fact) for fact in graph.triples["test"].tolist()}
    asked = {fact[:2] for fact in hidden}
    assert {tuple(triple)[:2] for triple in judged.links.triples.tolist()} == asked
    assert judged.correct.tolist() == [tuple(triple) in hidden for triple in judged.links.triples.tolist()]
    assert judged.correct.sum() == len(hidden)  # three artists and two styles: every fact is among three tails
    assert judged.seen.tolist() == graph.seen[judged.links.heads].tolist()


def test_a_hidden_fact_that_is_known_the_other_way_round_teaches_nothing(hetero):
    """No list names it, so it would only count as missed; nor a loop of a relation whose known facts have none."""
    people = [f"p{i}" for i in range(8)]
    pairs = [("p0", "p1", "train", "test"), ("p2", "p3", "train", "train"), ("p4", "p5", "test", "test")]
    facts = [
        (*ends, split)
        for a, b, there, back in pairs
        for *ends, split in ((a, "knows", b, there), (b, "knows", a, back))
    ]
    facts += [("p6", "knows", "p6", "test"), ("p7", "knows", "p0", "test")]
    graph = KnowledgeGraph.from_hetero(hetero(dict.fromkeys(people, "Person"), facts))
    model = VLKGE.from_graph(TrainConfig(dimension=4), graph).eval()
    judged = label_links(
        VectorScores.of_model(model),
        graph,
        Patterns(symmetric=("knows",)),
        seen=graph.seen,
        hidden=("test",),
        top_k=8,
    )
    asked = {graph.entities[head] for head in judged.links.heads.tolist()}
    assert asked == {"p4", "p5", "p7"}
    assert judged.correct.sum() == 3


def test_a_relation_without_training_facts_has_no_lists_and_teaches_nothing(hetero):
    entities = {f"w{i}": "Work" for i in range(30)} | {"x": "Style", "y": "Style"}
    facts = [(f"w{i}", "hasStyle", "xy"[i % 2], "train" if i < 15 else "val") for i in range(30)]
    facts += [(f"w{i}", "near", f"w{i + 1}", "val") for i in range(20)]
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts))
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=4), graph))
    judged = label_links(scores, graph, Patterns(), seen=graph.seen, hidden=HELD_BACK)
    assert set(judged.links.relations.tolist()) == {graph.relations.index("hasStyle")}
    assert untrained(graph) == ["near"]
    found = predict(scores, graph, patterns=Patterns())
    assert "near" not in set(found["relation"])
    assert len(found)


def test_test_facts_teach_what_is_published_and_not_what_judges_it(hetero):
    """Of 40 works half have lost their style, 12 to validation, 8 to test; lists have both, one of them right."""
    entities = {f"w{i}": "Work" for i in range(40)} | {"x": "Style", "y": "Style"}
    parts = ["train"] * 20 + ["val"] * 12 + ["test"] * 8
    facts = [(f"w{i}", "hasStyle", "xy"[i % 2], part) for i, part in enumerate(parts)]
    half = [fact[:3] for fact in facts[20:26]]  # of validation, kept for the gate
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts, gate=half))
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=4), graph))
    published = calibrate(scores, graph, Patterns(), seen=graph.seen)
    untested = calibrate(scores, graph, Patterns(), seen=graph.seen, hidden=UNTESTED)
    for found, lists in ((published, 20), (untested, 12)):
        own = found.curves["hasStyle"].values()
        assert (sum(curve.links for curve in own), sum(curve.facts for curve in own)) == (2 * lists, lists)
    assert (published.hidden, untested.hidden) == (HELD_BACK, UNTESTED)


def test_nothing_to_hide_is_no_calibration(hetero):
    graph = KnowledgeGraph.from_hetero(hetero({"a": "Work", "x": "Style"}, [("a", "hasStyle", "x", "train")]))
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=4), graph))
    assert calibrate(scores, graph, Patterns(), seen=graph.seen) is None


def test_uncertainty_by_hand():
    assert uncertainty(np.array([0.0, 0.5, 0.25, 1.0])) == pytest.approx([0.0, 1.0, 0.811278, 0.0], abs=1e-6)


def test_reliability_by_hand():
    """Bins .1 (two links, one right) and .9 (two, both right): error (2 · |.1 − .5| + 2 · |.9 − 1|) / 4 = .25."""
    probability, correct = np.array([0.1, 0.1, 0.9, 0.9]), np.array([True, False, True, True])
    relations = ["hasStyle", "hasStyle", "hasStyle", "paintedBy"]
    found = reliability(probability, correct, relations, bases=["pooled", "relation", "relation", "relation"])
    assert (found.bases["relation"].expected, found.bases["relation"].facts) == (pytest.approx(1.9), 2)
    assert (found.expected, found.facts) == (pytest.approx(2.0), 3)
    assert found.ece == pytest.approx(0.25)
    assert found.brier == pytest.approx((0.81 + 0.01 + 0.01 + 0.01) / 4)
    assert found.brier_of_base_rate == pytest.approx(0.75 * 0.25)
    assert [part["count"] for part in found.bins] == [0, 2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert found.bins[1] == {"from": 0.1, "to": 0.2, "count": 2, "predicted": pytest.approx(0.1), "observed": 0.5}
    assert found.relations["paintedBy"].ece == pytest.approx(0.1)
    assert found.model_dump()["yield"][3] == {"probability": 0.9, "links": 2, "correct": 2, "precision": 1.0}
    assert figures(np.empty(0), np.empty(0, dtype=bool)).ece is None


def test_few_links_that_all_were_right_are_no_certainty():
    """150 links of one relation with shares up to .9, all right: one of .999 is told at most 151 / 152."""
    shares = np.log(np.linspace(0.6, 0.9, 150))
    judged = LabelledLinks(links(shares.tolist()), np.ones(150, dtype=bool), np.ones(150, dtype=bool))
    fitted = Calibration.fit(judged, ["place"], usual(0))
    probability, _ = fitted.probabilities(links([math.log(0.999)]), np.ones(1, dtype=bool))
    assert fitted.curves["place"][KINDS[1]].at(np.log([0.999]))[0] > 151 / 152 > probability[0] > 0.98
