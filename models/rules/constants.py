"""Rules with constants, counted exactly: of the works by Monet with a recorded style, how many are Impressionism."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from models.rules.columns import Columns
from models.rules.facts import NONE, Facts, Integers, RuleConfig


class Counts(NamedTuple):
    """Of the entities that have a column: `of` have any value by the asked step, `support` have this answer."""

    column: Integers
    target: Integers
    support: Integers
    of: Integers


def count(facts: Facts, bodies: Columns, answers: Columns, config: RuleConfig) -> Iterator[tuple[int, Counts]]:
    """For each asked step the counts of columns and answers that at least `support` entities have together.

    An entity with more than `hub` values by the asked step is not asked. A fact never speaks for itself: what is asked
    is no column of its own, nor does a column lead through the answer. The memory is that of one step's counts: the
    pairs of columns and answers that some entity has both of.
    """
    by_entity = bodies.matrix
    fan = facts.fan.reshape(facts.entities, facts.steps)
    for step in range(facts.steps):
        own = np.flatnonzero(answers.first == step)
        if len(own) == 0:
            continue
        of = by_entity.T @ ((fan[:, step] > 0) & (fan[:, step] <= config.hub)).astype(np.float32)
        together = (answers.matrix[:, own].T.tocsr() @ by_entity).tocoo()
        yield step, _chosen(bodies, answers, own, of, together, config.support)


def _chosen(
    bodies: Columns, answers: Columns, own: Integers, of: np.ndarray[Any, Any], together: Any, support: int
) -> Counts:
    enough = together.data >= support
    target, column = own[together.row[enough]], together.col[enough].astype(np.int64)
    itself = (bodies.second[column] == NONE) & (bodies.value[column] == answers.value[target])
    itself &= bodies.first[column] == answers.first[target]
    through = (bodies.second[column] != NONE) & (bodies.first[column] == answers.first[target])
    kept = ~(itself | through)
    counts = together.data[enough][kept].astype(np.int64)
    return Counts(column[kept], target[kept], counts, of[column[kept]].astype(np.int64))


def weighted(counts: Counts, values: np.ndarray[Any, Any], shape: tuple[int, int]) -> Any:
    """The counts' values as a sparse matrix [columns, targets]."""
    return sparse.csr_matrix((values.astype(np.float32), (counts.column, counts.target)), shape=shape)
