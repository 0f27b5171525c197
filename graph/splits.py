"""Which facts train, which validate, which test; decided by hashes that do not depend on any library's version.

A fact's part is drawn from the unordered pair of its ends with the relation left out, so that
an inverse fact (B influenced A) never stands in training beside its mirror image in test.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd

from base.errors import InputError

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Shares:
    """How large the parts are that a hash draws; they add up to 1."""

    train: float = 0.9
    val: float = 0.05
    test: float = 0.05

    def __post_init__(self) -> None:
        parts = (self.train, self.val, self.test)
        if min(parts) < 0 or not math.isclose(sum(parts), 1, abs_tol=1e-9):
            raise InputError(f"the shares of train, val and test are {parts}: each must be 0 or more, the sum 1")


def split_pairs(heads: Iterable[str], tails: Iterable[str], shares: Shares) -> npt.NDArray[np.str_]:
    """'train', 'val' or 'test' for each fact; both directions between two entities get the same."""
    drawn = _draw_pairs(heads, tails, b"split")
    return np.select([drawn < shares.train, drawn < shares.train + shares.val], ["train", "val"], "test")


def hold_out(ids: Iterable[str], share: float, shares: Shares) -> npt.NDArray[np.str_]:
    """'val' or 'test' for about `share` of the entities, '' for the others.

    The two divide the share as they divide the facts. Raises InputError unless 0 <= share < 1.
    """
    if not 0 <= share < 1:
        raise InputError(f"the share of entities to hold out is {share}, it must be from 0 to below 1")
    drawn = _uniform(_hash_ids(ids, b"hold out"))
    rest = shares.val + shares.test
    val = share * (shares.val / rest if rest else 0.5)
    return np.select([drawn < val, drawn < share], ["val", "test"], "")


def gate_half(heads: Iterable[str], tails: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Which of the validation facts are kept for calibration and the gate: about half, by pairs of ends.

    The other half stops and tunes a training.
    """
    return np.asarray(_draw_pairs(heads, tails, b"gate") < 0.5)


def inherited(heads: "pd.Series[str]", tails: "pd.Series[str]", held_out: Mapping[str, str]) -> npt.NDArray[np.str_]:
    """The part that a fact must be in because an end is held out, else ''; test goes before val."""
    ends = [
        np.array([held_out.get(end, "") for end in np.asarray(side, dtype=object)], dtype=str)
        for side in (heads, tails)
    ]
    conditions = [(ends[0] == part) | (ends[1] == part) for part in ("test", "val")]
    return np.select(conditions, ["test", "val"], "")


def _draw_pairs(heads: Iterable[str], tails: Iterable[str], purpose: bytes) -> npt.NDArray[np.float64]:
    # The sum of two hashes is the same in both directions; mixing it makes all its bits count.
    return _uniform(_mix(_hash_ids(heads, purpose) + _hash_ids(tails, purpose)))


def _hash_ids(ids: Iterable[str], purpose: bytes) -> npt.NDArray[np.uint64]:
    codes, distinct = pd.factorize(pd.Series(ids, dtype=object))
    hashes = (blake2b(str(i).encode(), digest_size=8, person=purpose).digest() for i in distinct)
    return np.frombuffer(b"".join(hashes), dtype="<u8")[codes]


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _uniform(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """Numbers in [0, 1) from the upper 53 bits."""
    return (hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53
