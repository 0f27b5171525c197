"""How a benchmark prints its figures: a table, or with --json one line of JSON per figure."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One figure, ours beside the peer's, both in `unit`.

    `ratio` is how many times better ours is. `peer` and `ratio` are None for a figure
    that has no peer, such as a peak of memory.
    """

    name: str
    ours: float
    peer: float | None
    ratio: float | None
    unit: str


def compare(name: str, ours: float, peer: float, unit: str, *, lower_is_better: bool = False) -> Figure:
    """A figure beside its peer; the ratio is above 1 where ours is better."""
    return Figure(name, ours, peer, peer / ours if lower_is_better else ours / peer, unit)


def alone(name: str, ours: float, unit: str) -> Figure:
    """A figure without a peer."""
    return Figure(name, ours, None, None, unit)


def show(figures: Iterable[Figure], *, as_json: bool) -> None:
    """Print each figure as it comes: a line of JSON each, or the rows of a table."""
    if as_json:
        for figure in figures:
            print(json.dumps(asdict(figure)), flush=True)
        return
    print(f"{'figure':<36} {'ours':>12} {'peer':>12} {'ratio':>8}  unit")
    for figure in figures:
        print(
            f"{figure.name:<36} {_number(figure.ours):>12} {_number(figure.peer):>12} "
            f"{_number(figure.ratio):>8}  {figure.unit}",
            flush=True,
        )


def _number(value: float | None) -> str:
    """Thousands without decimals, small numbers with three significant digits."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
