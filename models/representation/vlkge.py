"""VL-KGE: entities are fused of structure, picture and text, and a scorer matches them through relations.

Efthymiou, Rudinac et al. 2026, "VL-KGE: Vision-Language Models Meet Knowledge Graph Embeddings".
"""

import math
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from base.errors import InputError
from models.config import TrainConfig
from models.device import room_for_features
from models.experts.ensemble import ExpertEnsemble
from models.representation.fusion import FUSIONS
from models.representation.modalities import Imaginary, Projected, Rows, Structural, of_entities
from models.representation.projected_relations import ProjectedRelations
from models.representation.row_shards import RowShards
from models.scoring.scorers import SCORERS, Scorer
from models.triples.knowledge_graph import Features, KnowledgeGraph
from models.triples.sides import Side

CHUNK = 8192  # entities represented at a time where their features are sent to a GPU


class VLKGE(nn.Module):
    """Represents entities, turns (known entity, relation) pairs into queries, and scores candidates.

    Beside the fused vectors there may be other experts (`models.experts`), for which `structure`, a model of structure
    alone, is trained too; `models.ranking.scores` puts all of them together.
    """

    def __init__(
        self,
        config: TrainConfig,
        seen: Tensor,
        features: dict[str, Features],
        num_relations: int,
        structural_dropout: Tensor | None = None,
        shards: RowShards | None = None,
    ) -> None:
        """`seen` bool [N]: who has a structural vector; `structural_dropout` [N]: how often training hides it.

        With `shards` the tables of entities, and the vectors of features, hold this process's rows.
        """
        super().__init__()
        self.config = config
        self.shards = shards
        self.num_entities = len(seen)
        self.num_relations = num_relations
        scorer = SCORERS[config.scorer].of(config)
        parts = 2 if scorer.complex_valued else 1
        self.fuses_imaginary = config.imaginary == "fused"
        width = config.dimension * (parts if self.fuses_imaginary else 1)
        self.modalities = _modalities(config, seen, features, width, shards)
        self.fusion = FUSIONS[config.fusion](len(self.modalities))
        factor = len(self.modalities) if config.fusion == "concat" else 1
        self.fused_width = config.dimension * parts * factor
        self.imaginary: Imaginary | None = None
        if parts == 2 and not self.fuses_imaginary:
            by_text = config.imaginary == "inductive" and "textual" in self.modalities
            rows = seen & features["textual"].mask if by_text else seen
            self.imaginary = Imaginary(rows, self.fused_width // 2, config.updates_rows, shards)
        self.dropout = nn.Dropout(config.dropout)
        self.structural_dropout: Tensor
        self.register_buffer(
            "structural_dropout",
            torch.zeros(len(seen)) if structural_dropout is None else structural_dropout,
            persistent=False,
        )
        rows_of_relations = num_relations * (2 if config.reciprocal else 1)
        self.relations = nn.Parameter(_start(scorer, rows_of_relations, self.fused_width))
        self.projected_relations: ProjectedRelations | None = None
        self.fused_scorer: Scorer = scorer
        self.structure: VLKGE | None = None
        if "structure" in config.experts and "structural" in self.modalities and self.feature_modalities:
            alone = {"modalities": ("structural",), "experts": (), "imaginary": "fused"}
            self.structure = VLKGE(config.model_copy(update=alone), seen, {}, num_relations, shards=shards)
        self.ensemble = ExpertEnsemble.of(self, config.experts)

    @classmethod
    def from_graph(cls, config: TrainConfig, graph: KnowledgeGraph, shards: RowShards | None = None) -> Self:
        """An untrained model of a graph; raises InputError if none of the configured modalities is in it.

        With `shards` the graph's features are those of this process's rows.
        """
        dropout = structural_dropout_rates(graph, config)
        model = cls(config, graph.seen, graph.features, graph.num_relations, dropout, shards)
        for part in model.feature_modalities:
            part.choose_landmarks(config.seed)
        return model

    def project_relations(self, features: Tensor, start: Tensor) -> None:
        """From now on relations have no vectors of their own, but those that ProjectedRelations makes."""
        self.register_parameter("relations", None)
        self.projected_relations = ProjectedRelations(features, start, self.fused_scorer.angular_relations)

    def hold(self, features: dict[str, Features]) -> None:
        """Take `features`, which equal those it has, for its own frozen ones: large ones are in memory once."""
        for name, part in self.features_of.items():
            if not self.config.fine_tune:
                part.vectors = features[name].vectors.to(part.vectors)

    def placed(self, device: torch.device) -> Self:
        """Itself on a device; frozen features that would take too much of a GPU's memory stay on the host."""
        features = [] if self.config.fine_tune or self.shards is not None else self.feature_modalities
        large = sum(part.vectors.nbytes for part in features) > room_for_features(device)
        for part in features:
            part.on_host = large
        return self.to(device)

    @property
    def own_relations(self) -> Tensor:
        """Vectors [rows, R] of relations, as their table or their projections have them; see `relation_vectors`."""
        if self.projected_relations is not None:
            vectors: Tensor = self.projected_relations()
            return vectors
        return self.relations

    @property
    def feature_modalities(self) -> list[Projected]:
        """The modalities that are features of an encoder."""
        return [module for module in self.modalities.values() if isinstance(module, Projected)]

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.structural_dropout.device

    @property
    def features_of(self) -> dict[str, Projected]:
        """`feature_modalities` by name."""
        return {name: module for name, module in self.modalities.items() if isinstance(module, Projected)}

    @property
    def submodels(self) -> list["VLKGE"]:
        """The models that are trained side by side, each on its fused vectors."""
        return [self] if self.structure is None else [self, self.structure]

    @property
    def seen(self) -> Tensor:
        """Who has a structural vector, bool [N]; all, if the model knows no structure."""
        structural = dict(self.modalities.items()).get("structural")
        if isinstance(structural, Structural):
            return structural.mask
        return torch.ones(self.num_entities, dtype=torch.bool, device=self.device)

    @property
    def relation_tables(self) -> set[str]:
        """Names of the state's tensors that have a row per relation."""
        names = ("relations", "projected_relations.features")
        return {f"{part}{name}" for part in ("", "structure.") for name in names}

    @property
    def feature_buffers(self) -> set[str]:
        """Names of the state's tensors that are the graph's own frozen features."""
        names = {f"modalities.{name}.mask" for name in self.modalities if name != "structural"}
        return names if self.config.fine_tune else names | {f"modalities.{name}.vectors" for name in self.modalities}

    @property
    def entity_tables(self) -> set[str]:
        """Names of the state's tensors that training gave a row per entity."""
        names = {"modalities.structural.table", "modalities.structural.mask", "imaginary.table", "imaginary.rows"}
        names |= {f"structure.{name}" for name in names}
        return names | {f"modalities.{name}.vectors" for name in self.modalities if self.config.fine_tune}

    @property
    def sharded_parameters(self) -> set[str]:
        """Names of the parameters of which this process holds some rows only."""
        names = {name for name, _ in self.named_parameters()}
        return set() if self.shards is None else self.entity_tables & names

    def fused_queries(self, fused: Tensor, relations: Tensor, side: Side) -> Tensor:
        """Queries [B, fused_width] for the `side` end, from vectors of the known entities and relations int64 [B]."""
        rows = self._relation_rows(relations, side)
        # the inverse relation has a row of its own and asks for its tail
        return self.fused_scorer.query(fused, self.own_relations[rows], "tail" if self.config.reciprocal else side)

    def relation_vectors(self, side: Side = "tail") -> Tensor:
        """Relations [num_relations, R] as used when `side` is asked for."""
        every = torch.arange(self.num_relations, device=self.device)
        return self.own_relations[self._relation_rows(every, side)]

    def moduli(self, vectors: Tensor) -> Tensor:
        """What N3 weighs of vectors [B, W]: sqrt(re^2 + im^2) [B, D] of complex ones, absolute values of real ones."""
        return torch.complex(*vectors.chunk(2, dim=1)).abs() if self.fused_scorer.complex_valued else vectors.abs()

    def moduli_of_relations(self, relations: Tensor, side: Side) -> Tensor:
        """Moduli [B, D] of relations int64 [B] as used when `side` is asked for."""
        return self.moduli(self.own_relations[self._relation_rows(relations, side)])

    def _relation_rows(self, relations: Tensor, side: Side) -> Tensor:
        return relations + self.num_relations if side == "head" and self.config.reciprocal else relations

    def fused_representations(self, entities: Rows = None) -> Tensor:
        """Fused vectors [n, fused_width] of entities (`models.representation.modalities`).

        With dropout in training mode only.
        """
        if entities is None and any(part.on_host for part in self.feature_modalities):
            every = torch.arange(self.num_entities, device=self.device)
            return torch.cat([self.fused_representations(some) for some in torch.split(every, CHUNK)])
        modules = [module for module in self.modalities.values() if isinstance(module, Structural | Projected)]
        vectors, masks = zip(*((module(entities), module.present(entities)) for module in modules), strict=True)
        if len(modules) == 1 and self.imaginary is None:
            return self._finish(vectors[0] if masks[0].all() else vectors[0] * masks[0][:, None])
        parts, present = torch.stack(vectors, dim=1), torch.stack(masks, dim=1)
        if self.training and "structural" in self.modalities:
            present = self._hide_structure(entities, present)
        if self.config.unit_modalities:
            parts = F.normalize(parts, dim=-1)
        return self._finish(self._complete(entities, parts, present))

    def _finish(self, fused: Tensor) -> Tensor:
        fused = self.dropout(fused)
        return F.normalize(fused, dim=-1) if self.fused_scorer.unit_entities else fused

    def _hide_structure(self, entities: Rows, present: Tensor) -> Tensor:
        """Leaves some entities with their features alone, as unseen ones are."""
        column = list(self.modalities).index("structural")
        hidden = torch.rand(len(present), device=present.device) < of_entities(
            self.structural_dropout, entities, self.shards
        )
        others = present.sum(1) > present[:, column].long()
        present = present.clone()
        present[:, column] &= ~(hidden & others)
        return present

    def _complete(self, entities: Rows, parts: Tensor, present: Tensor) -> Tensor:
        """Fused vectors [n, fused_width], real and imaginary parts side by side where there are such."""
        counted = present
        if self.config.missing_structure == "zero" and "structural" in self.modalities:
            column = list(self.modalities).index("structural")
            parts = parts * present[..., None]
            counted = present.clone()
            counted[:, column] = True
        if self.imaginary is not None:
            real = self.fusion(parts, counted)
            structured = (
                present[:, list(self.modalities).index("structural")] if "structural" in self.modalities else None
            )
            return torch.cat([real, self.imaginary(entities, real, structured)], dim=1)
        halves = parts.chunk(2, dim=-1) if self.fused_scorer.complex_valued else (parts,)
        return torch.cat([self.fusion(half, counted) for half in halves], dim=1)


def structural_dropout_rates(graph: KnowledgeGraph, config: TrainConfig) -> Tensor:
    """How often training hides each entity's structure, [N]: twice as often as entities of its type have none.

    So features are learned to do without structure where they will have to, and structure is trusted where it exists.
    """
    types = len(graph.type_names)
    unseen = torch.bincount(graph.entity_types, weights=graph.unseen.double(), minlength=types)
    share = unseen / torch.bincount(graph.entity_types, minlength=types).clamp(min=1)
    return (2 * share).clamp(max=config.structural_dropout)[graph.entity_types].float()


def _modalities(
    config: TrainConfig, seen: Tensor, features: dict[str, Features], width: int, shards: RowShards | None
) -> nn.ModuleDict:
    """Those of the configured modalities that the graph has, in a fixed order."""
    found = nn.ModuleDict()
    sparse = config.updates_rows
    if "structural" in config.modalities:
        found["structural"] = Structural(seen, width, sparse, shards)
    adapter_width = config.adapter_width if config.adapter else None
    described = sorted(set(features) & set(config.modalities))
    for name in described:
        found[name] = Projected(
            features[name],
            width,
            adapter_width=adapter_width,
            fine_tune=config.fine_tune,
            sparse=sparse,
            shares=config.shared_projection and len(described) > 1,
            adapts_projected=config.adapter_place == "projected",
            landmarks=config.nystroem_components.get(name, 0),  # type: ignore[call-overload]
            shards=shards,
        )
    if not found:
        raise InputError(f"the graph has none of the modalities {list(config.modalities)}; it has {sorted(features)}")
    if config.shared_projection:
        _share_projection([module for module in found.values() if isinstance(module, Projected)])
    return found


def _share_projection(modules: list[Projected]) -> None:
    dimensions = [module.dimension for module in modules]
    if len(set(dimensions)) > 1:
        raise InputError(f"a shared projection needs features of one dimension, not {dimensions}")
    for module in modules[1:]:
        module.projection = modules[0].projection


def _start(scorer: Scorer, rows: int, width: int) -> Tensor:
    """Relation vectors before training: angles all around, else Xavier."""
    start = torch.empty(rows, scorer.relation_width(width))
    if scorer.angular_relations:
        return nn.init.uniform_(start, -math.pi, math.pi)
    return nn.init.xavier_uniform_(start)
