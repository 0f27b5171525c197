"""States of ensembles as earlier versions wrote them, as states of today."""

import torch
from torch import Tensor

from models.experts.weights import GROUPS, STATES, split_groups

TRUST, POPULARITY, WEIGHTS = "trust.weights", "popularity", "ensemble.weights.weights"


def of_today(state: dict[str, Tensor], parts: int) -> dict[str, Tensor]:
    """A model's state with the names and shapes of today; `parts`: how many the ensemble has.

    Weights were [2R, 2, K], of known entities without and with training facts, then [2R, GROUPS, K], for all candidates
    alike; the first models had none of whether the candidate is the known entity. Regressions kept what was known of
    each landmark and example with each of them.
    """
    for name in [name for name in state if name.endswith(".labels")]:
        state = _with_table(state, name.removesuffix("labels"))
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


def _with_table(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Regressions whose landmarks come first in the table, then their examples, which have no features there."""
    today = {name: value for name, value in state.items() if name != f"{prefix}labels"}
    landmarks, examples = (int(state[f"{prefix}regressions"][:, column].sum()) for column in (2, 4))
    bags, labels, entities = (state[f"{prefix}{name}"] for name in ("bags", "labels", "examples"))
    today[f"{prefix}bags"] = torch.cat([bags, labels + labels.new_tensor([landmarks, 0])])
    today[f"{prefix}table"] = torch.cat([entities.new_full((landmarks,), -1), entities])
    today[f"{prefix}landmarks"] = torch.arange(landmarks, dtype=torch.int32)
    today[f"{prefix}examples"] = torch.arange(landmarks, landmarks + examples, dtype=torch.int32)
    return today


def _for_all_candidates(weights: Tensor) -> Tensor:
    return weights[:, :, None].repeat(1, 1, STATES, 1)
