"""Intervals: known coverage, the difference of two models on the same queries, the same seed the same numbers."""

import pytest
import torch

from base.errors import InputError
from models.evaluation import bootstrap


def test_the_interval_of_a_mean_is_that_of_theory():
    """Of a mean of 400 values with deviation 1, 95 % lie within 1.96 / sqrt(400) = 0.098 of it."""
    values = torch.randn(400, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    values = (values - values.mean()) / values.std(correction=0)
    found = bootstrap.interval(values, draws=4000)
    assert found.mean == pytest.approx(0, abs=1e-12)
    assert found.low == pytest.approx(-0.098, abs=0.006)
    assert found.high == pytest.approx(0.098, abs=0.006)
    assert (found.values, found.level) == (400, 0.95)


def test_a_wider_level_is_wider():
    values = torch.rand(100, generator=torch.Generator().manual_seed(2))
    narrow, wide = bootstrap.interval(values, level=0.5), bootstrap.interval(values, level=0.99)
    assert wide.low < narrow.low < narrow.mean < narrow.high < wide.high


def test_the_same_gain_on_each_query_is_certain_however_the_queries_differ():
    champion = torch.rand(50, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    found = bootstrap.paired(champion + 0.01, champion)
    assert (found.low, found.mean, found.high) == pytest.approx((0.01, 0.01, 0.01))
    assert bootstrap.interval(champion).high - bootstrap.interval(champion).low > 0.1  # the queries do differ


def test_a_gain_by_chance_has_zero_inside():
    generator = torch.Generator().manual_seed(4)
    champion, challenger = torch.rand(2, 200, generator=generator)
    found = bootstrap.paired(challenger, champion)
    assert found.low < 0 < found.high


def test_who_is_subtracted_from_whom():
    assert bootstrap.paired(torch.ones(3), torch.zeros(3)).mean == 1


def test_values_of_a_cluster_are_drawn_together():
    """100 clusters of 4 equal values are no more than 100 values: the mean's error is 1 / sqrt(100)."""
    values = torch.randn(100, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    values = (values - values.mean()) / values.std(correction=0)
    found = bootstrap.interval(values.repeat(4), draws=4000, clusters=torch.arange(100).repeat(4))
    assert found.error == pytest.approx(0.1, rel=0.05)
    assert found.low == pytest.approx(-0.196, abs=0.012)
    assert bootstrap.interval(values.repeat(4), draws=4000).error == pytest.approx(0.05, rel=0.05)


def test_the_interval_of_few_values_holds_the_true_mean_as_often_as_it_says():
    """Between bounds, values drawn anew alone are too sure of themselves: of five, they miss once in five."""
    drawn = torch.Generator().manual_seed(7)

    def held(count: int, **bounds) -> float:
        found = [bootstrap.interval(torch.rand(count, generator=drawn), draws=200, **bounds) for _ in range(800)]
        return sum(one.low <= 0.5 <= one.high for one in found) / len(found)

    assert held(5) < 0.9
    assert all(held(count, bounds=(0, 1)) >= 0.935 for count in (1, 2, 5, 10))


def test_few_values_that_are_alike_are_no_certainty():
    """One alone says nothing; the error of n alike is .5 / n, and many alike are as good as certain."""
    one = bootstrap.interval(torch.ones(1), bounds=(0, 1))
    assert (one.low, one.mean, one.high, one.error) == (0, 1, 1, 0.5)
    five = bootstrap.interval(torch.ones(5), bounds=(0, 1))
    assert five.low == pytest.approx(1 - 2.776 * 0.1, abs=1e-3)
    assert five.error == pytest.approx(0.1)
    assert bootstrap.interval(torch.ones(1000), bounds=(0, 1)).low > 0.999 - 1e-9
    together = bootstrap.interval(torch.ones(50), clusters=torch.zeros(50, dtype=torch.long), bounds=(-1, 1))
    assert (together.low, together.high, together.clusters) == (-1, 1, 1)


def test_blocks_do_not_change_the_draws(monkeypatch):
    values = torch.rand(30, generator=torch.Generator().manual_seed(5))
    whole = bootstrap.interval(values)
    monkeypatch.setattr(bootstrap, "CELLS", 70)
    assert bootstrap.interval(values) == whole
    assert bootstrap.interval(values, seed=1) != whole


def test_different_queries_and_nothing_at_all_are_refused():
    with pytest.raises(InputError, match="the same queries: 3 and 2"):
        bootstrap.paired(torch.ones(3), torch.ones(2))
    with pytest.raises(InputError, match="there are 0"):
        bootstrap.interval(torch.ones(0))
    with pytest.raises(InputError, match="there are 2, 1 not"):
        bootstrap.interval(torch.tensor([1.0, float("nan")]))
