"""Rules of a small graph, their counts worked out by hand."""

import numpy as np
import pytest

from models.rules.closed import confidence
from models.rules.columns import columns
from models.rules.facts import NONE, Facts, RuleConfig, walk
from models.rules.rule_set import load, mine, save
from models.rules.wilson import lower_bound

ENTITIES = ["m1", "m2", "m3", "m4", "m5", "k1", "k2", "n1", "monet", "klee", "manet", "impressionism", "realism",
            "abstract", "paris", "bern"]  # fmt: skip
RELATIONS = ["madeBy", "hasStyle", "bornIn"]
FACTS = [
    *((f"m{i}", "madeBy", "monet") for i in range(1, 6)),
    *((f"m{i}", "hasStyle", "impressionism") for i in range(1, 4)),
    ("m4", "hasStyle", "realism"),
    *((f"k{i}", "madeBy", "klee") for i in (1, 2)),
    *((f"k{i}", "hasStyle", "abstract") for i in (1, 2)),
    ("n1", "madeBy", "manet"),
    ("n1", "hasStyle", "impressionism"),
    ("monet", "bornIn", "paris"),
    ("manet", "bornIn", "paris"),
    ("klee", "bornIn", "bern"),
]
STEPS = [*(f">{name}" for name in RELATIONS), *(f"<{name}" for name in RELATIONS)]


def indices(facts, entities=ENTITIES, relations=RELATIONS):
    return np.array([(entities.index(h), relations.index(r), entities.index(t)) for h, r, t in facts])


def counts(rules, entities=ENTITIES, steps=STEPS):
    """Each rule as (asked step, answer, path, value): (support, of)."""
    ends = [*entities, None]
    return {
        (
            steps[rules.step[i]],
            ends[rules.answer[i]],
            tuple(steps[step] for step in rules.path[i] if step != NONE),
            ends[rules.value[i]],
        ): (int(rules.support[i]), int(rules.of[i]))
        for i in range(len(rules))
    }


@pytest.fixture(scope="module")
def rules():
    return mine(indices(FACTS), len(ENTITIES), len(RELATIONS))


def test_of_the_works_by_an_artist_those_with_a_recorded_style_count(rules):
    # Monet has five works, four with a recorded style
    assert counts(rules)[">hasStyle", "impressionism", (">madeBy",), "monet"] == (3, 4)


def test_two_steps_reach_what_the_artist_has(rules):
    assert counts(rules)[">hasStyle", "impressionism", (">madeBy", ">bornIn"), "paris"] == (4, 5)


def test_one_fact_makes_no_rule(rules):
    assert (">hasStyle", "realism", (">madeBy",), "monet") not in counts(rules)
    assert all(support >= 2 for support, _ in counts(rules).values())


def test_a_closed_path_is_counted_on_the_pairs_that_it_joins(rules):
    # m1, m2, m3: to impressionism, right, and to realism, wrong; m4: to impressionism, wrong; k1, k2: right
    assert counts(rules)[">hasStyle", None, (">madeBy", "<madeBy", ">hasStyle"), None] == (5, 9)


def test_heads_are_told_by_the_same_paths_walked_back(rules):
    # impressionism leads by Monet's works to all five, three right; realism by m4 to the other four; abstract to k1, k2
    found = counts(rules)["<hasStyle", None, ("<hasStyle", ">madeBy", "<madeBy"), None]
    assert found == (3 + 0 + 2, 5 + 4 + 2)


def test_nothing_speaks_for_itself(rules):
    for asked, answer, path, value in counts(rules):
        assert not (path == (asked,) and value == answer)
        assert len(path) != 2 or path[0] != asked


def test_no_walk_meets_an_entity_twice():
    facts = Facts(indices(FACTS), len(ENTITIES), len(RELATIONS))
    start = np.array([ENTITIES.index("k1")])
    _, ends = walk(facts, start, [0, 3], hub=100)
    assert [ENTITIES[end] for end in ends] == ["k2"]
    assert len(walk(facts, start, [0, 3, 0], hub=100)[1]) == 0


