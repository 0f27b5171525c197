"""Experts that score by vectors: the fused ones, those of structure alone, and frozen features."""

from typing import Self

import torch
from torch import Tensor

from base.errors import InputError
from models.experts.expert import Expert, Model, Vectors, Voice
from models.scoring.product import product
from models.scoring.rows import rows_of
from models.triples.sides import Side

CHUNK = 8192  # entities represented at a time


class Fused(Expert):
    """The fused vectors, which every model has."""

    parts = ("fused",)
    trusted_first = parts

    @classmethod
    def of(cls, model: Model) -> Self:  # noqa: ARG003 (of any model)
        return cls()

    def voice(self, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (known by what was trained)
        return _matched(model, model.num_entities)


class Structure(Expert):
    """The same scorer on structure alone, which is better than any fusion between entities that have facts.

    It counts only for candidates that have a structural vector.
    """

    parts = ("structure",)

    @classmethod
    def of(cls, model: Model) -> Self | None:
        return None if model.structure is None else cls()

    def voice(self, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (known by what was trained)
        assert model.structure is not None
        scores, seen = _matched(model.structure, model.num_entities), model.seen

        def speak(pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:
            among = seen if candidates is None else seen[candidates]
            return [part * among for part in scores(pairs, side, candidates)]

        return speak


class Similarity(Expert):
    """Cosines of frozen features, one part a modality: they keep what a learned projection forgets."""

    def __init__(self, modalities: tuple[str, ...]) -> None:
        super().__init__()
        self.parts = modalities

    @classmethod
    def of(cls, model: Model) -> Self | None:
        return cls(tuple(model.features_of)) if model.features_of else None

    def voice(self, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (of features alone)
        every = torch.arange(model.num_entities, device=model.seen.device)
        units = [modality.unit_features() for modality in model.features_of.values()]
        masks = [modality.mask for modality in model.features_of.values()]
        filled = [mask.to(unit.device) for unit, mask in zip(units, masks, strict=True)]

        def speak(pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:  # noqa: ARG001 (alike)
            among = every if candidates is None else candidates
            return [_cosines(unit, mask, pairs[:, 0], among) for unit, mask in zip(units, filled, strict=True)]

        return speak


def _cosines(units: Tensor, filled: Tensor, ours: Tensor, theirs: Tensor) -> Tensor:
    """Cosines [B, C] of rows of units [N, d], which are zero where not `filled`; computed where the units are."""
    place = theirs.device
    ours, theirs = ours.to(units.device), theirs.to(units.device)
    columns = filled[theirs].nonzero()[:, 0]
    if 2 * len(columns) > len(theirs):
        return product(units[ours], rows_of(units, theirs)).to(place)
    # most works lack a picture: only those that have one are compared
    found = torch.zeros(len(ours), len(theirs), device=units.device)
    found[:, columns] = product(units[ours], units[theirs[columns]])
    return found.to(place)


def _matched(vectors: Vectors, entities: int) -> Voice:
    chunks = torch.split(torch.arange(entities, device=vectors.device), CHUNK)
    represented = torch.cat([vectors.fused_representations(chunk) for chunk in chunks])
    if not represented.isfinite().all():
        raise InputError("an entity's vector has numbers that are not finite: did training diverge?")

    def speak(pairs: Tensor, side: Side, candidates: Tensor | None) -> list[Tensor]:
        queries = vectors.fused_queries(represented[pairs[:, 0]], pairs[:, 1], side)
        return [vectors.fused_scorer.score_all(queries, rows_of(represented, candidates))]

    return speak
