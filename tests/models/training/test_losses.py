"""Losses on numbers that can be checked by hand."""

import math

import pytest
import torch

from models.training.losses import (
    k_vs_all_loss,
    logistic_loss,
    n3,
    one_vs_all_loss,
    self_adversarial_loss,
    softmax_loss,
)

NOT_A_NEGATIVE = -math.inf


def test_softmax_loss_is_the_negative_log_share_of_the_positive() -> None:
    loss = softmax_loss(torch.tensor([math.log(2)]), torch.tensor([[math.log(3), math.log(5), NOT_A_NEGATIVE]]))
    assert loss.item() == pytest.approx(-math.log(2 / 10))


def test_logistic_loss_is_the_mean_over_positives_and_negatives_together() -> None:
    loss = logistic_loss(torch.tensor([0.0]), torch.tensor([[0.0, math.log(3), NOT_A_NEGATIVE]]))
    assert loss.item() == pytest.approx((math.log(2) + math.log(2) + math.log(4)) / 3)


def test_self_adversarial_loss_weighs_hard_negatives_more() -> None:
    # softmax of (0, log 3) is (1/4, 3/4); their losses are log 2 and log 4
    loss = self_adversarial_loss(1.0)(torch.tensor([0.0]), torch.tensor([[0.0, math.log(3)]]))
    assert loss.item() == pytest.approx((math.log(2) + math.log(2) / 4 + 3 * math.log(4) / 4) / 2)


def test_a_query_all_of_whose_draws_are_facts_has_no_negative_part() -> None:
    scores = torch.tensor([[NOT_A_NEGATIVE, NOT_A_NEGATIVE]])
    assert softmax_loss(torch.tensor([3.0]), scores).item() == pytest.approx(0)
    for loss in (logistic_loss, lambda p, n: 2 * self_adversarial_loss(1.0)(p, n)):
        assert loss(torch.tensor([0.0]), scores).item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("loss", [softmax_loss, logistic_loss, self_adversarial_loss(1.0)])
def test_masked_cells_get_no_gradient(loss) -> None:  # type: ignore[no-untyped-def]
    scores = torch.tensor([[1.0, 2.0]], requires_grad=True)
    masked = scores.index_put((torch.tensor([0]), torch.tensor([1])), torch.tensor(NOT_A_NEGATIVE))
    loss(torch.tensor([0.5]), masked).backward()
    assert scores.grad is not None
    assert scores.grad[0, 0] > 0
    assert scores.grad[0, 1] == 0


def test_n3_sums_cubes_over_factors() -> None:
    factors = [torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([[3.0, 0.0], [1.0, 0.0]])]
    assert n3(factors).item() == pytest.approx((9 + 1) / 2 + (27 + 1) / 2)


ANSWERS = (torch.tensor([0, 0, 1]), torch.tensor([0, 1, 2]))
"""The first query has the answers 0 and 1, the second one 2."""


@pytest.mark.parametrize("excluded", [None, ANSWERS, (torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 2, 0]))])
def test_one_vs_all_is_the_cross_entropy_of_each_answer_alone(excluded) -> None:  # type: ignore[no-untyped-def]
    scores = torch.randn(2, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    ours, plain = scores.clone().requires_grad_(), scores.clone().requires_grad_()
    left_out = set() if excluded is None else set(zip(*(cells.tolist() for cells in excluded), strict=True))
    terms = []
    for row, answer in zip(*(cells.tolist() for cells in ANSWERS), strict=True):
        rivals = [j for j in range(5) if j == answer or (row, j) not in left_out]
        terms.append(plain[row, rivals].logsumexp(0) - plain[row, answer])
    loss = one_vs_all_loss(ours * 1, ANSWERS, excluded)
    assert loss.item() == pytest.approx(torch.stack(terms).mean().item())
    (3 * loss).backward()
    (3 * torch.stack(terms).mean()).backward()
    torch.testing.assert_close(ours.grad, plain.grad)


def test_an_answer_without_rivals_costs_nothing() -> None:
    scores = torch.tensor([[1.0, 2.0]], requires_grad=True)
    cells = torch.tensor([0, 0]), torch.tensor([0, 1])
    loss = one_vs_all_loss(scores * 1, cells, cells)
    loss.backward()
    assert loss.item() == 0
    assert scores.grad is not None
    assert scores.grad.tolist() == [[0, 0]]


def test_k_vs_all_is_binary_cross_entropy_over_all_entities() -> None:
    # the answers are 0 and 1 of three entities; the fourth is left out
    scores = torch.tensor([[0.0, math.log(3), math.log(3), 9.0]])
    answers, excluded = (torch.tensor([0, 0]), torch.tensor([0, 1])), (torch.tensor([0, 0]), torch.tensor([0, 3]))
    assert k_vs_all_loss(scores, answers, excluded).item() == pytest.approx(
        (math.log(2) + math.log(4 / 3) + math.log(4)) / 4
    )
