"""What can be said of a candidate at a glance: whether it has training facts, whether it is the known entity."""

from typing import Self

import torch
from torch import Tensor

from models.experts.expert import Expert, Model, Voice
from models.triples.sides import Side


class Flags(Expert):
    """Nothing is more similar to an entity than itself, which few relations ever join to itself.

    That a candidate is the known entity has a weight, or similarity could not be trusted far; so has that it has
    training facts.
    """

    parts = ("seen", "itself")

    @classmethod
    def of(cls, model: Model) -> Self:  # noqa: ARG003 (of any model)
        return cls()

    def voice(self, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (known by what was trained)
        seen = model.seen.float()
        every = torch.arange(len(seen), device=seen.device)

        def speak(pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:  # noqa: ARG001 (alike)
            among = every if candidates is None else candidates
            return [seen[among][None], (pairs[:, :1] == among).float()]

        return speak
