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


def n3(factors: list[Tensor]) -> Tensor:
    """Sum over factors of the cubed moduli's sums, mean over facts (Lacroix et al. 2018, eq. 11).

    A factor is a tensor of moduli [B, D]: for complex vectors sqrt(re^2 + im^2), for real ones absolute values.
    """
    return torch.stack([(factor**3).sum(1).mean() for factor in factors]).sum()
