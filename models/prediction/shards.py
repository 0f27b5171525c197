"""Prediction cut into shards of heads that are scored apart, and their links put together again."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from models.prediction.limits import limits_of
from models.prediction.prediction import combined
from models.triples.knowledge_graph import KnowledgeGraph


def heads_of(graph: KnowledgeGraph, shard: int, shards: int, among: Tensor | None = None) -> Tensor:
    """Whose links a shard looks for, bool [N]: every so many-th entity, of those in `among` where it is given."""
    chosen = torch.zeros(graph.num_entities, dtype=torch.bool)
    chosen[shard::shards] = True
    return chosen if among is None else chosen & among


def merge(
    frames: Sequence[pd.DataFrame],
    graph: KnowledgeGraph,
    *,
    limit: int | None,
    best: int | None,
    narrow: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """The links that `models.prediction.prediction.predict` gives for all heads, from its frames for the shards' heads.

    `limit` and `best` as there, `narrow` by `limits.narrow_limits`; each shard must have been cut by the same ones.
    The order is the same too: by probability where there is one, times that of an answer where that is known, then
    score, then relation, head and tail as the graph numbers them.
    """
    links = pd.concat(frames, ignore_index=True)
    entities = {identity: row for row, identity in enumerate(graph.entities)}
    relations = {name: row for row, name in enumerate(graph.relations)}
    first = np.zeros(len(links))
    if "probability" in links:
        first = combined(links["probability"].to_numpy(), links["answer_probability"].to_numpy())
    keys = (
        links["tail"].map(entities),
        links["head"].map(entities),
        links["relation"].map(relations),
        -links["score"],
        -first,
    )
    links = links.iloc[np.lexsort(keys)]
    links = links[links.groupby("relation", sort=False).cumcount() < limits_of(links["relation"], limit, narrow or {})]
    return links.head(len(links) if best is None else best).sort_values("relation", kind="stable", ignore_index=True)
