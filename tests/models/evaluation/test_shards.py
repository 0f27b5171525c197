"""Shards of facts, ranked apart and put together, are the evaluation of all."""

from typing import Any

import pytest
import torch

from models.evaluation.evaluation import asked, evaluate, rank_split, report
from models.evaluation.shards import facts_of, merge
from models.ranking.scores import Scores
from models.triples.knowledge_graph import KnowledgeGraph


@pytest.mark.parametrize("shards", [1, 3, 50])
@pytest.mark.parametrize(
    ("protocol", "candidates", "sides"),
    [("strict", "all", ["head", "tail"]), ("paper", "wikiart", ["tail"]), ("strict", "typed", ["head"])],
)
def test_merged_shards_give_the_report_of_all_facts(
    graph: KnowledgeGraph, scores: Scores, shards: int, protocol: Any, candidates: Any, sides: Any
) -> None:
    named = {"split": "test", "protocol": protocol, "candidates": candidates}
    facts = asked(graph, "test")
    parts = [
        rank_split(scores, graph, **named, sides=sides, among=facts_of(facts, shard, shards)) for shard in range(shards)
    ]
    found = report(graph, facts, merge(parts, facts), **named)
    assert found == evaluate(scores, graph, **named, sides=sides)


def test_every_fact_is_in_one_shard_and_those_that_ask_the_same_are_together() -> None:
    triples = torch.tensor([[0, 1, 9], [3, 0, 7], [1, 1, 9], [4, 0, 8], [2, 1, 9], [5, 0, 8]])
    parts = [facts_of(triples, shard, 3).tolist() for shard in range(3)]
    assert parts == [[1, 3], [5, 0], [2, 4]]
