"""Recorded facts that a model finds unlikely: each judged as if it alone were not recorded.

By the fused vectors alone: the expert of structure has learned training facts by heart, the wrong ones too.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from base.errors import InputError, refuse_unknown_relations
from base.progress import Progress, silent
from models.ranking.candidate_lists import SHARE_TOP_K, CandidateLists
from models.ranking.candidates import of_types
from models.ranking.ranking import BUDGET, block_rows
from models.ranking.scores import Scores, VectorScores, columns_of
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

LEAST = 0.9
COLUMNS = ["head", "relation", "tail", "likelier", "share", "rank", "candidates", "other", "other_share"]


def find_unlikely_facts(
    model: VLKGE | Scores,
    graph: KnowledgeGraph,
    *,
    relations: Sequence[str] | None = None,
    limit: int = 1000,
    least: float = LEAST,
    patterns: Patterns | None = None,
    budget: int = BUDGET,
    progress: Progress = silent,
) -> pd.DataFrame:
    """The recorded facts of each relation that the model finds least likely, at most `limit`, the worst first.

    `likelier` is the share of the relation's facts that the model finds likelier, training facts being compared with
    training facts, the others with the others: what a model was trained on always looks likelier. Facts with `least`
    or more are doubtful.

    A fact competes with the tails of its relation that the head is not recorded with, nobody rejected, and no symmetric
    or inverse relation implies (`patterns`; None: those that the data shows). Its `share` is that of a softmax over the
    CONTENDERS best of them and itself, its `rank` the place among all `candidates`, from 1; `other` is the best other
    tail, `other_share` what that one has. A fact without any other tail is not judged.

    Raises InputError for an unknown relation, and for a limit below 1.
    """
    if limit < 1:
        raise InputError(f"limit is {limit}; it must be at least 1")
    refuse_unknown_relations(relations or (), graph.relations)
    scores = model if isinstance(model, Scores) else VectorScores.of_fused(model)
    lists = CandidateLists(scores, graph, patterns or Patterns.found(graph), top_k=1, budget=budget)
    chosen = [row for row, name in enumerate(graph.relations) if relations is None or name in relations]
    facts = [_facts(graph, row) for row in chosen]
    total, done, frames = sum(len(own) for own, _ in facts), 0, []
    for row, (own, trained) in zip(chosen, facts, strict=True):
        judged = []
        for part in _judge(lists, own):
            judged.append(part)
            done += len(part)
            progress(done, total, graph.relations[row])
        if judged:  # a relation may have nothing but rejected links
            frames.append(_worst(pd.concat(judged), own, trained, least).head(limit))
    return _named(pd.concat(frames, ignore_index=True), graph) if frames else pd.DataFrame(columns=COLUMNS)


def _facts(graph: KnowledgeGraph, relation: int) -> tuple[Tensor, Tensor]:
    """The relation's facts [m, 3], and which of them were trained on, bool [m]."""
    splits = list(graph.triples)
    facts = torch.cat([graph.triples[split] for split in splits])
    trained = torch.cat([torch.full((len(graph.triples[split]),), split == "train") for split in splits])
    own = facts[:, 1] == relation
    return facts[own], trained[own]


@torch.no_grad()
def _judge(lists: CandidateLists, facts: Tensor) -> Iterator[pd.DataFrame]:
    """share, rank, candidates, other and other_share of facts [m, 3] of one relation, and which `fact` it is."""
    graph, device = lists.graph, lists.scores.device
    tails_of: dict[int, set[int]] = defaultdict(set)
    for relation in facts[:1, 1].tolist():
        for head_type, tail_type in sorted(graph.relation_types[relation]):
            tails_of[head_type].add(tail_type)
    for head_type, tail_types in tails_of.items():
        tails = of_types(graph, tail_types).to(device)
        rows = (graph.entity_types[facts[:, 0]] == head_type).nonzero()[:, 0]
        for some in torch.split(rows, block_rows(lists.budget, len(tails))):
            yield _judge_block(lists, facts[some].to(device), tails, some)


def _judge_block(lists: CandidateLists, facts: Tensor, tails: Tensor, rows: Tensor) -> pd.DataFrame:
    every = torch.arange(len(facts), device=facts.device)
    scores = lists.scores.score_all(facts[:, :2], "tail", tails)
    at = columns_of(facts[:, 2], tails)
    own = scores[every, at]
    scores[lists.excluded(facts[:, :2], tails)] = -torch.inf
    scores[every, at] = -torch.inf
    best, columns = scores.topk(min(SHARE_TOP_K - 1, len(tails)), dim=1)
    total = torch.cat([own[:, None], best], dim=1).logsumexp(1)
    frame = pd.DataFrame(
        {
            "share": (own - total).exp().double().cpu().numpy(),
            "rank": 1 + (scores > own[:, None]).sum(1).cpu().numpy(),
            "candidates": 1 + (scores > -torch.inf).sum(1).cpu().numpy(),
            "other": tails[columns[:, 0]].cpu().numpy(),
            "other_share": (best[:, 0] - total).exp().double().cpu().numpy(),
            "fact": rows.numpy(),
        }
    )
    return frame[frame["candidates"] > 1]


def _worst(judged: pd.DataFrame, facts: Tensor, trained: Tensor, least: float) -> pd.DataFrame:
    """The doubtful ones of a relation's judged facts, the worst first, with their ends as rows of the graph."""
    places = torch.tensor(judged["fact"].to_numpy(dtype=np.int64))
    judged = judged.assign(
        head=facts[places, 0].numpy(),
        relation=facts[places, 1].numpy(),
        tail=facts[places, 2].numpy(),
        trained=trained[places].numpy(),
    ).sort_values(["share", "head", "tail"], kind="stable")
    of_kind = judged.groupby("trained")["share"]
    judged["likelier"] = 1 - (of_kind.cumcount() + 1) / of_kind.transform("size")
    doubtful = judged[judged["likelier"] >= least]
    return doubtful.sort_values(["likelier", "share"], ascending=[False, True], kind="stable")[COLUMNS]


def _named(frame: pd.DataFrame, graph: KnowledgeGraph) -> pd.DataFrame:
    entities = np.array(graph.entities, dtype=object)
    named = {name: entities[frame[name].to_numpy(dtype=np.int64)] for name in ("head", "tail", "other")}
    relations = np.array(graph.relations, dtype=object)[frame["relation"].to_numpy(dtype=np.int64)]
    return frame.assign(**named, relation=relations)
