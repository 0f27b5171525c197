"""A rising curve from a link's log share to a probability."""

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SMALLEST = 1e-3  # a share nearer to 0 or 1 tells no more than this one


class Calibrator(BaseModel):
    """A probability for every share, as drawn to those of its kind and of all relations.

    logistic(level + slope · logit(share)), pulled towards a half by what is not known of `level` (its variance):
    the mean over a normal level, by MacKay's approximation (1992, https://doi.org/10.1162/neco.1992.4.5.720).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: float
    slope: float
    variance: float = 0.0
    links: int
    """How many links of its own it was fitted to."""
    facts: int
    """How many of them were right."""

    def at(self, log_share: Numbers) -> Numbers:
        """Probabilities [n] of log shares [n]."""
        return logistic((self.level + self.slope * logit_of(log_share)) / np.sqrt(1 + np.pi * self.variance / 8))


def logit_of(log_share: Numbers) -> Numbers:
    """The log odds of shares whose logs are given, bounded."""
    share = np.clip(np.exp(log_share), SMALLEST, 1 - SMALLEST)
    odds: Numbers = np.log(share / (1 - share))
    return odds


def logistic(x: Numbers) -> Numbers:
    """1 / (1 + exp(−x)), without overflow."""
    risen: Numbers = 0.5 * (1 + np.tanh(x / 2))
    return risen
