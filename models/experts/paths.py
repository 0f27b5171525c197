"""Closed paths: a film's language is that of its sequel, whichever that is.

The paths of one to three facts that the most training facts of a relation have beside them, each with the lower bound
of its confidence (`models.rules.closed`). They are learned from training facts and walked through the facts that are
known now; no path leads through the fact that it is asked for.
"""

from typing import Self

import numpy as np
import torch
from torch import Tensor

from base.distinct import distinct
from models.experts.columns import place
from models.experts.expert import Expert, Model, SizedByState, Voice
from models.rules.closed import LONGEST, Closed, closed_paths
from models.rules.facts import NONE, RuleConfig, walk
from models.rules.facts import Facts as Steps
from models.rules.wilson import lower_bound
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

CONFIG = RuleConfig()
FLOOR = 1e-3  # of a confidence: below it differences are noise


class Paths(SizedByState, Expert):
    """Parts: the surest path that leads from the known entity to the candidate, and how much all of them say.

    Both are log(1 + confidence / FLOOR); together, paths miss only what each of them misses (noisy or).
    """

    parts = ("surest path", "all paths")
    reads_facts = True

    def __init__(self, relations: int) -> None:
        super().__init__()
        self.relations = relations
        self.paths: Tensor
        self.register_buffer("paths", torch.empty(0, LONGEST + 3, dtype=torch.int32))
        """Step, path (NONE behind its last step), support, of; steps are those of `models.rules.facts.Facts`."""

    @classmethod
    def of(cls, model: Model) -> Self:
        return cls(model.num_relations)

    def learn(self, graph: KnowledgeGraph) -> None:
        steps = Steps(graph.triples["train"].numpy(), graph.num_entities, self.relations)
        found = [_row(path) for path in closed_paths(steps, CONFIG)]
        self.paths = torch.tensor(found, dtype=torch.int32, device=self.paths.device).reshape(-1, LONGEST + 3)

    def voice(self, model: Model, facts: Tensor) -> Voice:
        steps = Steps(facts.cpu().numpy(), model.num_entities, self.relations)
        of_step: dict[int, list[tuple[list[int], float]]] = {}
        for step, *path, support, of in self.paths.tolist():
            sure = float(lower_bound(np.array([support]), np.array([of]))[0])
            of_step.setdefault(step, []).append(([part for part in path if part != NONE], sure))
        return _Walker(steps, of_step, model.seen.device)

    def voice_seeing(self, voice: Voice, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (goes by none)
        return voice

    def carry_over(self, trained: Self, entities: Tensor, relations: Tensor) -> None:  # noqa: ARG002 (of relations)
        """Paths through a relation that is there no longer are left out."""
        back = torch.where(relations < 0, -1, relations + trained.relations)
        both = place(torch.cat([relations, back]), torch.arange(2 * trained.relations))
        paths = trained.paths.long().cpu()
        steps = torch.where(paths[:, : LONGEST + 1] == NONE, NONE, both[paths[:, : LONGEST + 1]])
        lost = ((steps == -1) & (paths[:, : LONGEST + 1] != NONE)).any(1)
        self.paths = torch.cat([steps, paths[:, LONGEST + 1 :]], dim=1)[~lost].int().to(self.paths.device)


class _Walker:
    """The voice: where the paths of a step lead from the known entities."""

    def __init__(self, facts: Steps, of_step: dict[int, list[tuple[list[int], float]]], device: torch.device) -> None:
        self.facts = facts
        self.of_step = of_step
        self.device = device

    def __call__(self, pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:
        every = torch.arange(self.facts.entities)
        wanted = every if candidates is None else candidates.cpu()
        # columns for those alone: thousands of pairs with all entities of a large graph outgrow memory
        among = torch.unique(wanted)
        columns, width = place(among, every), len(among)
        surest = np.zeros((len(pairs), width), dtype=np.float32)
        missed = np.zeros_like(surest)
        known, asked = pairs.cpu().numpy().T
        for relation in np.unique(asked):
            rows = np.flatnonzero(asked == relation)
            step = int(relation) + (self.facts.relations if side == "head" else 0)
            for path, sure in self.of_step.get(step, ()):
                at, end = walk(self.facts, known[rows], path, CONFIG.hub)
                end = columns.numpy()[end]
                at, end = at[end >= 0], end[end >= 0]
                cells = distinct(rows[at] * width + end)
                surest.ravel()[cells] = np.maximum(surest.ravel()[cells], sure)
                missed.ravel()[cells] += np.log1p(-min(sure, 1 - FLOOR))
        np.negative(np.expm1(missed, out=missed), out=missed)
        both = [torch.from_numpy(part) for part in (surest, missed)]
        if not torch.equal(wanted, among):
            both = [part[:, columns[wanted]] for part in both]
        return [_logged(part).to(self.device) for part in both]


def _logged(confidence: Tensor) -> Tensor:
    return (confidence / FLOOR).log1p_()


def _row(closed: Closed) -> list[int]:
    return [closed.step, *closed.path, *[NONE] * (LONGEST - len(closed.path)), closed.support, closed.of]
