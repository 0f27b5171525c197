"""Shards of heads, put together, are the whole."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from models.prediction.prediction import members, predict
from models.prediction.shards import heads_of, merge
from models.ranking.scores import Scores
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns


@pytest.mark.parametrize("limits", [(None, None), (7, None), (None, 11), (7, 11)])
def test_merged_shards_are_the_links_of_all_heads(
    graph: KnowledgeGraph, scores: Scores, limits: tuple[int | None, int | None]
) -> None:
    limit, best = limits
    # Without patterns, so that heads which have a painter are proposed others.
    options = {"limit": limit, "best": best, "patterns": Patterns()}
    whole = predict(scores, graph, **options)
    parts = [predict(scores, graph, **options, heads=heads_of(graph, part, 5)) for part in range(5)]
    assert len(whole) >= (best or 14)
    assert_frame_equal(merge(parts, graph, limit=limit, best=best), whole)


def test_a_shard_without_links_takes_nothing_away(graph: KnowledgeGraph, scores: Scores) -> None:
    whole = predict(scores, graph)
    assert_frame_equal(merge([whole[:0], whole], graph, limit=None, best=None), whole)


def test_probability_goes_before_score(graph: KnowledgeGraph) -> None:
    heads = [identity for identity in graph.entities if identity.startswith("painting")][:2]
    row = {"relation": graph.relations[0], "tail": graph.entities[0], "rank": 1}
    first = pd.DataFrame([row | {"head": heads[0], "score": 9.0, "probability": 0.2, "answer_probability": 1.0}])
    other = pd.DataFrame([row | {"head": heads[1], "score": 1.0, "probability": 0.8, "answer_probability": np.nan}])
    assert merge([first, other], graph, limit=1, best=None)["head"].tolist() == [heads[1]]


def test_every_entity_is_in_one_shard(graph: KnowledgeGraph) -> None:
    among = members(graph, graph.entities[:9])
    assert sum(heads_of(graph, part, 4).long() for part in range(4)).tolist() == [1] * graph.num_entities  # type: ignore[union-attr]
    assert sum(int(heads_of(graph, part, 4, among).sum()) for part in range(4)) == 9
