"""Fits an ensemble's weights on held-back facts, and keeps the fit only where it holds on facts that it did not see.

Stacking (Wolpert 1992) by the generalised cross entropy (1 - p^q) / q of the answers' probability p (Zhang and Sabuncu
2018, https://arxiv.org/abs/1805.07836): unlike the likelihood it gives little away for facts that are lost anyway.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from models.experts.contenders import Compared, compare
from models.experts.ensemble import Opinions
from models.experts.weights import GROUPS, STATES, split_groups
from models.triples.known_facts import KnownFacts

STEPS, LEARNING_RATE = 100, 0.2
Q = 0.3
STRENGTHS = (1.0, 8.0)  # of the pull of each part of the weights towards what it is a part of
PULL = 0.1  # of what all share towards where it begins: nothing grows without end where data says nothing
TELLING = 0.05  # least spread of a part, as a share of its largest score: less would make weights of rare flags huge
MOST = 2000  # facts that weights are fitted on
FIRST = 500  # of them, by which contenders are looked for


class WeightFit(NamedTuple):
    """How the fit went: mean reciprocal ranks among contenders, of facts whose fold was not fitted on."""

    kept: bool
    fitted: float
    first_alone: float
    """Of the first part alone, the fused vectors."""
    strength: float


def fit(opinions: Opinions, known: KnownFacts, facts: Tensor, seed: int, held_back: Tensor | None = None) -> WeightFit:
    """Set the weights by which facts int64 [m, 3], none of them of training, come first among their contenders.

    They are some of `held_back` int64 [n, 3] (None: all), with which things arrive; see `contenders.compare`.

    A candidate's weights are a sum: what all share, what the known entity's state, picture and text add, what the
    candidate's state adds, and what relation and side add, alone and by both states. Each is drawn to zero, so that few
    facts move little, in units of each part's spread, since cosines are small numbers and logits are not. How strongly
    is told by halves of the facts, each fitted and judged by the other; where the first part alone does better there,
    it keeps all the say.
    """
    held_back = facts if held_back is None else held_back
    facts = facts[torch.randperm(len(facts), generator=torch.Generator().manual_seed(seed))[:MOST]]
    ensemble = opinions.ensemble
    rows = len(ensemble.weights.weights)
    # who is first by each expert is not who is first by all: those show once there are weights
    first_seen = compare(opinions, known, facts[:FIRST], held_back, seed)
    ensemble.weights.weights.copy_(_fitted(first_seen, rows, STRENGTHS[0], ensemble.start))
    compared = compare(opinions, known, facts, held_back, seed)
    halves = [compared.of_fold(fold) for fold in (0, 1)]
    found = {
        strength: torch.cat(
            [_reciprocal(halves[1 - k], _fitted(halves[k], rows, strength, ensemble.start)) for k in (0, 1)]
        )
        for strength in STRENGTHS
    }
    strength = max(found, key=lambda tried: found[tried].mean().item())
    alone = torch.zeros(rows, GROUPS, STATES, compared.scores.shape[2], device=compared.scores.device)
    alone[..., 0] = 1
    fitted, first = found[strength].mean().item(), _reciprocal(compared, alone).mean().item()
    if fitted > first:
        ensemble.weights.weights.copy_(_fitted(compared, rows, strength, ensemble.start))
    else:
        ensemble.weights.trust_first()
    return WeightFit(fitted > first, fitted, first, strength)


def _fitted(compared: Compared, rows: int, strength: float, begin: Sequence[float]) -> Tensor:
    """Weights [rows, GROUPS, STATES, K] by which answers come first; those that all share are drawn to `begin` [K]."""
    scores = compared.scores
    parts = scores.shape[2]
    flat = scores.flatten(0, 1)
    if len(flat) == 0:
        return torch.tensor(begin, device=scores.device).repeat(rows, GROUPS, STATES, 1)
    spread = torch.maximum(flat.std(0), TELLING * flat.abs().amax(0))
    spread = torch.where(spread > 0, spread, 1)
    scores = scores / spread
    start = spread * torch.tensor(begin, device=scores.device)
    alike = ((), (STATES,), (2,), (2,), (STATES,))
    own = ((rows,), (rows, STATES), (rows, STATES))
    added = [torch.zeros(*shape, parts, device=scores.device, requires_grad=True) for shape in (*alike, *own)]

    def weights(row: Tensor, group: Tensor) -> Tensor:
        common, known, picture, text, candidate, of_row, row_known, row_candidate = added
        s, p, t = split_groups(group)
        of_query = start + common + known[s] + picture[p] + text[t] + of_row[row] + row_known[row, s]
        return of_query[:, None] + candidate + row_candidate[row]

    # a set number of ever smaller steps: others end where the rounding of sums has thrown them
    optimizer = torch.optim.Adam(added, lr=LEARNING_RATE)
    smaller = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, STEPS)
    for _ in range(STEPS):
        total = _total(scores, weights(compared.rows, compared.groups), compared.states)
        likelihood = total[:, 0] - (total + compared.stand_for).logsumexp(1)
        loss = ((1 - (Q * likelihood).exp()) / Q).sum() + PULL * added[0].square().sum()
        loss = loss + strength * torch.stack([part.square().sum() for part in added[1:]]).sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        smaller.step()
    with torch.no_grad():
        row, group = torch.cartesian_prod(torch.arange(rows), torch.arange(GROUPS)).to(scores.device).unbind(1)
        return (weights(row, group) / spread).reshape(rows, GROUPS, STATES, parts)


def _reciprocal(compared: Compared, weights: Tensor) -> Tensor:
    """1 / rank [q] of the answers among their contenders, ties in the middle."""
    total = _total(compared.scores, weights[compared.rows, compared.groups], compared.states)
    answer, others, many = total[:, :1], total[:, 1:], compared.stand_for[:, 1:].exp()
    return 1 / (1 + (many * (others > answer)).sum(1) + (many * (others == answer)).sum(1) / 2)


def _total(scores: Tensor, weights: Tensor, states: Tensor) -> Tensor:
    """Weighted sums [q, M] of scores [q, M, K] by weights [q, STATES, K], each by its candidate's state [q, M]."""
    return torch.einsum("qck,qsk->qcs", scores, weights).gather(2, states[:, :, None])[:, :, 0]
