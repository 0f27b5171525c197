"""One step of training: the loss of a batch."""

import torch
from torch import Tensor

from models.config import TrainConfig
from models.representation.vlkge import VLKGE
from models.training.batches import AnyBatch, Batch, QueryBatch
from models.training.losses import (
    Loss,
    k_vs_all_loss,
    logistic_loss,
    n3,
    one_vs_all_loss,
    rejected_loss,
    self_adversarial_loss,
    softmax_loss,
)
from models.triples.sides import Side


def train_step(model: VLKGE, batch: AnyBatch) -> Tensor:
    """The loss of one batch, summed over the models that are trained side by side."""
    return torch.stack([_tower_loss(tower, batch) for tower in model.submodels]).sum()


def _tower_loss(model: VLKGE, batch: AnyBatch) -> Tensor:
    config = model.config
    if isinstance(batch, QueryBatch):
        vectors = model.fused_representations()
        value = _loss_of_queries(model, vectors, batch)
    else:
        vectors = model.fused_representations(batch.entities)
        value = _loss_of_facts(model, vectors, batch)
    if batch.rejected is not None:
        scores = _both_sides(model, vectors, batch.rejected)
        value = value + config.rejected_weight * rejected_loss(scores, 2 * config.batch_size)
    return value


def _loss_of_facts(model: VLKGE, vectors: Tensor, batch: Batch) -> Tensor:
    """The loss against negatives; vectors are those [U, W] of the batch's entities."""
    config, scorer = model.config, model.fused_scorer
    shared = batch.negatives if batch.negatives.dim() == 1 else batch.negatives[:0, 0]
    # one gather for all, whose gradient is one table
    gathered = vectors[torch.cat([batch.heads, batch.tails, shared])]
    heads, tails, candidates = gathered.split_with_sizes([len(batch), len(batch), len(shared)])
    query, answer = model.fused_queries(heads, batch.relations, "tail"), tails
    if config.corruption_scheme == "both":
        query = torch.cat([query, model.fused_queries(tails, batch.relations, "head")])
        answer = torch.cat([tails, heads])
    positive = scorer.score_pairs(query, answer)
    if batch.negatives.dim() == 1:
        negative = scorer.score_all(query, candidates)
    else:
        negative = scorer.score_lists(query, vectors, batch.negatives)
    value = _against_negatives(config)(positive, negative.index_put(batch.excluded, negative.new_full((), -torch.inf)))
    if config.n3:
        sides = torch.cat([model.moduli_of_relations(batch.relations, side) for side in ("tail", "head")])
        value = value + config.n3 * n3([model.moduli(heads), model.moduli(tails), sides])
    return value


def _loss_of_queries(model: VLKGE, vectors: Tensor, batch: QueryBatch) -> Tensor:
    """The loss over every entity; vectors are those [N, W] of all."""
    config = model.config
    sides: list[tuple[Side, slice]] = [("tail", slice(batch.tails)), ("head", slice(batch.tails, None))]
    rows, entities = batch.answers if config.n3 else (batch.known[:0], batch.known[:0])
    known, answers = vectors[torch.cat([batch.known, entities])].split_with_sizes([len(batch), len(entities)])
    query = torch.cat([model.fused_queries(known[part], batch.relations[part], side) for side, part in sides])
    loss = one_vs_all_loss if config.loss == "one_vs_all" else k_vs_all_loss
    value = loss(model.fused_scorer.score_all(query, vectors), batch.answers, batch.excluded)
    if config.n3:
        relations = torch.cat([model.moduli_of_relations(batch.relations[part], side) for side, part in sides])
        factors = [model.moduli(known)[rows], model.moduli(answers), relations[rows]]
        value = value + config.n3 * n3(factors)
    return value


def _both_sides(model: VLKGE, vectors: Tensor, triples: Tensor) -> Tensor:
    """Scores [2m] of facts [m, 3], asked for their tails, then for their heads."""
    heads, relations, tails = vectors[triples[:, 0]], triples[:, 1], vectors[triples[:, 2]]
    query = torch.cat([model.fused_queries(heads, relations, "tail"), model.fused_queries(tails, relations, "head")])
    return model.fused_scorer.score_pairs(query, torch.cat([tails, heads]))


def _against_negatives(config: TrainConfig) -> Loss:
    if config.loss == "logistic":
        return logistic_loss
    return self_adversarial_loss(config.adversarial_temperature) if config.loss == "self_adversarial" else softmax_loss
