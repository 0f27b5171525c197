"""Ridge regression of facts on what else is known of an entity: its text and picture, and its other facts.

For each relation and direction, entities that have it are examples, and the ends they have it with are targets; bags
are of facts of the other relations (`models.experts.kernel`). A fact never speaks for itself: an example is scored as
by a regression without it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional as F

from models.experts.columns import Columns, frequent, place, sides_of
from models.experts.expert import Expert, Model, SizedByState, Voice
from models.experts.kernel import Described, kernel, of_unit, ridge
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

EXAMPLES = 20_000  # of a regression
CELLS = 2**27  # scores of all entities, 4 bytes each: targets are the most frequent that fit
FLOOR = 0.01  # of a score, which is about a probability: below it differences are noise
CHUNK = 2048  # entities scored at a time
FEW = 64  # candidates scored for themselves; for more, all entities are, and kept


class Ridge(SizedByState, Expert):
    """Ridge regression on features; its parts speak by the known entity and by the candidate.

    The state: columns int32 [C, 3], which are bags and targets; `regressions` int32 [G, 5], each its relation,
    direction, and how many landmarks, targets and examples it has; what these are, one regression after the other.
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
        self.bags: Tensor  # (landmark, column)
        self.register_buffer("bags", torch.empty(0, 2, dtype=torch.int32))
        self.examples: Tensor
        self.register_buffer("examples", torch.empty(0, dtype=torch.int32))
        self.leverages: Tensor
        self.register_buffer("leverages", torch.empty(0))
        self.labels: Tensor  # (example, column)
        self.register_buffer("labels", torch.empty(0, 2, dtype=torch.int32))
        for name in modalities:
            self.register_buffer(f"points_{name}", torch.empty(0, 0, dtype=torch.float16))

    @classmethod
    def of(cls, model: Model) -> Self | None:
        return cls(tuple(model.features_of), model.config.fact_columns) if model.features_of else None

    def learn(self, graph: KnowledgeGraph) -> None:
        facts = graph.triples["train"]
        chosen = frequent(facts, min(self.most, max(1, CELLS // graph.num_entities)))
        bags = Columns(chosen, graph.num_entities).bags(facts)
        features = [graph.features[name] for name in self.modalities]
        units = [F.normalize(of.vectors, dim=1) * of.mask[:, None] for of in features]
        entities, ends = sides_of(facts)
        kept: dict[str, list[Tensor]] = {"columns": [chosen]}
        landmarks = learnt = 0
        for way in torch.unique(chosen[:, :2], dim=0):
            targets = (chosen[:, :2] == way).all(1).nonzero()[:, 0]
            examples = torch.unique(entities[(ends[:, :2] == way).all(1)])
            drawn = torch.randperm(len(examples), generator=torch.Generator().manual_seed(0))[:EXAMPLES]
            examples = examples[drawn.sort().values]
            own = bags[examples.numpy()]
            told = own[:, targets.numpy()]
            seen = Described([unit[examples] for unit in units], self._counted(own, chosen, int(way[0])))
            fit = ridge(seen, torch.from_numpy(told.toarray()), seed=0)
            found = {
                "regressions": torch.tensor([[*way, len(fit.landmarks), len(targets), len(examples)]]),
                "weights": fit.weights.flatten(),
                "bags": _cells(own[fit.landmarks.numpy()], landmarks, 0),
                "examples": examples,
                "leverages": fit.leverages,
                "labels": _cells(told, learnt, int(targets[0])),
            }
            taken = examples[fit.landmarks]
            found |= {f"points_{name}": unit[taken] for name, unit in zip(self.modalities, units, strict=True)}
            for name, part in found.items():
                kept.setdefault(name, []).append(part)
            landmarks, learnt = landmarks + len(fit.landmarks), learnt + len(examples)
        for name, parts in kept.items():
            before = getattr(self, name)
            setattr(self, name, torch.cat(parts).to(before))

    def voice(self, model: Model, facts: Tensor) -> Voice:
        every = torch.arange(model.num_entities, device=model.seen.device)
        units = [model.features_of[name].unit_features(every).cpu() for name in self.modalities]
        columns = Columns(self.columns, model.num_entities)
        return _Speaker(columns, list(self._regressions(units, columns.bags(facts))), model.seen.device)

    def _regressions(self, units: list[Tensor], bags: Any) -> Iterator["_Regression"]:
        """The regressions over entities with unit features [N, d] and bags [N, C]."""
        sizes = self.regressions.long().cpu()
        columns, cells, labels = self.columns.cpu(), self.bags.long().cpu(), self.labels.long().cpu()
        shape = (int(sizes[:, 2].sum()), len(columns))
        of_landmarks = _filled(cells[:, 0], cells[:, 1], shape)
        landmarks, targets, examples = (_Places(sizes[:, column].tolist()) for column in (2, 3, 4))
        parts = _Places([m * t for m, t in sizes[:, 2:4].tolist()])
        for number, (relation, inverse, m, t, _) in enumerate(sizes.tolist()):
            at, own = landmarks.of(number), examples.of(number)
            points = [getattr(self, f"points_{name}")[at].float().cpu() for name in self.modalities]
            told = labels[(labels[:, 0] >= own.start) & (labels[:, 0] < own.stop)]
            first = targets.of(number).start
            shifted = told - torch.tensor([own.start, first])
            yield _Regression(
                way=(relation, inverse),
                first=first,
                entities=Described(units, self._counted(bags, columns, relation)),
                landmarks=Described(points, self._counted(of_landmarks[at], columns, relation)),
                weights=self.weights[parts.of(number)].cpu().view(m, t),
                examples=self.examples.long()[own].cpu(),
                leverages=self.leverages[own].cpu(),
                labels=_filled(shifted[:, 0], shifted[:, 1], (own.stop - own.start, t)),
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
        self.examples = place(entities, trained.examples.long().cpu()).int().to(self.columns.device)


class FactRidge(Ridge):
    """Ridge regression on features and an entity's facts of other relations together."""

    parts = ("facts and features", "candidate's facts and features")
    reads_facts = True

    @classmethod
    def of(cls, model: Model) -> Self:
        return cls(tuple(model.features_of), model.config.fact_columns)


class _Places:
    """Where the parts of given sizes lie, one after the other."""

    def __init__(self, sizes: list[int]) -> None:
        self.starts = [0, *np.cumsum(sizes).tolist()]

    def of(self, number: int) -> slice:
        return slice(self.starts[number], self.starts[number + 1])


class _Regression(NamedTuple):
    """One relation and direction: how entities are scored for its targets, which are columns from `first` on."""

    way: tuple[int, int]
    first: int
    entities: Described
    landmarks: Described
    weights: Tensor
    examples: Tensor
    leverages: Tensor
    labels: Any

    def scores(self, rows: Tensor) -> Tensor:
        """Scores [n, T] of entities [n], examples' as if they had not been there."""
        found = torch.cat(
            [kernel(self.entities.take(some), self.landmarks) @ self.weights for some in torch.split(rows, CHUNK)]
        )
        at = place(self.examples, rows)
        own = (at >= 0).nonzero()[:, 0]
        leverage = self.leverages[at[own]][:, None]
        told = torch.from_numpy(self.labels[at[own].numpy()].toarray())
        found[own] = (found[own] - leverage * told) / (1 - leverage)
        return found


class _Speaker:
    """The voice: what regressions say of a pair by the known entity and by the candidate."""

    def __init__(self, columns: Columns, regressions: list[_Regression], device: torch.device) -> None:
        self.columns = columns
        self.regressions = {of.way: of for of in regressions}
        self.every: dict[tuple[int, int], Tensor] = {}
        self.device = device

    def __call__(self, pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:
        pairs = pairs.cpu()
        among = torch.arange(self.columns.entities) if candidates is None else candidates.cpu()
        own, theirs = torch.zeros(len(pairs), len(among)), torch.zeros(len(pairs), len(among))
        inverse = int(side == "head")
        for relation in torch.unique(pairs[:, 1]).tolist():
            rows = (pairs[:, 1] == relation).nonzero()[:, 0]
            known = pairs[rows, 0]
            if (relation, inverse) in self.regressions:
                regression = self.regressions[relation, inverse]
                targets = self._targets(regression, among)
                named = (targets >= 0).nonzero()[:, 0]
                found = self._scores((relation, inverse), known)[:, targets[named]]
                own[rows[:, None], named] = found
            if (relation, 1 - inverse) in self.regressions:
                regression = self.regressions[relation, 1 - inverse]
                targets = self._targets(regression, known)
                asked = (targets >= 0).nonzero()[:, 0]
                if len(asked):
                    theirs[rows[asked]] = self._scores((relation, 1 - inverse), among)[:, targets[asked]].T
        return [part.sign() * part.abs().div_(FLOOR).log1p_() for part in (own.to(self.device), theirs.to(self.device))]

    def _targets(self, regression: _Regression, entities: Tensor) -> Tensor:
        """The target that is each of entities, -1: none."""
        relation, inverse = (torch.tensor(part) for part in regression.way)
        found = self.columns.of(relation, inverse, entities)
        return torch.where(found >= 0, found - regression.first, -1)

    def _scores(self, way: tuple[int, int], rows: Tensor) -> Tensor:
        """Scores [n, T] of a regression for entities [n]."""
        if way not in self.every and len(rows) > FEW:
            self.every[way] = self.regressions[way].scores(torch.arange(self.columns.entities))
        return self.every[way][rows] if way in self.every else self.regressions[way].scores(rows)


def _filled(rows: Tensor, columns: Tensor, shape: tuple[int, int]) -> Any:
    """Ones at cells, sparse."""
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows.numpy(), columns.numpy())), shape)


def _cells(bags: Any, row: int, column: int) -> Tensor:
    """Cells (row, column) of a sparse matrix, int64 [m, 2], counted from `row` and `column` on."""
    cells = bags.tocoo()
    return torch.stack([torch.from_numpy(cells.row).long() + row, torch.from_numpy(cells.col).long() + column], dim=1)
