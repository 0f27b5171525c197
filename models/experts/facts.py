"""The facts that stand beside the question: an item-based linear model over facts, in closed form.

Each entity is the bag of its facts, as head and as tail: X is entities by columns, one column a (relation, tail) and
one a (inverse relation, head). EASE (Steck 2019, https://arxiv.org/abs/1905.03375) predicts every column from all
others: B = -P / diag P with P = (XᵀX + λI)⁻¹ and a zero diagonal, so that a fact never speaks for itself. XᵀX is
scaled by the fourth roots of the columns' counts, and B scaled back, so that what is rare is heard.

A tail t of (h, r, ?) is scored by the row of h in the column (r, t), and by the row of t in the column (inverse r, h);
heads alike. B is learned from training facts; X are the facts that an entity has now, so that what arrived since is
read without training.
"""

from typing import Any, Self

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from models.experts.expert import Expert, Model, SizedByState, Voice
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

LEAST = 2  # entities that share a fact, or it says nothing about others
FLOOR = 0.01  # of a score, which is about a share of entities: below it differences are noise
BLOCK = 512  # pairs scored at a time
UNIT = 1024.0  # of partial correlations as float16, so that small ones keep their digits


class Facts(SizedByState, Expert):
    """EASE over facts; while it learns it holds about 12 bytes times the square of `fact_columns`, 4 where it scores.

    Its state is one byte times that square: P is symmetric, so that B follows from the partial correlations on one
    side of its diagonal, as float16, and from its diagonal.

    Parts: the known entity's facts and the candidate's facts, as log(1 + score / FLOOR); whether any column stands for
    the candidate; whether the candidate has facts at all.
    """

    parts = ("facts", "candidate's facts", "has a column", "has facts")
    trusted_first = ("facts", "candidate's facts")
    reads_facts = True

    def __init__(self, most: int, regularisation: float) -> None:
        super().__init__()
        self.most = most
        self.regularisation = regularisation
        self.columns: Tensor
        self.register_buffer("columns", torch.empty(0, 3, dtype=torch.int32))  # (relation, whether inverse, entity)
        self.correlations: Tensor
        self.register_buffer("correlations", torch.empty(0, dtype=torch.float16))
        self.scales: Tensor
        self.register_buffer("scales", torch.empty(0))

    @classmethod
    def of(cls, model: Model) -> Self:
        return cls(model.config.fact_columns, model.config.fact_regularisation)

    def learn(self, graph: KnowledgeGraph) -> None:
        facts = graph.triples["train"]
        found, counts = torch.unique(_sides(facts)[1], dim=0, return_counts=True)
        found, counts = found[counts >= LEAST], counts[counts >= LEAST]
        self.columns = found[(-counts).argsort(stable=True)[: self.most].sort().values].int().to(self.columns.device)
        bags = _Columns(self.columns, graph.num_entities).bags(facts)
        correlations, scales = _ease(bags, self.regularisation)
        self.correlations, self.scales = correlations.to(self.columns.device), scales.to(self.columns.device)

    def voice(self, model: Model, facts: Tensor) -> Voice:
        weights = _weights(self.correlations.cpu(), self.scales.cpu()).numpy()
        return _Speaker(_Columns(self.columns, model.num_entities), weights, facts, model.seen.device)

    def carry_over(self, trained: Self, entities: Tensor, relations: Tensor) -> None:
        """A column whose entity or relation is there no longer stays, and is nobody's."""
        relation, inverse, entity = trained.columns.long().cpu().unbind(1)
        columns = torch.stack([_place(relations, relation), inverse, _place(entities, entity)], dim=1)
        self.columns = columns.int().to(self.columns.device)
        self.correlations, self.scales = trained.correlations, trained.scales


class _Columns:
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
        entities, ends = _sides(facts.cpu())
        columns = self.of(*ends.unbind(1))
        cells = (entities[columns >= 0].numpy(), columns[columns >= 0].numpy())
        bags = sparse.csr_matrix((np.ones(len(cells[0]), np.float32), cells), shape=(self.entities, self.size))
        bags.data[:] = 1  # a fact that is told twice is one
        return bags


