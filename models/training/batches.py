"""The facts and negatives of one step, drawn on the CPU so that the same seed gives the same steps everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Protocol, Self

import torch
from torch import Tensor

from models.config import TrainConfig
from models.training.negatives import Cells, IndependentNegatives, SharedNegatives
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts, answers, given_pairs, with_inverses
from models.triples.sides import Side


class _OnDevices:
    """A dataclass of tensors, and of tuples of them."""

    def to(self, device: torch.device) -> Self:
        """The same on another device, copied without waiting."""

        def moved(value: object) -> object:
            if isinstance(value, tuple):
                return tuple(map(moved, value))
            return value.to(device, non_blocking=True) if isinstance(value, Tensor) else value

        return replace(self, **{item.name: moved(getattr(self, item.name)) for item in fields(self)})  # type: ignore[type-var, arg-type]


@dataclass(frozen=True)
class Batch(_OnDevices):
    """Facts of one step with negatives of their own; entities are numbered by their place in `entities`."""

    entities: Tensor
    """The entities [U] that the step represents, each once."""
    heads: Tensor
    relations: Tensor
    tails: Tensor
    negatives: Tensor
    """Candidates [K] that all queries share, or [Q, K] of their own; queries ask for tails first, then for heads."""
    excluded: Cells
    """(query, column) of candidates that are no negatives."""
    rejected: Tensor | None = None
    """Facts [m, 3] that people rejected; None: there are none."""

    def __len__(self) -> int:
        """How many facts, which may be divided among processes."""
        return len(self.heads)

    def part(self, start: int, end: int) -> "Batch":
        """The facts from `start` to before `end` with their queries; entities and shared negatives stay whole."""
        rows, columns = self.excluded
        side, fact = rows // len(self), rows % len(self)
        kept = (fact >= start) & (fact < end)
        negatives = self.negatives
        if negatives.dim() == 2:
            negatives = torch.cat([part[start:end] for part in torch.split(negatives, len(self))])
        return replace(
            self,
            heads=self.heads[start:end],
            relations=self.relations[start:end],
            tails=self.tails[start:end],
            negatives=negatives,
            excluded=((side * (end - start) + fact - start)[kept], columns[kept]),
        )

    def weight(self, config: TrainConfig) -> float:
        """What the loss's mean divides by: facts, or for the logistic loss positives and negatives."""
        if config.loss != "logistic":
            return float(len(self))
        queries = len(self) * len(sides(config))
        rows, columns = self.excluded
        candidates = self.negatives.shape[-1]
        left_out = len(torch.unique(rows * candidates + columns))
        return float(queries * (1 + candidates) - left_out)


@dataclass(frozen=True)
class QueryBatch(_OnDevices):
    """Queries of one step, each with all its answers, to be matched with every entity."""

    known: Tensor
    """The known entities [Q]."""
    relations: Tensor
    tails: int
    """So many of the queries, the first ones, ask for tails, the others for heads."""
    answers: Cells
    """(query, entity) of training facts."""
    excluded: Cells | None
    """(query, entity) of facts that are no negatives; None: all but the answer that is asked for are negatives."""
    rejected: Tensor | None = None
    """Facts [m, 3] that people rejected; None: there are none."""

    def __len__(self) -> int:
        """How many queries, which may be divided among processes."""
        return len(self.known)

    def part(self, start: int, end: int) -> "QueryBatch":
        """The queries from `start` to before `end` with their answers."""

        def within(cells: Cells) -> Cells:
            rows, entities = cells
            kept = (rows >= start) & (rows < end)
            return rows[kept] - start, entities[kept]

        return replace(
            self,
            known=self.known[start:end],
            relations=self.relations[start:end],
            tails=min(max(self.tails - start, 0), end - start),
            answers=within(self.answers),
            excluded=None if self.excluded is None else within(self.excluded),
        )

    def weight(self, config: TrainConfig) -> float:
        """What the loss's mean divides by: answers, or for k_vs_all queries."""
        return float(len(self) if config.loss == "k_vs_all" else len(self.answers[0]))


AnyBatch = Batch | QueryBatch


class Epochs(Protocol):
    """What training goes through; an epoch's content depends on the seed and its number alone."""

    def __len__(self) -> int:
        """Steps of an epoch, the longest where they differ."""

    def epoch(self, number: int) -> Iterator[AnyBatch]:
        """The batches of an epoch."""


def epochs(graph: KnowledgeGraph, config: TrainConfig) -> Epochs:
    """The steps that a configuration's loss takes on a graph."""
    return QueryBatches(graph, config) if config.scores_every_entity else Batches(graph, config)


