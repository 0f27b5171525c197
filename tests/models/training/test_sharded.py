"""Processes that hold a share of the entities' rows each train, rank and keep what one process does with all rows."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import distributed, multiprocessing
from torch_geometric.data import HeteroData

from base.errors import InputError
from base.progress import silent
from models.config import TrainConfig
from models.ranking import sharded_ranking
from models.ranking.ranking import rank
from models.ranking.scores import VectorScores
from models.representation.checkpoint import Checkpoint
from models.representation.row_shards import RowShards, xavier_uniform
from models.training.distributed import Group, check
from models.training.loop import Run, take_part, train
from models.training.states import EPOCHS, states_of
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import SIDES

CPU = torch.device("cpu")
SMALL = {"dimension": 8, "batch_size": 27, "epochs": 2, "patience": None}
# Tables of both models and of imaginary parts, sparse and dense gradients, trained features, landmarks of frozen ones.
CONFIGS: dict[str, dict[str, Any]] = {
    "defaults": SMALL,
    "logistic": SMALL | {"loss": "logistic", "negative_sampling": "independent", "negatives": 20},
    "landmarks": SMALL | {"nystroem_components": {"textual": 20}},
    "imaginary": SMALL | {"imaginary": "inductive", "structural_dropout": 0.5},
    "dense": SMALL | {"optimizer": "adam", "learning_rate": 0.01, "n3": 1e-3, "fine_tune": True, "adapter": True},
    "patience": SMALL | {"epochs": 6, "patience": 1, "learning_rate": 0.3},
}
WARM = {"average": SMALL, "imaginary": CONFIGS["imaginary"] | {"fusion": "addition"}, "dense": CONFIGS["dense"]}
LONGER = SMALL | {"epochs": 4, "patience": 4, "adapter": True}
OPTIMIZERS = ("adagrad", "adam")


class Interrupted(Exception):
    pass


def power_cut(done: int, total: int, note: str = "") -> None:  # noqa: ARG001
    if done > 0.6 * total:  # in the middle of the third epoch
        raise Interrupted


def join(rank: int, size: int, folder: Path) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting{size}", rank=rank, world_size=size)


def train_all(rank: int, size: int, data: HeteroData, folder: Path) -> None:
    """What one of two processes does."""
    join(rank, size, folder)
    for name, options in CONFIGS.items():
        made = take_part(data, TrainConfig(**options), folder / name, device="cpu", shard=True)
        assert (made is not None) == (rank == 0), "only the leader holds the finished model"
    for name, options in WARM.items():
        earlier = Checkpoint.load(folder / f"earlier-{name}", mapped=True)
        take_part(data, TrainConfig(**options), folder / f"warm-{name}", warm_start=earlier, device="cpu", shard=True)
    look_inside(rank, data, folder)
    for optimizer in OPTIMIZERS:
        config, cut = TrainConfig(**LONGER, optimizer=optimizer), folder / f"cut-{optimizer}"
        with pytest.raises(Interrupted):
            take_part(data, config, cut, device="cpu", shard=True, progress=power_cut)
        if rank == 0:
            for copy in (1, 2, 3):
                shutil.copytree(cut, folder / f"{cut.name}-{copy}")
        Group.current().wait()
        take_part(data, config, folder / f"{cut.name}-2", device="cpu", shard=True)
    distributed.destroy_process_group()


def look_inside(rank: int, data: HeteroData, folder: Path) -> None:
    """Keep how many rows this process holds, and the ranks that it finds."""
    config = TrainConfig(**SMALL)
    shards = RowShards.among_all(len(KnowledgeGraph.from_hetero(data).entities), CPU)
    graph = KnowledgeGraph.from_hetero(data, shards.own)
    run = Run(graph, config, folder / "inside", CPU, shards=shards)
    run.epoch(silent)
    sharded_ranking.CHUNK = 16
    rows = {name: len(value) for name, value in run.model.state_dict().items() if value.dim()}
    sums = {name: len(run.optimizer.state[value]["sum"]) for name, value in run.model.named_parameters() if value.dim()}
    found = sharded_ranking.rank_over_shards(run.model, shards, run.validation.facts, run.validation.known, budget=1000)
    ranks = {side: vars(found[side]) for side in SIDES}
    torch.save({"rows": rows, "sums": sums, "ranks": ranks}, folder / f"inside{rank}.pt")


def resume(rank: int, size: int, data: HeteroData, folder: Path) -> None:
    """What one of three processes does."""
    join(rank, size, folder)
    for optimizer in OPTIMIZERS:
        config = TrainConfig(**LONGER, optimizer=optimizer)
        take_part(data, config, folder / f"cut-{optimizer}-{size}", device="cpu", shard=True)
    distributed.destroy_process_group()


def spawn(work: Any, size: int, data: HeteroData, folder: Path) -> None:
    # The new processes look for this module by its name.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, __name__, sys.modules[__name__])
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
        multiprocessing.spawn(work, (size, data, folder), nprocs=size)


@pytest.fixture(scope="module")
def by_two(
    gallery: HeteroData, make_gallery: Callable[..., HeteroData], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of what two processes trained, of which some is not finished, and of models to start with."""
    folder = tmp_path_factory.mktemp("sharded")
    for name, options in WARM.items():
        train(make_gallery(50), TrainConfig(**options), folder / f"earlier-{name}", device="cpu")
    spawn(train_all, 2, gallery, folder)
    return folder


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    longer = 1 if len(one.metrics["history"]) <= 2 else 10  # rounding grows from step to step
    for key, value in one.model.state_dict().items():
        # Fitted on scores of the others, experts' weights magnify their rounding; how far depends on the processor.
        fitted = max(30, longer**2) if key.startswith("ensemble.") else longer
        torch.testing.assert_close(other.model.state_dict()[key], value, rtol=1e-4 * fitted, atol=1e-5 * fitted)
    first, second = (checkpoint.metrics["history"] for checkpoint in (one, other))
    for ours, theirs in zip(first, second, strict=True):
        assert theirs["loss"] == pytest.approx(ours["loss"], rel=1e-5)
        assert theirs["validation_mrr"] == pytest.approx(ours["validation_mrr"], rel=1e-4)
    assert other.metrics["best_epoch"] == one.metrics["best_epoch"]