class _Speaker:
    """The voice: what columns say of a pair by the known entity's facts and by the candidate's."""

    def __init__(self, columns: _Columns, weights: Any, facts: Tensor, device: torch.device) -> None:
        self.columns = columns
        self.weights = weights
        self.bags = columns.bags(facts)
        self.device = device
        self.has_facts = torch.from_numpy(np.diff(self.bags.indptr) > 0).float()

    def __call__(self, pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:
        pairs = pairs.cpu()
        among = torch.arange(self.columns.entities) if candidates is None else candidates.cpu()
        inverse = torch.tensor(int(side == "head"))
        own, has_column = self._by_known(pairs, inverse, among)
        theirs = self._by_candidate(pairs, 1 - inverse, among)
        own, theirs = (part.sign() * part.abs().div_(FLOOR).log1p_() for part in (own, theirs))
        return [part.to(self.device) for part in (own, theirs, has_column, self.has_facts[among][None])]

    def _by_known(self, pairs: Tensor, inverse: Tensor, among: Tensor) -> tuple[Tensor, Tensor]:
        """Scores [B, C] by the known entities' facts, and which candidates have a column, [B, C]."""
        scores, has_column = torch.zeros(len(pairs), len(among)), torch.zeros(len(pairs), len(among))
        for relation in torch.unique(pairs[:, 1]):
            columns = self.columns.of(relation, inverse, among)
            named = (columns >= 0).nonzero()[:, 0]
            own = (pairs[:, 1] == relation).nonzero()[:, 0]
            has_column[own[:, None], named] = 1
            # few columns are worth a copy where many pairs ask for them
            few = len(own) > len(self.weights)
            weights = self.weights[:, columns[named].numpy()] if few else self.weights
            for rows in torch.split(own, BLOCK):
                said = torch.from_numpy(self.bags[pairs[rows, 0].numpy()] @ weights)
                scores[rows[:, None], named] = said if few else said[:, columns[named]]
        return scores, has_column

    def _by_candidate(self, pairs: Tensor, inverse: Tensor, among: Tensor) -> Tensor:
        """Scores [B, C] by the candidates' facts."""
        scores = torch.zeros(len(pairs), len(among))
        columns = self.columns.of(pairs[:, 1], inverse, pairs[:, 0])
        named, bags = (columns >= 0).nonzero()[:, 0], self.bags[among.numpy()]
        for rows in torch.split(named, BLOCK):
            scores[rows] = torch.from_numpy(bags @ self.weights[:, columns[rows].numpy()]).T
        return scores


def _sides(facts: Tensor) -> tuple[Tensor, Tensor]:
    """Of facts [m, 3], seen from the head, then from the tail: entities [2m] and (relation, inverse, other end)."""
    heads, relations, tails = facts.unbind(1)
    straight = torch.zeros_like(relations)
    ends = [torch.stack([relations, straight, tails], dim=1), torch.stack([relations, straight + 1, heads], dim=1)]
    return torch.cat([heads, tails]), torch.cat(ends)


def _ease(bags: Any, regularisation: float) -> tuple[Tensor, Tensor]:
    """Partial correlations [C (C - 1) / 2] of columns, in UNIT, row by row below the diagonal, and scales [C].

    B of row i and column j is then their correlation times scales j / i.
    """
    gram = torch.from_numpy((bags.T @ bags).toarray())
    scale = gram.diagonal().clamp(min=1) ** -0.25
    gram *= scale[:, None] * scale
    gram.diagonal().add_(regularisation)
    precision = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    spread = precision.diagonal().rsqrt()
    precision *= -UNIT * spread[:, None] * spread
    rows = [precision[row, :row].half() for row in range(len(precision))]
    return torch.cat(rows) if rows else torch.empty(0, dtype=torch.float16), spread / scale


def _weights(correlations: Tensor, scales: Tensor) -> Tensor:
    """B [C, C] of what `_ease` gave."""
    weights = torch.zeros(len(scales), len(scales))
    for row, part in enumerate(torch.split(correlations.float(), list(range(len(scales))))):
        weights[row, :row] = weights[:row, row] = part
    return weights.mul_(scales / scales[:, None]).div_(UNIT)


def _place(source: Tensor, rows: Tensor) -> Tensor:
    """Where rows went, by `source`: of each new row, its earlier one (-1: none)."""
    size = int(torch.cat([source, rows]).max()) + 2 if len(source) + len(rows) else 1
    places = torch.full((size,), -1)  # the last is for what had no place
    places[source[source >= 0]] = (source >= 0).nonzero()[:, 0]
    return places[rows]
