"""Scores of candidates by rules: what speaks from the known entity, from the candidate, and by closed paths."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.rules.closed import Closed, closed_paths
from models.rules.facts import Facts, Integers, Numbers, RuleConfig, walk
from models.rules.lifts import Lifts, learn
from models.rules.wilson import lower_bound

FEATURES = 4  # forward, backward, closed, popularity
POSITIVE = 3  # of them, the first ones, which only speak for a candidate
ROWS = 1000  # entities whose normalisers are computed at a time
FACTS = 300  # of each step that weights are fitted on
CONTENDERS = 100  # by each feature
STEPS, LEARNING_RATE = 100, 0.05
Q = 0.3  # of the generalised cross entropy, see models.experts
PLAIN = [[0.5, 0.5, 0.1, 0.0], [1.0, 0.0, 0.1, 0.0], [0.0, 1.0, 0.1, 0.0]]
TINY = 1e-3  # confidence that counts as none


@dataclass
class RuleScores:
    """Learned rules with the weights of FEATURES for each step; `fit_weights` sets them."""

    lifts: Lifts
    closed: dict[int, list[Closed]]
    weights: Numbers
    """[steps, FEATURES]."""
    answers: Any
    """Log of 1 + facts, by step and entity: how often it is the answer, [steps, entities]."""
    hub: int
    normalisers: dict[int, Any] = field(default_factory=dict)
    """Of p(e | c), by step, computed when first asked for."""

    @classmethod
    def learned(
        cls, triples: Integers, entities: int, relations: int, config: RuleConfig | None = None
    ) -> "RuleScores":
        """From training facts [m, 3]; forward and backward count alike until weights are fitted."""
        config = config or RuleConfig()
        facts = Facts(triples, entities, relations)
        closed: dict[int, list[Closed]] = {}
        for path in closed_paths(facts, config):
            closed.setdefault(path.step, []).append(path)
        counts = np.zeros((facts.steps, entities), dtype=np.float32)
        np.add.at(counts, (facts.step, facts.value), 1)
        start = np.tile(PLAIN[0], (facts.steps, 1))
        return cls(learn(facts, config), closed, start, np.log1p(counts), config.hub)

    def score(self, entities: Integers, step: int) -> Numbers:
        """Scores [B, N] of all entities as the value of entities [B] by a step; higher is better."""
        scores: Numbers = self.features(entities, step) @ self.weights[step].astype(np.float32)
        return scores

    def features(self, entities: Integers, step: int) -> Any:
        """[B, N, FEATURES]: log p(c | e), log p(e | c) asked the other way round, closed paths, popularity."""
        facts = self.lifts.facts
        found = np.zeros((len(entities), facts.entities, FEATURES), dtype=np.float32)
        own = np.flatnonzero(self.lifts.answers.first == step)
        if len(own):
            totals = _log_softmax(self._totals(entities, own))
            found[:, :, 0] = totals.min(1, keepdims=True) - 1
            found[:, self.lifts.answers.value[own], 0] = totals
        found[:, :, 1] = self._backward(entities, step)
        for closed in self.closed.get(step, []):
            row, end = walk(facts, entities, list(closed.path), self.hub)
            sure = lower_bound(np.array([closed.support]), np.array([closed.of]))[0]
            np.maximum.at(found[:, :, 2], (row, end), np.log1p(sure / TINY).astype(np.float32))
        found[:, :, 3] = self.answers[step]
        return found

    def fit_weights(self, triples: Integers, known: Integers) -> None:
        """Set the weights by which held-back facts [v, 3] come first; those in `known` [m, 3] do not compete.

        The generalised cross entropy of models.experts is minimised; a step's weights stay near those of its side. It
        gives facts up that are hard to find: a step whose facts rank better by its side's weights, or by PLAIN ones,
        gets these.
        """
        facts = self.lifts.facts
        every = Facts(known, facts.entities, facts.relations)
        asked = Facts(triples, facts.entities, facts.relations)
        tables = {}
        for step in np.unique(asked.step).tolist():
            own = np.flatnonzero(asked.step == step)[:: max(1, int((asked.step == step).sum()) // FACTS)]
            tables[step] = self._compared(asked.entity[own], asked.value[own], step, every)
        common = torch.tensor([[0.7, 0.3, 0.1, 0.05], [0.3, 0.7, 0.1, 0.05]], requires_grad=True)
        own_weights = torch.zeros(facts.steps, FEATURES, requires_grad=True)
        side = torch.arange(facts.steps) // facts.relations
        optimizer = torch.optim.Adam([common, own_weights], lr=LEARNING_RATE)
        for _ in range(STEPS):
            weights = _allowed(common[side] + own_weights)
            loss = own_weights.square().sum()
            for step, (table, hidden) in tables.items():
                likelihood = (table @ weights[step]).masked_fill(hidden, -torch.inf).log_softmax(1)[:, 0]
                loss = loss + ((1 - (Q * likelihood).exp()) / Q).sum()
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        fitted = _allowed(common[side] + own_weights).detach()
        for step, compared in tables.items():
            choices = torch.cat([fitted[step, None], _allowed(common.detach())[side[step], None], torch.tensor(PLAIN)])
            self.weights[step] = max(choices, key=partial(_reciprocal_rank, *compared)).double().numpy()

    def _compared(self, entities: Integers, values: Integers, step: int, known: Facts) -> tuple[Tensor, Tensor]:
        """Features [n, 1 + C, FEATURES] of values and of the strongest others, and who does not compete."""
        found = self.features(entities, step)
        hidden = np.zeros(found.shape[:2], dtype=bool)
        row, value = known.values(entities, step, known.entities)
        hidden[row, value] = True
        most = min(CONTENDERS, found.shape[1] - 1)
        order = found[:, :, :3] + 1e-4 * found[:, :, 3:]
        order[hidden] = -np.inf
        best = np.concatenate([np.argpartition(-order[:, :, k], most, axis=1)[:, :most] for k in range(3)], axis=1)
        best.sort(axis=1)
        twice = np.zeros(best.shape, dtype=bool)
        twice[:, 1:] = best[:, 1:] == best[:, :-1]
        at = np.concatenate([values[:, None], best], axis=1)
        off = np.concatenate(
            [np.zeros((len(at), 1), dtype=bool), twice | np.take_along_axis(hidden, best, axis=1)], axis=1
        )
        return torch.from_numpy(np.take_along_axis(found, at[:, :, None], axis=1)), torch.from_numpy(off)

    def _totals(self, entities: Integers, own: Integers) -> Any:
        lifts = self.lifts
        return (lifts.bodies.matrix[entities] @ lifts.lifts[:, own]).toarray() + lifts.prior[own].astype(np.float32)

    def _backward(self, entities: Integers, step: int) -> Any:
        lifts, back = self.lifts, int(self.lifts.facts.inverse(np.array(step)))
        own = np.flatnonzero(lifts.answers.first == back)
        found = np.zeros((len(entities), lifts.facts.entities), dtype=np.float32)
        if len(own) == 0:
            return found
        if back not in self.normalisers:
            starts = range(0, lifts.facts.entities, ROWS)
            blocks = [np.arange(start, min(start + ROWS, lifts.facts.entities)) for start in starts]
            self.normalisers[back] = np.concatenate([_log_sum(self._totals(block, own)) for block in blocks])
        order = np.argsort(lifts.answers.value[own])
        at = np.minimum(np.searchsorted(lifts.answers.value[own], entities, sorter=order), len(own) - 1)
        there = lifts.answers.value[own][order[at]] == entities
        columns = own[order[at[there]]]
        totals = (lifts.bodies.matrix @ lifts.lifts[:, columns]).toarray().T + lifts.prior[columns].astype(np.float32)[
            :, None
        ]
        found[there] = totals - self.normalisers[back]
        return found


def _allowed(weights: Tensor) -> Tensor:
    return torch.cat([weights[:, :POSITIVE].clamp(min=0), weights[:, POSITIVE:]], dim=1)


def _reciprocal_rank(table: Tensor, hidden: Tensor, weights: Tensor) -> float:
    total = (table @ weights).masked_fill(hidden, -torch.inf)
    ahead = (total[:, 1:] > total[:, :1]).sum(1) + (total[:, 1:] == total[:, :1]).sum(1) / 2
    return float((1 / (1 + ahead)).mean())


def _log_sum(totals: Any) -> Any:
    most = totals.max(1)
    return most + np.log(np.exp(totals - most[:, None]).sum(1))


def _log_softmax(totals: Any) -> Any:
    return totals - _log_sum(totals)[:, None]
