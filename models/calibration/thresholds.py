"""How likely a link must be for a list to be right as often as somebody wishes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from base.errors import InputError

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

CARRYING = 100  # links at or above a threshold, without which it says nothing
LEVELS = 1000
POOLED = "*"


class PrecisionTable(BaseModel):
    """How many links had at least each level of probability (k / LEVELS), and how many of them were right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    levels: list[int]
    """Ascending; only those that some link has."""
    links: list[int]
    facts: list[int]


class Threshold(BaseModel):
    """The least probability of a relation's links at which they are right as often as wished."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    relation: str
    calibrated_on: str
    """relation; pooled: over all relations, as fewer than 100 links of this one carry it; none: nor do those."""
    probability: float | None
    links: int
    """Calibration links at or above it."""
    precision: float | None
    """How many of those were right."""


def tally(probability: Numbers, correct: Mask) -> PrecisionTable:
    """Of links [n]; their probabilities should come from curves that did not see them."""
    level = np.floor(probability * LEVELS + 1e-9).astype(int)
    levels, place = np.unique(level, return_inverse=True)
    links = np.bincount(place, minlength=len(levels))
    facts = np.bincount(place, weights=correct, minlength=len(levels)).astype(int)
    links, facts = (np.cumsum(counts[::-1])[::-1] for counts in (links, facts))
    return PrecisionTable(levels=levels.tolist(), links=links.tolist(), facts=facts.tolist())


def thresholds(tallies: dict[str, PrecisionTable], precision: float, relations: Sequence[str]) -> list[Threshold]:
    """For each relation the lowest threshold with this precision on at least CARRYING links, else that of all (POOLED).

    Raises InputError for a precision that is not between 0 and 1.
    """
    if not 0 < precision <= 1:
        raise InputError(f"precision is {precision}; it must be above 0 and at most 1, for example 0.9")
    pooled = _threshold(POOLED, tallies[POOLED], precision, "pooled") if POOLED in tallies else None
    found = []
    for name in relations:
        own = _threshold(name, tallies[name], precision, "relation") if name in tallies else None
        shared = pooled.model_copy(update={"relation": name}) if pooled else None
        nothing = Threshold(relation=name, calibrated_on="none", probability=None, links=0, precision=None)
        found.append(own or shared or nothing)
    return found


def _threshold(name: str, counts: PrecisionTable, precision: float, basis: str) -> Threshold | None:
    for level, links, facts in zip(counts.levels, counts.links, counts.facts, strict=True):
        if links >= CARRYING and facts >= precision * links:
            return Threshold(
                relation=name,
                calibrated_on=basis,
                probability=level / LEVELS,
                links=links,
                precision=facts / links,
            )
    return None
