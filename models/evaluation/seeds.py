"""Figures of the same training with several seeds: their mean, and how far another seed may lie from it."""

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy import stats

from base.errors import InputError
from models.evaluation.evaluation import Figures, Report

FIGURES = ("mrr", "hits_at_1", "hits_at_3", "hits_at_10", "amri")
PARTS = ("sides", "relations", "groups", "inverse")
LEVEL = 0.95


class MeanInterval(BaseModel):
    """A figure over seeds: its mean, and the interval of that mean by Student's t (none for one seed)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean: float
    low: float | None
    high: float | None
    deviation: float | None
    """Standard deviation of one seed's figure."""


class SeedSummary(BaseModel):
    """Reports of several seeds together: each figure's mean and interval, of all queries and of parts of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seeds: int
    protocol: str
    split: str
    candidates: str
    queries: int
    all: dict[str, MeanInterval]
    sides: dict[str, dict[str, MeanInterval]]
    relations: dict[str, dict[str, MeanInterval]]
    groups: dict[str, dict[str, MeanInterval]]
    inverse: dict[str, dict[str, MeanInterval]]


def over_seeds(reports: Sequence[Report]) -> SeedSummary:
    """The reports of models that differ in their seed alone. Raises InputError for reports of other queries."""
    if not reports:
        raise InputError("there is no report to take the mean of")
    first = reports[0]
    asked = ("protocol", "split", "candidates", "queries")
    for report in reports[1:]:
        if different := [name for name in asked if getattr(report, name) != getattr(first, name)]:
            values = [(getattr(first, name), getattr(report, name)) for name in different]
            raise InputError(f"reports of different {', '.join(different)} have no common mean: {values}")
    return SeedSummary(
        seeds=len(reports),
        **{name: getattr(first, name) for name in asked},
        all=_spreads(reports),
        **{part: _part([getattr(report, part) for report in reports]) for part in PARTS},
    )


def spread(values: Sequence[float], level: float = LEVEL) -> MeanInterval:
    """Mean and interval of values, one a seed: mean ± t * s / sqrt(n), t of n − 1 degrees of freedom."""
    mean = float(np.mean(values))
    if len(values) == 1:
        return MeanInterval(mean=mean, low=None, high=None, deviation=None)
    deviation = float(np.std(values, ddof=1))
    half = float(stats.t.ppf((1 + level) / 2, len(values) - 1)) * deviation / len(values) ** 0.5
    return MeanInterval(mean=mean, low=mean - half, high=mean + half, deviation=deviation)


def _part(parts: Sequence[Mapping[str, Figures]]) -> dict[str, dict[str, MeanInterval]]:
    return {name: _spreads([part[name] for part in parts]) for name in parts[0]}


def _spreads(figures: Sequence[Figures]) -> dict[str, MeanInterval]:
    """Of each figure that all seeds have."""
    values = {name: [getattr(one, name) for one in figures] for name in FIGURES}
    return {name: spread(of_seeds) for name, of_seeds in values.items() if None not in of_seeds}
