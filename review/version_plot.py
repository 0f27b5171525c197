"""A plot of MRR over the versions of a model, as places in a drawing; the template draws them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.predicted.registry import CHAMPION, Model
from review.language import N_, gettext
from review.words import figure

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 468, 16, 208
NEWEST = 60  # more versions than that would touch each other
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
MOST_LINES = 6
_TEST = N_("Test MRR: %(oldest)s for the oldest, %(newest)s for the newest, at most %(best)s for %(version)s.")
_VALIDATION = N_(
    "Validation MRR: %(oldest)s for the oldest, %(newest)s for the newest, at most %(best)s for %(version)s."
)


@dataclass(frozen=True)
class Point:
    """One version's figure, and where it is drawn."""

    version: str
    value: float
    champion: bool
    x: float
    y: float


@dataclass(frozen=True)
class VersionPlot:
    """Test and validation MRR of versions, the oldest on the left; a version without a figure leaves a gap."""

    versions: list[Model]
    left_out: int
    """Older versions that are not drawn."""
    test: list[Point]
    validation: list[Point]
    lines: list[tuple[float, float]]
    """(value, y) of the lines to read heights by."""

    @property
    def said(self) -> str:
        """What it shows, for those who do not see it."""
        parts = []
        for message, points in ((_TEST, self.test), (_VALIDATION, self.validation)):
            if points:
                first, last = points[0], points[-1]
                best = max(points, key=lambda point: point.value)
                parts.append(
                    gettext(
                        message,
                        oldest=figure(first.value),
                        newest=figure(last.value),
                        best=figure(best.value),
                        version=best.version,
                    )
                )
        champion = next((model.version for model in self.versions if model.alias == CHAMPION), None)
        return " ".join([*parts, *([gettext("The champion is %(version)s.", version=champion)] if champion else [])])


def plot_versions(models: Sequence[Model]) -> VersionPlot | None:
    """The newest versions of those given, the newest first; None where fewer than two have a figure."""
    measured = [model for model in models if _mrr(model, "test") is not None or _mrr(model, "val") is not None]
    if len(measured) < 2:
        return None
    shown = measured[:NEWEST][::-1]
    values = [value for model in shown for split in ("test", "val") if (value := _mrr(model, split)) is not None]
    step = next((step for step in STEPS if max(values) / step <= MOST_LINES), STEPS[-1])
    count = max(1, math.ceil(max(values) / step - 1e-9))

    def points(split: str) -> list[Point]:
        return [
            Point(
                model.version,
                value,
                model.alias == CHAMPION,
                round(LEFT + 12 + (RIGHT - LEFT - 24) * place / (len(shown) - 1), 1),
                _height(value, count * step),
            )
            for place, model in enumerate(shown)
            if (value := _mrr(model, split)) is not None
        ]

    lines = [(line * step, _height(line, count)) for line in range(count + 1)]
    return VersionPlot(shown, len(measured) - len(shown), points("test"), points("val"), lines)


def _height(value: float, most: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / most, 1)


def _mrr(model: Model, split: str) -> float | None:
    """A version's MRR of a split; what is no finite number counts as missing."""
    part: dict[str, Any] = model.metrics.get(split) or {}
    value = part.get("mrr")
    if split == "val" and value is None:
        value = model.metrics.get("validation_mrr")
    return float(value) if isinstance(value, int | float) and math.isfinite(value) and value >= 0 else None
