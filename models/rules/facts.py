"""Facts read in both directions, as sorted arrays: the ground that rules are learned on."""

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from base.distinct import distinct

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

NONE = -1  # a step, a value or an answer that a rule does not have
WALKS = 2_000  # of one start by one path
FAR, LEAST_FAR = 20_000_000, 16


class RuleConfig(BaseModel):
    """What is looked for, and what bounds it. Time and memory are linear in facts, whatever an entity's degree."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    support: int = Field(2, ge=1)
    """Facts that a rule must be right about at least."""
    hub: int = Field(100, ge=1)
    """From more values of one step on, an entity's values by it are left out: what shares a country is no kin."""
    far_hub: int = Field(20, ge=1)
    """The same for the second of two steps."""
    far: int = Field(256, ge=0)
    """Two-step columns of one entity at most, those that fewest share a middle with; 0: rules of one step only.

    In a large graph fewer: FAR of all entities together, at least LEAST_FAR of one."""
    shapes: int = Field(12, ge=0)
    """Closed paths tried for each relation and side, those that most sampled facts have; 0: none."""
    most: int = Field(2_000_000, ge=1)
    """Rules with a value at most, the surest; of what tells the same end of a relation as many as of any other."""
    sample: int = Field(200, ge=1)
    """Facts of a relation whose paths are looked at, and heads that a path's confidence is counted on."""


class Facts:
    """Facts as (entity, step, value): step r leads from head to tail of relation r, step r + R from tail to head.

    Each once; those of an entity with itself are left out, for they would let a fact speak for itself. Sorted by
    entity, step and value.
    """

    def __init__(self, triples: Integers, entities: int, relations: int) -> None:
        """Of triples [m, 3] (head, relation, tail) over so many entities and relations."""
        self.entities = entities
        self.relations = relations
        self.steps = 2 * relations
        head, relation, tail = triples[triples[:, 0] != triples[:, 2]].T
        entity, step = np.concatenate([head, tail]), np.concatenate([relation, relation + relations])
        keys = distinct((entity * self.steps + step) * entities + np.concatenate([tail, head]))
        self.keys = keys
        self.value = keys % entities
        self.entity, self.step = np.divmod(keys // entities, self.steps)
        self.starts = np.searchsorted(keys // entities, np.arange(entities * self.steps + 1))
        self.fan = np.diff(self.starts)
        """How many values each entity has by each step, [entities * steps]."""
        joined = self.entity * entities + self.value
        self._by_ends = np.argsort(joined, kind="stable")
        self._joined = joined[self._by_ends]

    def inverse(self, step: Integers) -> Integers:
        """The step back."""
        return (step + self.relations) % self.steps

    def values(self, entity: Integers, step: Integers | int, most: int) -> tuple[Integers, Integers]:
        """(row, value) of all values of entities [n] by steps, of those that have at most `most` by it."""
        cell = entity * self.steps + step
        first, last = self.starts[cell], self.starts[cell + 1]
        rows, at = spread(first, np.where(last - first > most, first, last))
        return rows, self.value[at]

    def onward(self, entity: Integers, most: int) -> tuple[Integers, Integers, Integers]:
        """(row, step, value) of all facts of entities [n], but of steps by which one has more than `most` values."""
        row, cell = spread(entity * self.steps, (entity + 1) * self.steps)
        few = (self.fan[cell] > 0) & (self.fan[cell] <= most)
        row, cell = row[few], cell[few]
        at, place = spread(self.starts[cell], self.starts[cell + 1])
        return row[at], cell[at] % self.steps, self.value[place]

    def holds(self, entity: Integers, step: Integers | int, value: Integers) -> npt.NDArray[np.bool_]:
        """Whether (entity, step, value) is a fact, [n]."""
        return among((entity * self.steps + step) * self.entities + value, self.keys)

    def between(self, entity: Integers, value: Integers) -> tuple[Integers, Integers]:
        """(row, step) of all facts that join entities [n] with values [n]."""
        keys = entity * self.entities + value
        first, last = np.searchsorted(self._joined, keys, "left"), np.searchsorted(self._joined, keys, "right")
        rows, at = spread(first, last)
        return rows, self.step[self._by_ends[at]]


def walk(facts: Facts, starts: Integers, steps: list[int], hub: int) -> tuple[Integers, Integers]:
    """(row of starts, entity where it ends) of every walk by these steps that meets no entity twice.

    Entities with more than `hub` values by a step are not left by it, nor starts of which more than WALKS walks lead
    somewhere: what leads nearly everywhere says nothing.
    """
    rows, nodes = np.arange(len(starts)), starts[None]
    for step in steps:
        fan = facts.fan[nodes[-1] * facts.steps + step]
        many = np.bincount(rows, weights=np.where(fan > hub, 0, fan), minlength=len(starts)) > WALKS
        rows, nodes = rows[~many[rows]], nodes[:, ~many[rows]]
        at, value = facts.values(nodes[-1], step, hub)
        new = (nodes[:, at] != value).all(0)
        rows, nodes = rows[at[new]], np.vstack([nodes[:, at[new]], value[new]])
    return rows, nodes[-1]


def spread(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """All (row, position) with first[row] <= position < last[row], in order."""
    sizes = last - first
    rows = np.repeat(np.arange(len(first)), sizes)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rows, first[rows] + within


def among(keys: Integers, known: Integers) -> npt.NDArray[np.bool_]:
    """Whether keys [n] are in sorted `known`."""
    if len(known) == 0:
        return np.zeros(len(keys), dtype=bool)
    found: npt.NDArray[np.bool_] = known[place(keys, known)] == keys
    return found


def place(keys: Integers, known: Integers) -> Integers:
    """Positions of keys [n] in sorted `known`, or where they would be, within it."""
    return np.minimum(np.searchsorted(known, keys), len(known) - 1)
