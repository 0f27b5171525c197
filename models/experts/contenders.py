"""What the experts say of held-back facts and of the candidates that compete with them."""

from typing import NamedTuple

import torch
from torch import Tensor

from models.experts.ensemble import Opinions
from models.experts.weights import GROUPS
from models.triples.known_facts import KnownFacts, answers, given_pairs
from models.triples.sides import SIDES, Side

BEST = 15  # contenders of each part
BEST_OF_ALL = 40  # and of all by their present weights
OF_GROUP = 60  # candidates drawn of each group of entities, which stand for all of it
POOL = 20_000  # entities among which contenders are looked for
BUDGET = 2**25  # scores held at a time


class Compared(NamedTuple):
    """Queries [q] with their candidates [M], the answer first, by parts [K]."""

    scores: Tensor
    """[q, M, K]"""
    stand_for: Tensor
    """The logarithm of how many a candidate stands for [q, M], -inf: does not compete (known, or there twice)."""
    rows: Tensor
    """Of the weights [q]."""
    groups: Tensor
    """Of the known entities [q]."""
    states: Tensor
    """Of the candidates [q, M]."""
    folds: Tensor
    """0 or 1, the same for all facts of a head, [q]."""

    @classmethod
    def joined(cls, parts: list["Compared"]) -> "Compared":
        """The queries of all parts."""
        return cls(*(torch.cat(columns) for columns in zip(*parts, strict=True)))

    def of_fold(self, fold: int) -> "Compared":
        """The queries of one fold."""
        return Compared(*(column[self.folds == fold] for column in self))


def compare(opinions: Opinions, known: KnownFacts, facts: Tensor, held_back: Tensor, seed: int) -> Compared:
    """Both queries of each of the facts int64 [m, 3], none of them of training; answers in `known` do not compete.

    Those with an end that training did not know are asked a second time, as if things arrive with some facts: all of
    `held_back` int64 [n, 3] are known then, but for those of the relation that is asked for.
    """
    ensemble, model = opinions.ensemble, opinions.model
    facts, held_back = (some.to(model.seen.device) for some in (facts, held_back))
    drawn = _Drawn(opinions, known, seed)
    found = [drawn.queries(opinions, facts, side) for side in SIDES]
    arrives = ~model.seen[facts[:, [0, 2]]].all(1)
    for relation in torch.unique(facts[arrives, 1]).tolist() if ensemble.reads_facts else ():
        given = held_back[held_back[:, 1] != relation]
        arrived = opinions.knowing(torch.cat([ensemble.facts.long(), given.to(ensemble.facts.device)]))
        asked = facts[(facts[:, 1] == relation) & arrives]
        found += [drawn.queries(arrived, asked, side) for side in SIDES]
    return Compared.joined(found)


class _Drawn:
    """Candidates that all queries share, and the queries made of them."""

    def __init__(self, opinions: Opinions, known: KnownFacts, seed: int) -> None:
        self.known = known
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(opinions.entities, generator=generator).to(opinions.device)
        self.folds = order % 2
        of_order = opinions.groups[order]
        drawn = [order[of_order == group][:OF_GROUP] for group in range(GROUPS)]
        sizes = [int((of_order == group).sum()) for group in range(GROUPS)]
        self.shared = torch.cat(drawn)
        stands = [
            some.new_full(some.shape, size).div(max(1, len(some))) for some, size in zip(drawn, sizes, strict=True)
        ]
        self.stands_for = torch.cat(stands).log()
        self.pool = torch.unique(torch.cat([self.shared, order[:POOL]]))

    def queries(self, opinions: Opinions, facts: Tensor, side: Side) -> Compared:
        """Queries for the `side` end of facts."""
        block = max(1, BUDGET // (len(self.pool) * len(opinions.parts)))
        return Compared.joined([self._block(opinions, some, side) for some in torch.split(facts, block)])

    def _block(self, opinions: Opinions, facts: Tensor, side: Side) -> Compared:
        pairs, wanted = given_pairs(facts, side), answers(facts, side)
        parts = opinions.by_part(pairs, side, self.pool)
        most = min(BEST, len(self.pool))
        total = opinions.weighted(parts, pairs, side, self.pool)
        answered = self._answered(pairs, side, opinions.entities)
        of_pool = answered[:, self.pool]  # they would be most of the best
        firsts = [part.masked_fill(of_pool, -torch.inf).topk(most, dim=1).indices for part in parts]
        most = min(BEST_OF_ALL, len(self.pool))
        best = torch.cat([*firsts, total.masked_fill_(of_pool, -torch.inf).topk(most, dim=1).indices], dim=1)
        rest = torch.cat([self.pool[best], self.shared.expand(len(facts), -1)], dim=1)
        at = torch.searchsorted(self.pool, rest)
        own = torch.arange(len(facts), device=facts.device)
        of_ends = torch.stack(opinions.by_part(pairs, side, torch.cat([wanted, pairs[:, 0]])), dim=2)
        of_rest = torch.stack([part.gather(1, at) for part in parts], dim=2)
        scores = torch.cat([of_ends[own, own, None], of_ends[own, own + len(facts), None], of_rest], dim=1)
        chosen = torch.cat([wanted[:, None], pairs[:, :1], rest], dim=1)
        stands_for = torch.cat([self.stands_for.new_zeros(2 + best.shape[1]), self.stands_for])
        hidden = self._hidden(answered, chosen)
        return Compared(
            scores=scores,
            stand_for=stands_for.expand(len(facts), -1).masked_fill(hidden, -torch.inf),
            rows=opinions.trust.rows(pairs[:, 1], side),
            groups=opinions.groups[pairs[:, 0]],
            states=opinions.states[chosen],
            folds=self.folds[facts[:, 0]],
        )

    def _answered(self, pairs: Tensor, side: Side, entities: int) -> Tensor:
        """Which entities are known answers, bool [B, N]."""
        cells = torch.zeros(len(pairs), entities, dtype=torch.bool, device=pairs.device)
        cells[self.known.answers(pairs, side)] = True
        return cells

    def _hidden(self, answered: Tensor, chosen: Tensor) -> Tensor:
        """Which of the chosen [B, M] do not compete: known answers other than the first, and who came before."""
        answered.scatter_(1, chosen[:, :1], value=True)
        hidden = answered.gather(1, chosen)
        values, order = chosen.sort(dim=1, stable=True)
        twice = torch.zeros_like(hidden)
        twice[:, 1:] = values[:, 1:] == values[:, :-1]
        hidden |= torch.zeros_like(hidden).scatter_(1, order, twice)
        hidden[:, 0] = False
        return hidden
