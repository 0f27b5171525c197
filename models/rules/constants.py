"""Rules with constants, counted exactly: of the works by Monet with a recorded style, how many are Impressionism."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from models.rules.columns import Columns
from models.rules.facts import NONE, Facts, Integers, RuleConfig

PAIRS = 50_000_000  # of an answer's entities and their columns, that are counted at a time


class Counts(NamedTuple):
    """Of the entities that have a column: `of` have any value by the asked step, `support` have this answer."""

    column: Integers
    target: Integers
    support: Integers
    of: Integers


def count(facts: Facts, bodies: Columns, answers: Columns, config: RuleConfig) -> Iterator[tuple[int, Counts]]:
    """For each asked step the counts of columns and answers that at least `support` entities have together.

    An entity with more than `hub` values by the asked step is not asked. A fact never speaks for itself: what is asked
    is no column of its own, nor does a column lead through the answer.
    """
    for step, parts in groupby(count_in_parts(facts, bodies, answers, config), key=itemgetter(0)):
        yield step, Counts(*(np.concatenate(columns) for columns in zip(*(part for _, part in parts), strict=True)))


def count_in_parts(facts: Facts, bodies: Columns, answers: Columns, config: RuleConfig) -> Iterator[tuple[int, Counts]]:
    """As `count`, some answers of a step after the other, so that memory holds PAIRS of what is counted at most.

    One answer's pairs are held at a time, however many.
    """
    by_entity = bodies.matrix
    columns_of = np.diff(by_entity.indptr).astype(np.float64)
    fan = facts.fan.reshape(facts.entities, facts.steps)
    for step in range(facts.steps):
        own = np.flatnonzero(answers.first == step)
        if len(own) == 0:
            continue
        of = by_entity.T @ ((fan[:, step] > 0) & (fan[:, step] <= config.hub)).astype(np.float32)
        by_answer = answers.matrix[:, own].T.tocsr()
        part = np.cumsum(by_answer @ columns_of) // PAIRS
        for some in np.split(np.arange(len(own)), np.flatnonzero(np.diff(part)) + 1):
            together = (by_answer[some] @ by_entity).tocoo()
            yield step, _chosen(bodies, answers, own[some], of, together, config.support)


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
