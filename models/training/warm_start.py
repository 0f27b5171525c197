"""A warm start: an untrained model takes over what an earlier one learned of the same entities and relations."""

import hashlib

import torch
from torch import Tensor

from base.errors import InputError
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph


def start_from(model: VLKGE, earlier: Checkpoint, graph: KnowledgeGraph) -> None:
    """Give an untrained model of `graph` the weights of an `earlier` one, in place.

    Entities and relations that it was trained on keep their vectors, by id and by name. An entity that has training
    facts only now gets the fused vector that the earlier model gave it by its features. One without features, what
    the expert of structure alone knows of new entities, and a new relation keep the start that they have. The
    optimizer's state is not taken over. A model with sharded tables gets its rows; all processes call this together.

    Raises InputError where the vectors of pictures or texts are those of other encoders, or where the models are not
    built alike (scorer, dimension, fusion, modalities, landmarks).
    """
    earlier.refuse_other_encoders(graph)
    trained = dict(earlier.model.named_parameters())
    _refuse_other_build(model, earlier.model)
    entities = _rows(graph.entities, earlier.entities)
    relations = _rows(graph.relations, earlier.relations)
    if model.config.reciprocal:
        inverse = torch.where(relations >= 0, relations + len(earlier.relations), relations)
        relations = torch.cat([relations, inverse])
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in model.entity_tables:
                own = slice(None) if model.shards is None else model.shards.own
                _copy_rows(parameter, trained[name], entities[own])
            elif name in model.relation_tables:
                _copy_rows(parameter, trained[name], relations)
            else:
                parameter.copy_(trained[name])
        for ours, theirs in zip(model.feature_modalities, earlier.model.feature_modalities, strict=True):
            ours.take_landmarks(theirs)
        _place_new(model, earlier, entities)


def digest(checkpoint: Checkpoint) -> str:
    """SHA-256 in hex of a model's weights and of whose they are; equal ones give equal warm starts."""
    seen = hashlib.sha256("\n".join([*checkpoint.entities, "", *checkpoint.relations]).encode())
    for name, value in sorted(checkpoint.model.state_dict().items()):
        seen.update(f"{name} {list(value.shape)}".encode())
        seen.update(value.contiguous().numpy().reshape(-1).data)
    return seen.hexdigest()


def _refuse_other_build(model: VLKGE, earlier: VLKGE) -> None:
    ours, theirs = ({name: p.shape[1:] for name, p in of.named_parameters()} for of in (model, earlier))
    names = ("scorer", "dimension", "fusion", "reciprocal", "nystroem_components")
    different = [name for name in names if getattr(model.config, name) != getattr(earlier.config, name)]
    if (model.structure is None) != (earlier.structure is None):
        different.append("experts (structure)")
    if different or ours != theirs:
        what = ", ".join(different) or "modalities or their vectors' width"
        raise InputError(f"a warm start needs a model that is built alike, but {what} differ: train without one")


def _rows(names: list[str], among: list[str]) -> Tensor:
    """The place of each name in another list, int64; -1 where it is not there."""
    place = {name: row for row, name in enumerate(among)}
    return torch.tensor([place.get(name, -1) for name in names], dtype=torch.long)


def _copy_rows(to: Tensor, source: Tensor, rows: Tensor) -> None:
    known = rows >= 0
    to[known] = source[rows[known]].to(to.device)


def _place_new(model: VLKGE, earlier: Checkpoint, rows: Tensor) -> None:
    """Structural vectors of entities that had none: one that leaves their fused vector what it is without it."""
    if "structural" not in model.modalities:
        return
    had = torch.zeros(len(rows), dtype=torch.bool)
    had[rows >= 0] = earlier.model.get_buffer("modalities.structural.mask").cpu()[rows[rows >= 0]]
    table = model.get_parameter("modalities.structural.table")
    new = (model.get_buffer("modalities.structural.mask").cpu() & ~had).nonzero()[:, 0].to(table.device)
    if len(new) == 0:
        return
    modules = list(model.modalities.values())
    present = torch.stack([module.present(new) for module in modules], dim=1)  # type: ignore[operator]
    present[:, list(model.modalities).index("structural")] = False
    new, present = new[present.any(1)], present[present.any(1)]
    fused = model.fusion(torch.stack([module(new) for module in modules], dim=1), present)
    if model.config.fusion in ("addition", "concat"):
        fused = torch.zeros_like(table[:1]).expand(len(new), -1)  # neutral in a sum, and stands for a missing part
    if model.shards is not None:
        at = model.shards.here(new)
        new, fused = new[at] - model.shards.own.start, fused[at]
    table[new] = fused
