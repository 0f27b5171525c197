"""How much a column tells of an answer, and how far each kind of column is trusted, all from training facts.

Of the n entities that have column j and any value by step q, s have answer c; b is c's share among all values by q. The
share is drawn towards b by m facts, (s + m b) / (n + m), where m is the one that makes facts likeliest when each is
left out in turn, for every step q and kind of column (its steps). An entity's log odds over popularity are

    log b + sum over its columns j of w_k(j)q log(1 + s / (m b))

up to what is the same for all c. The weights w are fitted by softmax regression on training facts, each left out of the
counts: columns that say the same thing share what they say, which noisy-or does not know.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional as F

from base.distinct import counted
from models.rules.columns import Columns, columns, targets
from models.rules.constants import Counts, count
from models.rules.facts import Facts, Integers, Numbers, RuleConfig

DRAWS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # m
FACTS = 400  # of each step that weights are fitted on
CONTENDERS = 200
STEPS, LEARNING_RATE = 60, 0.1
START = -1.5  # of a weight, before the softplus that keeps it positive


@dataclass(frozen=True)
class Lifts:
    """What columns [J] tell of answers [T]: scores of entities are `bodies.matrix @ lifts + prior`."""

    facts: Facts
    bodies: Columns
    answers: Columns
    lifts: Any
    """Weighted lifts, scipy.sparse CSC float32 [J, T]."""
    prior: Numbers
    """Weighted logarithms of b, [T]."""


def learn(facts: Facts, config: RuleConfig, seed: int = 0) -> Lifts:
    """Lifts of all steps; also of answers that one fact alone speaks for, as m makes little of it where it should."""
    bodies, answers = columns(facts, config), targets(facts, config.hub)
    shares = np.bincount(facts.step, minlength=facts.steps)
    base = _popularity(facts, answers) / np.maximum(shares[answers.first], 1)
    kinds = np.unique((bodies.second + 1) * facts.steps + bodies.first, return_inverse=True)[1]
    draw = np.random.default_rng(seed)
    prior, parts = np.log(base), []
    for step, counts in count(facts, bodies, answers, config.model_copy(update={"support": 1})):
        m = _draws(counts, base, kinds)
        own = np.flatnonzero(answers.first == step)
        weights, popular = _weights(counts, m * base[counts.target], bodies, answers, kinds, own, base, draw)
        prior[own] *= popular
        values = weights[kinds[counts.column]] * np.log1p(counts.support / (m * base[counts.target]))
        kept = values > 0
        parts.append((values[kept].astype(np.float32), counts.column[kept], counts.target[kept]))
    values, column, target = (np.concatenate(part) for part in zip(*parts, strict=True))
    lifts = sparse.csc_matrix((values, (column, target)), shape=(len(bodies), len(answers)))
    return Lifts(facts, bodies, answers, lifts, prior)


def _popularity(facts: Facts, answers: Columns) -> Numbers:
    """How many entities have each answer, those with more values than a hub included."""
    keys = facts.step * facts.entities + facts.value
    unique, counts = counted(keys)
    found: Numbers = counts[np.searchsorted(unique, answers.first * facts.entities + answers.value)].astype(float)
    return found


def _draws(counts: Counts, base: Numbers, kinds: Integers) -> Numbers:
    """m for each of the counts: the same for a kind of column, the likeliest when every fact is left out in turn."""
    kind, b = kinds[counts.column], base[counts.target]
    best, chosen = np.full(kinds.max(initial=0) + 1, -np.inf), np.full(kinds.max(initial=0) + 1, DRAWS[0])
    for m in DRAWS:
        likely = counts.support * np.log((counts.support - 1 + m * b) / (counts.of - 1 + m))
        total = np.bincount(kind, weights=likely, minlength=len(best))
        chosen[total > best] = m
        best = np.maximum(best, total)
    found: Numbers = chosen[kind]
    return found


def _weights(
    counts: Counts,
    drawn: Numbers,
    bodies: Columns,
    answers: Columns,
    kinds: Integers,
    own: Integers,
    base: Numbers,
    draw: np.random.Generator,
) -> tuple[Numbers, float]:
    """(weight of every kind, weight of popularity) for one step, whose answers are `own`."""
    weights = np.zeros(kinds.max(initial=0) + 1)
    used = np.unique(kinds[counts.column])
    known = answers.matrix[:, own]
    entity, answer = known.nonzero()
    if len(used) == 0 or len(entity) == 0:
        return weights, 1.0
    chosen = draw.permutation(len(entity))[:FACTS]
    entity, answer = entity[chosen], answer[chosen]
    shape = (len(bodies), len(own))
    cells = (counts.column, np.searchsorted(own, counts.target))
    full = sparse.csr_matrix((np.log1p(counts.support / drawn), cells), shape=shape)
    without = sparse.csr_matrix((np.log1p((counts.support - 1) / drawn), cells), shape=shape)
    rows, log_base = bodies.matrix[entity], np.log(base[own])
    rough = (rows @ full).toarray() + log_base
    most = min(CONTENDERS, len(own))
    others = np.argpartition(-rough, most - 1, axis=1)[:, :most]
    hidden = np.take_along_axis(known[entity].toarray() > 0, others, axis=1)
    features = np.zeros((len(entity), most + 1, len(used)), dtype=np.float32)
    for i, kind in enumerate(used):
        of_kind = np.flatnonzero(kinds == kind)
        part = rows[:, of_kind]
        features[:, 0, i] = (part @ without[of_kind]).toarray()[np.arange(len(entity)), answer]
        features[:, 1:, i] = np.take_along_axis((part @ full[of_kind]).toarray(), others, axis=1)
    popular = np.concatenate([log_base[answer][:, None], log_base[others]], axis=1)
    hidden = np.concatenate([np.zeros((len(entity), 1), dtype=bool), hidden], axis=1)
    weights[used], popularity = _fit(features, popular, hidden)
    return weights, popularity


def _fit(features: Any, popular: Numbers, hidden: Any) -> tuple[Numbers, float]:
    """Positive weights of features [Q, 1 + C, K] by which the first candidate comes before those not hidden."""
    x, b, off = torch.from_numpy(features), torch.from_numpy(popular).float(), torch.from_numpy(hidden)
    raw = torch.full((features.shape[2],), START, requires_grad=True)
    popularity = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.Adam([raw, popularity], lr=LEARNING_RATE)
    for _ in range(STEPS):
        weights = F.softplus(raw)
        total = (x @ weights + popularity * b).masked_fill(off, -torch.inf)
        loss = (total.logsumexp(1) - total[:, 0]).sum() + weights.sum() + (popularity - 1).square().sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return F.softplus(raw).detach().double().numpy(), popularity.item()
