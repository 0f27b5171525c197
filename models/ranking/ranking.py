"""Filtered ranks of facts among candidate entities, on both sides, ties counted.

Queries that share (known entity, relation) are scored once. A fact competes with the candidates that are not known
answers of its query; its own score is read from the same score matrix, so that equal scores are exact ties.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from base.errors import InputError
from base.progress import Progress, silent
from models.ranking.candidates import Candidates
from models.ranking.scores import Block, Scores, columns_of
from models.triples.known_facts import KnownFacts, answers, given_pairs
from models.triples.sides import SIDES, Side

SORTED = 128  # facts of one query from which on sorting its scores costs less than comparing them with each
TOGETHER, MOST = 64, 16
BUDGET = 4 * 2**20  # numbers in one block of scores: 16 MiB in float32, which stay in the cache


@dataclass(frozen=True)
class Ranks:
    """Places of facts [m] among their competitors, itself included; the first place is 1."""

    greater: Tensor
    """Competitors with a higher score, int64 [m]."""
    ties: Tensor
    """Other competitors with the same score, int64 [m]."""
    ties_before: Tensor
    """Those of the ties that come earlier in the order of entities, int64 [m]."""
    candidates: Tensor
    """Competitors and the fact itself, int64 [m]."""

    @property
    def optimistic(self) -> Tensor:
        """Every tie lost to the fact, float64 [m]."""
        return (1 + self.greater).double()

    @property
    def pessimistic(self) -> Tensor:
        """Every tie before the fact, float64 [m]."""
        return (1 + self.greater + self.ties).double()

    @property
    def realistic(self) -> Tensor:
        """The middle of the tied places, float64 [m]."""
        return (self.optimistic + self.pessimistic) / 2

    @property
    def stable(self) -> Tensor:
        """The place in a stable descending sort over entities, float64 [m]."""
        return (1 + self.greater + self.ties_before).double()


@torch.no_grad()
def rank(
    scores: Scores,
    triples: Tensor,
    *,
    known: KnownFacts | None = None,
    candidates: Candidates | None = None,
    sides: Sequence[Side] = SIDES,
    budget: int = BUDGET,
    progress: Progress = silent,
) -> dict[Side, Ranks]:
    """Ranks of triples int64 [m, 3] per side, in the order given, on the CPU.

    `known` are the facts whose ends do not compete (None: all compete), `candidates` restricts who does (None: all
    entities), `budget` bounds the numbers held in one block of scores.
    Raises InputError for a score that is not a finite number, or a fact whose end is no candidate of its relation.
    """
    triples = triples.to(scores.device)
    if known is not None:
        known = known.to(scores.device)
    done, total, ranks = 0, len(triples) * len(sides), {}
    for side in sides:
        result = torch.zeros(4, len(triples), dtype=torch.int64, device=scores.device)
        for allowed, queries in _by_candidates(triples, side, candidates, scores.device):
            width = scores.entities if allowed is None else len(allowed)
            for chunk in _chunks(triples[queries], side, block_rows(budget, width)):
                at = queries[chunk]
                result[:, at] = _rank_block(scores, triples[at], side, known, allowed, budget)
                done += len(at)
                progress(done, total)
        ranks[side] = Ranks(*result.cpu())
    return ranks


def block_rows(budget: int, width: int) -> int:
    """Rows of a block of scores so wide: of a `budget` of numbers, but TOGETHER at least where MOST budgets hold them.

    All candidates are read once for a block, which for few rows costs more than to score them.
    """
    return max(1, budget // max(1, width), min(TOGETHER, MOST * budget // max(1, width)))


def _by_candidates(
    triples: Tensor, side: Side, candidates: Candidates | None, device: torch.device
) -> Iterator[tuple[Tensor | None, Tensor]]:
    """Queries that share a list of candidates: (entities or None for all, positions in triples)."""
    if candidates is None:
        if len(triples):
            yield None, torch.arange(len(triples), device=device)
        return
    for relation in torch.unique(triples[:, 1]).tolist():
        yield candidates.of(relation, side).to(device), (triples[:, 1] == relation).nonzero()[:, 0]


def _chunks(triples: Tensor, side: Side, rows: int) -> Iterator[Tensor]:
    """Positions of queries, split so that each part has at most `rows` distinct pairs."""
    _, pair = _distinct(given_pairs(triples, side))
    order = pair.argsort(stable=True)
    part = pair[order] // rows
    return iter(torch.split(order, torch.unique_consecutive(part, return_counts=True)[1].tolist()))


def _distinct(pairs: Tensor) -> tuple[Tensor, Tensor]:
    """Distinct rows of pairs [m, 2] in ascending order, and which of them each row is [m]."""
    radix = int(pairs[:, 1].max()) + 1
    keys, which = torch.unique(pairs[:, 0] * radix + pairs[:, 1], return_inverse=True)
    return torch.stack([keys // radix, keys % radix], dim=1), which


def _rank_block(
    scores: Scores, triples: Tensor, side: Side, known: KnownFacts | None, allowed: Tensor | None, budget: int
) -> Tensor:
    """(greater, ties, ties before, candidates) [4, m] of queries that share one score matrix."""
    pairs, rows = _distinct(given_pairs(triples, side))
    columns = columns_of(answers(triples, side), allowed)
    if (columns < 0).any():
        lost = triples[columns < 0][0].tolist()
        raise InputError(f"the {side} of fact {lost} (indices) is not among the candidates of its relation")
    hidden = _known_cells(known, pairs, side, allowed)
    matrix = scores.score_contenders(pairs, side, Block(allowed, (rows, columns), hidden))
    targets = matrix[rows, columns]
    if not targets.isfinite().all():
        lost = triples[~targets.isfinite()][0].tolist()
        raise InputError(f"the score of fact {lost} (indices) is not a finite number: did training diverge?")
    matrix[hidden] = -torch.inf
    width = matrix.shape[1]
    open_cells = width - torch.bincount(hidden[0], minlength=len(pairs))[rows]
    itself = matrix[rows, columns] == targets  # an answer that is not filtered meets itself
    counts = torch.empty(3, len(rows), dtype=torch.int64, device=rows.device)
    first = torch.ones_like(rows, dtype=torch.bool)
    first[1:] = rows[1:] != rows[:-1]  # one fact of each row is counted where the scores stand, others on copies
    counts[:, first] = _count(matrix, columns[first], targets[first], itself[first])
    crowded = torch.bincount(rows, minlength=len(pairs)) >= SORTED
    for row in crowded.nonzero()[:, 0].tolist():
        part = (rows == row).nonzero()[:, 0]
        counts[:, part] = _count_sorted(matrix[row], columns[part], targets[part], itself[part])
    for part in torch.split((~first & ~crowded[rows]).nonzero()[:, 0], max(1, budget // width)):
        counts[:, part] = _count(matrix[rows[part]], columns[part], targets[part], itself[part])
    candidates = open_cells + (~itself).long()
    return torch.cat([counts, candidates[None]])


def _known_cells(known: KnownFacts | None, pairs: Tensor, side: Side, allowed: Tensor | None) -> tuple[Tensor, Tensor]:
    if known is None:
        return pairs.new_empty(0), pairs.new_empty(0)
    rows, entities = known.answers(pairs, side)
    columns = columns_of(entities, allowed)
    return rows[columns >= 0], columns[columns >= 0]


def _count(cells: Tensor, columns: Tensor, targets: Tensor, itself: Tensor) -> Tensor:
    """How many of a target's cells [m, C] are greater, equal, and equal further left: int64 [3, m]."""
    marks = torch.empty_like(cells)  # comparing into floats, then summing, is several times faster than on booleans
    greater = torch.gt(cells, targets[:, None], out=marks).sum(1)
    ties = torch.eq(cells, targets[:, None], out=marks).sum(1) - itself.float()
    before = torch.zeros_like(ties)
    for i in ties.nonzero()[:, 0].tolist():
        before[i] = marks[i, : columns[i]].sum()
    return torch.stack([greater, ties, before]).long()


def _count_sorted(cells: Tensor, columns: Tensor, targets: Tensor, itself: Tensor) -> Tensor:
    """The same of many targets [m] in the cells [C] of one query."""
    order = torch.argsort(cells.nan_to_num(-torch.inf, torch.inf, -torch.inf), descending=True, stable=True)
    falling = -cells[order]
    greater, upto = torch.searchsorted(falling, -targets), torch.searchsorted(falling, -targets, right=True)
    ties = upto - greater - itself.long()
    group = torch.searchsorted(falling, falling)  # of equal cells the first one's place, so that (group, column) rises
    places = torch.searchsorted(group * len(cells) + order, greater * len(cells) + columns)
    return torch.stack([greater, ties, torch.where(ties > 0, places - greater, 0)])
