"""Scores of single facts, for comparing by hand."""

import torch
from torch import Tensor

from models.ranking.scores import Scores
from models.representation.vlkge import VLKGE
from models.triples.known_facts import answers, given_pairs
from models.triples.sides import Side


def score_triples(model: VLKGE, triples: Tensor, side: Side = "tail") -> Tensor:
    """Scores [m] of facts int64 [m, 3] by all experts of a model, asked for their `side` end."""
    with torch.no_grad():
        scores = Scores.of_model(model).score_all(given_pairs(triples, side), side)
    return scores.gather(1, answers(triples, side)[:, None])[:, 0]
