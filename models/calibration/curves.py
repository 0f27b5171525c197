"""A rising curve from a number to a probability: isotonic where there is much data, Platt's where there is little."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ISOTONIC_POINTS = 1000  # below it Platt's curve is the better one (Niculescu-Mizil and Caruana 2005)
ISOTONIC_EVENTS = 50  # of either outcome
STEPS = 100  # of Newton's method, at most


class Calibrator(BaseModel):
    """A probability for every number x.

    isotonic (Zadrozny and Elkan 2002): linear between the points (x, y), constant beyond them.
    platt (Platt 1999): 1 / (1 + exp(−slope · x − intercept)).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["isotonic", "platt"]
    links: int
    """How many links it was fitted to."""
    facts: int
    """How many of them were right."""
    x: list[float] = []
    y: list[float] = []
    slope: float = 0.0
    intercept: float = 0.0

    def at(self, x: Numbers) -> Numbers:
        """Probabilities [n] of numbers [n]."""
        if self.kind == "isotonic":
            return np.interp(x, self.x, self.y)
        return 1 / (1 + np.exp(-np.clip(self.slope * x + self.intercept, -500, 500)))


def fit_curve(x: Numbers, correct: Mask) -> Calibrator:
    """The curve of outcomes [n] over numbers [n], n at least 1."""
    events = min(int(correct.sum()), int((~correct).sum()))
    fit = fit_isotonic if len(x) >= ISOTONIC_POINTS and events >= ISOTONIC_EVENTS else fit_platt
    return fit(x, correct)


def fit_isotonic(x: Numbers, correct: Mask) -> Calibrator:
    """Least squares among rising step functions, each level drawn to the mean as if one more link had that outcome.

    So a few links at the end that were all right do not make a certainty.
    """
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(x, kind="stable")
    x, outcome = x[order], correct[order].astype(float)
    levels = IsotonicRegression().fit_transform(x, outcome)
    ends = np.flatnonzero(np.append(np.diff(levels) > 0, True))
    starts = np.append(0, ends[:-1] + 1)
    counts = ends - starts + 1
    drawn = (levels[ends] * counts + outcome.mean()) / (counts + 1)
    rising = np.maximum.accumulate(drawn)
    points = np.stack([x[starts], x[ends]], axis=1).ravel()
    return Calibrator(
        kind="isotonic", links=len(x), facts=int(correct.sum()), x=points.tolist(), y=np.repeat(rising, 2).tolist()
    )


def fit_platt(x: Numbers, correct: Mask) -> Calibrator:
    """Maximum likelihood by Newton's method, with Platt's targets for few data; a falling curve becomes a flat one."""
    facts, others = int(correct.sum()), int((~correct).sum())
    target = np.where(correct, (facts + 1) / (facts + 2), 1 / (others + 2))
    centre, width = float(x.mean()), float(x.std()) or 1.0
    design = np.stack([(x - centre) / width, np.ones_like(x)], axis=1)
    base = float(target.mean())
    flat = np.array([0.0, np.log(base / (1 - base))])
    weights = _newton(design, target, flat)
    slope, intercept = weights if weights[0] > 0 else flat
    return Calibrator(
        kind="platt",
        links=len(x),
        facts=facts,
        slope=float(slope / width),
        intercept=float(intercept - slope * centre / width),
    )


def _newton(design: Numbers, target: Numbers, start: Numbers) -> Numbers:
    """Weights [2] of least cross entropy between logistic(design · weights) and target, by damped Newton steps."""

    def loss(weights: Numbers) -> float:
        logits = design @ weights
        return float((np.logaddexp(0, logits) - target * logits).sum())

    weights, current = start, loss(start)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-design @ weights))
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (p - target))
        while (better := loss(weights - step)) > current and np.abs(step).max() > 1e-12:
            step = step / 2
        if current - better < 1e-10 * max(1.0, abs(current)):
            return weights
        weights, current = weights - step, better
    return weights
