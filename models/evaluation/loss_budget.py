"""The budget of loss: how far a challenger may be behind the best former champion, over all nights together.

Compared with today's champion alone, models that are a little worse each night are promoted for ever: no single night
shows the loss. So former champions rank today's gate facts too, and the loss is counted from the best of them. Nothing
resets it: a promotion changes the champion, not who was the best.
"""

from collections.abc import Mapping
from statistics import NormalDist
from typing import NamedTuple

from pydantic import BaseModel

from models.evaluation.bootstrap import student
from models.evaluation.gate_config import GateConfig

SHOWN = 0.9  # how often a visible difference is shown
SMALLEST_MARGIN = 0.01
BUDGET_IN_MARGINS = 2.0
NIGHTS = 100  # the budget is asked every night, and the luckiest of a hundred answers must not break it


class Difference(BaseModel):
    """Challenger against another model on some facts; `low` and `high` are the interval of the MRR's mean difference.

    `champion` is the other model's MRR, `error` the standard error of the difference, `heads` how many these are of.
    """

    facts: int
    champion: float
    challenger: float
    difference: float
    low: float
    high: float
    passed: bool
    error: float = 0.0
    heads: int = 0


class Debt(NamedTuple):
    """What a champion had lost when it was promoted, and against which former champion."""

    best: str
    spent: float


class Loss(BaseModel):
    """What a challenger would leave of the budget."""

    best: str | None
    """The former champion that it is counted from: the best on today's gate facts, or one that cannot rank them any
    more but was better still; None: today's champion is no worse than any."""
    spent: float
    """MRR that the best has more than the challenger; 0 where the challenger is better."""
    at_most: float
    """The far end of an interval so wide that a hundred nights together pass it as rarely as one night its own."""
    budget: float
    tenable: float = 0.0
    """The smallest budget that today's gate facts can hold without refusing equals."""
    passed: bool
    formers: dict[str, float] = {}
    """MRR of the former champions on today's gate facts."""
    missing: dict[str, str] = {}
    """Former champions that cannot rank them, and why."""


def visible(found: Difference, level: float) -> float:
    """The smallest difference in MRR that an interval of this level shows to be one nine times in ten, at most 1.

    The usual sum of two quantiles (Cohen 1988, chapter 2) of Student's t, times the standard error.
    """
    return min(1.0, (student((1 + level) / 2, found.heads) + student(SHOWN, found.heads)) * found.error)


def spend(
    champion: Difference, formers: Mapping[str, Difference], debt: Debt | None, margin: float, config: GateConfig
) -> Loss:
    """The loss of a challenger against the best of the former champions and today's.

    The champion's `debt` to a model that is not among these stays, plus or minus what the challenger differs from it.
    """
    best, found = min([(None, champion), *formers.items()], key=lambda item: item[1].difference)
    spent = -found.difference
    if debt is not None and debt.best not in formers and debt.spent - champion.difference > spent:
        best, spent, found = debt.best, debt.spent - champion.difference, champion
    at_most = min(1.0, spent + NormalDist().inv_cdf(1 - (1 - config.level) / 2 / NIGHTS) * found.error)
    tenable = min(1.0, BUDGET_IN_MARGINS * visible(found, config.level))
    budget = config.budget
    if budget is None:
        budget = max(min(1.0, BUDGET_IN_MARGINS * margin), tenable)
    return Loss(
        best=best,
        spent=max(0.0, spent),
        at_most=max(0.0, at_most),
        budget=budget,
        passed=at_most <= budget,
        tenable=tenable,
        formers={name: part.champion for name, part in formers.items()},
    )
