"""Epochs of a number of facts: a large graph is validated and kept on disk before all its facts were gone through."""

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
import torch
from torch_geometric.data import HeteroData

from models.config import TrainConfig
from models.training.batches import epochs
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from tests.models.training.test_loop import SMALL, Interrupted, assert_same_bits

PARTS = 3


def of_parts(graph: KnowledgeGraph, **options: object) -> TrainConfig:
    facts = -(-len(graph.triples["train"]) // PARTS)
    return TrainConfig.model_validate({**SMALL.model_dump(), "epoch_facts": facts, **options})


def test_facts_of_the_epochs_of_a_turn_are_all_facts(graph: KnowledgeGraph) -> None:
    batches = epochs(graph, of_parts(graph))
    for turn in range(2):
        parts = [list(batches.epoch(turn * PARTS + part)) for part in range(PARTS)]
        assert {len(part) for part in parts} <= {len(batches), len(batches) - 1}
        seen = [
            tuple(fact)
            for batch in chain.from_iterable(parts)
            for fact in torch.stack(
                [batch.entities[batch.heads], batch.relations, batch.entities[batch.tails]], dim=1
            ).tolist()
        ]
        assert Counter(seen) == Counter(map(tuple, graph.triples["train"].tolist()))


def test_queries_of_the_epochs_of_a_turn_are_all_queries(graph: KnowledgeGraph) -> None:
    batches = epochs(graph, of_parts(graph, loss="one_vs_all"))
    asked = [
        (side, known, relation)
        for part in range(PARTS)
        for batch in batches.epoch(part)
        for side, known, relation in zip(
            ["tail"] * batch.tails + ["head"] * (len(batch) - batch.tails),
            batch.known.tolist(),
            batch.relations.tolist(),
            strict=True,
        )
    ]
    facts = graph.triples["train"].tolist()
    assert Counter(asked) == Counter({("tail", h, r) for h, r, _ in facts} | {("head", t, r) for _, r, t in facts})


def test_turns_and_parts_draw_anew(graph: KnowledgeGraph) -> None:
    batches = epochs(graph, of_parts(graph, negatives=10))
    negatives = [next(iter(batches.epoch(number))).negatives for number in range(2 * PARTS)]
    facts = [next(iter(batches.epoch(number))).heads for number in (0, PARTS)]
    assert not torch.equal(*facts)
    assert len({tuple(part.flatten().tolist()) for part in negatives}) == 2 * PARTS


def test_an_epoch_of_more_facts_than_there_are_is_one_of_all(graph: KnowledgeGraph) -> None:
    whole, bounded = (epochs(graph, SMALL.model_copy(update={"epoch_facts": most})) for most in (None, 10**6))
    for one, other in zip(whole.epoch(1), bounded.epoch(1), strict=True):
        assert torch.equal(one.entities, other.entities)
        assert torch.equal(one.negatives, other.negatives)


def test_fewer_facts_than_a_step_has_make_epochs_of_one_step(graph: KnowledgeGraph) -> None:
    batches = epochs(graph, of_parts(graph, epoch_facts=1))
    assert len(batches) == 1
    assert len(list(batches.epoch(5))) == 1


def test_what_is_interrupted_goes_on_after_the_last_part(
    gallery: HeteroData, graph: KnowledgeGraph, tmp_path: Path
) -> None:
    config = of_parts(graph, epochs=PARTS)
    whole = train(gallery, config, tmp_path / "whole", device="cpu")

    def power_cut(done: int, total: int, note: str = "") -> None:  # noqa: ARG001
        if done > 0.8 * total:
            raise Interrupted

    with pytest.raises(Interrupted):
        train(gallery, config, tmp_path / "cut", device="cpu", progress=power_cut)
    steps: list[int] = []
    resumed = train(
        gallery, config, tmp_path / "cut", device="cpu", progress=lambda done, _total, _note="": steps.append(done)
    )
    assert min(steps) > 0.5 * max(steps)
    assert_same_bits(whole.model, resumed.model)
    assert [row["epoch"] for row in resumed.metrics["history"]] == [1, 2, 3]
