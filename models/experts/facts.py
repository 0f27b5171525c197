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
from torch import Tensor

from models.experts.columns import Columns, frequent, place
from models.experts.expert import Expert, Model, SizedByState, Voice, heard
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

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
        self.columns = frequent(facts, self.most).to(self.columns.device)
        bags = Columns(self.columns, graph.num_entities).bags(facts)
        correlations, scales = _ease(bags, self.regularisation)
        self.correlations, self.scales = correlations.to(self.columns.device), scales.to(self.columns.device)

    def voice(self, model: Model, facts: Tensor) -> Voice:
        weights = _weights(self.correlations.cpu(), self.scales.cpu()).numpy()
        return _Speaker(Columns(self.columns, model.num_entities), weights, facts, model.seen.device)

    def voice_again(self, voice: Voice, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (its voice knows it)
        assert isinstance(voice, _Speaker)
        return _Speaker(voice.columns, voice.weights, facts, voice.device)

    def voice_seeing(self, voice: Voice, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (goes by none)
        return voice

    def carry_over(self, trained: Self, entities: Tensor, relations: Tensor) -> None:
        """A column whose entity or relation is there no longer stays, and is nobody's."""
        relation, inverse, entity = trained.columns.long().cpu().unbind(1)
        columns = torch.stack([place(relations, relation), inverse, place(entities, entity)], dim=1)
        self.columns = columns.int().to(self.columns.device)
        self.correlations, self.scales = trained.correlations, trained.scales


class _Speaker:
    """The voice: what columns say of a pair by the known entity's facts and by the candidate's."""

    def __init__(self, columns: Columns, weights: Any, facts: Tensor, device: torch.device) -> None:
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
        return [part.to(self.device) for part in (own, theirs, has_column, self.has_facts[among][None])]

    def _by_known(self, pairs: Tensor, inverse: Tensor, among: Tensor) -> tuple[Tensor, Tensor]:
        """Scores [B, C] by the known entities' facts, and which candidates have a column, [B, C]."""
        relations = torch.unique(pairs[:, 1])
        scores, has_column = torch.zeros(len(pairs), len(among)), torch.zeros(len(relations), len(among))
        for number, relation in enumerate(relations):
            columns = self.columns.of(relation, inverse, among)
            named = (columns >= 0).nonzero()[:, 0]
            own = (pairs[:, 1] == relation).nonzero()[:, 0]
            has_column[number, named] = 1
            # few columns are worth a copy where many pairs ask for them
            few = len(own) > len(self.weights)
            weights = self.weights[:, columns[named].numpy()] if few else self.weights
            for rows in torch.split(own, BLOCK):
                said = torch.from_numpy(self.bags[pairs[rows, 0].numpy()] @ weights)
                scores[rows[:, None], named] = heard(said if few else said[:, columns[named]], FLOOR)
        return scores, has_column if len(relations) == 1 else has_column[
            torch.searchsorted(relations, pairs[:, 1].contiguous())
        ]

    def _by_candidate(self, pairs: Tensor, inverse: Tensor, among: Tensor) -> Tensor:
        """Scores [B, C] by the candidates' facts."""
        scores = torch.zeros(len(pairs), len(among))
        columns = self.columns.of(pairs[:, 1], inverse, pairs[:, 0])
        named, bags = (columns >= 0).nonzero()[:, 0], self.bags[among.numpy()]
        for rows in torch.split(named, BLOCK):
            scores[rows] = heard(torch.from_numpy(bags @ self.weights[:, columns[rows].numpy()]), FLOOR).T
        return scores


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
