"""What the random sample says: how often the model is right, weighted back to all links, with its interval."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from graph.connection import Database, Row
from graph.predicted.strata import band

COLUMNS = ["head", "relation", "tail", "correct", "probability", "has_known_tail", "weight", "stratum"]


@dataclass(frozen=True)
class Estimate:
    """How often the model is right.

    right, of: counted in the sample. skipped: links of the sample that nobody has decided. share: of all links,
    weighted back; low, high: its 95 % interval. weighted: whether the links had weights.
    """

    right: int
    of: int
    skipped: int
    share: float
    low: float
    high: float
    weighted: bool


@dataclass(frozen=True)
class Sample:
    """The random sample: `decided` has COLUMNS, in the order of `draw`; `skipped` are undecided ones among them."""

    decided: pd.DataFrame
    skipped: int

    def estimate(self) -> Estimate | None:
        """What the sample says; None where nothing in it is decided.

        The share is Hájek's (1971): weighted right ones by all weights. Its variance is linearised, with the share of
        each stratum smoothed by one case of which half is right (Jeffreys), so that it is never 0 by luck. It says of
        how many links a simple random sample would be as sure, and Wilson's interval is for these (Korn and Graubard
        1998; Dean and Pagano 2015, https://doi.org/10.1093/jssam/smv024).
        """
        if self.decided.empty:
            return None
        weight, right = self.decided["weight"].to_numpy(), self.decided["correct"].to_numpy(dtype=float)
        weighted = bool((self.decided["stratum"] != "").any())
        share = float((weight * right).sum() / weight.sum())
        # Links that are all of their stratum leave nothing open.
        open_ = 1 - 1 / weight if weighted else np.ones(len(weight))
        strata = pd.DataFrame({"stratum": self.decided["stratum"], "weight": weight, "right": right, "links": 1.0})
        sums = (
            strata.assign(squares=weight**2 * open_).groupby("stratum")[["weight", "right", "links", "squares"]].sum()
        )
        smooth = (sums["right"] + 0.5) / (sums["links"] + 1)
        middle = float((sums["weight"] * smooth).sum() / weight.sum())
        off = smooth * (1 - middle) ** 2 + (1 - smooth) * middle**2
        variance = float((sums["squares"] * off).sum() / weight.sum() ** 2)
        low, high = wilson(share, middle * (1 - middle) / variance if variance > 0 else math.inf)
        return Estimate(int(right.sum()), len(right), self.skipped, share, low, high, weighted)


def read_sample(database: Database) -> Sample:
    """The decisions that make a random sample of the current links.

    decided: correct (bool: accepted), probability (that it is right if its head has an answer; NaN for links of older
    runs, which meant another one, and of models that were never calibrated), has_known_tail (bool: whether the head had
    another one when the link was made), weight (how many links each stands for: 1 over its chance to be in the sample,
    and over the share of its stratum's sampled links that are decided; 1 for all where none has a sampling weight),
    stratum.
    """
    return sample_of(database.read("decisions/list_audited"))


def audited(database: Database) -> pd.DataFrame:
    """The decided links of the random sample, see `read_sample`."""
    return read_sample(database).decided


def sample_of(rows: list[Row]) -> Sample:
    """The sample of links that it has reached: head, relation, tail, correct (None: undecided), probability, priority,
    weight (None: of an earlier version), has_known_tail, reach."""
    frame = pd.DataFrame(rows, columns=[*COLUMNS[:-1], "priority", "reach"])
    weighted = frame["weight"].notna()
    frame["stratum"] = [
        f"{row['relation']} {band(row['priority'])}" if row["weight"] is not None else "" for row in rows
    ]
    chance = 1.0 / frame["weight"].fillna(1.0).astype("float64") * frame["reach"].astype("float64")
    frame["weight"] = 1 / chance.clip(upper=1.0) if weighted.any() else 1.0
    decided = frame["correct"].notna()
    kept = frame[decided].copy()
    if weighted.any():
        every, known = (some.groupby("stratum")["weight"].sum() for some in (frame, kept))
        kept["weight"] *= kept["stratum"].map(every / known)
    kept = kept[COLUMNS].reset_index(drop=True)
    kept = kept.astype({"correct": bool, "has_known_tail": bool, "probability": "float64", "weight": "float64"})
    return Sample(kept, int((~decided).sum()))


def wilson(share: float, of: float) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson (1927, https://doi.org/10.1080/01621459.1927.10502953)."""
    z = 1.959964
    spread = z * z / of
    middle, half = share + spread / 2, z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))
