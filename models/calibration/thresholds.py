"""How likely a link must be for a list to be right as often as somebody wishes."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from base.errors import InputError

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

CARRYING = 50  # links at or above the highest threshold that is tried
WIDENING = 1.2  # each lower one is tried where so many times more links are at or above it
CONFIDENCE = 0.9  # with which the promise holds
LEVELS = 1000
STEP = 0.005  # below what is supported: there begins where probabilities above it are drawn together
NOT_SEEN = 0.5  # Laplace's rule without any link
POOLED = "*"
SMALL = "* smaller relations"


class PrecisionTable(BaseModel):
    """How many links had at least each level of probability (k / LEVELS), and how many of them were right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    levels: list[int]
    """Ascending; only those that some link has."""
    links: list[int]
    facts: list[int]

    @property
    def supported(self) -> float:
        """The highest share of right links that these show: (right + 1) / (links + 2), Laplace's rule, at any level."""
        counts = zip(self.facts, self.links, strict=True)
        return max(((facts + 1) / (links + 2) for facts, links in counts), default=NOT_SEEN)


class Threshold(BaseModel):
    """The least probability of a relation's links at which they are right as often as wished."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    relation: str
    calibrated_on: str
    """relation; pooled: over all smaller relations, as this one has few links; none: nothing keeps the promise."""
    probability: float | None
    links: int
    """Calibration links at or above it."""
    precision: float | None
    """How many of those were right."""
    lower_bound: float | None = None
    """One-sided, with CONFIDENCE: so many at least will be right."""


def tally(probability: Numbers, correct: Mask) -> PrecisionTable:
    """Of links [n]; their probabilities should come from curves that did not see them."""
    level = np.floor(probability * LEVELS + 1e-9).astype(int)
    levels, place = np.unique(level, return_inverse=True)
    links = np.bincount(place, minlength=len(levels))
    facts = np.bincount(place, weights=correct, minlength=len(levels)).astype(int)
    links, facts = (np.cumsum(counts[::-1])[::-1] for counts in (links, facts))
    return PrecisionTable(levels=levels.tolist(), links=links.tolist(), facts=facts.tolist())


def lower_bound(facts: int, links: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided bound of Clopper and Pearson (1934, https://doi.org/10.1093/biomet/26.4.404) on a share."""
    from scipy.stats import beta

    return float(beta.ppf(1 - confidence, facts, links - facts + 1)) if facts else 0.0


def table_of(tallies: Mapping[str, PrecisionTable], relation: str) -> PrecisionTable | None:
    """That of a relation; of a smaller one that of all such, or of all relations."""
    return tallies.get(relation) or tallies.get(SMALL) or tallies.get(POOLED)


def drawn_to_support(probability: Numbers, supported: float) -> Numbers:
    """Probabilities [n] that are nowhere above the share of right links that is supported, in the same order.

    A curve goes on rising where there are no links to learn from; whatever it promises there has not been seen.
    """
    begin = supported - STEP
    above = begin + STEP * (probability - begin) / (1 - begin)
    return np.minimum(probability, above)


def thresholds(tallies: dict[str, PrecisionTable], precision: float, relations: Sequence[str]) -> list[Threshold]:
    """For each relation the lowest threshold that keeps the promise, for those with few links that of all such (SMALL).

    A threshold keeps it where the lower bound on the share of right links reaches `precision`. From the highest
    probability on that CARRYING links have, thresholds are tried downwards until one fails, so that to have tried many
    costs the promise nothing: fixed sequence testing, as in Learn then Test (Angelopoulos et al. 2021,
    https://arxiv.org/abs/2110.01052).

    Raises InputError for a precision that is not between 0 and 1.
    """
    if not 0 < precision <= 1:
        raise InputError(f"precision is {precision}; it must be above 0 and at most 1, for example 0.9")
    small = _threshold(SMALL, tallies[SMALL], precision, "pooled") if SMALL in tallies else None
    found = []
    for name in relations:
        if name in tallies:
            best = _threshold(name, tallies[name], precision, "relation")
        else:
            best = small.model_copy(update={"relation": name}) if small else None
        found.append(best or Threshold(relation=name, calibrated_on="none", probability=None, links=0, precision=None))
    return found


def _threshold(name: str, counts: PrecisionTable, precision: float, basis: str) -> Threshold | None:
    kept, wanted = None, float(CARRYING)
    for level, links, facts in zip(*(column[::-1] for column in counts.model_dump().values()), strict=True):
        if links < wanted:
            continue
        bound = lower_bound(facts, links)
        if bound < precision:
            break
        wanted = WIDENING * links
        kept = Threshold(
            relation=name,
            calibrated_on=basis,
            probability=float(drawn_to_support(np.array(level / LEVELS), counts.supported)),
            links=links,
            precision=facts / links,
            lower_bound=bound,
        )
    return kept
