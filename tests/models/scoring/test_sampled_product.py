"""Independent negatives without gathering: the scores and gradients of a plain loop, one embedding a negative."""

import pytest
import torch
from torch.nn import functional as F

from models.config import TrainConfig
from models.representation.vlkge import VLKGE
from models.scoring.sampled_product import sampled_product
from models.training.batches import Batches
from models.training.steps import train_step
from models.triples.knowledge_graph import KnowledgeGraph

PAPER = {
    "loss": "logistic",
    "negative_sampling": "independent",
    "negatives": 7,
    "reciprocal": False,
    "dropout": 0.0,
    "structural_dropout": 0.0,
    "dimension": 6,
    "experts": (),
}


def test_products_of_lists_by_hand():
    """Queries (1, 2) and (0, 1); candidates (3, 4), (5, 6), (7, 8): repeated ones count each time."""
    query = torch.tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=True)
    vectors = torch.tensor([[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], requires_grad=True)
    scores = sampled_product(query, vectors, torch.tensor([[2, 0, 2], [1, 1, 0]]))
    assert scores.tolist() == [[23, 11, 23], [6, 6, 4]]
    scores.backward(torch.tensor([[1.0, 10.0, 100.0], [1.0, 1.0, 1.0]]))
    assert query.grad is not None
    assert vectors.grad is not None
    assert query.grad.tolist() == [[101 * 7 + 30, 101 * 8 + 40], [5 + 5 + 3, 6 + 6 + 4]]
    assert vectors.grad.tolist() == [[10, 20 + 1], [0, 2], [101, 202]]


def test_only_wanted_gradients_are_made():
    query, vectors = torch.randn(2, 3), torch.randn(4, 3, requires_grad=True)
    sampled_product(query, vectors, torch.tensor([[0, 1], [2, 3]])).sum().backward()
    assert query.grad is None
    assert vectors.grad is not None


@pytest.mark.parametrize("scorer", ["transe", "distmult", "complex", "rotate"])
def test_a_step_has_the_gradients_of_a_loop_over_positives_and_negatives(gallery, scorer):
    """The logistic loss of the paper, every negative's embedding represented and scored on its own."""
    graph = KnowledgeGraph.from_hetero(gallery)
    config = TrainConfig(scorer=scorer, batch_size=16, **PAPER)
    torch.manual_seed(0)
    model = VLKGE.from_graph(config, graph)
    batch = next(iter(Batches(graph, config).epoch(0)))

    loss = train_step(model, batch)
    expected = _plain_loss(model, batch)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    parameters = dict(model.named_parameters())
    found = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    plain = torch.autograd.grad(expected, list(parameters.values()), allow_unused=True)
    for name, gradient, other in zip(parameters, found, plain, strict=True):
        assert (gradient is None) == (other is None), name
        if gradient is not None and other is not None:
            torch.testing.assert_close(gradient.to_dense(), other.to_dense(), msg=name, rtol=1e-4, atol=1e-6)


def _plain_loss(model, batch):
    """Positive by positive and negative by negative."""
    entities, excluded = batch.entities, set(zip(*(cells.tolist() for cells in batch.excluded), strict=True))
    facts = list(zip(batch.heads.tolist(), batch.relations.tolist(), batch.tails.tolist(), strict=True))
    terms = []
    for number, (head, relation, tail) in enumerate(facts):
        for side, row in (("tail", number), ("head", number + len(facts))):
            known, answer = (head, tail) if side == "tail" else (tail, head)
            query = model.fused_queries(model.fused_representations(entities[[known]]), torch.tensor([relation]), side)
            terms.append(
                F.softplus(-model.fused_scorer.score_pairs(query, model.fused_representations(entities[[answer]])))
            )
            for column, negative in enumerate(batch.negatives[row].tolist()):
                if (row, column) not in excluded:
                    vector = model.fused_representations(entities[[negative]])
                    terms.append(F.softplus(model.fused_scorer.score_pairs(query, vector)))
    return torch.cat(terms).mean()
