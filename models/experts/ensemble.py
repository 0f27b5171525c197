"""Experts beside the fused representation, and how far each is trusted for which query.

score(e, r, c) = w_1 fused(e, r, c) + [c seen] (w_2 + w_3 structure(e, r, c)) + [c = e] w_4
                 + sum over modalities m of w_m cos_m(e, c) + w_p popularity(r, c)

`structure` is the same scorer on structure alone, which is better than any fusion between entities that have facts, and
counts only for candidates that have some. The cosines are of frozen features: they keep what a learned projection
forgets. Nothing is more similar to an entity than itself, which few relations ever join to itself: that it is the
same one has a weight too, or similarity could not be trusted far. Popularity, log(1 + training facts of the relation
that c answers), is there where it is asked for. The weights w depend on relation, side, and whether e has training
facts. That is stacking (Wolpert 1992): they are fitted on held-back facts, after the experts.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from models.scoring.product import product
from models.scoring.scorers import Scorer
from models.triples.known_facts import KnownFacts, answers, given_pairs
from models.triples.sides import SIDES, Side

CANDIDATES = 1000  # that a held-back fact is compared with
BLOCK = 256  # facts scored at a time
STEPS, LEARNING_RATE = 100, 0.2
TELLING = 1e-6  # spread of scores below which an expert says the same of everybody
Q = 0.3

Match = Callable[[Tensor, Tensor], Tensor]
Parts = Callable[[Tensor, Side, Tensor], Tensor]
"""Scores [B, C, K] of candidates [C] for pairs [B, 2] by each of K experts."""


class Trust(nn.Module):
    """Weights [rows, 2, K] of K experts: for the tails of each relation, then its heads; without facts, with facts.

    Until they are fitted the first expert has all the say.
    """

    def __init__(self, relations: int, experts: int) -> None:
        super().__init__()
        self.relations = relations
        self.weights: Tensor
        self.register_buffer("weights", torch.eye(experts)[0].repeat(2 * relations, 2, 1))

    def of(self, relations: Tensor, side: Side, seen: Tensor) -> Tensor:
        """Weights [B, K] for relations [B] of known entities, those of them with training facts `seen` [B]."""
        return self.weights[self.rows(relations, side), seen.long()]

    def rows(self, relations: Tensor, side: Side) -> Tensor:
        """Rows of the weights for relations [B]."""
        return relations if side == "tail" else relations + self.relations


class Stacked(Scorer):
    """Matches vectors of entities with queries; both hold parts for the fused vectors, structure and each modality.

    Popularity is one more of the latter: an entity has its logarithms, a query the one that it asks for.

    Behind them an entity has [seen, 0 …, its number] and a query [K weights, the known entity's number].
    Experts, in this order: the fused vectors, whether the candidate has training facts, whether it is the known entity
    itself, structure, each modality.
    """

    def __init__(self, scorer: Scorer, fused: int, structure: int, units: Sequence[int]) -> None:
        """`fused`, `structure` (0: no such expert) and `units` (of each modality) are widths."""
        self.scorer = scorer
        self.structure = structure
        self.units = list(units)
        self.experts = 3 + (structure > 0) + len(self.units)
        self.widths = [fused, structure, *self.units, self.experts + 1]
        self.complex_valued = scorer.complex_valued
        self.unit_entities = scorer.unit_entities

    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:
        return self.scorer.query(entity, relation, side)

    def inverse(self, relation: Tensor) -> Tensor:
        return self.scorer.inverse(relation)

    def score_pairs(self, query: Tensor, candidates: Tensor) -> Tensor:
        weights = self.split(query)[-1]
        parts = self._parts(query, candidates, self.scorer.score_pairs, lambda q, c: (q * c).sum(-1), torch.eq)
        return torch.stack([weights[..., k] * part for k, part in enumerate(parts)]).sum(0)

    def score_all(self, query: Tensor, candidates: Tensor) -> Tensor:
        weights = self.split(query)[-1]
        parts = list(self._parts_of_all(query, candidates))
        total = parts[0] * weights[:, [0]]
        for k, part in enumerate(parts[1:], 1):
            total = total + part * weights[:, [k]]
        return total

    def by_expert(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Scores [B, N, K] of queries [B, W] with candidates [N, W] by each expert."""
        parts = self._parts_of_all(query, candidates)
        return torch.stack([part.expand(len(query), len(candidates)) for part in parts], dim=2)

    def split(self, vectors: Tensor) -> tuple[Tensor, ...]:
        """The parts of vectors [..., W]: fused, structure, units of each modality, and the tail."""
        parts: tuple[Tensor, ...] = torch.split(vectors, self.widths, dim=-1)
        return parts

    def _parts_of_all(self, query: Tensor, candidates: Tensor) -> Iterator[Tensor]:
        match = self.scorer.score_all
        return self._parts(query, candidates, match, product, lambda q, c: q[:, None] == c)

    def _parts(self, query: Tensor, candidates: Tensor, match: Match, cosine: Match, same: Match) -> Iterator[Tensor]:
        q, c = self.split(query), self.split(candidates)
        seen = c[-1][..., 0]
        yield match(q[0], c[0])
        yield seen
        yield same(q[-1][..., -1], c[-1][..., -1]).to(seen.dtype)
        if self.structure:
            yield match(q[1], c[1]) * seen
        for ours, theirs in zip(q[2:-1], c[2:-1], strict=True):
            yield cosine(ours, theirs)


def fit(trust: Trust, parts: Parts, seen: Tensor, known: KnownFacts, facts: Tensor, seed: int) -> None:
    """Set the weights by which facts [m, 3], none of them of training, come first among sampled candidates.

    The generalised cross entropy (1 - p^q) / q of the answers' probability p is minimised (Zhang and Sabuncu 2018,
    https://arxiv.org/abs/1805.07836): unlike the likelihood it gives little away for facts that are lost anyway.
    Answers in `known` do not compete. A relation's weights stay near those of all relations, unless enough facts speak
    against it; weights are compared in units of each expert's spread, for cosines are small numbers and logits are not.
    """
    scores, hidden, rows, groups = _compared(trust, parts, seen, known, facts, seed)
    spread = scores.flatten(0, 1).std(0)
    telling = spread > TELLING
    spread = torch.where(telling, spread, 1)
    scores = torch.where(telling, scores / spread, 0)
    common = (trust.weights[0, :1] * spread).requires_grad_()
    group = torch.zeros_like(common).repeat(2, 1).requires_grad_()
    own = torch.zeros_like(trust.weights).requires_grad_()
    # a set number of steps: those that stop by themselves make much of how sums were rounded
    optimizer = torch.optim.Adam([common, group, own], lr=LEARNING_RATE)
    for _ in range(STEPS):
        weights = common + group[groups] + own[rows, groups]
        total = torch.einsum("qck,qk->qc", scores, weights)
        answer, others = total[:, :1], total[:, 1:].masked_fill(hidden, -torch.inf)
        likelihood = answer[:, 0] - torch.cat([answer, others], dim=1).logsumexp(1)
        loss = ((1 - (Q * likelihood).exp()) / Q).sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss + own.square().sum() + group.square().sum())
        optimizer.step()
    trust.weights.copy_(((common + group + own) / spread).detach())


