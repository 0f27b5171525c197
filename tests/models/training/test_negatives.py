"""Candidates that a batch shares: as many as asked for, distinct, from all entities, also where the graph is large."""

import torch

from benchmarks.facts import made
from models.config import TrainConfig
from models.training import negatives
from models.training.negatives import SharedNegatives


def test_candidates_of_a_large_graph_are_distinct_and_fair(monkeypatch):
    monkeypatch.setattr(negatives, "MANY", 10)
    entities = 40
    facts = torch.tensor([[0, 0, 1]])
    splits = {"train": facts, "val": facts[:0], "gate": facts[:0], "test": facts[:0]}
    graph = made(splits, [str(i) for i in range(entities)], ["r"])
    drawn = SharedNegatives(graph, None, TrainConfig(negatives=30, experts=[]))
    generator = torch.Generator().manual_seed(0)
    counts = torch.zeros(entities)
    for _ in range(400):
        candidates, _ = drawn.draw({"tail": facts[:, :2]}, {"tail": facts[:, 2]}, generator)
        assert len(candidates) == len(torch.unique(candidates)) == 30
        counts[candidates] += 1
    assert (counts / 400 - 30 / entities).abs().max() < 0.1  # four standard deviations of .022 and a little
