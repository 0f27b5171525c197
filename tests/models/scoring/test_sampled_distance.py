"""Distances in blocks: held to the norms that torch has, gradients too."""

import pytest
import torch
from torch import Tensor

from models.scoring import sampled_distance as module
from models.scoring.norms import EUCLIDEAN, MODULI, SUM, Norm
from models.scoring.sampled_distance import sampled_distance


def moduli(difference: Tensor) -> Tensor:
    return torch.complex(*difference.chunk(2, dim=-1)).abs().sum(-1)


NORMS = {
    "sum": (SUM, lambda x: x.abs().sum(-1)),
    "moduli": (MODULI, moduli),
    "euclidean": (EUCLIDEAN, lambda x: torch.linalg.vector_norm(x, dim=-1)),
}


@pytest.mark.parametrize("block", [1, 200, 2**19], ids=["a query a block", "a few", "all at once"])
@pytest.mark.parametrize("norm", NORMS)
def test_lengths_and_gradients_are_those_of_a_gathered_vector_for_each_candidate(
    norm: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    ours, plain = NORMS[norm]
    generator = torch.Generator().manual_seed(0)
    query, vectors = (torch.randn(n, 6, generator=generator, dtype=torch.double) for n in (7, 5))
    lists = torch.randint(5, (7, 4), generator=generator)
    weights = torch.randn(7, 4, generator=generator, dtype=torch.double)
    results = []
    for measure in (lambda q, v: sampled_distance(q, v, lists, ours), lambda q, v: plain(v[lists] - q[:, None])):
        q, v = query.clone().requires_grad_(), vectors.clone().requires_grad_()
        lengths = measure(q, v)
        (lengths * weights).sum().backward()
        results.append((lengths, q.grad, v.grad))
    for found, expected in zip(*results, strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("norm", [SUM, MODULI, EUCLIDEAN], ids=NORMS)
def test_a_query_that_is_its_candidate_has_distance_and_gradient_zero(norm: Norm) -> None:
    vectors = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    query = vectors[:1].clone().requires_grad_()
    lengths = sampled_distance(query, vectors, torch.tensor([[0]]), norm)
    lengths.sum().backward()
    assert lengths.item() == 0
    assert query.grad is not None
    assert torch.equal(query.grad, torch.zeros_like(query))
