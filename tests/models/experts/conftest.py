"""Ensembles whose experts a test sets by hand."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from models.experts.ensemble import ExpertEnsemble
from models.experts.expert import Expert, Model, Voice
from models.triples.sides import Side

Say = Callable[[Tensor, Side, Tensor], Tensor]
"""Scores [B, C, K] of candidates [C] for pairs [B, 2] by K parts."""


class Made(Expert):
    """An expert that says what it is told to."""

    def __init__(self, say: Say, parts: int) -> None:
        super().__init__()
        self.say = say
        self.parts = tuple(f"part {number}" for number in range(parts))

    @classmethod
    def of(cls, model: Model) -> "Made | None":  # noqa: ARG003 (tests make it themselves)
        return None

    def voice(self, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (set by hand)
        every = torch.arange(model.num_entities)

        def speak(pairs: Tensor, side: Side, candidates: Tensor | None) -> Sequence[Tensor]:
            return self.say(pairs, side, every if candidates is None else candidates).unbind(2)

        return speak


class Nobody:
    """A model that has entities, some of them with training facts, and nothing else."""

    def __init__(self, seen: Tensor, relations: int) -> None:
        self.num_entities, self.num_relations = len(seen), relations
        self.seen = seen
        self.features_of: dict[str, object] = {}


@pytest.fixture
def made() -> Callable[[Say, int, Tensor, int], tuple[ExpertEnsemble, Model]]:
    """`made(say, parts, seen, relations)`: an ensemble of one expert, and its model."""

    def make(say: Say, parts: int, seen: Tensor, relations: int) -> tuple[ExpertEnsemble, Model]:
        return ExpertEnsemble({"made": Made(say, parts)}, relations), Nobody(seen, relations)  # type: ignore[return-value]

    return make
