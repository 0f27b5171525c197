"""How likely a head has an unrecorded answer of a relation: declared, learned from a random sample, or unknown.

A link's `probability` says how likely it is right if there is an answer. So of links that people judged, drawn at
random, each is right with `probability` times the share of heads that have one.
"""

from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from models.calibration.curves import Mask, Numbers
from models.ranking.candidate_lists import Links

ENOUGH_DECISIONS = 30
ENOUGH_EXPECTED = 10.0  # right ones among them, if all heads had an answer
GRID = 200  # shares that are compared


class Judged(NamedTuple):
    """A link of the random sample that somebody decided."""

    relation: str
    has_known_tail: bool
    """Whether its head had another known tail of the relation when the link was made."""
    probability: float
    """What it had when it was decided."""
    correct: bool
    weight: float = 1.0
    """How many links it stands for."""


class AnswerShare(BaseModel):
    """How many of a relation's heads of one kind have an answer that is not recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    relation: str
    has_known_tail: bool
    probability: float
    decisions: int | None
    """Of how many decisions it was learned; None: it is declared."""


class Answers(BaseModel):
    """What is known of it; of other relations and kinds of heads nothing is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shares: tuple[AnswerShare, ...] = ()

    @classmethod
    def of(cls, complete: Iterable[str], judged: Iterable[Judged] = ()) -> Self:
        """Of relations that are `complete`, every head having an answer, and of what the random sample teaches.

        A declaration says nothing of heads that have a known tail already: whether there is a second one is learned.
        """
        shares = {
            (name, False): AnswerShare(relation=name, has_known_tail=False, probability=1.0, decisions=None)
            for name in sorted(complete)
        }
        groups: dict[tuple[str, bool], list[Judged]] = {}
        for link in judged:
            groups.setdefault((link.relation, link.has_known_tail), []).append(link)
        for (relation, known), links in sorted(groups.items()):
            probability = np.array([link.probability for link in links])
            if len(links) < ENOUGH_DECISIONS or probability.sum() < ENOUGH_EXPECTED or (relation, known) in shares:
                continue
            share = learn_share(
                probability,
                np.array([link.correct for link in links]),
                np.array([link.weight for link in links]),
            )
            shares[relation, known] = AnswerShare(
                relation=relation, has_known_tail=known, probability=share, decisions=len(links)
            )
        return cls(shares=tuple(shares.values()))

    def probabilities(self, links: Links, relation: str) -> Numbers:
        """For links [n] of one relation how likely their heads have an answer; NaN where that is unknown."""
        known, result = links.has_known_tail.numpy(), np.full(len(links.heads), np.nan)
        for share in self.shares:
            if share.relation == relation:
                result[known == share.has_known_tail] = share.probability
        return result


def learn_share(probability: Numbers, correct: Mask, weight: Numbers | None = None) -> float:
    """The mean share a of heads with an answer, links [n] being right with a · probability; a is uniform before.

    weight [n]: how many links each stands for (None: all alike). They sum to the effective sample size (Kish 1965,
    (Σ w)² / Σ w²), so that few links with large weights are not taken for many.
    """
    weights = np.ones(len(probability)) if weight is None else weight * (weight.sum() / (weight**2).sum())
    shares = (np.arange(GRID) + 0.5) / GRID
    chance = np.clip(shares[:, None] * probability, 1e-9, 1 - 1e-9)
    log_likelihood = (np.where(correct, np.log(chance), np.log1p(-chance)) * weights).sum(1)
    posterior = np.exp(log_likelihood - log_likelihood.max())
    return float((shares * posterior).sum() / posterior.sum())
