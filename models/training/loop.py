"""Training of VL-KGE: epochs of steps, validation after each, everything needed to go on kept on disk."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from base.errors import InputError
from base.progress import Progress, silent
from models.config import TrainConfig
from models.device import pick_device, reproducible
from models.experts.weight_fit import WeightFit, fit
from models.ranking.scores import EnsembleScores, Scores
from models.representation.checkpoint import Checkpoint
from models.representation.relation_names import start_from_names
from models.representation.row_shards import RowShards
from models.representation.vlkge import VLKGE
from models.training.batches import AnyBatch, epoch_seed, epochs
from models.training.distributed import Group, check
from models.training.divergence import not_finite, refuse_divergence
from models.training.memory import keep_freed_memory
from models.training.optimizers import Adagrad
from models.training.states import states_of
from models.training.steps import train_step
from models.training.validation import Validation
from models.training.warm_start import digest, start_from
from models.triples.knowledge_graph import KnowledgeGraph

AfterEpoch = Callable[[int, float], None]
"""Told the epoch, from 1, and its validation MRR."""


def train(
    data: HeteroData,
    config: TrainConfig,
    folder: Path,
    *,
    warm_start: Checkpoint | None = None,
    device: str = "auto",
    after_epoch: AfterEpoch | None = None,
    progress: Progress = silent,
) -> Checkpoint:
    """A model of the graph's training facts, kept in `folder`; validation facts choose the epoch, nothing else.

    A finished training is read back, an interrupted one goes on after its last whole epoch, to the same bits on a CPU.
    `warm_start` is an earlier model whose vectors this one starts with (`models.training.warm_start`). `after_epoch`
    may raise to give the training up; called again, it would go on.
    In a process group of torch.distributed all processes call this with the same arguments and a shared folder, and
    train one model together (`models.training.distributed`).
    Raises InputError for a graph without training facts, for a folder that holds another training, for an earlier
    model that is built otherwise, for relations that cannot start from their names
    (`models.representation.relation_names`), where the loss diverges, where popularity alone finds validation facts
    better, and for what cannot be trained by several processes (`models.training.distributed.check`).
    """
    options: dict[str, Any] = {"warm_start": warm_start, "device": device}
    checkpoint = take_part(data, config, folder, **options, after_epoch=after_epoch, progress=progress)
    return Checkpoint.load(folder) if checkpoint is None else checkpoint


def take_part(
    data: HeteroData,
    config: TrainConfig,
    folder: Path,
    *,
    warm_start: Checkpoint | None = None,
    device: str = "auto",
    shard: bool = False,
    after_epoch: AfterEpoch | None = None,
    progress: Progress = silent,
) -> Checkpoint | None:
    """As `train`, but None for the processes of a group that do not lead: they need not hold the model.

    With `shard` each holds its share of the entities' rows; at the end the first holds all of them. Raises InputError
    also for what cannot be sharded.
    """
    place = pick_device(device)
    check(config, group := Group.current(), shard)
    shards = RowShards.among_all(sum(node.num_nodes for node in data.node_stores), place) if shard else None
    graph = KnowledgeGraph.from_hetero(data, shards.own if shards else None)
    if len(graph.triples["train"]) == 0:
        raise InputError(
            "the graph has no training facts: nothing says how its entities relate, or all facts are held back"
        )
    if Checkpoint.exists(folder):
        return _finished(folder, config, graph, warm_start)
    folder.mkdir(parents=True, exist_ok=True)
    if config.scores_every_entity:
        keep_freed_memory()
    checkpoint = None
    with torch.random.fork_rng(), reproducible(place):
        run = Run(graph, config, folder, place, warm_start, shards)
        run.resume()
        while not run.is_over:
            run.epoch(progress)
            if after_epoch is not None:
                after_epoch(len(run.history), float(run.history[-1]["validation_mrr"]))
        run.__dict__.pop("optimizer", None)  # as large as the tables, and no longer needed
        if group.is_main:
            progress(run.total_steps, run.total_steps, "weighing the experts")  # minutes on large graphs
            if shards is not None:
                history, started_from = run.history, run.started_from
                del run, graph  # the rows of one process, before all rows
                graph = KnowledgeGraph.from_hetero(data)
                run = Run(graph, config, folder, place, group=Group(), history=history)
                run.started_from = started_from
            found = run.weigh_experts()
            if config.below_popularity == "refuse":
                run.validation.refuse_below_popularity(found, graph)
            checkpoint = Checkpoint.of(run.model, graph, run.metrics())
            checkpoint.save(folder)
            run.states.remove()
    group.wait()
    if checkpoint is not None:
        progress(run.total_steps, run.total_steps, f"validation MRR {checkpoint.metrics['validation_mrr']:.3f}")
    return checkpoint


@dataclass
class Run:
    """One training as it goes on."""

    graph: KnowledgeGraph
    config: TrainConfig
    folder: Path
    device: torch.device
    warm_start: Checkpoint | None = None
    shards: RowShards | None = None
    """Who holds which rows; None: this process holds all, as at the end of a sharded training."""
    group: Group = field(default_factory=Group.current)
    history: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.final_mrr: float | None = None
        self.weight_fit: WeightFit | None = None
        torch.manual_seed(self.config.seed)
        self.started_from = None if self.warm_start is None else digest(self.warm_start)
        self.states = states_of(self.folder, self.shards is not None)
        self.model = VLKGE.from_graph(self.config, self.graph, self.shards).placed(self.device)
        if self.config.relation_vectors != "free":
            start_from_names(self.model, self.graph)
        if self.warm_start is not None:
            start_from(self.model, self.warm_start, self.graph)
        for part in self.model.feature_modalities:
            self.group.broadcast(part.landmarks.buffers() if part.landmarks else [])
        self.batches = epochs(self.graph, self.config)
        self.validation = Validation.of(self.graph, self.config)

    @cached_property
    def optimizer(self) -> torch.optim.Optimizer:
        """As large as the tables, and made when it is first needed: at the end it is not."""
        kind = Adagrad if self.config.optimizer == "adagrad" else torch.optim.Adam
        return kind(self.model.parameters(), lr=self.config.learning_rate)

    @property
    def total_steps(self) -> int:
        return self.config.epochs * len(self.batches)

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights count, from 1: of the highest validation MRR, or the last where patience is None."""
        if self.config.patience is None or len(self.validation.facts) == 0:
            return len(self.history)
        epochs = range(1, len(self.history) + 1)
        return max(epochs, key=lambda epoch: float(self.history[epoch - 1]["validation_mrr"]), default=0)

    @property
    def best_mrr(self) -> float:
        return float(self.history[self.best_epoch - 1]["validation_mrr"])

    @property
    def is_over(self) -> bool:
        done = len(self.history)
        impatient = self.config.patience is not None and done - self.best_epoch >= self.config.patience
        return done > 0 and (done >= self.config.epochs or impatient)

    def epoch(self, progress: Progress) -> None:
        """All batches once, then validation; state and best weights are on disk afterwards."""
        started = time.monotonic()
        loss = self._steps(progress)
        mrr = self.validation.mrr(self.model, self.group)
        seconds = round(time.monotonic() - started, 2)
        self.history.append({"epoch": len(self.history) + 1, "loss": loss, "validation_mrr": mrr, "seconds": seconds})
        note = {"identity": self._identity(), "history": self.history}
        self.states.save(self.model, self.optimizer, note, self.best_epoch)

    def _steps(self, progress: Progress) -> float:
        number = len(self.history)
        torch.manual_seed(epoch_seed(self.config.seed, number))
        self.model.train()
        total, first, step = torch.zeros((), device=self.device), torch.zeros((), device=self.device), 0
        for step, batch in enumerate(self.batches.epoch(number), 1):
            total += (loss := self.step(batch))
            first = loss if step == 1 else first
            progress(number * len(self.batches) + step, self.total_steps, self._note())
        mean = self.group.sum(total).item() / step
        # of all processes: rows of sharded tables are nowhere else
        broken = self.group.sum(torch.tensor(not_finite(self.model), device=self.device)).item() > 0
        refuse_divergence(
            [float(row["loss"]) for row in self.history],
            self.group.sum(first).item(),
            mean,
            vectors_broken=broken,
            learning_rate=self.config.learning_rate,
        )
        return mean

    def step(self, batch: AnyBatch) -> Tensor:
        """Train by one batch; returns this process's part of its loss."""
        self.optimizer.zero_grad(set_to_none=True)
        share, factor = self.group.shard_batch(batch, self.config)
        loss = train_step(self.model, share.to(self.device)) * factor
        torch.autograd.backward(loss)
        self.group.sum_gradients(self.model)
        self.optimizer.step()
        return loss.detach()

    def _note(self) -> str:
        if not self.history:
            return ""
        last = self.history[-1]
        return f"loss {last['loss']:.3f}, validation MRR {last['validation_mrr']:.3f}"

    def resume(self) -> None:
        """Go on from the folder's state, if it has one; raises InputError if that is of another training."""
        note = self.states.note()
        if note is None:
            return
        if note["identity"] != self._identity():
            raise InputError(
                f"{self.folder} holds an unfinished training of other data or settings: give another folder"
            )
        self.history = note["history"]
        self.states.load(self.model, self.optimizer)

    def _identity(self) -> dict[str, Any]:
        config = self.config.model_dump(mode="json")
        return {"config": config, "fingerprint": self.graph.fingerprint, "warm_start": self.started_from}

    def best_model(self) -> VLKGE:
        """The model with the weights of the best epoch."""
        self.states.load_best(self.model, self.best_epoch)
        return self.model

    def weigh_experts(self) -> Tensor:
        """Fit how far the best epoch's model trusts its experts, on the facts that chose the epoch.

        Returns reciprocal ranks [2 n] of these.
        """
        model = self.best_model().eval()
        if model.ensemble is not None:
            model.ensemble.learn(self.graph)
        if len(self.validation.facts) == 0:
            return torch.empty(0)
        scores = Scores.of_model(model)  # an ensemble's go by its weights as they are when asked
        if isinstance(scores, EnsembleScores):
            # gate facts stand beside the questions as they will, and are never asked for
            held_back = torch.cat([self.graph.triples["val"], self.graph.triples["gate"]])
            known, facts = self.validation.known, self.validation.facts
            self.weight_fit = fit(scores.opinions, known, facts, self.config.seed, held_back)
        found = self.validation.reciprocal_ranks(scores)
        if self.weight_fit:
            self.final_mrr = found.mean().item()
        return found

    def metrics(self) -> dict[str, Any]:
        """What is kept beside the model; `validation_mrr` is that of all experts, the history's of fused vectors."""
        return {
            "validation_mrr": self.best_mrr if self.final_mrr is None else self.final_mrr,
            "best_epoch": self.best_epoch,
            "epochs": len(self.history),
            "history": self.history,
            "warm_start": self.started_from,
            **({"experts": self.weight_fit._asdict()} if self.weight_fit else {}),
        }


def _finished(folder: Path, config: TrainConfig, graph: KnowledgeGraph, warm_start: Checkpoint | None) -> Checkpoint:
    checkpoint = Checkpoint.load(folder)
    started_from = None if warm_start is None else digest(warm_start)
    asked, found = (config, graph.fingerprint, started_from), (checkpoint.config, checkpoint.fingerprint)
    if asked != (*found, checkpoint.metrics.get("warm_start")):
        raise InputError(f"{folder} holds a model of other data or settings: give another folder")
    return checkpoint
