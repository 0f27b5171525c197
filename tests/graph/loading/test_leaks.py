"""Held-back facts that training gives away."""

import numpy as np
import pandas as pd

from graph.loading.leaks import Leak, find_leaks, leak_warnings, tell_torn


def test_ends_that_training_joins_leak_in_whatever_direction() -> None:
    facts = pd.DataFrame(
        [
            ("a", "paintedBy", "b", "train"),
            ("a", "ownedBy", "b", "test"),  # the same ends, the same direction
            ("b", "painted", "a", "test"),  # the other way round
            ("a", "paintedBy", "c", "test"),
            ("c", "knows", "b", "val"),
        ],
        columns=["head", "relation", "tail", "split"],
    )
    leaks = find_leaks(facts, np.array(facts["split"], dtype=str))
    assert leaks == {"test": Leak(facts=3, joined=2)}
    (warning,) = leak_warnings(leaks)
    assert warning.startswith("2 of 3 test facts (66.7%) have ends that a training fact joins too")


def test_a_fact_in_train_and_held_back_is_counted() -> None:
    """As the files of DB15K have it, where 8,719 of 9,904 validation lines are in train."""
    rows = [("a", "r", "b", "train"), ("a", "r", "b", "val"), ("a", "r", "c", "val"), ("c", "r", "b", "test")]
    told = tell_torn(pd.DataFrame(rows, columns=["head", "relation", "tail", "split"]))
    assert told is not None
    assert told.startswith("1 of 2 val facts stand in train too: ")
    assert tell_torn(pd.DataFrame(rows[1:], columns=["head", "relation", "tail", "split"])) is None
