"""Candidates that a query is trained to score below its answer."""

import torch
from torch import Tensor

from models.config import TrainConfig
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts, answers
from models.triples.sides import Side

MANY = 100_000  # entities, above which a few are drawn without looking at all
Cells = tuple[Tensor, Tensor]
BySide = dict[Side, Tensor]


class SharedNegatives:
    """One draw of distinct entities for the whole batch."""

    def __init__(self, graph: KnowledgeGraph, known: KnownFacts | None, config: TrainConfig) -> None:
        self.known = known
        self.num_entities = graph.num_entities
        self.count = min(config.negatives, graph.num_entities)
        self.columns = torch.full((graph.num_entities,), -1)

    def draw(self, pairs: BySide, wanted: BySide, generator: torch.Generator) -> tuple[Tensor, Cells]:
        """Distinct candidates [K] and the cells (query, column) among them that are known answers."""
        candidates = self._candidates(generator)
        self.columns[candidates] = torch.arange(len(candidates))
        excluded = self._excluded(pairs, wanted, candidates)
        self.columns[candidates] = -1
        return candidates, excluded

    def _excluded(self, pairs: BySide, wanted: BySide, candidates: Tensor) -> Cells:
        if self.known is not None:
            return self.known.answers_among(pairs, candidates, self.columns)
        columns = self.columns[torch.cat([wanted[side] for side in pairs])]
        rows = (columns >= 0).nonzero()[:, 0]
        return rows, columns[rows]

    def _candidates(self, generator: torch.Generator) -> Tensor:
        if self.count == self.num_entities:
            return torch.arange(self.num_entities)
        if self.num_entities <= MANY:
            return torch.randperm(self.num_entities, generator=generator)[: self.count]
        drawn = torch.empty(0, dtype=torch.long)
        while len(drawn) < self.count:  # a permutation of all entities would make an epoch quadratic in the graph
            more = torch.randint(self.num_entities, (self.count + self.count // 8,), generator=generator)
            drawn = torch.unique(torch.cat([drawn, more]))
        return drawn[torch.randperm(len(drawn), generator=generator)[: self.count]]


class IndependentNegatives:
    """For every query a draw of its own, from all entities or from the relation's ends in training."""

    def __init__(self, graph: KnowledgeGraph, known: KnownFacts | None, config: TrainConfig) -> None:
        self.num_entities = graph.num_entities
        self.num_relations = graph.num_relations
        self.count = config.negatives
        self.filtered = known is not None
        facts = known.triples if known is not None else graph.triples["train"]
        self.keys = torch.unique((facts[:, 0] * self.num_relations + facts[:, 1]) * self.num_entities + facts[:, 2])
        self.ends: dict[Side, tuple[Tensor, Tensor, Tensor]] | None = None
        if config.negative_candidates == "pseudo_typed":
            train = graph.triples["train"]
            self.ends = {side: _ends(train, side, self.num_relations) for side in ("tail", "head")}

    def draw(self, pairs: BySide, wanted: BySide, generator: torch.Generator) -> tuple[Tensor, Cells]:
        """Candidates [Q, K], and the cells (query, column) among them that are facts (or the answer itself)."""
        drawn = {side: self._candidates(asked[:, 1], side, generator) for side, asked in pairs.items()}
        hits = [
            self._facts(pairs[side], found, side) if self.filtered else found == wanted[side][:, None]
            for side, found in drawn.items()
        ]
        rows, columns = torch.cat(hits).nonzero(as_tuple=True)
        return torch.cat(list(drawn.values())), (rows, columns)

    def _candidates(self, relations: Tensor, side: Side, generator: torch.Generator) -> Tensor:
        shape = (len(relations), self.count)
        if self.ends is None:
            return torch.randint(self.num_entities, shape, generator=generator)
        entities, starts, counts = self.ends[side]
        places = (torch.rand(shape, generator=generator, dtype=torch.float64) * counts[relations][:, None]).long()
        return entities[starts[relations][:, None] + places]

    def _facts(self, pairs: Tensor, candidates: Tensor, side: Side) -> Tensor:
        """Which candidates [B, K] make a known fact with their pair [B, 2]."""
        known, relations = pairs[:, 0, None], pairs[:, 1, None]
        heads, tails = (known, candidates) if side == "tail" else (candidates, known)
        keys = (heads * self.num_relations + relations) * self.num_entities + tails
        places = torch.searchsorted(self.keys, keys).clamp_(max=len(self.keys) - 1)
        found: Tensor = self.keys[places] == keys
        return found


def _ends(triples: Tensor, side: Side, relations: int) -> tuple[Tensor, Tensor, Tensor]:
    """Distinct ends of each relation on one side: (entities, first place, number) with relations in order."""
    ends = answers(triples, side)
    radix = int(ends.max()) + 1 if len(ends) else 1
    pairs = torch.unique(triples[:, 1] * radix + ends)  # of numbers: of rows it takes many times as long
    counts = torch.bincount(pairs // radix, minlength=relations)
    return pairs % radix, counts.cumsum(0) - counts, counts
