"""Losses on numbers that can be checked by hand."""

import math

import pytest
import torch

from models.losses import k_vs_all_loss, logistic_loss, n3, self_adversarial_loss, softmax_loss

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


def test_k_vs_all_is_binary_cross_entropy_over_all_entities_with_each_pair_counted_once() -> None:
    # one query with the answers 0 and 1 of three entities, which stands in the batch twice
    scores = torch.tensor([[0.0, math.log(3), math.log(3)]]).repeat(2, 1)
    answers = (torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 0, 1]))
    once = (math.log(2) + math.log(4 / 3) + math.log(4)) / 3
    assert k_vs_all_loss(scores, answers).item() == pytest.approx(once / 2)
