"""How many links of a relation are kept, where nothing says how often its links are right."""

from collections.abc import Mapping

import pandas as pd
import torch

from models.calibration.answers import ENOUGH_DECISIONS
from models.calibration.calibration import ENOUGH_LISTS, Calibration
from models.triples.knowledge_graph import KnowledgeGraph


def narrow_limits(graph: KnowledgeGraph, calibration: Calibration | None) -> dict[str, int]:
    """The most links of each relation of which fewer than ENOUGH_LISTS lists were judged by held-back facts.

    Without any judged list: as many as the relation has facts, at least as many as the decisions that its answers are
    learned from. Each judged list lets as many more in. So a relation that somebody has just begun does not fill the
    queue on the word of the others, and grows by what is accepted. None without a calibration, where this tells no
    relation from another.
    """
    if calibration is None:
        return {}
    counts = torch.bincount(graph.facts[:, 1], minlength=graph.num_relations).tolist()
    return {
        name: max(ENOUGH_DECISIONS, facts) * (1 + lists)
        for name, facts in zip(graph.relations, counts, strict=True)
        if (lists := calibration.judged_lists(name)) < ENOUGH_LISTS
    }


def limit_of(relation: str, limit: int | None, narrow: Mapping[str, int]) -> int | None:
    """The smaller of the two that are given; None: all."""
    return min((most for most in (limit, narrow.get(relation)) if most is not None), default=None)


def limits_of(relations: "pd.Series[str]", limit: int | None, narrow: Mapping[str, int]) -> "pd.Series[float]":
    """The limit of each row's relation [n], infinite for all."""
    known = {name: limit_of(name, limit, narrow) for name in relations.unique()}
    return relations.map({name: float("inf") if most is None else float(most) for name, most in known.items()})
