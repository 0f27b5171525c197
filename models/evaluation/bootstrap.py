"""Intervals of means by drawing anew (Efron 1979), of one model's figures or of the difference of two."""

from dataclasses import dataclass

import torch
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


def interval(
    values: Tensor, *, draws: int = DRAWS, level: float = LEVEL, seed: int = 0, clusters: Tensor | None = None
) -> Interval:
    """The mean of values [m] and its percentile interval, values drawn anew with replacement `draws` times.

    Values of one cluster, int64 [m], are drawn together (the cluster bootstrap, Field and Welsh 2007).
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
    return Interval(values.mean().item(), low, high, level, len(values), means.std(correction=0).item())


def paired(
    challenger: Tensor,
    champion: Tensor,
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
    clusters: Tensor | None = None,
) -> Interval:
    """The mean of challenger minus champion, both [m] on the same queries in the same order; queries are drawn anew.

    For two models' reciprocal ranks this is the difference in MRR; above 0 the challenger is better.
    A query that both answer alike adds nothing to the spread, so that far smaller differences are told from chance
    than by two intervals side by side. `clusters` are as for `interval`.
    Raises InputError for different numbers of queries.
    """
    if challenger.shape != champion.shape:
        raise InputError(
            f"two models are compared on the same queries: {len(challenger)} and {len(champion)} are given"
        )
    return interval(challenger.double() - champion.double(), draws=draws, level=level, seed=seed, clusters=clusters)


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
