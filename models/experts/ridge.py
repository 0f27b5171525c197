"""Ridge regression of facts on what else is known of an entity: its text and picture, and its other facts.

For each relation and direction, entities that have it are examples, and the ends they have it with are targets; bags
are of facts of the other relations (`models.experts.kernel`). A fact never speaks for itself: an example is scored as
by a regression without it.
"""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional as F

from models.experts.columns import Columns, frequent, place, sides_of
from models.experts.expert import Expert, Model, SizedByState, Voice
from models.experts.kernel import Described, of_unit, ridge
from models.experts.regressions import Regression, Regressions
from models.triples.knowledge_graph import KnowledgeGraph

EXAMPLES = 20_000  # of a regression
ENTITIES = 60_000  # up to which there are so many; beyond, each costs its kernel with all entities, for each relation
LEAST = 2_000  # examples, however large the graph
CELLS = 2**27  # scores of all entities, 4 bytes each: targets are the most frequent that fit


class Ridge(SizedByState, Expert):
    """Ridge regression on features; its parts speak by the known entity and by the candidate.

    The state: `columns` int32 [C, 3], which are bags and targets; `regressions` int32 [G, 5], each its relation,
    direction, and how many landmarks, targets and examples it has, which lie one regression after the other. Landmarks
    and examples are rows of a table of all of them: which entities these are, their features, and their bags.
    """

    parts: tuple[str, ...] = ("features", "candidate's features")

    def __init__(self, modalities: tuple[str, ...], most: int) -> None:
        super().__init__()
        self.modalities = modalities
        self.most = most
        self.columns: Tensor
        self.register_buffer("columns", torch.empty(0, 3, dtype=torch.int32))
        self.regressions: Tensor
        self.register_buffer("regressions", torch.empty(0, 5, dtype=torch.int32))
        self.weights: Tensor
        self.register_buffer("weights", torch.empty(0))
        self.landmarks: Tensor
        self.register_buffer("landmarks", torch.empty(0, dtype=torch.int32))
        self.examples: Tensor
        self.register_buffer("examples", torch.empty(0, dtype=torch.int32))
        self.leverages: Tensor
        self.register_buffer("leverages", torch.empty(0))
        self.table: Tensor  # entities
        self.register_buffer("table", torch.empty(0, dtype=torch.int32))
        self.bags: Tensor  # (row of the table, column)
        self.register_buffer("bags", torch.empty(0, 2, dtype=torch.int32))
        for name in modalities:
            self.register_buffer(f"points_{name}", torch.empty(0, 0, dtype=torch.float16))

    @classmethod
    def of(cls, model: Model) -> Self | None:
        return cls(tuple(model.features_of), model.config.fact_columns) if model.features_of else None

    def learn(self, graph: KnowledgeGraph) -> None:
        facts = graph.triples["train"]
        chosen = frequent(facts, min(self.most, max(1, CELLS // graph.num_entities)))
        entities, ends = sides_of(facts)
        ways = torch.unique(chosen[:, :2], dim=0)
        order = torch.randperm(graph.num_entities, generator=torch.Generator().manual_seed(0))
        most = min(EXAMPLES, max(LEAST, EXAMPLES * ENTITIES**2 // graph.num_entities**2))
        examples = [_first(torch.unique(entities[(ends[:, :2] == way).all(1)]), order, most) for way in ways]
        table = torch.unique(torch.cat(examples)) if examples else torch.empty(0, dtype=torch.long)
        bags = Columns(chosen, graph.num_entities).bags(facts)[table.numpy()]
        features = [graph.features[name] for name in self.modalities]
        units = [F.normalize(of.vectors[table], dim=1) * of.mask[table, None] for of in features]
        kept = {
            "columns": [chosen],
            "table": [table],
            "bags": [torch.stack([torch.from_numpy(part) for part in bags.nonzero()], dim=1)],
            **{f"points_{name}": [unit] for name, unit in zip(self.modalities, units, strict=True)},
        }
        for way, some in zip(ways, examples, strict=True):
            rows = torch.searchsorted(table, some)
            targets = (chosen[:, :2] == way).all(1).nonzero()[:, 0]
            own = bags[rows.numpy()]
            seen = Described([unit[rows] for unit in units], self._counted(own, chosen, int(way[0])), len(rows))
            fit = ridge(seen, torch.from_numpy(own[:, targets.numpy()].toarray()), seed=0)
            found = {
                "regressions": torch.tensor([[*way, len(fit.landmarks), len(targets), len(rows)]]),
                "weights": fit.weights.flatten(),
                "landmarks": rows[fit.landmarks],
                "examples": rows,
                "leverages": fit.leverages,
            }
            for name, part in found.items():
                kept.setdefault(name, []).append(part)
        for name, parts in kept.items():
            before = getattr(self, name)
            setattr(self, name, torch.cat(parts).to(before))

    def voice(self, model: Model, facts: Tensor) -> Voice:
        columns = Columns(self.columns, model.num_entities)
        learnt = {of.way: of for of in self._regressions()}
        bags = columns.bags(facts) if self.reads_facts else None
        points = [getattr(self, f"points_{name}").cpu().float() for name in self.modalities]
        return Regressions(columns, learnt, points, self._units(model), bags, model.seen.device)

    def voice_seeing(self, voice: Voice, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (its voice knows them)
        assert isinstance(voice, Regressions)
        units = self._units(model)
        return Regressions(voice.columns, voice.regressions, voice.points, units, voice.bags, voice.device)

    def _units(self, model: Model) -> list[Tensor]:
        return [model.features_of[name].unit_features().cpu() for name in self.modalities]

    def _regressions(self) -> Iterator[Regression]:
        sizes, columns = self.regressions.long().cpu(), self.columns.cpu()
        at_landmarks, at_examples, table = (part.long().cpu() for part in (self.landmarks, self.examples, self.table))
        cells = self.bags.cpu().numpy()
        filled = (np.ones(len(cells), np.float32), (cells[:, 0], cells[:, 1]))
        bags = sparse.csr_matrix(filled, (len(table), len(columns)))
        landmarks, targets, examples = (_Places(sizes[:, column].tolist()) for column in (2, 3, 4))
        parts = _Places([m * t for m, t in sizes[:, 2:4].tolist()])
        for number, (relation, inverse, m, t, _) in enumerate(sizes.tolist()):
            at, own = at_landmarks[landmarks.of(number)], at_examples[examples.of(number)]
            asked = targets.of(number)
            yield Regression(
                way=(relation, inverse),
                first=asked.start,
                counted=(columns[:, 0] != relation).numpy(),
                landmarks=at,
                bags=self._counted(bags[at.numpy()], columns, relation),
                weights=self.weights[parts.of(number)].cpu().view(m, t),
                examples=table[own],
                leverages=self.leverages[examples.of(number)].cpu(),
                labels=bags[own.numpy()][:, asked],
            )

    def _counted(self, bags: Any, columns: Tensor, relation: int) -> Any:
        """Unit bags of the facts of other relations; None: facts do not count."""
        return of_unit(bags, (columns[:, 0] != relation).numpy()) if self.reads_facts else None

    def carry_over(self, trained: Self, entities: Tensor, relations: Tensor) -> None:
        """What is of a relation or an entity that is there no longer is nobody's."""
        for name in self._buffers:
            setattr(self, name, getattr(trained, name))
        relation, inverse, entity = trained.columns.long().cpu().unbind(1)
        columns = torch.stack([place(relations, relation), inverse, place(entities, entity)], dim=1)
        self.columns = columns.int().to(self.columns.device)
        moved = place(relations, trained.regressions[:, 0].long().cpu())
        self.regressions = torch.cat([moved[:, None].int().to(self.columns.device), trained.regressions[:, 1:]], dim=1)
        self.table = place(entities, trained.table.long().cpu()).int().to(self.columns.device)


class FactRidge(Ridge):
    """Ridge regression on features and an entity's facts of other relations together."""

    parts = ("facts and features", "candidate's facts and features")
    reads_facts = True

    @classmethod
    def of(cls, model: Model) -> Self:
        return cls(tuple(model.features_of), model.config.fact_columns)

    def voice_again(self, voice: Voice, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (its voice knows it)
        assert isinstance(voice, Regressions)
        return voice.knowing(voice.columns.bags(facts))


class _Places:
    """Where the parts of given sizes lie, one after the other."""

    def __init__(self, sizes: list[int]) -> None:
        self.starts = [0, *np.cumsum(sizes).tolist()]

    def of(self, number: int) -> slice:
        return slice(self.starts[number], self.starts[number + 1])


def _first(entities: Tensor, order: Tensor, most: int) -> Tensor:
    """At most `most` of them, sorted: the first by `order` [N], so that regressions share what their kernels take."""
    return entities[order[entities].argsort()[:most].sort().values]