def _compared(
    trust: Trust, parts: Parts, seen: Tensor, known: KnownFacts, facts: Tensor, seed: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of both sides' queries [q]: scores [q, 2 + C, K] of answer, known entity and candidates; who of these hides; rows
    and groups.
    """
    generator = torch.Generator().manual_seed(seed)
    candidates = torch.randperm(len(seen), generator=generator)[:CANDIDATES].sort().values.to(seen.device)
    found = []
    for side in SIDES:
        for some in torch.split(facts.to(seen.device), BLOCK):
            pairs, wanted = given_pairs(some, side), answers(some, side)
            given = pairs[:, 0]
            scores = parts(pairs, side, torch.cat([wanted, given, candidates]))
            own = torch.arange(len(some), device=seen.device)
            columns = [scores[own, own, None], scores[own, own + len(some), None], scores[:, 2 * len(some) :]]
            cells = _is_known(known, pairs, side, len(seen))
            cells[own, wanted] = True
            itself = cells[own, given]
            cells[own, given] = True  # it has a column of its own
            hidden = torch.cat([itself[:, None], cells[:, candidates]], dim=1)
            found.append((torch.cat(columns, dim=1), hidden, trust.rows(pairs[:, 1], side), seen[given].long()))
    scores, hidden, rows, groups = (torch.cat(column) for column in zip(*found, strict=True))
    return scores, hidden, rows, groups


def _is_known(known: KnownFacts, pairs: Tensor, side: Side, entities: int) -> Tensor:
    cells = torch.zeros(len(pairs), entities, dtype=torch.bool, device=pairs.device)
    cells[known.answers(pairs, side)] = True
    return cells
