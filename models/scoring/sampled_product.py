"""Inner products of queries with lists of candidates, without gathering a vector for each candidate.

Both ways are sparse products: the scores are the cells of query @ vectors.T that the lists name, and the gradients are
weighted sums of vectors (of a query, over its list) and of queries (of a candidate, over the lists that name it).
"""

import warnings
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

# Torch says so once of every program; what is used here is held to a plain loop by a test.
warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")


def sampled_product(query: Tensor, vectors: Tensor, lists: Tensor) -> Tensor:
    """Scores [B, K] of queries [B, W] with rows `lists` int64 [B, K] of vectors [N, W], on a CPU.

    Equal to (query[:, None] * vectors[lists]).sum(-1), gradients too, in memory for B x K and N x W numbers.
    """
    scores: Tensor = _SampledProduct.apply(query.contiguous(), vectors.contiguous(), lists)
    return scores


class _SampledProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: Tensor, vectors: Tensor, lists: Tensor) -> Tensor:
        ctx.save_for_backward(query, vectors, lists)
        starts = torch.arange(0, lists.numel() + 1, lists.shape[1])
        cells = torch.sparse_csr_tensor(
            starts, lists.flatten(), query.new_zeros(lists.numel()), (len(query), len(vectors)), check_invariants=False
        )
        scores: Tensor = torch.sparse.sampled_addmm(cells, query, vectors.T).values().view_as(lists)
        return scores

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        query, vectors, lists = ctx.saved_tensors
        of_scores = gradients[0].contiguous()
        of_query = of_vectors = None
        if ctx.needs_input_grad[0]:
            of_query = F.embedding_bag(lists, vectors, mode="sum", per_sample_weights=of_scores)
        if ctx.needs_input_grad[1]:
            named, order = lists.flatten().sort(stable=True)
            starts = torch.searchsorted(named, torch.arange(len(vectors)))
            of_vectors = F.embedding_bag(
                order // lists.shape[1], query, starts, mode="sum", per_sample_weights=of_scores.flatten()[order]
            )
        return of_query, of_vectors, None
