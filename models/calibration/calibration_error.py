"""The expected calibration error of a model's probabilities, and how much of it chance alone explains."""

from typing import NamedTuple

import numpy as np

from models.calibration.thresholds import LEVELS, PrecisionTable

BINS = 10
DRAWS, LEVEL = 2000, 0.95


class CalibrationError(NamedTuple):
    """The error, between 0 and 1, of so many links; `chance` is what even true probabilities would reach on them."""

    error: float
    chance: float
    links: int


def calibration_error(counts: PrecisionTable) -> CalibrationError:
    """Expected calibration error (Guo et al. 2017) in ten bins, of links judged by curves that did not see them.

    On few links it is large whatever the probabilities are. The shares found scatter about the true ones, and by the
    triangle inequality no more than that scatter is added to the error: `chance` is its 95 % quantile, with a bin's
    true share taken as (found + 1) / (links + 2).
    """
    level = np.array(counts.levels)
    # The counts are of links at or above a level; those of the level itself are what the next one lacks.
    links, facts = (-np.diff([*of, 0]) for of in (counts.links, counts.facts))
    at = np.minimum(level * BINS // LEVELS, BINS - 1)
    predicted = np.bincount(at, weights=np.minimum((level + 0.5) / LEVELS, 1) * links, minlength=BINS)
    links, facts = (np.bincount(at, weights=of, minlength=BINS).astype(int) for of in (links, facts))
    share = (facts + 1) / (links + 2)
    drawn = np.random.default_rng(0).binomial(links, share, size=(DRAWS, BINS))
    scatter = np.abs(drawn - share * links).sum(1) / links.sum()
    error = np.abs(predicted - facts).sum() / links.sum()
    return CalibrationError(float(error), float(np.quantile(scatter, LEVEL)), int(links.sum()))
