"""Distances of queries to lists of candidates, in blocks of differences that stay in the cache.

Nothing is kept for the way back but what was given: making a difference again costs less than reading it from memory.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from models.scoring.norms import Norm

BLOCK = 2**19  # numbers in one block of differences: 2 MiB in float32


def sampled_distance(query: Tensor, vectors: Tensor, lists: Tensor, norm: Norm) -> Tensor:
    """Lengths [B, K] of the differences between queries [B, W] and rows `lists` int64 [B, K] of vectors [N, W]."""
    lengths: Tensor = _SampledDistance.apply(query.contiguous(), vectors.contiguous(), lists, norm)
    return lengths


class _SampledDistance(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: Tensor, vectors: Tensor, lists: Tensor, norm: Norm) -> Tensor:
        ctx.save_for_backward(query, vectors, lists)
        ctx.norm = norm
        lengths = query.new_empty(lists.shape)
        for rows, _, differences in _blocks(query, vectors, lists):
            lengths[rows] = norm.length(differences).view_as(lengths[rows])
        return lengths

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        query, vectors, lists = ctx.saved_tensors
        of_lengths = gradients[0].contiguous()
        of_query, of_vectors = torch.empty_like(query), torch.zeros_like(vectors)
        for rows, named, differences in _blocks(query, vectors, lists):
            of_block = ctx.norm.direction(differences).mul_(of_lengths[rows].view(-1, 1))
            torch.sum(of_block.view(-1, lists.shape[1], query.shape[1]), dim=1, out=of_query[rows])
            of_vectors.index_add_(0, named, of_block)
        return of_query.neg_(), of_vectors, None, None


def _blocks(query: Tensor, vectors: Tensor, lists: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """(rows, the candidates [k] of their lists one after the other, candidates minus queries [k, W])."""
    width, length = query.shape[1], lists.shape[1]
    step = max(1, BLOCK // max(1, length * width))
    space = vectors.new_empty(min(step, len(lists)) * length, width)
    for start in range(0, len(lists), step):
        rows = slice(start, min(start + step, len(lists)))
        named = lists[rows].flatten()
        differences = torch.index_select(vectors, 0, named, out=space[: len(named)])
        differences.view(-1, length, width).sub_(query[rows, None])
        yield rows, named, differences