def test_a_path_leads_through_no_hub():
    facts = Facts(indices(FACTS), len(ENTITIES), len(RELATIONS))
    works = np.array([ENTITIES.index(name) for name in ("m1", "m2", "m3", "m4", "k1", "k2", "n1")])
    found = confidence(facts, works, 1, (0, 3, 1), RuleConfig(hub=2))  # Monet has five works, Klee two
    assert (found.support, found.of) == (2, 2)


def test_a_start_from_which_too_many_walks_lead_on_is_given_up(monkeypatch):
    facts = Facts(indices(FACTS), len(ENTITIES), len(RELATIONS))
    starts = np.array([ENTITIES.index(name) for name in ("m1", "k1")])
    whole = walk(facts, starts, [0, 3, 1], hub=100)
    monkeypatch.setattr("models.rules.facts.WALKS", 4)  # Monet has five works, Klee two
    rows, ends = walk(facts, starts, [0, 3, 1], hub=100)
    assert set(whole[0]) == {0, 1}
    assert [ENTITIES[end] for end in ends[rows == 1]] == ["abstract"]
    assert set(rows) == {1}


def test_of_many_walks_some_are_looked_at(monkeypatch, rules):
    """What they show is counted in full."""
    monkeypatch.setattr("models.rules.closed.LEFT", 6)
    monkeypatch.setattr("models.rules.closed.LOOKED_AT", 6)
    every, some = counts(rules), counts(mine(indices(FACTS), len(ENTITIES), len(RELATIONS)))
    closed = [rule for rule in some if rule[1] is None]
    assert 0 < len(closed) <= sum(rule[1] is None for rule in every)
    assert all(every.get(rule, some[rule]) == some[rule] for rule in closed)


def test_a_hub_has_no_columns_and_its_works_have_theirs():
    works = 3000
    facts = np.stack([np.arange(works), np.zeros(works, dtype=np.int64), np.full(works, works)], axis=1)
    found = columns(Facts(facts, works + 1, 1), RuleConfig(hub=100))
    assert found.matrix.nnz == works
    assert found.matrix[works].nnz == 0
    assert len(mine(facts, works + 1, 1)) == 0


def test_directions_are_told_apart():
    entities, both = (
        ["a", "b", "c", "d"],
        [("a", "knew", "b"), ("b", "knew", "a"), ("c", "knew", "d"), ("d", "knew", "c")],
    )
    found = counts(mine(indices(both, entities, ["knew"]), 4, 1), entities, [">knew", "<knew"])
    assert found[">knew", None, ("<knew",), None] == (4, 4)
    one_way = counts(mine(indices(both[::2], entities, ["knew"]), 4, 1), entities, [">knew", "<knew"])
    assert (">knew", None, ("<knew",), None) not in one_way


def test_facts_of_an_entity_with_itself_and_facts_said_twice_change_nothing(rules):
    more = [*FACTS, FACTS[0], ("monet", "bornIn", "monet"), ("m1", "hasStyle", "m1")]
    assert counts(mine(indices(more), len(ENTITIES), len(RELATIONS))) == counts(rules)


def test_confidence_is_the_lower_end_of_wilsons_interval():
    # 3 of 4: (.75 + 2.706 / 8 - 1.645 sqrt(.75 * .25 / 4 + 2.706 / 64)) / (1 + 2.706 / 4) = .597 / 1.6765
    assert lower_bound(np.array([3, 43, 0, 0]), np.array([4, 45, 5, 0])) == pytest.approx(
        [0.3561, 0.8742, 0, 0], abs=2e-4
    )


def test_no_facts_show_no_rules():
    assert len(mine(np.empty((0, 3), dtype=np.int64), 3, 2)) == 0


def test_what_is_written_is_read_in_another_order_of_entities(rules, tmp_path):
    save(rules, ENTITIES, RELATIONS, tmp_path / "rules.parquet")
    entities, relations = ENTITIES[::-1], RELATIONS[::-1]
    found = load(tmp_path / "rules.parquet", entities, relations)
    steps = [*(f">{name}" for name in relations), *(f"<{name}" for name in relations)]
    assert counts(found, entities, steps) == counts(rules)
    assert found.confidence.tolist() == sorted(rules.confidence, reverse=True)
    assert not any(
        "monet" in rule
        for rule in counts(load(tmp_path / "rules.parquet", ["m1", "paris"], RELATIONS), ["m1", "paris"])
    )
