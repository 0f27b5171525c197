"""Landmarks: descriptions whose inner products are the kernel, so that a linear map of them can bend."""

import torch

from models.representation.nystroem import GAMMA, Nystroem
from models.triples.knowledge_graph import Features


def features(entities: int, dimension: int = 3) -> Features:
    generator = torch.Generator().manual_seed(0)
    mask = torch.rand(entities, generator=generator) < 0.9
    return Features(torch.randn(entities, dimension, generator=generator) * mask[:, None], mask)


def chosen(of: Features, count: int, seed: int = 0) -> Nystroem:
    landmarks = Nystroem(of.vectors.shape[1], count)
    landmarks.choose(of.mask, lambda rows: of.vectors[rows], seed)
    return landmarks


def test_inner_products_are_the_kernel() -> None:
    """Nearly so also between entities that are no landmarks."""
    given = features(400)
    found = chosen(given, 120)(given.vectors)[given.mask]
    units = torch.nn.functional.normalize(given.vectors[given.mask])
    kernel = (-GAMMA * torch.cdist(units, units).square()).exp()
    torch.testing.assert_close(found @ found.t(), kernel, atol=0.02, rtol=0)


def test_landmarks_are_features_that_exist_and_components_fall_in_variance() -> None:
    given = features(400)
    landmarks = chosen(given, 50)
    units = torch.nn.functional.normalize(given.vectors[given.mask])
    assert torch.cdist(landmarks.points, units).min(dim=1).values.max() < 1e-3
    lengths = landmarks(landmarks.points).square().sum(0)
    assert (lengths[1:] <= lengths[:-1] + 1e-4).all()


def test_where_there_are_fewer_features_than_landmarks_the_rest_are_directions_of_unit_length() -> None:
    given = features(6)
    landmarks = chosen(given, 10)
    torch.testing.assert_close(landmarks.points.norm(dim=1), torch.ones(10))
    assert landmarks(given.vectors).isfinite().all()


def test_the_seed_alone_chooses() -> None:
    given = features(100)
    assert torch.equal(chosen(given, 20).points, chosen(given, 20).points)
    assert not torch.equal(chosen(given, 20).points, chosen(given, 20, seed=1).points)
