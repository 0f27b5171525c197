"""What can be said of an entity in one or two steps: works by Monet; works whose artist was born in Paris."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from models.rules.facts import FAR, LEAST_FAR, NONE, Facts, Integers, RuleConfig, spread

BLOCK = 2**14  # facts whose two steps are held at a time


@dataclass(frozen=True)
class Columns:
    """Things that entities have: the value reached by a step, or by a second step from there."""

    matrix: Any
    """Who has which, scipy.sparse CSR [entities, columns] of ones."""
    first: Integers
    second: Integers
    """NONE for columns of one step."""
    value: Integers

    def __len__(self) -> int:
        return len(self.value)


def targets(facts: Facts, hub: int) -> Columns:
    """One-step columns of all facts; an entity with more than `hub` values by a step has none of them."""
    few = facts.fan[facts.entity * facts.steps + facts.step] <= hub
    return _columns(facts, facts.entity, facts.step, np.full_like(facts.step, NONE), facts.value, few, 1)


def columns(facts: Facts, config: RuleConfig) -> Columns:
    """One- and two-step columns that at least `support` entities have."""
    few = facts.fan[facts.entity * facts.steps + facts.step] <= config.hub
    entity, first, value = facts.entity[few], facts.step[few], facts.value[few]
    none = np.full_like(first, NONE)
    if config.far:
        most = min(config.far, max(LEAST_FAR, FAR // facts.entities))
        far = [_two_steps(facts, some, config.far_hub, most) for some in _blocks(entity, first, value)]
        parts = [(entity, first, none, value), *far]
        entity, first, none, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _columns(facts, entity, first, none, value, np.ones(len(entity), dtype=bool), config.support)


def _blocks(entity: Integers, first: Integers, value: Integers) -> list[tuple[Integers, Integers, Integers]]:
    """Parts of about BLOCK facts, all of an entity in the same."""
    cuts = np.searchsorted(entity, entity[BLOCK::BLOCK])
    parts = zip(*(np.split(part, cuts) for part in (entity, first, value)), strict=True)
    return [part for part in parts if len(part[0])]


def _two_steps(
    facts: Facts, block: tuple[Integers, Integers, Integers], hub: int, most: int
) -> tuple[Integers, Integers, Integers, Integers]:
    """(entity, first, second, value), each once. Not back to where it came from, nor on by the way that it came."""
    entity, first, middle = block
    row, cell = spread(middle * facts.steps, (middle + 1) * facts.steps)
    open_ = (facts.fan[cell] <= hub) & (cell % facts.steps != facts.inverse(first)[row])
    row, cell = row[open_], cell[open_]
    at, place = spread(facts.starts[cell], facts.starts[cell + 1])
    row, second, value = row[at], cell[at] % facts.steps, facts.value[place]
    away = value != entity[row]
    row, second, value = row[away], second[away], value[away]
    shared = facts.fan[middle[row] * facts.steps + facts.inverse(first)[row]]
    order = np.lexsort((value, second, first[row], shared, entity[row]))
    row, second, value = row[order], second[order], value[order]
    keys = ((entity[row] * facts.steps + first[row]) * facts.steps + second) * facts.entities + value
    _, once = np.unique(keys, return_index=True)
    once.sort()
    owner = entity[row[once]]
    kept = once[np.arange(len(once)) - np.searchsorted(owner, owner) < most]
    return entity[row[kept]], first[row[kept]], second[kept], value[kept]


def _columns(
    facts: Facts,
    entity: Integers,
    first: Integers,
    second: Integers,
    value: Integers,
    wanted: np.ndarray[Any, np.dtype[np.bool_]],
    support: int,
) -> Columns:
    """Columns numbered by (second, first, value), those that `support` entities have; not wanted cells are empty."""
    keys = ((second + 1) * facts.steps + first) * facts.entities + value
    unique, column, counts = np.unique(keys, return_inverse=True, return_counts=True)
    kept = counts >= support
    number = np.cumsum(kept) - 1
    cells = wanted & kept[column]
    shape = (facts.entities, int(kept.sum()))
    ones = np.ones(int(cells.sum()), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (entity[cells], number[column[cells]])), shape=shape)
    steps, own = np.divmod(unique[kept], facts.entities)
    return Columns(matrix, steps % facts.steps, steps // facts.steps - 1, own)
