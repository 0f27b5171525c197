"""Joins the vectors that an entity has, one a modality, to one vector.

Each takes the modalities' vectors `parts` [n, M, D] and who has which, `present` bool [n, M]; an entity that has none
gets zeros.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

Fusion = Callable[[Tensor, Tensor], Tensor]


class Average(nn.Module):
    """Mean over the modalities that are present."""

    def __init__(self, modalities: int) -> None:  # noqa: ARG002 (as the others)
        super().__init__()

    def forward(self, parts: Tensor, present: Tensor) -> Tensor:
        return _masked(parts, present).sum(1) / present.sum(1, keepdim=True).clamp(min=1)


class Addition(nn.Module):
    """Sum over the modalities that are present."""

    def __init__(self, modalities: int) -> None:  # noqa: ARG002 (as the others)
        super().__init__()

    def forward(self, parts: Tensor, present: Tensor) -> Tensor:
        return _masked(parts, present).sum(1)


class Weighted(nn.Module):
    """Sum weighted by the softmax, over the modalities present, of one learned number each."""

    def __init__(self, modalities: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.ones(modalities))

    def forward(self, parts: Tensor, present: Tensor) -> Tensor:
        shares = _masked(self.weights.exp().expand(len(parts), -1)[..., None], present)
        return (shares * _masked(parts, present)).sum(1) / shares.sum(1).clamp(min=torch.finfo(parts.dtype).tiny)


class Concat(nn.Module):
    """All modalities side by side [n, M * D], zeros where one is missing."""

    def __init__(self, modalities: int) -> None:  # noqa: ARG002 (as the others)
        super().__init__()

    def forward(self, parts: Tensor, present: Tensor) -> Tensor:
        return _masked(parts, present).flatten(1)


FUSIONS: dict[str, type[Average | Addition | Weighted | Concat]] = {
    "average": Average,
    "addition": Addition,
    "weighted": Weighted,
    "concat": Concat,
}


def _masked(parts: Tensor, present: Tensor) -> Tensor:
    return parts * present[..., None]
