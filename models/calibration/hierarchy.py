"""A logistic curve for each relation and kind of head, each drawn to the others by how little is known of it.

A multilevel logistic regression (Gelman and Hill 2007, Data Analysis Using Regression and Multilevel Models, chapter
14): the curve of a relation and kind is the common one, plus what the kind, the relation and the two together add.
What they add is normal around zero, so that a relation with few links hardly leaves the common curve and one with many
follows its own; links that were wrong count as much as those that were right. The level of a relation begins where its
predictors put it (the group-level regression of chapter 12), see `relation_predictors`.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize

from models.calibration.curves import Calibrator, Mask, Numbers, logistic, logit_of
from models.calibration.relation_predictors import MEAN, SPREAD

Rows = npt.NDArray[np.int64]

SPREADS = (0.3, 0.6, 1.2)  # of the levels that relations add, as standard deviations; validation chooses
SLOPES = 0.5  # the spread of slopes, as a part of the spread of levels
COMMON_SPREAD = 3.0  # of the common level around an even chance
COMMON_SLOPE = (1.0, 0.5)  # mean and spread: a share is nearly a probability already
STEPS = 500  # of the fit, at most
LEVELS = 4  # common, kind, relation, both


@dataclass(frozen=True)
class Groups:
    """Links [n]: their log shares, the rows of their relations and of their heads' kinds.

    `predictors` [R, PREDICTORS] are of the relations.
    """

    log_share: Numbers
    relations: Rows
    kinds: Rows
    predictors: Numbers
    num_kinds: int

    def at(self, rows: Mask) -> "Groups":
        """The links of these rows."""
        return replace(self, log_share=self.log_share[rows], relations=self.relations[rows], kinds=self.kinds[rows])

    @property
    def num_relations(self) -> int:
        return len(self.predictors)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many groups each of the LEVELS has."""
        return 1, self.num_kinds, self.num_relations, self.num_relations * self.num_kinds


@dataclass(frozen=True)
class Hierarchy:
    """A fitted hierarchy: `levels` and `slopes` of all groups, level by level, and the `information` on each level.

    `expected` [R] is what their predictors add to the levels of relations.
    """

    levels: Numbers
    slopes: Numbers
    expected: Numbers
    information: Numbers
    sizes: tuple[int, ...]
    spread: float

    @classmethod
    def fit(cls, groups: Groups, correct: Mask, spread: float) -> "Hierarchy":
        """The most probable curves of links [n] with outcomes [n], for a spread of the relations' levels."""
        groups_of, told = _design(groups), groups.predictors[groups.relations]
        x = logit_of(groups.log_share)
        design = sp.hstack([groups_of, sp.diags(x) @ groups_of, told], format="csr")
        prior_mean, prior_spread = _prior(groups.sizes, spread)
        outcome = correct.astype(float)

        def loss(weights: Numbers) -> tuple[float, Numbers]:
            logits = design @ weights
            away = (weights - prior_mean) / prior_spread
            value = float((np.logaddexp(0, logits) - outcome * logits).sum() + (away**2).sum() / 2)
            return value, design.T @ (logistic(logits) - outcome) + away / prior_spread

        found = minimize(loss, prior_mean, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxfun": STEPS})
        p = logistic(design @ found.x)
        levels, slopes, effects = np.split(found.x, [groups_of.shape[1], 2 * groups_of.shape[1]])
        information = groups_of.T @ (p * (1 - p))
        return cls(levels, slopes, groups.predictors @ effects, information, groups.sizes, spread)

    def curve(self, relation: int | None, kind: int, *, links: int = 0, facts: int = 0) -> Calibrator:
        """The curve of a relation (None: of one that nothing is known of) and a kind; it never falls."""
        at = self._columns(relation, kind)
        # What is not known of the relation: its own level, and that of the two together.
        unknown = [
            1 / (1 / self.spread**2 + (self.information[column] if column is not None else 0.0))
            for column in (at[2], at[3])
        ]
        known = [column for column in at if column is not None]
        level, slope = float(self.levels[known].sum()), float(self.slopes[known].sum())
        level += 0.0 if relation is None else float(self.expected[relation])
        return Calibrator(level=level, slope=max(slope, 0.0), variance=sum(unknown), links=links, facts=facts)

    def _columns(self, relation: int | None, kind: int) -> tuple[int, int, int | None, int | None]:
        start = np.cumsum([0, *self.sizes])
        if relation is None:
            return 0, int(start[1]) + kind, None, None
        both = relation * self.sizes[1] + kind
        return 0, int(start[1]) + kind, int(start[2]) + relation, int(start[3]) + both


def choose_spread(groups: Groups, correct: Mask, folds: Rows) -> tuple[float, Numbers]:
    """The spread whose curves tell outcomes [n] best that they did not see, and the probabilities [n] that those gave.

    `folds` are the parts that links belong to; each is judged by curves of the others.
    """
    best: tuple[float, float, Numbers] | None = None
    for spread in SPREADS:
        probability = cross_fit(groups, correct, folds, spread)
        p = np.clip(probability, 1e-9, 1 - 1e-9)
        loss = -float(np.where(correct, np.log(p), np.log(1 - p)).sum())
        if best is None or loss < best[0]:
            best = loss, spread, probability
    assert best is not None
    return best[1], best[2]


def cross_fit(groups: Groups, correct: Mask, folds: Rows, spread: float) -> Numbers:
    """Probabilities [n] of links, each by curves that saw none of its fold."""
    probability = np.zeros(len(correct))
    for fold in np.unique(folds):
        inside = folds == fold
        others = Hierarchy.fit(groups.at(~inside), correct[~inside], spread)
        probability[inside] = probabilities(others, groups.at(inside))
    return probability


def probabilities(hierarchy: Hierarchy, groups: Groups) -> Numbers:
    """Probabilities [n] of links."""
    result = np.zeros(len(groups.log_share))
    both = groups.relations * groups.num_kinds + groups.kinds
    for group in np.unique(both):
        relation, kind = divmod(int(group), groups.num_kinds)
        own = both == group
        result[own] = hierarchy.curve(relation, kind).at(groups.log_share[own])
    return result


def _design(groups: Groups) -> sp.csr_matrix:
    """Which groups each link belongs to, [n, sum of sizes]: one on every level."""
    count = len(groups.log_share)
    start = np.cumsum([0, *groups.sizes])
    both = groups.relations * groups.num_kinds + groups.kinds
    columns = np.stack([np.zeros(count, dtype=np.int64), groups.kinds, groups.relations, both]) + start[:-1, None]
    rows = np.tile(np.arange(count), LEVELS)
    return sp.csr_matrix((np.ones(LEVELS * count), (rows, columns.ravel())), shape=(count, int(start[-1])))


def _prior(sizes: tuple[int, ...], spread: float) -> tuple[Numbers, Numbers]:
    """Means and spreads of all levels, then of all slopes, then of the effects of predictors."""
    groups = sum(sizes)
    mean = np.zeros(2 * groups)
    mean[groups] = COMMON_SLOPE[0]
    levels = np.full(groups, spread)
    levels[0] = COMMON_SPREAD
    slopes = SLOPES * levels
    slopes[0] = COMMON_SLOPE[1]
    return np.concatenate([mean, MEAN]), np.concatenate([levels, slopes, SPREAD])
