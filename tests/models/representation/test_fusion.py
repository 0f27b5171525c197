"""What an entity's vector is, from what it has."""

import math

import pytest
import torch

from models.representation.fusion import FUSIONS, Addition, Average, Concat, Weighted

PARTS = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [5.0, 1.0]]])  # structure, picture, text of one entity
ALL, NO_PICTURE, TEXT, NONE = ([[True, True, True]], [[True, False, True]], [[False, False, True]], [[False] * 3])


def test_average_is_over_what_is_there() -> None:
    assert Average(3)(PARTS, torch.tensor(ALL)).tolist() == [[3, 3]]
    assert Average(3)(PARTS, torch.tensor(NO_PICTURE)).tolist() == [[3, 1.5]]
    assert Average(3)(PARTS, torch.tensor(TEXT)).tolist() == [[5, 1]]


def test_addition_sums_what_is_there() -> None:
    assert Addition(3)(PARTS, torch.tensor(ALL)).tolist() == [[9, 9]]
    assert Addition(3)(PARTS, torch.tensor(NO_PICTURE)).tolist() == [[6, 3]]


def test_concat_leaves_zeros_where_one_is_missing() -> None:
    assert Concat(3)(PARTS, torch.tensor(NO_PICTURE)).tolist() == [[1, 2, 0, 0, 5, 1]]


def test_weights_begin_as_the_average_and_are_shared_among_what_is_there() -> None:
    weighted = Weighted(3)
    torch.testing.assert_close(weighted(PARTS, torch.tensor(ALL)), torch.tensor([[3.0, 3.0]]))
    with torch.no_grad():
        weighted.weights.copy_(torch.tensor([0.0, 9.0, math.log(3)]))
    # the picture is missing: shares are 1/4 and 3/4 whatever its weight
    torch.testing.assert_close(weighted(PARTS, torch.tensor(NO_PICTURE)), torch.tensor([[4.0, 1.25]]))


@pytest.mark.parametrize("name", FUSIONS)
def test_an_entity_without_anything_gets_zeros(name: str) -> None:
    fused = FUSIONS[name](3)(PARTS, torch.tensor(NONE))
    assert torch.count_nonzero(fused) == 0


@pytest.mark.parametrize("name", FUSIONS)
def test_what_stands_in_a_missing_place_does_not_matter(name: str) -> None:
    fusion = FUSIONS[name](3)
    other = PARTS.clone()
    other[:, 1] = -1000
    torch.testing.assert_close(fusion(PARTS, torch.tensor(NO_PICTURE)), fusion(other, torch.tensor(NO_PICTURE)))
