"""All experts together: a candidate's score is the weighted sum of what their parts say.

score(e, r, c) = sum over parts k of w_k(r, side, what e has, what c has) · part_k(e, r, c)

That is stacking (Wolpert 1992): the weights are fitted on held-back facts, after the experts (`weight_fit`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import Tensor, nn

from models.experts.expert import Expert, Model, SizedByState, Voice
from models.experts.facts import Facts
from models.experts.flags import Flags
from models.experts.paths import Paths
from models.experts.popularity import Popularity
from models.experts.ridge import FactRidge, Ridge
from models.experts.vectors import Fused, Similarity, Structure
from models.experts.weights import STATES, ExpertWeights, groups, states
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

EXPERTS: dict[str, type[Expert]] = {
    "structure": Structure,
    "similarity": Similarity,
    "popularity": Popularity,
    "facts": Facts,
    "features": Ridge,
    "facts_and_features": FactRidge,
    "paths": Paths,
}
"""By the name that the setting `experts` has for it; the order is that of their weights."""


class ExpertEnsemble(SizedByState):
    """Experts, their weights, and the facts that are known of entities."""

    def __init__(self, experts: dict[str, Expert], relations: int) -> None:
        super().__init__()
        self.experts = nn.ModuleDict(experts)
        self.parts = [part for expert in experts.values() for part in expert.parts]
        trusted = {part for expert in experts.values() for part in expert.trusted_first}
        self.start = [float(part in trusted or number == 0) for number, part in enumerate(self.parts)]
        self.weights = ExpertWeights(relations, len(self.parts))
        self.facts: Tensor
        self.register_buffer("facts", torch.empty(0, 3, dtype=torch.int32))

    @classmethod
    def of(cls, model: Model, names: Sequence[str]) -> "ExpertEnsemble | None":
        """Those experts of `names` that the model has something for; None where there is none beside its vectors."""
        found = {name: made for name, kind in EXPERTS.items() if name in names and (made := kind.of(model))}
        if not found:
            return None
        return cls({"fused": Fused.of(model), "flags": Flags.of(model), **found}, model.num_relations)

    def learn(self, graph: KnowledgeGraph) -> None:
        """Let each expert learn in closed form from the graph's training facts, which are what is known from now on."""
        for expert in self._all():
            expert.learn(graph)
        self.read(graph.triples["train"])

    def read(self, facts: Tensor) -> None:
        """Take facts int64 [m, 3] for what is known of entities."""
        self.facts = facts.int().to(self.facts.device)

    def carry_over(self, trained: "ExpertEnsemble", entities: Tensor, relations: Tensor) -> None:
        """Take over a trained ensemble's; row i was row `entities`[i] there (-1: none), likewise `relations`."""
        for own, theirs in zip(self._all(), trained._all(), strict=True):
            own.carry_over(theirs, entities, relations)
        both = torch.cat([relations, relations + trained.weights.relations])
        self.weights.weights.copy_(trained.weights.weights[both])

    @property
    def reads_facts(self) -> bool:
        """Whether an expert makes use of facts that came after training."""
        return any(expert.reads_facts for expert in self._all())

    def speak(self, model: Model, facts: Tensor | None = None) -> "Opinions":
        """What the experts say of a model as it is now, where `facts` are known (None: those last read)."""
        return Opinions(self, model, self.facts.long() if facts is None else facts)

    def _all(self) -> list[Expert]:
        return [expert for expert in self.experts.values() if isinstance(expert, Expert)]


class Opinions:
    """The scores of an ensemble's parts, and their weighted sum."""

    def __init__(
        self, ensemble: ExpertEnsemble, model: Model, facts: Tensor, voices: Sequence[Voice] | None = None
    ) -> None:
        self.ensemble = ensemble
        self.model = model
        self.parts = ensemble.parts
        self.trust = ensemble.weights
        self.entities = model.num_entities
        self.device = model.seen.device
        self.facts = facts
        with torch.no_grad():
            self.voices = [expert.voice(model, facts) for expert in ensemble._all()] if voices is None else voices
        has_facts = torch.zeros(self.entities, dtype=torch.bool, device=self.device)
        has_facts[facts[:, [0, 2]].flatten().to(self.device)] = True
        nobody = torch.zeros_like(has_facts)
        masks = {name: modality.mask for name, modality in model.features_of.items()}
        self.states = states(model.seen, has_facts)
        self.groups = groups(self.states, masks.get("visual", nobody), masks.get("textual", nobody))

    def knowing(self, facts: Tensor) -> "Opinions":
        """The opinions where facts int64 [m, 3] are known instead; what does not go by facts is not made again."""
        return self._again(lambda expert, voice: expert.voice_again(voice, self.model, facts), facts)

    def seeing_again(self) -> "Opinions":
        """The opinions after the modalities of entities changed; what does not go by them is not made again."""
        return self._again(lambda expert, voice: expert.voice_seeing(voice, self.model, self.facts), self.facts)

    @torch.no_grad()
    def scores(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        """Weighted sums [B, C] for candidates [C] (None: all) of pairs [B, 2]."""
        return self.weighted(self._parts(pairs, side, candidates), pairs, side, candidates)

    def weighted(self, parts: Iterable[Tensor], pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        """Weighted sums [B, C] of what the parts said, [B, C] each or broadcast to it."""
        weights = self.weights(pairs, side)
        state = self.states if candidates is None else self.states[candidates]
        # most candidates are alike: what others differ by is added to their columns alone
        usual = int(torch.bincount(state, minlength=STATES).argmax())
        others = [(of, (state == of).nonzero()[:, 0]) for of in range(STATES) if of != usual]
        others = [(of, columns) for of, columns in others if len(columns)]
        total = torch.zeros(len(pairs), len(state), device=self.device)
        added = [total.new_zeros(len(pairs), len(columns)) for _, columns in others]
        for number, part in enumerate(parts):
            weight = weights[:, :, number, None]
            total.addcmul_(weight[:, usual], part)
            for (of, columns), sums in zip(others, added, strict=True):
                sums.addcmul_(weight[:, of] - weight[:, usual], part.expand(-1, len(state))[:, columns])
        for (_, columns), sums in zip(others, added, strict=True):
            total.index_add_(1, columns, sums)
        return total

    @torch.no_grad()
    def by_part(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> list[Tensor]:
        """Scores [B, C] of each part."""
        width = self.entities if candidates is None else len(candidates)
        return [part.expand(len(pairs), width) for part in self._parts(pairs, side, candidates)]

    def weights(self, pairs: Tensor, side: Side) -> Tensor:
        """Weights [B, STATES, K] of the parts for pairs [B, 2], by the candidates' states."""
        return self.trust.of(pairs[:, 1], side, self.groups[pairs[:, 0]])

    @torch.no_grad()
    def _again(self, again: Callable[[Expert, Voice], Voice], facts: Tensor) -> "Opinions":
        voices = [again(expert, voice) for expert, voice in zip(self.ensemble._all(), self.voices, strict=True)]
        return Opinions(self.ensemble, self.model, facts, voices)

    def _parts(self, pairs: Tensor, side: Side, candidates: Tensor | None) -> Iterator[Tensor]:
        for voice in self.voices:
            yield from voice(pairs, side, candidates)
