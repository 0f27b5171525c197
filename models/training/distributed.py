"""Training by several processes that hold the same model: each takes a share of every batch, gradients are summed.

All processes draw the same batch and represent the same entities with the same dropout, so a step equals that of one
process but for the order in which floats are added: only the queries and their scores are divided. That is why
DistributedDataParallel does not fit here: it averages the means of shares, which is another number where the shares
differ in size, and gathers rows of sparse gradients, which here are the same rows on every process.

The tables of entities may be sharded (`models.representation.row_shards`): then each process holds and updates some of
their rows, and a step exchanges those of its batch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from torch import Tensor, distributed

from base.errors import InputError
from models.config import TrainConfig
from models.representation.vlkge import VLKGE
from models.training.batches import AnyBatch


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
    def is_main(self) -> bool:
        return self.rank == 0

    def shard_batch(self, batch: AnyBatch, config: TrainConfig) -> tuple[AnyBatch, float]:
        """This process's part of a batch, and the factor that makes the parts' losses add up to the batch's.

        A batch of fewer facts, or queries, than processes is everybody's, divided by how many they are.
        """
        if self.size == 1:
            return batch, 1.0
        if len(batch) < self.size:
            return batch, 1 / self.size
        part = batch.part(len(batch) * self.rank // self.size, len(batch) * (self.rank + 1) // self.size)
        return part, part.weight(config) / batch.weight(config)

    def sum_gradients(self, model: VLKGE) -> None:
        """Add up the gradients of all processes, on each; sparse ones must hold the same rows everywhere.

        Those of sharded tables are sums already, of the rows that this process holds.
        """
        if self.size == 1:
            return
        sharded = model.sharded_parameters
        for name, parameter in model.named_parameters():
            gradient = parameter.grad
            if gradient is not None and name not in sharded:
                distributed.all_reduce(gradient._values() if gradient.is_sparse else gradient)

    def broadcast(self, values: Iterable[Tensor]) -> None:
        """Give all processes the leader's values, in place, where other machines might compute them otherwise."""
        if self.size > 1:
            for value in values:
                distributed.broadcast(value, 0)

    def sum(self, value: Tensor) -> Tensor:
        """The sum of all processes' values, the same bits on each."""
        if self.size > 1:
            distributed.all_reduce(value)
        return value

    def shard_rows(self, rows: Tensor) -> Tensor:
        """This process's share of rows, every so many-th."""
        return rows[self.rank :: self.size]

    def wait(self) -> None:
        """Return when all processes are here."""
        if self.size > 1:
            distributed.barrier()


def check(config: TrainConfig, group: Group, shard: bool = False) -> None:
    """Raise InputError for what cannot be trained by this group, or not with sharded tables."""
    if group.size > 1 and config.n3 and config.loss in ("logistic", "k_vs_all"):
        raise InputError(f"n3 with the loss {config.loss} cannot be trained by several processes: their means differ")
    if not shard:
        return
    if group.size == 1:
        raise InputError("one process holds all rows: sharding needs two processes or more")
    if config.scores_every_entity:
        raise InputError(
            f"the loss {config.loss} needs the vectors of all entities at each step: sharding them would gain nothing"
        )