@pytest.mark.processes
@pytest.mark.parametrize("name", CONFIGS)
def test_sharded_processes_train_the_model_of_one(name: str, gallery: HeteroData, by_two: Path, tmp_path: Path) -> None:
    one = train(gallery, TrainConfig(**CONFIGS[name]), tmp_path, device="cpu")
    assert_same(one, Checkpoint.load(by_two / name))
    assert sorted(file.name for file in (by_two / name).iterdir()) == sorted(file.name for file in tmp_path.iterdir())
    # Training stopped before its last epoch only where it may.
    assert (len(one.metrics["history"]) < CONFIGS[name]["epochs"]) == (name == "patience")


@pytest.mark.processes
@pytest.mark.parametrize("name", WARM)
def test_a_sharded_warm_start_trains_the_model_of_one(
    name: str, gallery: HeteroData, by_two: Path, tmp_path: Path
) -> None:
    config, earlier = TrainConfig(**WARM[name]), Checkpoint.load(by_two / f"earlier-{name}")
    one = train(gallery, config, tmp_path, warm_start=earlier, device="cpu")
    assert len(set(one.entities) - set(earlier.entities)) >= 10
    assert_same(one, Checkpoint.load(by_two / f"warm-{name}"))
    found_again = train(gallery, config, by_two / f"warm-{name}", warm_start=earlier, device="cpu")
    assert found_again.metrics["warm_start"] == one.metrics["warm_start"] is not None


@pytest.mark.processes
def test_each_process_holds_its_rows_only(gallery: HeteroData, by_two: Path) -> None:
    entities = KnowledgeGraph.from_hetero(gallery).num_entities
    half = -(-entities // 2)
    for rank_of, share in ((0, half), (1, entities - half)):
        inside = torch.load(by_two / f"inside{rank_of}.pt")
        tables = ("modalities.structural.table", "structure.modalities.structural.table")
        assert [inside["rows"][name] for name in tables] == [share, share]
        assert [inside["sums"][name] for name in tables] == [share, share]
        assert [inside["rows"][f"modalities.{name}.vectors"] for name in ("visual", "textual")] == [share, share]
        assert entities not in inside["sums"].values()


@pytest.mark.processes
def test_ranks_over_shards_are_those_of_one_process(gallery: HeteroData, by_two: Path) -> None:
    whole = Run(KnowledgeGraph.from_hetero(gallery), TrainConfig(**SMALL), by_two / "inside", CPU)
    whole.resume()
    expected = rank(VectorScores.of_fused(whole.model), whole.validation.facts, known=whole.validation.known)
    for rank_of in (0, 1):
        found = torch.load(by_two / f"inside{rank_of}.pt")["ranks"]
        for side in SIDES:
            for name, value in vars(expected[side]).items():
                assert torch.equal(found[side][name], value), (side, name)


@pytest.mark.processes
def test_an_interrupted_training_goes_on_by_any_number_of_processes(
    gallery: HeteroData, by_two: Path, tmp_path: Path
) -> None:
    assert all((by_two / f"cut-{optimizer}" / EPOCHS / "2").is_dir() for optimizer in OPTIMIZERS)
    spawn(resume, 3, gallery, by_two)
    for optimizer in OPTIMIZERS:
        config = TrainConfig(**LONGER, optimizer=optimizer)
        uninterrupted = train(gallery, config, tmp_path / optimizer, device="cpu")
        assert_same(uninterrupted, train(gallery, config, by_two / f"cut-{optimizer}-1", device="cpu"))
        for size in (2, 3):
            assert_same(uninterrupted, Checkpoint.load(by_two / f"cut-{optimizer}-{size}"))


def test_rows_start_as_those_of_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.representation.row_shards.BLOCK", 4)
    torch.manual_seed(0)
    expected, after = torch.nn.init.xavier_uniform_(torch.empty(11, 3)), torch.rand(2)
    torch.manual_seed(0)
    assert torch.equal(xavier_uniform(11, 3, None), expected)
    assert torch.equal(torch.rand(2), after)


def test_what_cannot_be_sharded_is_refused() -> None:
    check(TrainConfig(), Group(0, 2), shard=True)
    with pytest.raises(InputError, match="two processes or more"):
        check(TrainConfig(), Group(), shard=True)
    with pytest.raises(InputError, match="the loss one_vs_all needs the vectors of all entities"):
        check(TrainConfig(loss="one_vs_all"), Group(0, 2), shard=True)


def test_a_training_with_whole_tables_is_not_gone_on_with_sharded(gallery: HeteroData, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train(gallery, TrainConfig(**LONGER), tmp_path, device="cpu", progress=power_cut)
    with pytest.raises(InputError, match="resume it without --shard"):
        states_of(tmp_path, sharded=True)
