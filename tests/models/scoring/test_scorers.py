"""Scores computed by hand, and the three shapes of matching agreeing."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from models.scoring import scorers as scoring
from models.scoring.scorers import ComplEx, DistMult, RotatE, Scorer, TransE

VARIANTS: dict[str, Scorer] = {
    "transe-1": TransE(p=1),
    "transe-2": TransE(p=2, normalise=False),
    "distmult": DistMult(),
    "complex": ComplEx(),
    "rotate-modulus": RotatE(distance="modulus"),
    "rotate-l2": RotatE(distance="l2"),
}


def score(scorer: Scorer, head: list[float], relation: list[float], tail: list[float]) -> float:
    h, r, t = (torch.tensor([values], dtype=torch.float32) for values in (head, relation, tail))
    return scorer.score_pairs(scorer.query(h, r, "tail"), t).item()


def test_transe_is_the_margin_minus_the_distance_of_translated_head_and_tail() -> None:
    # relation (0, 2) has unit vector (0, 1): h + r - t = (1, 0) + (0, 1) - (0, 1) = (1, 0)
    assert score(TransE(margin=12, p=1), [1, 0], [0, 2], [0, 1]) == pytest.approx(12 - 1)
    # without unit vectors: (1, 2) + (0, 2) - (4, 0) = (-3, 4), L1 norm 7, L2 norm 5
    assert score(TransE(margin=12, p=1, normalise=False), [1, 2], [0, 2], [4, 0]) == pytest.approx(12 - 7)
    assert score(TransE(margin=12, p=2, normalise=False), [1, 2], [0, 2], [4, 0]) == pytest.approx(12 - 5)


def test_distmult_is_the_sum_of_threefold_products() -> None:
    assert score(DistMult(), [1, 2], [3, -1], [2, 5]) == pytest.approx(1 * 3 * 2 + 2 * -1 * 5)


def test_complex_is_the_real_part_with_the_tail_conjugated() -> None:
    # (1 + 2i)(3 - i)(2 - 4i) = (5 + 5i)(2 - 4i) = 30 - 10i
    assert score(ComplEx(), [1, 2], [3, -1], [2, 4]) == pytest.approx(30)


def test_complex_tells_the_directions_of_a_relation_apart() -> None:
    forward, backward = score(ComplEx(), [1, 2], [3, -1], [2, 4]), score(ComplEx(), [2, 4], [3, -1], [1, 2])
    assert forward == pytest.approx(30)
    assert backward == pytest.approx(30)  # parallel vectors: no direction between them
    assert score(ComplEx(), [1, 0], [0, 1], [0, 1]) == pytest.approx(1)
    assert score(ComplEx(), [0, 1], [0, 1], [1, 0]) == pytest.approx(-1)


def test_rotate_turns_the_head_by_the_relations_angles() -> None:
    # components (3, 0i) and (0, 1i), each turned by 90 degrees: 3i and -1; minus the tail (0 and 3): moduli 3 and 4
    head, angles, tail = [3, 0, 0, 1], [math.pi / 2] * 2, [0, 3, 0, 0]
    assert score(RotatE(12, "modulus"), head, angles, tail) == pytest.approx(12 - 7, abs=1e-5)
    assert score(RotatE(12, "l2"), head, angles, tail) == pytest.approx(12 - 5, abs=1e-5)


def vectors(scorer: Scorer, width: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    heads = torch.randn(4, width, generator=generator)
    relations = torch.randn(4, scorer.relation_width(width), generator=generator)
    return heads, relations, torch.randn(7, width, generator=generator)


@pytest.mark.parametrize("name", VARIANTS)
def test_pairs_lists_and_all_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "CHUNK", 20)  # several chunks even here
    scorer = VARIANTS[name]
    heads, relations, tails = vectors(scorer)
    queries = scorer.query(heads, relations, "tail")
    every = scorer.score_all(queries, tails)
    lists = torch.tensor([[0, 3], [6, 6], [1, 2], [5, 0]])
    by_pair = torch.stack([scorer.score_pairs(queries, tails[lists[:, k]]) for k in range(2)], dim=1)
    torch.testing.assert_close(every.gather(1, lists), by_pair)
    torch.testing.assert_close(scorer.score_lists(queries, tails, lists), by_pair)


@pytest.mark.parametrize("name", VARIANTS)
def test_asking_for_the_head_gives_the_score_of_the_same_fact(name: str) -> None:
    scorer = VARIANTS[name]
    heads, relations, tails = vectors(scorer)
    by_tail = scorer.score_pairs(scorer.query(heads, relations, "tail"), tails[:4])
    by_head = scorer.score_pairs(scorer.query(tails[:4], relations, "head"), heads)
    torch.testing.assert_close(by_tail, by_head)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_head_is_asked_for_as_the_tail_of_the_inverse(name: str) -> None:
    scorer = VARIANTS[name]
    heads, relations, _ = vectors(scorer)
    by_head, by_inverse = scorer.query(heads, relations, "head"), scorer.query(heads, scorer.inverse(relations), "tail")
    torch.testing.assert_close(by_head, by_inverse)
    torch.testing.assert_close(scorer.inverse(scorer.inverse(relations)), relations)


@pytest.mark.parametrize("name", ["transe-1", "transe-2", "rotate-modulus", "rotate-l2"])
def test_chunks_give_the_gradients_of_one_block(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = VARIANTS[name]
    heads, relations, tails = vectors(scorer)

    def gradients(chunk: int) -> list[Tensor]:
        monkeypatch.setattr(scoring, "CHUNK", chunk)
        leaves = [heads.clone().requires_grad_(), relations.clone().requires_grad_(), tails.clone().requires_grad_()]
        queries = scorer.query(leaves[0], leaves[1], "tail")
        lists = scorer.score_lists(queries, leaves[2], torch.tensor([[0, 3, 3]] * 4))
        total = scorer.score_all(queries, leaves[2]).sigmoid().sum() + lists.sigmoid().sum()
        return list(torch.autograd.grad(total, leaves))

    for small, whole in zip(gradients(8), gradients(10**6), strict=True):
        torch.testing.assert_close(small, whole)


def test_equal_vectors_have_the_best_distance_and_finite_gradients() -> None:
    for scorer, side in itertools.product([RotatE(), RotatE(distance="l2"), TransE(), TransE(p=2)], ["head", "tail"]):
        point = torch.ones(1, 4, requires_grad=True)
        no_move = torch.zeros(1, scorer.relation_width(4))
        match = scorer.score_all(scorer.query(point, no_move, side), point)  # type: ignore[arg-type]
        assert match.item() == pytest.approx(12)
        (gradient,) = torch.autograd.grad(match.sum(), point)
        assert gradient.isfinite().all()
