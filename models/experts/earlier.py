"""States of ensembles as earlier versions wrote them, as states of today."""

import torch
from torch import Tensor

from models.experts.weights import GROUPS, STATES, split_groups

TRUST, POPULARITY, WEIGHTS = "trust.weights", "popularity", "ensemble.weights.weights"


def of_today(state: dict[str, Tensor], parts: int) -> dict[str, Tensor]:
    """A model's state with the names and shapes of today; `parts`: how many the ensemble has.

    Weights were [2R, 2, K], of known entities without and with training facts, then [2R, GROUPS, K], for all candidates
    alike; the first models had none of whether the candidate is the known entity.
    """
    if WEIGHTS in state and state[WEIGHTS].dim() == 3:
        return state | {WEIGHTS: _for_all_candidates(state[WEIGHTS])}
    if TRUST not in state:
        return state
    today = {name: value for name, value in state.items() if name not in (TRUST, POPULARITY)}
    weights = state[TRUST]
    if weights.shape[2] + 1 == parts:
        weights = torch.cat([weights[..., :2], torch.zeros_like(weights[..., :1]), weights[..., 2:]], dim=2)
    entity_state, _, _ = split_groups(torch.arange(GROUPS))
    today[WEIGHTS] = _for_all_candidates(weights[:, (entity_state == 2).long()])
    today["ensemble.facts"] = torch.empty(0, 3, dtype=torch.int32)
    if POPULARITY in state:
        today["ensemble.experts.popularity.counts"] = state[POPULARITY]
    return today


def has_ensemble(state: dict[str, Tensor]) -> bool:
    """Whether the state is of a model with experts; earlier ones had none where a graph had no features."""
    return TRUST in state or WEIGHTS in state


def _for_all_candidates(weights: Tensor) -> Tensor:
    return weights[:, :, None].repeat(1, 1, STATES, 1)
