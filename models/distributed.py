"""Training by several processes that hold the same model: each takes a share of every batch, gradients are summed.

All processes draw the same batch and represent the same entities with the same dropout, so a step equals that of one
process but for the order in which floats are added: only the queries and their scores are divided. That is why
DistributedDataParallel does not fit here: it averages the means of shares, which is another number where the shares
differ in size, and gathers rows of sparse gradients, which here are the same rows on every process.
"""

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor, distributed, nn

from models.batches import Batch
from models.config import TrainConfig
from models.errors import InputError


@dataclass(frozen=True)
class Group:
    """The processes of one training; the first, of rank 0, leads: it alone writes files."""

    rank: int = 0
    size: int = 1

    @classmethod
    def current(cls) -> Self:
        """The group that torch.distributed was told of; a single process where it was not."""
        if not (distributed.is_available() and distributed.is_initialized()):
            return cls()
        return cls(distributed.get_rank(), distributed.get_world_size())

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def share(self, batch: Batch, config: TrainConfig) -> tuple[Batch, float]:
        """This process's part of a batch, and the factor that makes the parts' losses add up to the batch's.

        A batch of fewer facts than processes is everybody's, divided by how many they are.
        """
        facts = len(batch.heads)
        if self.size == 1:
            return batch, 1.0
        if facts < self.size:
            return batch, 1 / self.size
        part = cut(batch, facts * self.rank // self.size, facts * (self.rank + 1) // self.size)
        return part, weight(part, config) / weight(batch, config)

    def sum_gradients(self, model: nn.Module) -> None:
        """Add up the gradients of all processes, on each; sparse ones must hold the same rows everywhere."""
        if self.size == 1:
            return
        for parameter in model.parameters():
            gradient = parameter.grad
            if gradient is not None:
                distributed.all_reduce(gradient._values() if gradient.is_sparse else gradient)

    def sum(self, value: Tensor) -> Tensor:
        """The sum of all processes' values, the same bits on each."""
        if self.size > 1:
            distributed.all_reduce(value)
        return value

    def own(self, rows: Tensor) -> Tensor:
        """This process's share of rows, every so many-th."""
        return rows[self.rank :: self.size]

    def wait(self) -> None:
        """Return when all processes are here."""
        if self.size > 1:
            distributed.barrier()


def check(config: TrainConfig, group: Group) -> None:
    """Raise InputError for a configuration whose loss does not add up over shares."""
    if group.size > 1 and config.loss == "logistic" and config.n3:
        raise InputError("n3 with the logistic loss cannot be trained by several processes: their means differ")


def weight(batch: Batch, config: TrainConfig) -> float:
    """What the loss's mean divides by: the batch's facts, or for the logistic loss its positives and negatives."""
    facts = len(batch.heads)
    if config.loss != "logistic":
        return float(facts)
    queries = facts * sides(config)
    rows, columns = batch.excluded
    candidates = batch.negatives.shape[-1]
    left_out = len(torch.unique(rows * candidates + columns))
    return float(queries * (1 + candidates) - left_out)


def cut(batch: Batch, start: int, end: int) -> Batch:
    """The facts from `start` to before `end` with their queries; entities and shared negatives stay whole."""
    facts = len(batch.heads)
    rows, columns = batch.excluded
    side, fact = rows // facts, rows % facts
    kept = (fact >= start) & (fact < end)
    negatives = batch.negatives
    if negatives.dim() == 2:
        negatives = torch.cat([part[start:end] for part in torch.split(negatives, facts)])
    return replace(
        batch,
        heads=batch.heads[start:end],
        relations=batch.relations[start:end],
        tails=batch.tails[start:end],
        negatives=negatives,
        excluded=((side * (end - start) + fact - start)[kept], columns[kept]),
    )


def sides(config: TrainConfig) -> int:
    """How many queries a fact asks."""
    return 2 if config.corrupted == "both" else 1
