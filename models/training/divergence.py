"""A training that leaves all bounds is refused: a score that is not a number would beat every candidate."""

import math
from collections.abc import Sequence

from torch import nn

from base.errors import InputError

DIVERGED = 100  # times the lowest loss before


def not_finite(model: nn.Module) -> int:
    """How many of its parameters hold a number that is not finite."""
    return sum(int(not p.isfinite().all()) for p in model.parameters())


def refuse_divergence(
    losses: Sequence[float], first: float, loss: float, *, vectors_broken: bool, learning_rate: float
) -> None:
    """Raises InputError where the loss of an epoch left all bounds, or its vectors.

    `losses` are those of the epochs before, `first` that of this one's first batch. A loss below that of the first
    epoch left none, even if a small graph was learned by heart before, to a loss near zero.
    """
    epoch = len(losses) + 1
    losses = losses or [first]
    before = min([first, *losses])
    if not math.isfinite(loss):
        what = f"the loss of epoch {epoch} is {loss}"
    elif vectors_broken:
        what = f"after epoch {epoch} vectors hold numbers that are not finite"
    elif loss > max(DIVERGED * before, losses[0]):
        what = f"the loss rose from {before:.3g} to {loss:.3g} in epoch {epoch}"
    else:
        return
    raise InputError(f"{what}: the training diverges; a learning_rate below {learning_rate:g} may help")
