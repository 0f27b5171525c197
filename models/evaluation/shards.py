"""Evaluation cut into shards of facts that are ranked apart, and their ranks put together again."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from models.ranking.ranking import Ranks
from models.triples.sides import Side


def facts_of(triples: Tensor, shard: int, shards: int) -> Tensor:
    """Positions of a shard's facts among triples int64 [m, 3]: those that ask the same, (?, r, t), are side by side.

    They share their scores, and so are in one shard, or in two that follow each other.
    """
    head, relation, tail = triples.cpu().numpy().T
    order = torch.from_numpy(np.lexsort((head, tail, relation)))
    return order.tensor_split(shards)[shard]


def merge(parts: Sequence[Mapping[Side, Ranks]], triples: Tensor) -> dict[Side, Ranks]:
    """The ranks of all triples, in their order, from those of each shard's."""
    at = torch.cat([facts_of(triples, shard, len(parts)) for shard in range(len(parts))])
    return {side: _ordered([part[side] for part in parts], at) for side in parts[0]}


def _ordered(parts: Sequence[Ranks], at: Tensor) -> Ranks:
    columns = ([getattr(part, name) for part in parts] for name in Ranks.__dataclass_fields__)
    return Ranks(*(torch.empty_like(at).scatter_(0, at, torch.cat(column)) for column in columns))
