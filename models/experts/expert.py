"""What an expert is: a source of knowledge that scores candidates beside the fused vectors.

A new expert is one class in a file of its own and one line in `models.experts.ensemble.EXPERTS`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, Self

import torch
from torch import Tensor, nn

from models.scoring.scorers import Scorer
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

Voice = Callable[[Tensor, Side, Tensor | None], Sequence[Tensor]]
"""Scores by each of an expert's parts, [B, C] or broadcast to it, of candidates [C] (None: all) for pairs [B, 2]."""


class Settings(Protocol):
    """The hyperparameters that experts look at."""

    @property
    def fact_columns(self) -> int: ...

    @property
    def fact_regularisation(self) -> float: ...


class Vectors(Protocol):
    """A model of vectors: what it makes of entities and of queries, and how it matches them."""

    @property
    def device(self) -> torch.device: ...

    @property
    def fused_scorer(self) -> Scorer: ...

    def fused_representations(self, entities: Tensor | None = None) -> Tensor: ...

    def fused_queries(self, fused: Tensor, relations: Tensor, side: Side) -> Tensor: ...


class UnitFeatures(Protocol):
    """A modality's frozen features."""

    mask: Tensor

    def unit_features(self) -> Tensor: ...


class Model(Vectors, Protocol):
    """What experts may ask of the model that they belong to."""

    num_entities: int
    num_relations: int

    @property
    def config(self) -> Settings: ...

    @property
    def structure(self) -> Vectors | None: ...

    @property
    def seen(self) -> Tensor: ...

    @property
    def features_of(self) -> Mapping[str, UnitFeatures]: ...


class Expert(nn.Module, ABC):
    """One source of scores. Its state are buffers, which it names, fits and carries over itself."""

    parts: tuple[str, ...]
    """Names of its scores; each has a weight of its own."""
    trusted_first: tuple[str, ...] = ()
    """Parts whose weight is one, not zero, where held-back facts say nothing of it."""
    reads_facts = False
    """Whether it makes use of facts that came after training."""

    @classmethod
    @abstractmethod
    def of(cls, model: Model) -> Self | None:
        """The expert of a model before training, or None where the model has nothing that it could go by."""

    @abstractmethod
    def voice(self, model: Model, facts: Tensor) -> Voice:
        """Its scores for a model as it is now, where facts int64 [m, 3] are known."""

    def voice_again(self, voice: Voice, model: Model, facts: Tensor) -> Voice:
        """What `voice` is where other facts are known; overridden where that takes less than a new one."""
        return self.voice(model, facts) if self.reads_facts else voice

    def voice_seeing(self, voice: Voice, model: Model, facts: Tensor) -> Voice:  # noqa: ARG002 (for those that differ)
        """What `voice` is where entities have other modalities; overridden where that takes less than a new one."""
        return self.voice(model, facts)

    def learn(self, graph: KnowledgeGraph) -> None:
        """Learn what is learned in closed form, from training facts; once the vectors are trained."""

    def carry_over(self, trained: Self, entities: Tensor, relations: Tensor) -> None:
        """Take over a trained expert's state: row i was row `entities`[i] there (-1: none), likewise `relations`."""


class SizedByState(nn.Module):
    """A module whose buffers have the size that a loaded state gives them."""

    def _load_from_state_dict(self, state_dict, prefix, *others):  # type: ignore[no-untyped-def]
        for name, buffer in self._buffers.items():
            found = state_dict.get(prefix + name)
            if buffer is not None and found is not None:
                self._buffers[name] = torch.empty_like(found, device=buffer.device)
        super()._load_from_state_dict(state_dict, prefix, *others)


def heard(scores: Tensor, floor: float) -> Tensor:
    """log(1 + score / floor) of scores, which are changed, and the same below zero: what is rare is heard too."""
    return scores.sign() * scores.abs_().div_(floor).log1p_()
