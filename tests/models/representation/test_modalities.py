"""Features of unit length."""

import torch
from torch import Tensor

from models.representation.modalities import Projected
from models.triples.knowledge_graph import Features

HELD = torch.tensor([True, True, False])


def projected(vectors: Tensor, fine_tune: bool = False) -> Projected:
    return Projected(Features(vectors, HELD), 4, adapter_width=None, fine_tune=fine_tune, sparse=False)


def test_vectors_that_are_of_unit_length_are_not_copied() -> None:
    unit = torch.tensor([[0.6, 0.8], [-1.0, 0.0], [0.0, 0.0]])
    part = projected(unit)
    assert part.unit_features().data_ptr() == part.vectors.data_ptr()


def test_others_are_made_so_and_those_of_nobody_are_zero() -> None:
    for vectors in ([[3.0, 4.0], [-1.0, 0.0], [0.0, 0.0]], [[0.6, 0.8], [-1.0, 0.0], [0.0, 1.0]]):
        assert projected(torch.tensor(vectors)).unit_features().tolist() == [
            [torch.tensor(0.6).item(), torch.tensor(0.8).item()],
            [-1.0, 0.0],
            [0.0, 0.0],
        ]


def test_vectors_that_are_trained_do_not_change_what_was_asked_for_before() -> None:
    part = projected(torch.tensor([[0.6, 0.8], [-1.0, 0.0], [0.0, 0.0]]), fine_tune=True)
    before = part.unit_features()
    with torch.no_grad():
        part.vectors[0] = torch.tensor([0.0, 1.0])
    assert before[0].tolist() != [0.0, 1.0]
    assert part.unit_features()[0].tolist() == [0.0, 1.0]
