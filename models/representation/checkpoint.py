"""A trained model on disk: tensors, configuration, vocabulary and metrics; no pickle."""

from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor

from base.errors import InputError
from models.config import TrainConfig
from models.device import pick_device
from models.experts.earlier import has_ensemble, of_today
from models.representation.vlkge import VLKGE
from models.tensor_file import check_checksum, load_tensors, read_json, save_checksum, save_json, save_tensors
from models.triples.knowledge_graph import FEATURES, Features, KnowledgeGraph

MODEL, CONFIG, VOCABULARY, METRICS = "model.safetensors", "config.json", "vocabulary.json", "metrics.json"
VOCABULARY_KEYS = ("fingerprint", "encoders", "relations", "entities", "entity_types")


@dataclass(frozen=True)
class Checkpoint:
    """A model in evaluation mode on the CPU, and whose vectors its rows are."""

    model: VLKGE
    config: TrainConfig
    entities: list[str]
    entity_types: list[str]
    relations: list[str]
    encoders: dict[str, dict[str, object]]
    fingerprint: str
    """Of the data that it was trained on."""
    metrics: dict[str, Any] = field(default_factory=dict)
    """`validation_mrr`, `best_epoch`, `epochs`, and `history`: a row per epoch with loss, validation_mrr, seconds."""

    @classmethod
    def of(cls, model: VLKGE, graph: KnowledgeGraph, metrics: dict[str, Any]) -> "Checkpoint":
        """A trained model of a graph."""
        return cls(
            model=model.cpu().eval(),
            config=model.config,
            entities=graph.entities,
            entity_types=[graph.type_names[kind] for kind in graph.entity_types.tolist()],
            relations=graph.relations,
            encoders=graph.encoders,
            fingerprint=graph.fingerprint,
            metrics=metrics,
        )

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the folder holds a finished model."""
        return (folder / METRICS).exists()

    def save(self, folder: Path) -> None:
        """Write the folder; the metrics come last and mark it complete."""
        folder.mkdir(parents=True, exist_ok=True)
        save_tensors(self.model.state_dict(), folder / MODEL)
        save_checksum(folder / MODEL)
        save_json(self.config.model_dump(mode="json"), folder / CONFIG)
        vocabulary = {
            "fingerprint": self.fingerprint,
            "encoders": self.encoders,
            "relations": self.relations,
            "entities": self.entities,
            "entity_types": self.entity_types,
        }
        save_json(vocabulary, folder / VOCABULARY)
        save_checksum(folder / VOCABULARY)
        save_json(self.metrics, folder / METRICS)

    @classmethod
    def load(cls, folder: Path, mapped: bool = False) -> "Checkpoint":
        """Read a folder; raises InputError where it is incomplete, damaged or not of this project.

        With `mapped` the weights stay in the file, which is mapped into memory: to take rows from, not to score with.
        """
        if not cls.exists(folder):
            raise InputError(f"{folder} holds no finished model ({METRICS} is missing)")
        vocabulary = read_json(folder / VOCABULARY)
        if missing := [name for name in VOCABULARY_KEYS if name not in vocabulary]:
            raise InputError(f"{folder / VOCABULARY} is not of this project: {', '.join(missing)} are missing")
        check_checksum(folder / VOCABULARY)
        try:
            config = TrainConfig.model_validate(read_json(folder / CONFIG))
        except ValidationError as error:
            raise InputError(f"{folder / CONFIG}: {error}") from error
        tensors, _ = load_tensors(folder / MODEL)
        check_checksum(folder / MODEL)
        model = _model(config, tensors, len(vocabulary["entities"]), len(vocabulary["relations"]), mapped)
        return cls(
            model=model,
            config=config,
            entities=vocabulary["entities"],
            entity_types=vocabulary["entity_types"],
            relations=vocabulary["relations"],
            encoders=vocabulary["encoders"],
            fingerprint=vocabulary["fingerprint"],
            metrics=read_json(folder / METRICS),
        )

    def model_for(self, graph: KnowledgeGraph, device: str = "cpu") -> VLKGE:
        """The model with the rows of `graph`, which may have changed since training; on a GPU it is a copy.

        Entities keep their trained vectors by id; new ones are represented by their features alone, as unseen ones are.
        Raises InputError for other encoders, for relations that were not in training, and for a device that is none.
        """
        place = pick_device(device)
        model = self._on_cpu(graph)
        if place.type == "cpu":
            return model
        if model is self.model:
            frozen = [] if self.config.fine_tune else [part.vectors for part in model.feature_modalities]
            model = deepcopy(model, {id(part): part for part in frozen})
        return model.placed(place)

    def _on_cpu(self, graph: KnowledgeGraph) -> VLKGE:
        if graph.fingerprint == self.fingerprint:
            self.model.hold(graph.features)
            return self.model
        self.refuse_other_encoders(graph)
        unknown = sorted(set(graph.relations) - set(self.relations))
        if unknown:
            raise InputError(
                f"relations that the model was not trained on: {unknown[:5]} ({len(unknown)}): train again"
            )
        return _carried_over(self, graph)

    def refuse_other_encoders(self, graph: KnowledgeGraph) -> None:
        """Raises InputError where the graph's vectors are not of the encoders that the model was trained on."""
        for modality in self.model.modalities:
            ours, theirs = self.encoders.get(modality), graph.encoders.get(modality)
            if ours != theirs:
                raise InputError(
                    f"the model was trained on {modality} vectors of {ours}, the graph has those of {theirs}: "
                    "encode again with that encoder, or train again"
                )


