"""Relation vectors that are trained projections of what the relations' names say."""

import math

import torch
from torch import Tensor, nn


class ProjectedRelations(nn.Module):
    """Vectors [rows, R] of n relations from frozen features [n, d] of their names, by a linear map without bias.

    `start` is the map [d, R] before training; with twice as many rows [2 d, R] the second half makes the vectors that
    ask for heads, and they follow the others. `angular`: the vectors are angles, spread over the circle.
    """

    def __init__(self, features: Tensor, start: Tensor, angular: bool) -> None:
        super().__init__()
        self.angular = angular
        self.features: Tensor
        self.register_buffer("features", features)
        self.maps = nn.Parameter(start.clone())

    def forward(self) -> Tensor:
        maps = self.maps.view(-1, self.features.shape[1], self.maps.shape[1])
        vectors = (self.features @ maps).flatten(0, 1)
        return spread_angles(vectors) if self.angular else vectors


def spread_angles(numbers: Tensor) -> Tensor:
    """Angles between -pi and pi: even over the circle, were the numbers normally distributed with variance 1."""
    return math.pi * torch.erf(numbers / math.sqrt(2))
