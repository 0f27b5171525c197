"""The facts and negatives of one step, drawn on the CPU so that the same seed gives the same steps everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from models.config import TrainConfig
from models.filters import KnownFacts, answers, given_pairs
from models.knowledge_graph import KnowledgeGraph
from models.negatives import IndependentNegatives, SharedNegatives
from models.scoring import Side


@dataclass(frozen=True)
class Batch:
    """Queries of one step; entities are numbered by their place in `entities`."""

    entities: Tensor | None
    """The entities [U] that the step represents, each once (None: all)."""
    heads: Tensor
    relations: Tensor
    tails: Tensor
    negatives: Tensor
    """Candidates [K] that all queries share, or [Q, K] of their own; queries ask for tails first, then for heads."""
    excluded: tuple[Tensor, Tensor]
    """(query, column) of candidates that are no negatives."""
    rejected: Tensor | None = None
    """Facts [m, 3] that people rejected; None: there are none."""

    def to(self, device: torch.device) -> "Batch":
        """The same on another device, copied without waiting."""

        def moved(value: Tensor | tuple[Tensor, Tensor] | None) -> object:
            if isinstance(value, tuple):
                return tuple(part.to(device, non_blocking=True) for part in value)
            return None if value is None else value.to(device, non_blocking=True)

        return Batch(**{item.name: moved(getattr(self, item.name)) for item in fields(self)})  # type: ignore[arg-type]


class Batches:
    """All training facts once an epoch, shuffled; an epoch's content depends on the seed and its number alone."""

    def __init__(self, graph: KnowledgeGraph, config: TrainConfig) -> None:
        self.triples = graph.triples["train"]
        self.rejected = graph.rejected if config.rejected_weight else graph.rejected[:0]
        self.config = config
        self.sides: tuple[Side, ...] = ("tail", "head") if config.corrupted == "both" else ("tail",)
        self.every_entity = config.scores_every_entity
        self.num_entities = graph.num_entities
        filtered = self.triples
        if config.negative_filter == "every_split":
            filtered = torch.cat([graph.triples[split] for split in ("train", "val", "gate", "test")])
        known = None if config.negative_filter == "none" else KnownFacts(filtered, graph.num_relations)
        drawn = SharedNegatives if config.negative_sampling == "shared" or self.every_entity else IndependentNegatives
        self.negatives = drawn(graph, known, config)

    def __len__(self) -> int:
        return -(-len(self.triples) // self.config.batch_size)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of an epoch."""
        generator = torch.Generator().manual_seed(epoch_seed(self.config.seed, number))
        order = torch.randperm(len(self.triples), generator=generator)
        turned_down = self.rejected[torch.randperm(len(self.rejected), generator=generator)]
        for step, chosen in enumerate(torch.split(order, self.config.batch_size)):
            yield self._batch(self.triples[chosen], turned_down[step :: len(self)], generator)

    def _batch(self, triples: Tensor, rejected: Tensor, generator: torch.Generator) -> Batch:
        pairs = {side: given_pairs(triples, side) for side in self.sides}
        wanted = {side: answers(triples, side) for side in self.sides}
        negatives, excluded = self.negatives.draw(pairs, wanted, generator)
        heads, relations, tails = triples.unbind(1)
        if self.every_entity:
            return Batch(None, heads, relations, tails, negatives, excluded, rejected if len(rejected) else None)
        ends = rejected[:, [0, 2]].flatten()
        entities, places = torch.unique(torch.cat([heads, tails, negatives.flatten(), ends]), return_inverse=True)
        heads, tails, places, ends = torch.split(places, [len(heads), len(tails), negatives.numel(), len(ends)])
        renumbered = torch.stack([ends[::2], rejected[:, 1], ends[1::2]], dim=1) if len(rejected) else None
        return Batch(entities, heads, relations, tails, places.view_as(negatives), excluded, renumbered)


def epoch_seed(seed: int, epoch: int) -> int:
    """A seed for each epoch, so that a resumed training needs no generator's state."""
    return seed * 100_003 + epoch