def _model(config: TrainConfig, tensors: dict[str, Tensor], entities: int, relations: int, mapped: bool) -> VLKGE:
    """The model whose state `tensors` are: a copy, or where `mapped` the tensors themselves."""
    masks = ("modalities.structural.mask", "imaginary.rows")
    seen = next((tensors[name] for name in masks if name in tensors), torch.ones(entities, dtype=torch.bool))
    features = {
        name: Features(tensors[f"modalities.{name}.vectors"], tensors[f"modalities.{name}.mask"])
        for name in FEATURES
        if f"modalities.{name}.vectors" in tensors
    }
    try:
        with torch.device("meta") if mapped else nullcontext():  # meta: no memory for what is not kept
            model = VLKGE(config, seen, features, relations)
        for tower, part in zip(model.submodels, ("", "structure."), strict=False):
            if f"{part}projected_relations.maps" in tensors:
                tower.project_relations(
                    tensors[f"{part}projected_relations.features"], tensors[f"{part}projected_relations.maps"]
                )
        if not has_ensemble(tensors):
            model.ensemble = None
        today = of_today(tensors, len(model.ensemble.parts) if model.ensemble else 0)
        model.load_state_dict(today | _as_they_were(model, tensors), assign=mapped)
    except RuntimeError as error:
        raise InputError(f"{MODEL} does not fit {CONFIG}: {error}") from error
    return model.eval()


def _as_they_were(model: VLKGE, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Shared projections of features as wide as the model: once there were none, so they leave vectors as they are."""
    names = {f"modalities.{name}.projection.weight" for name in model.modalities}
    wanted = {name: weight for name, weight in model.state_dict().items() if name in names}
    return {name: torch.eye(len(weight)) for name, weight in wanted.items() if name not in tensors}


def _carried_over(checkpoint: Checkpoint, graph: KnowledgeGraph) -> VLKGE:
    """The model over the entities and relations of another graph."""
    place = {identity: row for row, identity in enumerate(checkpoint.entities)}
    source = torch.tensor([place.get(identity, -1) for identity in graph.entities])
    relations = torch.tensor([checkpoint.relations.index(name) for name in graph.relations])
    both_sides = torch.cat([relations, relations + len(checkpoint.relations)])
    features = {name: graph.features[name] for name in checkpoint.model.modalities if name != "structural"}
    model = VLKGE(checkpoint.config, torch.zeros(graph.num_entities, dtype=torch.bool), features, graph.num_relations)
    for tower, earlier in zip(model.submodels, checkpoint.model.submodels, strict=False):
        if (projected := earlier.projected_relations) is not None:
            tower.project_relations(projected.features[relations], projected.maps)
    trained = checkpoint.model.state_dict()
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.startswith("ensemble."):
                continue
            if name in model.entity_tables:
                value[source >= 0] = trained[name][source[source >= 0]]
            elif name in model.relation_tables:
                one_each = len(trained[name]) == len(checkpoint.relations)
                value.copy_(trained[name][relations if one_each else both_sides])
            elif name not in model.feature_buffers:
                value.copy_(trained[name])
    if model.ensemble is None or checkpoint.model.ensemble is None:
        model.ensemble = None
    else:
        model.ensemble.carry_over(checkpoint.model.ensemble, source, relations)
        model.ensemble.read(graph.triples["train"])
    return model.eval()
