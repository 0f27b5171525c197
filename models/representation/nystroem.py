"""Similarities to landmarks in place of features, so that a linear projection tells apart what it otherwise could not.

An entity x is described by its kernel k(x, l) = exp(-GAMMA |x - l|^2) with landmarks l, which are other entities'
features, all of unit length, turned to principal components: the Nyström approximation (Williams and Seeger 2001) of
kernel principal components (Schölkopf et al. 1998). Inner products of two such descriptions are about k of the two.
Components are in falling order and keep their variance, so that what few entities share weighs little in training.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GAMMA = 1.5
FLOOR = 1e-3  # of an eigenvalue: those below are rounding, or of landmarks that nearly coincide
CHUNK = 4096  # entities described at a time


class Nystroem(nn.Module):
    """Descriptions [n, count] of features [n, d]; until `choose` all are zero."""

    def __init__(self, dimension: int, count: int) -> None:
        super().__init__()
        self.points: Tensor
        self.register_buffer("points", torch.zeros(count, dimension))
        self.components: Tensor
        self.register_buffer("components", torch.zeros(count, count))

    def choose(self, mask: Tensor, features_of: Callable[[Tensor], Tensor], seed: int) -> None:
        """Draw the landmarks among entities with features; where these are too few, random directions are added.

        `mask` bool [N]: who has features; `features_of` gives those [n, d] of entities int64 [n].
        """
        generator = torch.Generator().manual_seed(seed)
        count, dimension = self.points.shape
        feature_modalities = mask.nonzero()[:, 0]
        drawn = feature_modalities[torch.randperm(len(feature_modalities), generator=generator)[:count]]
        others = torch.randn(count - len(drawn), dimension, generator=generator)
        self.points.copy_(F.normalize(torch.cat([features_of(drawn), others])))
        values, directions = torch.linalg.eigh(_kernel(self.points, self.points).double())
        self.components.copy_((directions * values.clamp(min=FLOOR).rsqrt()).flip(1))

    def forward(self, vectors: Tensor) -> Tensor:
        parts = (part.to(self.points.device) for part in torch.split(vectors, CHUNK))
        return torch.cat([_kernel(F.normalize(part), self.points) @ self.components for part in parts])


def _kernel(ours: Tensor, theirs: Tensor) -> Tensor:
    """k [n, m] of unit vectors [n, d] and [m, d]."""
    return ((ours @ theirs.t() - 1) * (2 * GAMMA)).exp()
