"""What the gate says of a challenger."""

from typing import Literal

from pydantic import BaseModel

from models.evaluation.loss_budget import Difference, Loss

Kind = Literal["better", "equal", "worse", "cannot tell"]


class Verdict(BaseModel):
    """Whether the challenger passes, why in words, and on which figures.

    kind, of all relations, by the interval of the difference: better (wholly above zero), equal (above minus the
    margin), worse (wholly below zero, and not equal), cannot tell (none of these); None where nothing was compared.
    All but the worse pass, as long as the budget holds their loss: a newer model knows newer facts.
    """

    passed: bool
    reasons: list[str]
    kind: Kind | None = None
    overall: Difference | None = None
    visible: float | None = None
    """The smallest difference in MRR that today's gate facts show nine times in ten."""
    margin: float | None = None
    """The margin that was allowed: the configured one, or else the one proposed, `visible` and at least 0.01."""
    loss: Loss | None = None
    relations: dict[str, Difference] = {}
    """Relations with enough facts, and the others pooled."""
    not_compared: list[str] = []
    """Relations that the champion was not trained on: nothing to compare with."""
    calibration: dict[str, float | None] = {}
    """Expected calibration error of champion and challenger."""
