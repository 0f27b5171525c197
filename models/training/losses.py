"""Losses over a positive score per query [Q] and its negatives' scores [Q, K], where -inf marks what is no negative.

Those over every entity take all scores of a query, and the cells of its answers.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from models.training.negatives import Cells

Loss = Callable[[Tensor, Tensor], Tensor]


def softmax_loss(positive: Tensor, negative: Tensor) -> Tensor:
    """Cross entropy of the positive among itself and its negatives, mean over queries."""
    return (torch.logsumexp(torch.cat([positive[:, None], negative], dim=1), dim=1) - positive).mean()


def logistic_loss(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean of log(1 + exp(-y * score)) over positives (y = 1) and negatives (y = -1) together, as in VL-KGE."""
    total = F.softplus(-positive).sum() + F.softplus(negative).sum()
    return total / (positive.numel() + negative.isfinite().sum())


def self_adversarial_loss(temperature: float) -> Loss:
    """Negatives weighted by the softmax of their scores times `temperature`.

    Equations 5 and 6 of https://arxiv.org/abs/1902.10197; its margin is part of the scores.
    """

    def loss(positive: Tensor, negative: Tensor) -> Tensor:
        weights = torch.softmax(temperature * negative.detach(), dim=1).nan_to_num()  # a query without negatives
        return (F.softplus(-positive) + (weights * F.softplus(negative)).sum(1)).mean() / 2

    return loss


def one_vs_all_loss(scores: Tensor, answers: Cells, excluded: Cells | None) -> Tensor:
    """Cross entropy of each answer among all entities, mean over the cells (query, entity) of answers.

    Takes scores [Q, N] and overwrites them. Other cells in `excluded` do not compete; None: other answers do.
    """
    loss: Tensor = _OneVsAll.apply(scores, answers, excluded)
    return loss


class _OneVsAll(torch.autograd.Function):
    """The gradient is made where the scores were, and goes back once: no second matrix of all scores is written."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, answers: Cells, excluded: Cells | None) -> Tensor:
        rows, _ = answers
        positive = scores[answers]
        if excluded is not None:
            scores[excluded] = -torch.inf
        highest = scores.amax(1, keepdim=True).clamp_(min=torch.finfo(scores.dtype).min)
        shares = scores.sub_(highest).exp_()
        total = shares.sum(1).clamp_(min=torch.finfo(scores.dtype).tiny)
        behind = (highest[:, 0] + total.log())[rows] - positive
        losses, pull = behind, torch.ones_like(behind)
        if excluded is not None:  # the answer was taken out with the others
            losses, pull = F.softplus(behind), behind.sigmoid()
        pull /= len(rows)
        shares.mul_((torch.zeros_like(total).index_add_(0, rows, pull) / total)[:, None])
        shares.index_put_(answers, -pull, accumulate=True)
        ctx.shares = shares
        return losses.mean()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        shares = ctx.shares
        del ctx.shares
        return shares.mul_(gradients[0]), None, None


def k_vs_all_loss(scores: Tensor, answers: Cells, excluded: Cells | None) -> Tensor:
    """Binary cross entropy of all entities as answers of each query, mean (Dettmers et al. 2018, section 5.2).

    Takes scores [Q, N]; cells (query, entity) in `excluded` that are no answers are left out.
    """
    rows, _ = answers
    positive = scores[answers]
    if excluded is not None:
        scores = scores.index_put(excluded, scores.new_full((), -torch.inf)).index_put(answers, positive)
    each = F.softplus(scores).sum(1) - torch.zeros_like(scores[:, 0]).index_add(0, rows, positive)
    return each.mean() / scores.shape[1]


def rejected_loss(scores: Tensor, queries: int) -> Tensor:
    """Sum of log(1 + exp(score)) over links that people rejected, divided by the queries of a whole batch.

    So each counts about as much as one training fact, however few there are. A mean over the few that a step holds made
    a single one count as much as all facts of the batch.
    """
    return F.softplus(scores).sum() / queries


def n3(factors: list[Tensor]) -> Tensor:
    """Sum over factors of the cubed moduli's sums, mean over facts (Lacroix et al. 2018, eq. 11).

    A factor is a tensor of moduli [B, D]: for complex vectors sqrt(re^2 + im^2), for real ones absolute values.
    """
    return torch.stack([(factor**3).sum(1).mean() for factor in factors]).sum()
