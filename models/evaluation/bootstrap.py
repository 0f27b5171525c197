"""Intervals of means by drawing anew (Efron 1979), of one model's figures or of the difference of two."""

import math
from dataclasses import dataclass, replace

import torch
from scipy import stats
from torch import Tensor

from base.errors import InputError

DRAWS, LEVEL = 1000, 0.95
CELLS = 2**22  # draws times values held at a time


@dataclass(frozen=True)
class Interval:
    """A mean, and the percentile interval that holds it with probability `level`."""

    mean: float
    low: float
    high: float
    level: float
    values: int
    """How many values the mean is of."""
    error: float = 0.0
    """Standard error of the mean: the deviation of the means drawn."""
    clusters: int = 0
    """How many clusters, or values where there are none, were drawn from."""


def interval(
    values: Tensor,
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
    clusters: Tensor | None = None,
    bounds: tuple[float, float] | None = None,
) -> Interval:
    """The mean of values [m] and its percentile interval, values drawn anew with replacement `draws` times.

    Values of one cluster, int64 [m], are drawn together (the cluster bootstrap, Field and Welsh 2007).
    Few values drawn anew hardly differ, and one not at all. With `bounds`, what a value can be at least and at most,
    the interval is wider by as much as Student's t is, and says that they are few: see `_widened`.
    Raises InputError where there are no values, or one is not a finite number.
    """
    values = values.double().cpu()
    if len(values) == 0 or not values.isfinite().all():
        raise InputError(
            f"an interval needs finite values; there are {len(values)}, {int((~values.isfinite()).sum())} not"
        )
    ends = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.float64)
    means = _means(values, draws, seed) if clusters is None else _means_of(values, clusters, draws, seed)
    low, high = means.quantile(ends).tolist()
    drawn = len(values) if clusters is None else len(torch.unique(clusters))
    found = Interval(values.mean().item(), low, high, level, len(values), means.std(correction=0).item(), drawn)
    return found if bounds is None else _widened(found, bounds)


def student(share: float, values: int) -> float:
    """How many standard errors the mean of so many values is above the true one at most, in this share of cases."""
    return float(stats.t.ppf(share, values - 1)) if values > 1 else math.inf


def _widened(found: Interval, bounds: tuple[float, float]) -> Interval:
    """With the usual correction for few values, and no error below that of one value more, half the bounds away.

    For few values that are alike do not show what others are; of one nothing is known but the bounds.
    """
    count, share, least = found.clusters, (1 + found.level) / 2, (bounds[1] - bounds[0]) / 2 / found.clusters
    if count == 1:
        return replace(found, low=bounds[0], high=bounds[1], error=least)
    few = math.sqrt(count / (count - 1))
    wider, at_least = few * student(share, count) / float(stats.norm.ppf(share)), student(share, count) * least
    return replace(
        found,
        low=max(bounds[0], found.mean - max(wider * (found.mean - found.low), at_least)),
        high=min(bounds[1], found.mean + max(wider * (found.high - found.mean), at_least)),
        error=max(few * found.error, least),
    )


def paired(
    challenger: Tensor,
    champion: Tensor,
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
    clusters: Tensor | None = None,
    bounds: tuple[float, float] | None = None,
) -> Interval:
    """The mean of challenger minus champion, both [m] on the same queries in the same order; queries are drawn anew.

    For two models' reciprocal ranks this is the difference in MRR; above 0 the challenger is better.
    A query that both answer alike adds nothing to the spread, so that far smaller differences are told from chance
    than by two intervals side by side. `clusters` and `bounds` are as for `interval`.
    Raises InputError for different numbers of queries.
    """
    if challenger.shape != champion.shape:
        raise InputError(
            f"two models are compared on the same queries: {len(challenger)} and {len(champion)} are given"
        )
    difference = challenger.double() - champion.double()
    return interval(difference, draws=draws, level=level, seed=seed, clusters=clusters, bounds=bounds)


def _means_of(values: Tensor, clusters: Tensor, draws: int, seed: int) -> Tensor:
    """Means [draws] of values [m] whose clusters int64 [m] are drawn whole."""
    _, place = torch.unique(clusters, return_inverse=True)
    sizes = torch.bincount(place)
    sums = torch.bincount(place, weights=values)
    drawn = _means(torch.stack([sums, sizes.double()], dim=1), draws, seed)
    return drawn[:, 0] / drawn[:, 1]


def _means(values: Tensor, draws: int, seed: int) -> Tensor:
    """Means [draws, ...] of values [m, ...] drawn anew, in blocks of bounded size."""
    generator = torch.Generator().manual_seed(seed)
    rows = max(1, CELLS // len(values))
    parts = [min(rows, draws - start) for start in range(0, draws, rows)]
    shapes = [(part, len(values)) for part in parts]
    return torch.cat([values[torch.randint(len(values), shape, generator=generator)].mean(1) for shape in shapes])
