"""Tables too large for one process: each holds some of their rows, as Shard(0) of torch's DTensor divides them."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, distributed
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.tensor import DTensor, Partial, Replicate, Shard
from torch.nn import functional as F

BLOCK = 2**16  # rows drawn at a time


@dataclass(frozen=True)
class RowShards:
    """Who of the processes on `mesh` holds which of `rows`, the number of entities N."""

    rows: int
    mesh: DeviceMesh

    @classmethod
    def among_all(cls, rows: int, device: torch.device) -> "RowShards":
        """Shares of all processes of the group that torch.distributed was told of, on devices of this type."""
        return cls(rows, init_device_mesh(device.type, (distributed.get_world_size(),)))

    @cached_property
    def own(self) -> slice:
        """This process's rows, from `start` to before `stop`."""
        each = math.ceil(self.rows / self.mesh.size())
        start: int = min(each * self.mesh.get_local_rank(), self.rows)
        return slice(start, min(start + each, self.rows))

    def here(self, entities: Tensor) -> Tensor:
        """Places [m] in entities int64 [n] of those whose rows this process holds."""
        mine: Tensor = (entities >= self.own.start) & (entities < self.own.stop)
        return mine.nonzero()[:, 0]

    def take(self, table: Tensor, entities: Tensor, sparse: bool) -> Tensor:
        """Rows [n, W] of entities int64 [n], the same on all processes, from each one's own rows [m, W] of a table.

        Gradients of all processes are added up, and reach the rows that this one holds.
        """
        at = self.here(entities)
        found = F.embedding(entities[at] - self.own.start, table, sparse=sparse)
        rows = found.new_zeros(len(entities), table.shape[1]).index_copy(0, at, found)
        partial = DTensor.from_local(rows, self.mesh, [Partial()], run_check=False)
        whole: Tensor = partial.redistribute(placements=[Replicate()]).to_local(grad_placements=[Partial()])
        return whole.to(entities.device)

    def view(self, own: Tensor) -> DTensor:
        """The table [N, ...] of which each process holds its `own` rows [m, ...], in the same memory."""
        shape = torch.Size((self.rows, *own.shape[1:]))
        return DTensor.from_local(
            own.detach(), self.mesh, [Shard(0)], run_check=False, shape=shape, stride=own.stride()
        )

    def sum(self, value: Tensor) -> Tensor:
        """The sum of all processes' values, on each."""
        total: Tensor = DTensor.from_local(value, self.mesh, [Partial()], run_check=False).full_tensor()
        return total


def xavier_uniform(rows: int, width: int, shards: RowShards | None) -> Tensor:
    """This process's rows [m, width] of a table [rows, width] by Xavier, the same values as without shards."""
    own = slice(0, rows) if shards is None else shards.own
    bound = math.sqrt(6 / (rows + width))
    table, block = torch.empty(own.stop - own.start, width), torch.empty(0)
    for start in range(0, rows, BLOCK):
        # others' rows are drawn too: the generator has to be where it is on every process
        block = torch.empty(min(BLOCK, rows - start), width).uniform_(-bound, bound)
        first, last = max(start, own.start), min(start + BLOCK, own.stop)
        if first < last:
            table[first - own.start : last - own.start] = block[first - start : last - start]
    return table
