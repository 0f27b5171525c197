"""Two real processes train the model that one trains, to the order in which floats are added."""

import os
import sys
from pathlib import Path

import pytest
import torch
from torch import distributed, multiprocessing
from torch_geometric.data import HeteroData

from base.errors import InputError
from models.config import TrainConfig
from models.representation.checkpoint import Checkpoint
from models.training.batches import AnyBatch, Batch, QueryBatches, epochs
from models.training.distributed import Group, check
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph

SMALL = {"dimension": 8, "batch_size": 27, "epochs": 2, "patience": None}
# Shared and independent negatives, every entity, sparse and dense gradients, one side and both; a batch of 27 facts
# has shares of 13 and 14, and the last of an epoch may have one fact alone.
CONFIGS = {
    "defaults": SMALL,
    "every entity": SMALL | {"loss": "one_vs_all", "negative_filter": "none", "n3": 1e-3},
    "every tail": SMALL | {"loss": "k_vs_all", "corruption_scheme": "tail", "reciprocal": False},
    "logistic": SMALL | {"loss": "logistic", "negative_sampling": "independent", "negatives": 20},
    "landmarks": SMALL | {"nystroem_components": {"textual": 20}},
    "dense": SMALL | {"optimizer": "adam", "learning_rate": 0.01, "n3": 1e-3, "fine_tune": True},
}


def train_all(rank: int, size: int, data: HeteroData, folder: Path) -> None:
    """What one process does."""
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=size)
    torch.save(leaders := torch.full((2,), float(rank)), folder / f"before{rank}")
    Group.current().broadcast([leaders])
    torch.save(leaders, folder / f"agreed{rank}")
    for name, options in CONFIGS.items():
        train(data, TrainConfig(**options), folder / name, device="cpu")
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def by_two(gallery: HeteroData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the models that two processes trained together."""
    folder = tmp_path_factory.mktemp("two")
    # The new processes look for this module by its name.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, __name__, sys.modules[__name__])
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
        multiprocessing.spawn(train_all, (2, gallery, folder), nprocs=2)
    return folder


@pytest.mark.processes
@pytest.mark.parametrize("name", CONFIGS)
def test_two_processes_train_the_model_of_one(name: str, gallery: HeteroData, by_two: Path, tmp_path: Path) -> None:
    one = train(gallery, TrainConfig(**CONFIGS[name]), tmp_path, device="cpu")
    two = Checkpoint.load(by_two / name)
    for key, value in one.model.state_dict().items():
        torch.testing.assert_close(two.model.state_dict()[key], value, rtol=1e-4, atol=1e-5)
    first, second = (checkpoint.metrics["history"] for checkpoint in (one, two))
    for ours, theirs in zip(first, second, strict=True):
        assert theirs["loss"] == pytest.approx(ours["loss"], rel=1e-5)
        assert theirs["validation_mrr"] == pytest.approx(ours["validation_mrr"], rel=1e-4)
    # It did learn: these weights are not those of the start.
    assert first[1]["loss"] < first[0]["loss"]


@pytest.mark.processes
def test_all_processes_take_the_leaders_values(by_two: Path) -> None:
    before, agreed = ([torch.load(by_two / f"{when}{rank}") for rank in (0, 1)] for when in ("before", "agreed"))
    assert before[1].tolist() == [1, 1]
    assert [values.tolist() for values in agreed] == [[0, 0], [0, 0]]


def batch_of(gallery: HeteroData, options: dict[str, object]) -> tuple[AnyBatch, TrainConfig]:
    config = TrainConfig.model_validate(SMALL | options)
    return next(iter(epochs(KnowledgeGraph.from_hetero(gallery), config).epoch(0))), config


def test_the_shares_of_a_batch_are_the_batch(gallery: HeteroData) -> None:
    batch, _ = batch_of(gallery, {"negatives": 10})
    parts = [batch.part(0, 13), batch.part(13, 27)]
    assert torch.equal(torch.cat([part.heads for part in parts]), batch.heads)
    assert all(part.entities is batch.entities and part.negatives is batch.negatives for part in parts)
    # Queries ask for tails first, then for heads: those of fact 13 are 13 and 40 in the batch, 0 and 14 in its share.
    found = set()
    for start, part in zip((0, 13), parts, strict=True):
        size = len(part.heads)
        for row, column in zip(*(cells.tolist() for cells in part.excluded), strict=True):
            found.add((row // size * 27 + row % size + start, column))
    assert found == set(zip(*(cells.tolist() for cells in batch.excluded), strict=True))


def test_the_shares_of_queries_keep_their_answers(gallery: HeteroData) -> None:
    config = TrainConfig.model_validate(SMALL | {"loss": "one_vs_all"})
    batch = next(iter(QueryBatches(KnowledgeGraph.from_hetero(gallery), config).epoch(0)))
    middle = batch.tails + 1
    parts = [batch.part(0, middle), batch.part(middle, len(batch))]
    assert [part.tails for part in parts] == [batch.tails, 0]
    for whole, shared in (
        (batch.answers, [part.answers for part in parts]),
        (batch.excluded, [p.excluded for p in parts]),
    ):
        assert whole is not None
        first, second = shared
        assert first is not None
        assert second is not None
        assert torch.equal(torch.cat([first[0], second[0] + middle]), whole[0])
        assert torch.equal(torch.cat([first[1], second[1]]), whole[1])


def test_factors_of_shares_add_up_to_one(gallery: HeteroData) -> None:
    for options in ({}, {"loss": "logistic"}, {"loss": "one_vs_all"}, {"loss": "k_vs_all"}):
        batch, config = batch_of(gallery, options)
        assert sum(Group(rank, 3).shard_batch(batch, config)[1] for rank in range(3)) == pytest.approx(1)
    batch, config = batch_of(gallery, {"batch_size": 1})
    assert [Group(rank, 2).shard_batch(batch, config) for rank in range(2)] == [(batch, 0.5), (batch, 0.5)]


def test_the_logistic_mean_counts_what_is_no_negative_once(gallery: HeteroData) -> None:
    batch, config = batch_of(gallery, {"loss": "logistic", "batch_size": 3, "negatives": 5})
    twice = torch.tensor([0, 0, 1]), torch.tensor([2, 2, 4])
    batch = Batch(batch.entities, batch.heads, batch.relations, batch.tails, batch.negatives, twice)
    # Six queries with one positive and five candidates each, two of which are no negatives.
    assert batch.weight(config) == 6 * 6 - 2


def test_a_loss_that_does_not_add_up_is_refused() -> None:
    for loss in ("logistic", "k_vs_all"):
        config = TrainConfig(loss=loss, n3=0.1)
        check(config, Group())
        with pytest.raises(InputError, match=f"n3 with the loss {loss}"):
            check(config, Group(0, 2))
