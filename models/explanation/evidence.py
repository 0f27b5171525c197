"""Why a model proposes a link: who like its head has the same fact, what joins its ends, what the score rests on."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional as F

from base.distinct import among, distinct
from base.progress import Progress, silent
from models.explanation import cited_rules
from models.explanation.cited_rules import CitedRules
from models.explanation.paths import Paths
from models.ranking.candidates import Candidates
from models.ranking.scores import EnsembleScores, Scores, columns_of
from models.representation.vlkge import VLKGE
from models.rules.rule_set import RuleSet
from models.triples.knowledge_graph import FEATURES, KnowledgeGraph
from models.triples.known_facts import KnownFacts

SIMILAR = 5
SHAPES = 3
OTHERS = 256  # candidates whose mean score a link's is compared with
CELLS = 2**24
MODALITIES = ("structural", *FEATURES)
SOURCES = (*MODALITIES, "facts")
"""What a score may rest on."""
SHARES = [f"share_{name}" for name in SOURCES]
COLUMNS = ["similar", "similarity", "paths", "path_counts", *SHARES, *cited_rules.COLUMNS]


def evidence(
    model: VLKGE,
    graph: KnowledgeGraph,
    rules: RuleSet,
    links: pd.DataFrame,
    progress: Progress = silent,
    scores: Scores | None = None,
) -> pd.DataFrame:
    """Evidence for links (columns head, relation, tail: ids) of a model with the rows of `graph`, in their order.

    similar: at most SIMILAR ids of the entities nearest to the head, by the cosine of r_e, with the same relation and
    tail among the training facts; similarity: those cosines. paths and path_counts: see models.explanation.paths.Found.
    share_structural, share_visual, share_textual, share_facts: how much of the score rests on each, see `shares`.
    rule and what follows: see models.explanation.cited_rules.CitedRules.table; `rules` are of the rows of `graph`.
    `scores` are the model's where the facts of `graph` are known; None: they are made here.
    """
    triples = _rows(graph, links)
    model.eval()
    with torch.no_grad():
        near = similar(model.fused_representations().cpu(), graph, triples)
    progress(1, 4, "similar entities")
    paths = Paths(graph, _read_by(model, graph, triples)).find(triples[:, 0].tolist(), triples[:, 2].tolist(), SHAPES)
    progress(2, 4, "paths")
    parts = shares(model, graph, triples, scores)
    progress(3, 4, "shares")
    cited = CitedRules(rules, graph).table(triples.numpy())
    progress(4, 4, "rules")
    columns: dict[str, object] = {
        "similar": [[graph.entities[row] for row in rows] for rows, _ in near],
        "similarity": [cosines for _, cosines in near],
        "paths": paths.paths,
        "path_counts": paths.counts,
        **{f"share_{name}": parts[name].numpy() for name in SOURCES},
        **{str(name): cited[name].array for name in cited},
    }
    return pd.DataFrame(columns, columns=COLUMNS, index=links.index)


def similar(
    vectors: Tensor, graph: KnowledgeGraph, triples: Tensor, most: int = SIMILAR
) -> list[tuple[list[int], list[float]]]:
    """For each of triples [n, 3] the entities nearest to its head that have its relation and tail in training.

    Nearness is the cosine of vectors [N, W], nearest first; the head itself is none of them.
    """
    units = F.normalize(vectors, dim=1)
    asked, group = torch.unique(triples[:, [2, 1]], dim=0, return_inverse=True)
    rows, entities = KnownFacts(graph.triples["train"], graph.num_relations).answers(asked, "head")
    starts = torch.searchsorted(rows, torch.arange(len(asked) + 1))
    found: list[tuple[list[int], list[float]]] = [([], []) for _ in range(len(triples))]
    order = group.argsort(stable=True)
    for number, members in enumerate(torch.split(order, torch.bincount(group, minlength=len(asked)).tolist())):
        pool = entities[starts[number] : starts[number + 1]]
        if len(pool) == 0:
            continue
        for part in torch.split(members, max(1, CELLS // len(pool))):
            heads = triples[part, 0]
            cosines = units[heads] @ units[pool].T
            cosines[heads[:, None] == pool] = -torch.inf
            values, at = cosines.topk(min(most, len(pool)), dim=1)
            for link, row, value in zip(part.tolist(), pool[at].tolist(), values.tolist(), strict=True):
                kept = [(r, round(v, 4)) for r, v in zip(row, value, strict=True) if v > -torch.inf]
                found[link] = ([r for r, _ in kept], [v for _, v in kept])
    return found


def shares(model: VLKGE, graph: KnowledgeGraph, triples: Tensor, scores: Scores | None = None) -> dict[str, Tensor]:
    """Which part of a link's score rests on structure, pictures, texts and facts, [n] each for triples [n, 3].

    What is divided is the lead over the mean candidate for the tail. A modality's part of it is what is lost when the
    model scores as if nobody had that modality, and that of facts, as if its experts read of none; what speaks against
    the link has no part. Parts add up to one. NaN: the model does not know the modality or reads no facts, or neither
    end has any; all are NaN where nothing alone speaks for the link. `scores`: see `evidence`.
    """
    scores = Scores.of_model(model, graph.facts) if scores is None else scores
    whole = _lead(scores, graph, triples)
    lost = {}
    for name in model.modalities:
        with without(model, name):
            lost[name] = (whole - _lead(_seen_again(scores, model), graph, triples)).clamp(min=0)
        masks = model.state_dict()[f"modalities.{name}.mask"].cpu()
        lost[name][~masks[triples[:, [0, 2]]].any(1)] = torch.nan
    if model.ensemble is not None and model.ensemble.reads_facts:
        lost["facts"] = (whole - _lead(scores.knowing(graph.facts[:0]), graph, triples)).clamp(min=0)
        has_facts = torch.zeros(graph.num_entities, dtype=torch.bool)
        has_facts[graph.facts[:, [0, 2]].flatten()] = True
        lost["facts"][~has_facts[triples[:, [0, 2]]].any(1)] = torch.nan
    total = torch.stack(list(lost.values())).nansum(0)
    missing = torch.full((len(triples),), torch.nan)
    return {
        name: torch.where(total > 0, lost[name] / total, torch.nan) if name in lost else missing for name in SOURCES
    }


def _read_by(model: VLKGE, graph: KnowledgeGraph, triples: Tensor) -> Tensor:
    """The facts [m, 3] that a model goes by, triples [n, 3] themselves left out: of all splits, or of training alone.

    Experts that read facts read all that are known today; other models know what training showed them.
    """
    reads = model.ensemble is not None and model.ensemble.reads_facts
    facts = graph.facts if reads else graph.triples["train"]
    own, theirs = (
        ((rows[:, 0] * graph.num_relations + rows[:, 1]) * graph.num_entities + rows[:, 2]).numpy()
        for rows in (facts, triples)
    )
    return facts[torch.from_numpy(~among(own, distinct(theirs)))]


def _seen_again(scores: Scores, model: VLKGE) -> Scores:
    return scores.seeing_again() if isinstance(scores, EnsembleScores) else Scores.of_model(model)


@contextmanager
def without(model: VLKGE, modality: str) -> Iterator[None]:
    """The model as if no entity had the modality."""
    masks = f"modalities.{modality}.mask", f"structure.modalities.{modality}.mask"
    hidden = [tensor for name, tensor in model.state_dict().items() if name in masks]
    kept = [tensor.clone() for tensor in hidden]
    try:
        for tensor in hidden:
            tensor.zero_()
        yield
    finally:
        for tensor, before in zip(hidden, kept, strict=True):
            tensor.copy_(before)


def _lead(scores: Scores, graph: KnowledgeGraph, triples: Tensor) -> Tensor:
    """Scores [n] of triples above the mean of OTHERS candidates for their tails, spread evenly over all."""
    result = torch.empty(len(triples))
    typed = Candidates.typed(graph)
    for relation in torch.unique(triples[:, 1]).tolist():
        every = typed.of(relation, "tail")
        others = every[torch.linspace(0, len(every) - 1, min(OTHERS, len(every))).long()]
        own = (triples[:, 1] == relation).nonzero()[:, 0]
        for part in torch.split(own, max(1, CELLS // (len(own) + OTHERS))):
            links = triples[part].to(scores.device)
            columns = torch.unique(torch.cat([others.to(scores.device), links[:, 2]]))
            with torch.no_grad():
                table = scores.score_all(links[:, [0, 1]], "tail", columns)
            mean = table[:, columns_of(others.to(scores.device), columns)].mean(1)
            at = columns_of(links[:, 2], columns)
            result[part] = (table[torch.arange(len(links), device=table.device), at] - mean).float().cpu()
    return result


def _rows(graph: KnowledgeGraph, links: pd.DataFrame) -> Tensor:
    entities = {identity: row for row, identity in enumerate(graph.entities)}
    relations = {name: row for row, name in enumerate(graph.relations)}
    columns = (links["head"].map(entities), links["relation"].map(relations), links["tail"].map(entities))
    return torch.from_numpy(np.stack([column.to_numpy(dtype=np.int64) for column in columns], axis=1))
