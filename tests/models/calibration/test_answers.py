"""Whether a head has an answer: declared, learned from a random sample, or not known."""

import numpy as np
import pytest
import torch

from models.calibration.answers import Answers, Judged, learn_share
from models.ranking.candidate_lists import Links


def of_heads(*has_known_tail: bool) -> Links:
    return Links.none()._replace(
        heads=torch.arange(len(has_known_tail)), has_known_tail=torch.tensor(has_known_tail, dtype=torch.bool)
    )


def test_a_declaration_speaks_of_heads_without_a_value():
    answers = Answers.of(["hasStyle"])
    assert answers.probabilities(of_heads(False, True), "hasStyle") == pytest.approx([1.0, np.nan], nan_ok=True)
    assert np.isnan(answers.probabilities(of_heads(False, True), "wasBornIn")).all()


def test_the_share_is_that_by_which_fewer_are_right_than_expected():
    """Links of .5: of 400 decided ones 100 were right, so every second head has an answer."""
    probability = np.full(400, 0.5)
    assert learn_share(probability, np.arange(400) < 100) == pytest.approx(0.5, abs=0.01)
    assert learn_share(probability, np.arange(400) < 200) > 0.95
    assert learn_share(np.full(40, 0.5), np.zeros(40, dtype=bool)) == pytest.approx(1 / 21, abs=0.01)


def test_few_decisions_teach_nothing_and_kinds_of_heads_are_apart():
    many = [Judged("hasStyle", False, 0.5, i % 4 == 0) for i in range(100)]
    few = [Judged("hasStyle", True, 0.5, True) for _ in range(29)]
    unlikely = [Judged("wasBornIn", False, 0.1, False) for _ in range(60)]  # six right ones expected
    answers = Answers.of([], many + few + unlikely)
    (share,) = answers.shares
    assert (share.relation, share.has_known_tail, share.decisions) == ("hasStyle", False, 100)
    assert share.probability == pytest.approx(0.5, abs=0.02)


def test_a_declaration_goes_before_decisions():
    judged = [Judged("hasStyle", False, 0.5, False) for _ in range(100)]
    (share,) = Answers.of(["hasStyle"], judged).shares
    assert (share.probability, share.decisions) == (1.0, None)


def test_learned_shares_equal_the_true_ones_in_simulated_worlds():
    for seed, truth in enumerate([0.2, 0.5, 0.9] * 5):
        drawn = np.random.default_rng(seed)
        probability = drawn.random(500)
        found = learn_share(probability, drawn.random(500) < truth * probability)
        assert found == pytest.approx(truth, abs=0.15)
