"""What tallies of judged links promise: lower bounds and thresholds, by hand."""

import numpy as np
import pytest

from base.errors import InputError
from models.calibration.thresholds import SMALL, drawn_to_support, lower_bound, tally, thresholds


def test_a_lower_bound_by_hand():
    """All of n right: the bound is the share whose n-th power is a tenth (Clopper and Pearson)."""
    assert lower_bound(22, 22) == pytest.approx(0.1 ** (1 / 22))
    assert lower_bound(0, 22) == 0
    assert lower_bound(95, 100) == pytest.approx(0.909, abs=0.001)


def test_no_probability_is_above_what_links_of_its_relation_showed():
    """Of 12 links with .9 or more 11 were right: (11 + 1) / (12 + 2) = .857; of all 40, 20: .5. The order stays."""
    said = np.array([0.95] * 12 + [0.4] * 28)
    table = tally(said, np.array([True] * 11 + [False] + [True] * 9 + [False] * 19))
    assert table.supported == pytest.approx(12 / 14)
    found = drawn_to_support(np.array([0.1, 0.85, 0.9, 0.9993]), table.supported)
    assert found[:2].tolist() == [0.1, 0.85]
    assert 0.85 < found[2] < found[3] < 12 / 14


def test_thresholds_are_the_lowest_whose_lower_bound_keeps_the_promise():
    """150 links at .8, of which 145 are right; 100 more at .4, 50 right: nine in ten only above .8."""
    probability = np.array([0.8] * 150 + [0.4] * 100)
    correct = np.array([True] * 145 + [False] * 5 + [True] * 50 + [False] * 50)
    counts = {"hasStyle": tally(probability, correct), SMALL: tally(np.array([0.7] * 60), np.ones(60, dtype=bool))}
    own, shared = thresholds(counts, 0.9, ["hasStyle", "rare"])
    assert (own.probability, own.links, own.calibrated_on) == (0.8, 150, "relation")
    assert own.precision == pytest.approx(145 / 150)
    assert own.lower_bound == pytest.approx(lower_bound(145, 150))
    assert (shared.relation, shared.probability, shared.calibrated_on) == ("rare", 0.7, "pooled")
    assert thresholds(counts, 0.7, ["hasStyle"])[0].probability == 0.4  # 195 of 250: at least .74
    assert thresholds(counts, 0.95, ["hasStyle"])[0].probability is None  # .967 found, but only .935 sure
    assert thresholds(counts, 0.97, ["rare"])[0].probability is None
    with pytest.raises(InputError, match=r"precision is 90\.0"):
        thresholds(counts, 90.0, ["hasStyle"])


@pytest.mark.parametrize("precision", [0.7, 0.9])
def test_the_promise_is_kept_nine_times_in_ten(precision):
    """300 links whose probabilities are too high, exact or too low: above a threshold so many are right."""
    kept = asked = 0
    for seed in range(400):
        drawn = np.random.default_rng(seed)
        said = drawn.beta(2, 0.7, 300)
        right = said ** drawn.choice([0.7, 1.0, 1.5])
        (found,) = thresholds({"r": tally(said, drawn.random(300) < right)}, precision, ["r"])
        if found.probability is not None:
            asked += 1
            kept += bool(right[said >= found.probability].mean() >= precision)
    assert asked > 100
    assert kept / asked >= 0.88  # nine in ten of all worlds, those without a threshold included
