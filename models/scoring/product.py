"""All inner products of queries with candidates, by the faster of the CPU's two libraries.

Torch multiplies float32 matrices with MKL, which leaves the wide registers of AMD processors unused; oneDNN, which
comes with torch too, uses them and is two and a half times as fast there. Both sum in float32.
"""

from typing import Any

import torch
from torch import Tensor

_linear = torch.ops.mkldnn._linear_pointwise if torch.backends.mkldnn.is_available() else None  # type: ignore[no-untyped-call]


def product(queries: Tensor, candidates: Tensor) -> Tensor:
    """queries [B, W] @ candidates.T [W, N], gradients too."""
    if _linear is None or not _is_plain(queries) or not _is_plain(candidates):
        return queries @ candidates.T
    found: Tensor = _Product.apply(queries, candidates)
    return found


def _is_plain(matrix: Tensor) -> bool:
    return matrix.device.type == "cpu" and matrix.dtype == torch.float32 and matrix.numel() > 0


def _by_onednn(left: Tensor, right: Tensor) -> Tensor:
    """left @ right.T"""
    assert _linear is not None
    found: Tensor = _linear(_without_gaps(left), _without_gaps(right), None, "none", [], "")
    return found


def _without_gaps(matrix: Tensor) -> Tensor:
    """For rows with gaps between them, columns of a wider table, oneDNN's kernel is a thousand times slower."""
    return matrix if matrix.is_contiguous() or matrix.T.is_contiguous() else matrix.contiguous()


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, queries: Tensor, candidates: Tensor) -> Tensor:
        ctx.save_for_backward(queries, candidates)
        return _by_onednn(queries, candidates)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        queries, candidates = ctx.saved_tensors
        of_scores = gradients[0]
        of_queries = of_candidates = None
        if ctx.needs_input_grad[0]:
            of_queries = _by_onednn(of_scores, candidates.T)
        if ctx.needs_input_grad[1]:
            of_candidates = _by_onednn(of_scores.T, queries.T)
        return of_queries, of_candidates
