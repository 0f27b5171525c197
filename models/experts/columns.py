"""Facts as columns, one a (relation, whether inverse, other end), and entities as bags of them."""

from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from base.distinct import counted

LEAST = 2  # entities that share a fact, or it says nothing about others


class Columns:
    """Which column stands for which (relation, whether inverse, entity); -1: none does."""

    def __init__(self, columns: Tensor, entities: int) -> None:
        self.size = len(columns)
        self.entities = entities
        columns = columns.long().cpu()
        own = (columns >= 0).all(1).nonzero()[:, 0]
        keys = self._keys(*columns[own].unbind(1))
        self.keys, order = keys.sort()
        self.numbers = own[order]

    def _keys(self, relation: Tensor, inverse: Tensor, entity: Tensor) -> Tensor:
        return (2 * relation + inverse) * self.entities + entity

    def of(self, relation: Tensor, inverse: Tensor, entity: Tensor) -> Tensor:
        """Numbers of columns, of the shape that the arguments broadcast to."""
        wanted = self._keys(relation, inverse, entity)
        if len(self.keys) == 0:
            return torch.full_like(wanted, -1)
        at = torch.searchsorted(self.keys, wanted).clamp_(max=len(self.keys) - 1)
        return torch.where(self.keys[at] == wanted, self.numbers[at], -1)

    def bags(self, facts: Tensor) -> Any:
        """The facts int64 [m, 3] of each entity, [N, columns] of zeros and ones."""
        entities, ends = sides_of(facts.cpu())
        columns = self.of(*ends.unbind(1))
        cells = (entities[columns >= 0].numpy(), columns[columns >= 0].numpy())
        bags = sparse.csr_matrix((np.ones(len(cells[0]), np.float32), cells), shape=(self.entities, self.size))
        bags.data[:] = 1  # a fact that is told twice is one
        return bags


def frequent(facts: Tensor, most: int) -> Tensor:
    """The `most` most frequent columns of facts int64 [m, 3], int32 [C, 3], by relation, direction and entity."""
    relation, inverse, entity = sides_of(facts)[1].unbind(1)
    entities = int(entity.max()) + 1 if len(entity) else 1
    # numbers, not rows: rows take many times as long to sort
    keys = (2 * relation + inverse) * entities + entity
    found, counts = (torch.from_numpy(part) for part in counted(keys.cpu().numpy()))
    found, counts = found[counts >= LEAST], counts[counts >= LEAST]
    found = found[(-counts).argsort(stable=True)[:most].sort().values]
    way, entity = found // entities, found % entities
    return torch.stack([way // 2, way % 2, entity], dim=1).int()


def sides_of(facts: Tensor) -> tuple[Tensor, Tensor]:
    """Of facts [m, 3], seen from the head, then from the tail: entities [2m] and (relation, inverse, other end)."""
    heads, relations, tails = facts.unbind(1)
    straight = torch.zeros_like(relations)
    ends = [torch.stack([relations, straight, tails], dim=1), torch.stack([relations, straight + 1, heads], dim=1)]
    return torch.cat([heads, tails]), torch.cat(ends)


def place(source: Tensor, rows: Tensor) -> Tensor:
    """Where rows went, by `source`: of each new row, its earlier one (-1: none)."""
    size = int(torch.cat([source, rows]).max()) + 2 if len(source) + len(rows) else 1
    places = torch.full((size,), -1)  # the last is for what had no place
    places[source[source >= 0]] = (source >= 0).nonzero()[:, 0]
    return places[rows]
