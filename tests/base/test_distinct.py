"""Distinct numbers are those of NumPy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from base.distinct import among, counted, distinct

NUMBERS = st.lists(st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)))


@given(NUMBERS, NUMBERS)
def test_equal_those_of_numpy(ours: list[int], others: list[int]) -> None:
    numbers, known = np.array(ours, dtype=np.int64), np.unique(np.array(others, dtype=np.int64))
    values, counts = np.unique(numbers, return_counts=True)
    assert distinct(numbers).tolist() == values.tolist()
    assert [part.tolist() for part in counted(numbers)] == [values.tolist(), counts.tolist()]
    assert among(numbers, known).tolist() == np.isin(numbers, known).tolist()


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_numbers_without_a_sign(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, dtype=np.uint64)).tolist() == sorted(set(numbers))
