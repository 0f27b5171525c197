"""Losses over a positive score per query [Q] and its negatives' scores [Q, K]; -inf marks what is no negative."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

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


def k_vs_all_loss(scores: Tensor, answers: tuple[Tensor, Tensor]) -> Tensor:
    """Binary cross entropy of all entities as answers of each query (Dettmers et al. 2018, section 5.2).

    Takes scores [Q, N] and the cells (query, entity) of known answers. A query that stands in the batch for one of its
    k answers counts 1 / k, so that over an epoch each (entity, relation) counts once.
    """
    rows, _ = answers
    counts = torch.bincount(rows, minlength=len(scores)).clamp(min=1)
    each = F.softplus(scores).sum(1) - torch.zeros_like(scores[:, 0]).index_add(0, rows, scores[answers])
    return (each / counts).mean() / scores.shape[1]


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
