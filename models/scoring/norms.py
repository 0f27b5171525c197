"""Lengths of differences between queries and candidates, and the directions in which they grow.

Both may overwrite what they are given: a difference is made for one length, in a block that stays in the cache.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Norm(NamedTuple):
    """Lengths [k] of differences [k, W], and their gradients [k, W]: directions of dual norm one, or zero."""

    length: Callable[[Tensor], Tensor]
    direction: Callable[[Tensor], Tensor]


def _moduli(difference: Tensor) -> Tensor:
    """[k, W / 2] of complex numbers [real; imaginary]."""
    real, imaginary = difference.chunk(2, dim=1)
    return (real.square() + imaginary.square()).sqrt_()


def _phases(difference: Tensor) -> Tensor:
    moduli = _moduli(difference).clamp_(min=torch.finfo(difference.dtype).tiny)
    difference.view(len(difference), 2, -1).div_(moduli[:, None])
    return difference


def _length(difference: Tensor) -> Tensor:
    return difference.square_().sum(1).sqrt_()


def _unit(difference: Tensor) -> Tensor:
    lengths = difference.square().sum(1, keepdim=True).sqrt_()
    return difference.div_(lengths.clamp_(min=torch.finfo(difference.dtype).tiny))


SUM = Norm(length=lambda x: x.abs_().sum(1), direction=lambda x: x.sign_())
MODULI = Norm(length=lambda x: _moduli(x).sum(1), direction=_phases)
EUCLIDEAN = Norm(length=_length, direction=_unit)
