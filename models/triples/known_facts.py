"""Known facts as a lookup: which entities already answer a query, for filtered ranking and for new links."""

from itertools import accumulate

import torch
from torch import Tensor

from base.distinct import distinct
from models.triples.sides import SIDES, Side


def given_pairs(triples: Tensor, side: Side) -> Tensor:
    """The (known entity, relation) pairs [m, 2] of queries that ask for the `side` end of triples [m, 3]."""
    return triples[:, [0, 1]] if side == "tail" else triples[:, [2, 1]]


def answers(triples: Tensor, side: Side) -> Tensor:
    """The entities [m] that such queries look for."""
    return triples[:, 2] if side == "tail" else triples[:, 0]


def with_inverses(triples: Tensor) -> Tensor:
    """Triples [m, 3], and after them the same turned round.

    As known facts they are the filter of the VL-KGE authors' release, whose one entry of (entity, relation) holds the
    entity's tails and its heads: it also drops x of (x, r, h) where (h, r, ?) is asked.
    """
    return torch.cat([triples, triples[:, [2, 1, 0]]])


class KnownFacts:
    """Answers of every (known entity, relation) pair, as compressed rows: one sorted key per pair."""

    def __init__(self, triples: Tensor, relations: int) -> None:
        self.relations = relations
        self.triples = triples
        self._rows = {side: _Rows(self._keys(given_pairs(triples, side)), answers(triples, side)) for side in SIDES}

    def _keys(self, pairs: Tensor) -> Tensor:
        return pairs[:, 0] * self.relations + pairs[:, 1]

    def answers(self, pairs: Tensor, side: Side) -> tuple[Tensor, Tensor]:
        """Known answers of pairs [B, 2]: (row of the pair [k], entity [k]), each once, rows ascending."""
        return self._rows[side].of(self._keys(pairs))

    def pairs(self, side: Side) -> Tensor:
        """The pairs [m, 2] that have answers, each once, in ascending order."""
        keys = self._rows[side].keys
        return torch.stack([keys // self.relations, keys % self.relations], dim=1)

    def answers_of_sides(self, asked: dict[Side, Tensor]) -> tuple[Tensor, Tensor]:
        """Like `answers` for the pairs of several sides, whose rows are numbered through."""
        return _numbered_through(asked, [self.answers(pairs, side) for side, pairs in asked.items()])

    def answers_among(self, asked: dict[Side, Tensor], candidates: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """Like `answers_of_sides`, of distinct candidates [K] alone, as (row of the pair, column of the candidate).

        columns [N]: of each entity its place among the candidates, or -1. Pairs that are asked several times are looked
        up once. Gone through are the answers of the pairs or the facts of the candidates, whichever are fewer; so a hub
        costs little on either side.
        """
        found = [self._among(side, self._keys(pairs), candidates, columns) for side, pairs in asked.items()]
        return _numbered_through(asked, found)

    def _among(self, side: Side, keys: Tensor, candidates: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        once, which = torch.unique(keys, return_inverse=True)  # the keys asked for
        ours, theirs = self._rows[side], self._rows["head" if side == "tail" else "tail"]
        ranges = theirs.ranges(candidates * self.relations, (candidates + 1) * self.relations)
        if int(ranges[1].sum()) < ours.effort(once, len(candidates)):
            places, pairs, known = theirs.within(*ranges)
            wanted = known * self.relations + pairs % self.relations
            at = torch.searchsorted(once, wanted).clamp_(max=len(once) - 1)
            asked = once[at] == wanted
            cells = at[asked], places[asked]
        else:
            cells = ours.among(once, candidates, columns)
        return _Rows(*cells).of(which)

    def to(self, device: torch.device) -> "KnownFacts":
        """Itself, with its tensors on `device`."""
        self.triples = self.triples.to(device)
        for rows in self._rows.values():
            rows.to(device)
        return self


def _numbered_through(asked: dict[Side, Tensor], found: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    starts = accumulate(map(len, asked.values()), initial=0)
    rows = [start + rows for start, (rows, _) in zip(starts, found, strict=False)]
    return torch.cat(rows), torch.cat([values for _, values in found])


class _Rows:
    """Values under sorted integer keys; duplicates are kept once."""

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        self.radix = int(values.max()) + 1 if len(values) else 1
        cells = keys * self.radix + values  # of numbers: of columns it takes many times as long
        self.cells = torch.from_numpy(distinct(cells.cpu().numpy())).to(cells.device)
        self.keys, counts = torch.unique_consecutive(self.cells // self.radix, return_counts=True)
        self.starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])

    def of(self, keys: Tensor) -> tuple[Tensor, Tensor]:
        """(place in keys [k], value [k]) of all their values, in ascending order."""
        at, counts = self._find(keys)
        rows, _, values = self.within(self.starts[at], counts)
        return rows, values

    def ranges(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """The first cell [k] of the keys from `low` to before `high` [k], and how many there are [k]."""
        first, last = (self.starts[torch.searchsorted(self.keys, bound)] for bound in (low, high))
        return first, last - first

    def within(self, first: Tensor, counts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(place in `first` [k], key [k], value [k]) of so many cells from each on."""
        rows = torch.repeat_interleave(torch.arange(len(first), device=first.device), counts)
        within = torch.arange(len(rows), device=first.device) - (counts.cumsum(0) - counts)[rows]
        cells = self.cells[first[rows] + within]
        return rows, cells // self.radix, cells % self.radix

    def effort(self, keys: Tensor, chosen: int) -> int:
        """How many values `among` looks at for distinct keys."""
        return int(self._find(keys)[1].clamp(max=chosen).sum())

    def among(self, keys: Tensor, chosen: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """Like `of`, for the chosen values of distinct keys alone, as their columns, in any order.

        A key with more values than were chosen costs no more than these.
        """
        many = self._find(keys)[1] > len(chosen)
        few = (~many).nonzero()[:, 0]
        rows, values = self.of(keys[few])
        found = columns[values]
        listed = few[rows[found >= 0]], found[found >= 0]
        searched, places = self._hold(keys[many], chosen)
        return torch.cat([listed[0], many.nonzero()[:, 0][searched]]), torch.cat([listed[1], places])

    def _find(self, keys: Tensor) -> tuple[Tensor, Tensor]:
        """Where each key stands [k], and how many values it has [k]."""
        if len(self.keys) == 0:
            return torch.zeros_like(keys), torch.zeros_like(keys)
        at = torch.searchsorted(self.keys, keys).clamp_(max=len(self.keys) - 1)
        return at, (self.starts[at + 1] - self.starts[at]) * (self.keys[at] == keys)

    def _hold(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """(place in keys, place in values) of those that stand together here."""
        if len(self.cells) == 0:
            return keys.new_empty(0), keys.new_empty(0)
        values, order = values.sort()  # neighbours are looked up after each other, in the same part of the memory
        wanted = keys[:, None] * self.radix + values
        at = torch.searchsorted(self.cells, wanted).clamp_(max=len(self.cells) - 1)
        held = (self.cells[at] == wanted) & (values < self.radix)
        rows, places = held.nonzero(as_tuple=True)
        return rows, order[places]

    def to(self, device: torch.device) -> None:
        self.keys, self.cells, self.starts = (t.to(device) for t in (self.keys, self.cells, self.starts))
