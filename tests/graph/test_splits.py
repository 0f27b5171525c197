"""Splits drawn by hash."""

import numpy as np
import pandas as pd
import pytest

from base.errors import InputError
from graph.splits import Shares, gate_half, hold_out, inherited, split_pairs

PAIRS = pd.DataFrame({"head": [f"a{i}" for i in range(20_000)], "tail": [f"b{i % 700}" for i in range(20_000)]})


def test_a_pair_and_its_mirror_image_are_always_in_one_part() -> None:
    there = split_pairs(PAIRS["head"], PAIRS["tail"], Shares())
    back = split_pairs(PAIRS["tail"], PAIRS["head"], Shares())
    assert (there == back).all()
    assert set(there) == {"train", "val", "test"}
    assert (gate_half(PAIRS["head"], PAIRS["tail"]) == gate_half(PAIRS["tail"], PAIRS["head"])).all()


def test_the_parts_are_as_large_as_asked() -> None:
    parts = pd.Series(split_pairs(PAIRS["head"], PAIRS["tail"], Shares(0.8, 0.15, 0.05))).value_counts(normalize=True)
    # Four standard deviations of 20,000 draws are below 0.012.
    assert parts["train"] == pytest.approx(0.8, abs=0.012)
    assert parts["val"] == pytest.approx(0.15, abs=0.012)
    assert parts["test"] == pytest.approx(0.05, abs=0.012)


def test_a_fact_keeps_its_part_whatever_else_is_there_and_for_all_time() -> None:
    whole = split_pairs(PAIRS["head"], PAIRS["tail"], Shares())
    few = PAIRS.iloc[5_000:5_100]
    assert (split_pairs(few["head"], few["tail"], Shares()) == whole[5_000:5_100]).all()
    # Written down once: graphs in use rely on these.
    heads, tails = ["Q1", "Q2", "Malewitsch, Казимир", "x", "Q2"], ["Q2", "Q1", "Suprematismus", "x", "Q3"]
    assert list(split_pairs(heads, tails, Shares(0.34, 0.33, 0.33))) == EXPECTED_SPLITS
    assert list(gate_half(heads, tails)) == EXPECTED_GATE
    assert list(hold_out([f"Q{i}" for i in range(8)], 0.6, Shares())) == EXPECTED_HELD_OUT


EXPECTED_SPLITS = ["test", "test", "val", "val", "train"]
EXPECTED_GATE = [True, True, True, False, False]
EXPECTED_HELD_OUT = ["test", "test", "val", "test", "", "", "", ""]


def test_the_gate_takes_half_and_has_nothing_to_do_with_the_split() -> None:
    gate = gate_half(PAIRS["head"], PAIRS["tail"])
    assert gate.mean() == pytest.approx(0.5, abs=0.015)
    val = split_pairs(PAIRS["head"], PAIRS["tail"], Shares(0.5, 0.3, 0.2)) == "val"
    assert gate[val].mean() == pytest.approx(0.5, abs=0.03)


def test_about_a_share_of_entities_is_held_out_for_validation_and_for_test() -> None:
    parts = hold_out(PAIRS["head"], 0.1, Shares(0.9, 0.025, 0.075))
    assert (parts == "val").mean() == pytest.approx(0.025, abs=0.006)
    assert (parts == "test").mean() == pytest.approx(0.075, abs=0.009)
    assert list(hold_out(["Q1", "Q2"], 0.0, Shares())) == ["", ""]


def test_facts_inherit_from_either_end_and_test_goes_before_val() -> None:
    heads, tails = pd.Series(["v", "a", "v", "a"]), pd.Series(["a", "t", "t", "b"])
    assert list(inherited(heads, tails, {"v": "val", "t": "test"})) == ["val", "test", "test", ""]
    assert list(inherited(heads, tails, {})) == [""] * 4


@pytest.mark.parametrize("parts", [(0.9, 0.2, 0.1), (1.1, -0.1, 0.0), (0.9, 0.05, float("nan"))])
def test_shares_that_do_not_add_up_are_refused(parts: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="the sum 1"):
        Shares(*parts)


def test_holding_out_everything_is_refused() -> None:
    with pytest.raises(InputError, match=r"is 1\.0.*below 1"):
        hold_out(np.array(["Q1"], dtype=object), 1.0, Shares())