class Batches:
    """All training facts once, shuffled, with negatives: in an epoch, or in several of `epoch_facts` at most."""

    def __init__(self, graph: KnowledgeGraph, config: TrainConfig) -> None:
        self.triples = graph.triples["train"]
        self.rejected = _rejected(graph, config)
        self.config = config
        self.steps, self.parts = _division(len(self.triples), config)
        known = None if config.negative_filter == "none" else KnownFacts(_known(graph, config), graph.num_relations)
        drawn = SharedNegatives if config.negative_sampling == "shared" else IndependentNegatives
        self.negatives = drawn(graph, known, config)

    def __len__(self) -> int:
        return -(-self.steps // self.parts)

    def epoch(self, number: int) -> Iterator[Batch]:
        turn, part = divmod(number, self.parts)
        generator = torch.Generator().manual_seed(epoch_seed(self.config.seed, turn))
        order = torch.randperm(len(self.triples), generator=generator)
        turned_down = self.rejected[torch.randperm(len(self.rejected), generator=generator)]
        if self.parts > 1:  # what is drawn then does not go by the parts before
            generator = torch.Generator().manual_seed(epoch_seed(self.config.seed, number))
        own = _steps_of(part, self.steps, self.parts)
        for place, step in enumerate(own):
            chosen = order[step * self.config.batch_size :][: self.config.batch_size]
            yield self._batch(self.triples[chosen], turned_down[place :: len(own)], generator)

    def _batch(self, triples: Tensor, rejected: Tensor, generator: torch.Generator) -> Batch:
        pairs = {side: given_pairs(triples, side) for side in sides(self.config)}
        wanted = {side: answers(triples, side) for side in sides(self.config)}
        negatives, excluded = self.negatives.draw(pairs, wanted, generator)
        heads, relations, tails = triples.unbind(1)
        ends = rejected[:, [0, 2]].flatten()
        entities, places = torch.unique(torch.cat([heads, tails, negatives.flatten(), ends]), return_inverse=True)
        heads, tails, places, ends = torch.split(places, [len(heads), len(tails), negatives.numel(), len(ends)])
        renumbered = torch.stack([ends[::2], rejected[:, 1], ends[1::2]], dim=1) if len(rejected) else None
        return Batch(entities, heads, relations, tails, places.view_as(negatives), excluded, renumbered)


class QueryBatches:
    """All distinct queries of training facts once, shuffled; in as many steps and epochs as there are of facts.

    A query that has several answers is scored once for all of them, which is what the losses over every entity cost.
    """

    def __init__(self, graph: KnowledgeGraph, config: TrainConfig) -> None:
        triples = graph.triples["train"]
        self.config = config
        self.rejected = _rejected(graph, config)
        self.steps, self.parts = _division(len(triples), config)
        self.answers = KnownFacts(triples, graph.num_relations)
        filtered = None if config.negative_filter == "none" else _known(graph, config)
        self.excluded = None if filtered is None else KnownFacts(filtered, graph.num_relations)
        self.pairs = {side: self.answers.pairs(side) for side in sides(config)}

    def __len__(self) -> int:
        return -(-self.steps // self.parts)

    def epoch(self, number: int) -> Iterator[QueryBatch]:
        turn, part = divmod(number, self.parts)
        generator = torch.Generator().manual_seed(epoch_seed(self.config.seed, turn))
        asked = {
            side: pairs[torch.randperm(len(pairs), generator=generator)].tensor_split(self.steps)
            for side, pairs in self.pairs.items()
        }
        turned_down = self.rejected[torch.randperm(len(self.rejected), generator=generator)]
        own = _steps_of(part, self.steps, self.parts)
        for place, step in enumerate(own):
            some = {side: parts[step] for side, parts in asked.items()}
            if any(map(len, some.values())):
                yield self._batch(some, turned_down[place :: len(own)])

    def _batch(self, asked: dict[Side, Tensor], rejected: Tensor) -> QueryBatch:
        pairs = torch.cat(list(asked.values()))
        return QueryBatch(
            known=pairs[:, 0],
            relations=pairs[:, 1],
            tails=len(asked["tail"]),
            answers=self.answers.answers_of_sides(asked),
            excluded=None if self.excluded is None else self.excluded.answers_of_sides(asked),
            rejected=rejected if len(rejected) else None,
        )


def sides(config: TrainConfig) -> tuple[Side, ...]:
    """The ends that each fact is asked for."""
    return ("tail", "head") if config.corruption_scheme == "both" else ("tail",)


def epoch_seed(seed: int, epoch: int) -> int:
    """A seed for each epoch, so that a resumed training needs no generator's state."""
    return seed * 100_003 + epoch


def _division(facts: int, config: TrainConfig) -> tuple[int, int]:
    """Steps in which all facts are gone through once, and epochs that these are divided among."""
    steps = -(-facts // config.batch_size)
    return steps, 1 if config.epoch_facts is None else max(1, min(steps, -(-facts // config.epoch_facts)))


def _steps_of(part: int, steps: int, parts: int) -> range:
    """The steps of one of the parts."""
    return range(steps * part // parts, steps * (part + 1) // parts)


def _known(graph: KnowledgeGraph, config: TrainConfig) -> Tensor:
    """Facts [m, 3] that are never negatives."""
    if config.negative_filter == "every_split":
        return with_inverses(torch.cat(list(graph.triples.values())))
    return graph.triples["train"]


def _rejected(graph: KnowledgeGraph, config: TrainConfig) -> Tensor:
    return graph.rejected if config.rejected_weight else graph.rejected[:0]
