"""A warm start: what is known keeps its vectors, what is new starts from its features."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch_geometric.data import HeteroData

from base.errors import InputError
from models.config import TrainConfig
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.training.loop import train
from models.training.warm_start import digest, start_from
from models.triples.knowledge_graph import KnowledgeGraph

Gallery = Callable[..., HeteroData]
SMALL = TrainConfig(dimension=8, batch_size=32, epochs=3, patience=None)


@pytest.fixture(scope="module")
def yesterday(make_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return train(make_gallery(60), SMALL, tmp_path_factory.mktemp("yesterday"), device="cpu")


@pytest.fixture(scope="module")
def today(make_gallery: Gallery) -> HeteroData:
    """Ten paintings more; the features of the sixty others are new draws, since the generator goes on."""
    return make_gallery(70)


def test_known_entities_and_relations_keep_their_vectors(yesterday: Checkpoint, today: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(today)
    model = VLKGE.from_graph(SMALL, graph)
    start_from(model, yesterday, graph)
    table = model.get_parameter("modalities.structural.table")
    trained = yesterday.model.get_parameter("modalities.structural.table")
    for name in ("klee", "painting_001", "abstract"):
        assert torch.equal(table[graph.entities.index(name)], trained[yesterday.entities.index(name)])
    assert torch.equal(model.relations, yesterday.model.relations)


@pytest.mark.parametrize("landmarks", [{}, {"textual": 20}], ids=str)
@pytest.mark.parametrize("fusion", ["average", "addition", "weighted", "concat"])
def test_a_new_painting_starts_where_its_features_put_it(
    make_gallery: Gallery, today: HeteroData, tmp_path: Path, fusion: str, landmarks: dict[str, int]
) -> None:
    config = SMALL.model_copy(update={"fusion": fusion, "epochs": 1, "nystroem_components": landmarks})
    earlier = train(make_gallery(60), config, tmp_path, device="cpu")
    graph = KnowledgeGraph.from_hetero(today)
    model = VLKGE.from_graph(config, graph)
    start_from(model, earlier, graph)
    new = torch.tensor([graph.entities.index("painting_061")])
    assert graph.seen[new].all()
    torch.testing.assert_close(
        model.eval().fused_representations(new), earlier.model_for(graph).fused_representations(new)
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"imaginary": "inductive", "nystroem_components": {"textual": 20}},
        {"fine_tune": True, "adapter": True, "fusion": "weighted"},
    ],
    ids=str,
)
def test_a_model_that_stays_in_its_file_starts_another_alike(
    make_gallery: Gallery, today: HeteroData, tmp_path: Path, options: dict[str, Any]
) -> None:
    config = SMALL.model_copy(update={"epochs": 1, **options})
    train(make_gallery(60), config, tmp_path, device="cpu")
    earlier, mapped = Checkpoint.load(tmp_path), Checkpoint.load(tmp_path, mapped=True)
    for name, value in earlier.model.state_dict().items():
        assert torch.equal(mapped.model.state_dict()[name], value), name
    assert digest(mapped) == digest(earlier)
    graph, started = KnowledgeGraph.from_hetero(today), []
    for checkpoint in (earlier, mapped):
        torch.manual_seed(0)
        started.append(VLKGE.from_graph(config, graph))
        start_from(started[-1], checkpoint, graph)
    for name, value in started[0].state_dict().items():
        assert torch.equal(started[1].state_dict()[name], value), name


def test_a_warm_start_begins_better_and_repeats_itself(
    yesterday: Checkpoint, today: HeteroData, tmp_path: Path
) -> None:
    one = SMALL.model_copy(update={"epochs": 1})
    cold = train(today, one, tmp_path / "cold", device="cpu")
    warm, again = (train(today, one, tmp_path / name, warm_start=yesterday, device="cpu") for name in ("warm", "again"))
    assert warm.metrics["history"][0]["loss"] < cold.metrics["history"][0]["loss"]
    for left, right in zip(warm.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(left, right)


def test_the_folder_of_a_warm_start_is_not_taken_for_that_of_a_cold_one(
    yesterday: Checkpoint, today: HeteroData, tmp_path: Path
) -> None:
    train(today, SMALL, tmp_path, warm_start=yesterday, device="cpu")
    train(today, SMALL, tmp_path, warm_start=yesterday, device="cpu")
    with pytest.raises(InputError, match="holds a model of other data or settings"):
        train(today, SMALL, tmp_path, device="cpu")


def test_a_model_that_is_built_otherwise_is_refused(yesterday: Checkpoint, today: HeteroData, tmp_path: Path) -> None:
    wider = SMALL.model_copy(update={"dimension": 9, "fusion": "weighted"})
    with pytest.raises(InputError, match="built alike, but dimension, fusion differ"):
        train(today, wider, tmp_path, warm_start=yesterday, device="cpu")
    alone = SMALL.model_copy(update={"experts": ("popularity",)})
    with pytest.raises(InputError, match=r"built alike, but experts \(structure\) differ"):
        train(today, alone, tmp_path, warm_start=yesterday, device="cpu")


def test_landmarks_are_told_from_vectors_of_their_number(
    yesterday: Checkpoint, today: HeteroData, tmp_path: Path
) -> None:
    width = KnowledgeGraph.from_hetero(today).features["textual"].vectors.shape[1]
    config = SMALL.model_copy(update={"nystroem_components": {"textual": width}})
    with pytest.raises(InputError, match="built alike, but nystroem_components differ"):
        train(today, config, tmp_path, warm_start=yesterday, device="cpu")


def test_vectors_of_another_encoder_are_refused(yesterday: Checkpoint, make_gallery: Gallery, tmp_path: Path) -> None:
    other = make_gallery(70)
    other.encoders = {**other.encoders, "textual": {"name": "other", "digest": "1" * 64, "dimension": 8}}
    with pytest.raises(InputError, match="trained on textual vectors of"):
        train(other, SMALL, tmp_path, warm_start=yesterday, device="cpu")
