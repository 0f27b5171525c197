"""Rules in bounded memory: the surest are kept, and what is kept does not depend on the parts that they came in."""

import numpy as np
import pytest

from models.rules import constants
from models.rules.columns import columns
from models.rules.constants import Counts
from models.rules.facts import NONE, Facts, RuleConfig
from models.rules.rule_set import mine
from models.rules.surest import Surest
from models.rules.wilson import lower_bound
from tests.models.rules.test_rule_set import ENTITIES, FACTS, RELATIONS, counts, indices


def drawn(seed: int, size: int) -> Counts:
    generator = np.random.default_rng(seed)
    of = generator.integers(2, 50, size)
    support = np.maximum((of * generator.random(size)).astype(np.int64), 1)
    return Counts(np.arange(size), generator.integers(9, size=size), support, of)


def test_steps_with_few_keep_all_and_the_others_equally_many():
    sizes = {0: 500, 3: 20, 4: 400}
    surest = Surest(220)
    for step, size in sizes.items():
        surest.add(step, drawn(step, size))
    kept = surest.kept()
    assert len(kept.of) == 220
    assert kept.column.tolist() == [*kept.column[:100], *range(20), *kept.column[120:]]
    for step, part in ((0, slice(0, 100)), (4, slice(120, 220))):
        every = drawn(step, sizes[step])
        sure = lower_bound(every.support, every.of)
        assert sorted(lower_bound(kept.support[part], kept.of[part])) == sorted(sure)[-100:]


def test_parts_do_not_matter():
    whole, parts = Surest(50), Surest(50)
    for step in range(3):
        every = drawn(step, 200)
        whole.add(step, every)
        for start in range(0, 200, 30):
            parts.add(step, Counts(*(column[start : start + 30] for column in every)))
    assert all((one == other).all() for one, other in zip(whole.kept(), parts.kept(), strict=True))


def test_nothing_is_kept_of_nothing():
    assert len(Surest(5).kept().of) == 0


@pytest.mark.parametrize("pairs", [1, 10, 10**6])
def test_answers_are_counted_in_parts(monkeypatch, pairs):
    every = counts(mine(indices(FACTS), len(ENTITIES), len(RELATIONS)))
    monkeypatch.setattr(constants, "PAIRS", pairs)
    assert counts(mine(indices(FACTS), len(ENTITIES), len(RELATIONS))) == every


def test_the_surest_with_a_value_are_kept_and_all_closed_paths():
    every = mine(indices(FACTS), len(ENTITIES), len(RELATIONS))
    few = mine(indices(FACTS), len(ENTITIES), len(RELATIONS), RuleConfig(most=6))
    assert counts(few).items() < counts(every).items()
    assert (few.answer >= 0).sum() == 6
    assert (few.answer < 0).sum() == (every.answer < 0).sum()


def test_an_entity_of_a_large_graph_has_fewer_two_step_columns(monkeypatch):
    def most() -> int:
        found = columns(Facts(indices(FACTS), len(ENTITIES), len(RELATIONS)), RuleConfig(support=1))
        return int(found.matrix[:, found.second != NONE].sum(1).max())

    assert most() > 1
    monkeypatch.setattr("models.rules.columns.FAR", 0)
    monkeypatch.setattr("models.rules.columns.LEAST_FAR", 1)
    assert most() == 1
