"""Ranking by rules on the small graph of test_rule_set, whose counts are worked out there."""

import numpy as np
import pytest

from models.rules.rule_scores import TINY, RuleScores
from models.rules.wilson import lower_bound
from tests.models.rules.test_rule_set import ENTITIES, FACTS, RELATIONS, indices

STYLE = RELATIONS.index("hasStyle")


@pytest.fixture(scope="module")
def learned() -> RuleScores:
    return RuleScores.learned(indices(FACTS), len(ENTITIES), len(RELATIONS))


def of(name):
    return ENTITIES.index(name)


def test_a_work_without_a_style_gets_that_of_its_artists_works(learned):
    (scores,) = learned.score(np.array([of("m5")]), STYLE)
    assert ENTITIES[int(scores.argmax())] == "impressionism"
    assert scores[of("realism")] > scores[of("abstract")]


def test_forward_is_the_logarithm_of_a_share_among_the_answers(learned):
    (features,) = learned.features(np.array([of("m5")]), STYLE)
    styles = [of(name) for name in ("impressionism", "realism", "abstract")]
    assert np.exp(features[styles, 0]).sum() == pytest.approx(1, abs=1e-5)


def test_a_closed_path_counts_by_its_lower_bound_where_it_leads(learned):
    (features,) = learned.features(np.array([of("m5")]), STYLE)
    # by Monet's other works, right 5 of 9 times, to their two styles
    sure = np.log1p(lower_bound(np.array([5]), np.array([9]))[0] / TINY)
    assert features[of("impressionism"), 2] == pytest.approx(sure, rel=1e-5)
    assert features[of("abstract"), 2] == 0


def test_heads_are_found_by_what_speaks_from_the_candidate(learned):
    (scores,) = learned.score(np.array([of("impressionism")]), STYLE + len(RELATIONS))
    assert scores[of("m5")] > max(scores[of("k1")], scores[of("paris")])


def test_weights_are_positive_but_for_popularity_and_keep_the_right_answer_first():
    val = indices([("m5", "hasStyle", "impressionism")])
    fitted = RuleScores.learned(indices(FACTS), len(ENTITIES), len(RELATIONS))
    fitted.fit_weights(val, np.concatenate([indices(FACTS), val]))
    assert (fitted.weights[:, :3] >= 0).all()
    assert np.isfinite(fitted.weights).all()
    (scores,) = fitted.score(np.array([of("m5")]), STYLE)
    assert ENTITIES[int(scores.argmax())] == "impressionism"
