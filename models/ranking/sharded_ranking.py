"""Ranks by a model whose entities are sharded: each process counts among the candidates that it holds."""

from collections.abc import Sequence

import torch
from torch import Tensor

from base.errors import InputError
from models.ranking.ranking import BUDGET, Ranks
from models.representation.row_shards import RowShards
from models.representation.vlkge import VLKGE
from models.triples.known_facts import KnownFacts, answers, given_pairs
from models.triples.sides import SIDES, Side

CHUNK = 2**16  # entities represented at a time


@torch.no_grad()
def rank_over_shards(
    model: VLKGE,
    shards: RowShards,
    triples: Tensor,
    known: KnownFacts,
    *,
    sides: Sequence[Side] = SIDES,
    budget: int = BUDGET,
) -> dict[Side, Ranks]:
    """Ranks of triples int64 [m, 3] by the fused vectors, as `rank` has them, in the order given, on the CPU.

    All processes call it together, and each gets all ranks. `budget` bounds the numbers in one block of scores.
    Raises InputError for a fact whose score is not a finite number.
    """
    vectors = _own_vectors(model, shards)
    triples, known = triples.to(vectors.device), known.to(vectors.device)
    rows = max(1, budget * shards.mesh.size() // shards.rows)  # equal on all processes, which meet after each block
    ranks = {}
    for side in sides:
        parts = [_rank_block(model, shards, vectors, part, side, known) for part in torch.split(triples, rows)]
        ranks[side] = Ranks(*torch.cat(parts, dim=1).cpu())
    return ranks


def _own_vectors(model: VLKGE, shards: RowShards) -> Tensor:
    """Fused vectors [m, W] of the entities whose rows this process holds."""
    training, count = model.training, shards.own.stop - shards.own.start
    vectors = torch.empty(count, model.fused_width, device=model.device)
    model.eval()
    for start in range(0, count, CHUNK):  # what they are made of takes several times the memory
        part = slice(start, min(start + CHUNK, count))
        vectors[part] = model.fused_representations(part)
    model.train(training)
    return vectors


def _rank_block(
    model: VLKGE, shards: RowShards, vectors: Tensor, triples: Tensor, side: Side, known: KnownFacts
) -> Tensor:
    """(greater, ties, ties before, candidates) [4, m]; `vectors` are those of this process's entities."""
    pairs = given_pairs(triples, side)
    queries = model.fused_queries(shards.take(vectors, pairs[:, 0], sparse=False), pairs[:, 1], side)
    matrix = model.fused_scorer.score_all(queries, vectors)
    columns = answers(triples, side) - shards.own.start
    here = shards.here(answers(triples, side))
    targets = matrix.new_zeros(len(triples))
    targets[here] = matrix[here, columns[here]]
    targets = shards.sum(targets)[:, None]
    if not targets.isfinite().all():
        raise InputError("the score of a fact is not a finite number: did training diverge?")
    facts, entities = known.answers(pairs, side)
    held = shards.here(entities)
    matrix[facts[held], entities[held] - shards.own.start] = -torch.inf
    matrix[here, columns[here]] = -torch.inf
    ties = matrix == targets
    before = ties & (torch.arange(len(vectors), device=vectors.device) < columns[:, None])
    competing = matrix > -torch.inf
    counts = shards.sum(torch.stack([cells.sum(1) for cells in (matrix > targets, ties, before, competing)]))
    counts[3] += 1
    return counts
