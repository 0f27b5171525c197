"""New links: for each head the best tails that are not yet known, among what the relation joins."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import pandas as pd
import torch
from torch import Tensor

from models.candidates import of_types
from models.errors import InputError
from models.filters import KnownFacts
from models.knowledge_graph import KnowledgeGraph
from models.progress import Progress, silent
from models.ranking import BUDGET
from models.scores import Scores, VectorScores, columns_of
from models.vlkge import VLKGE

COLUMNS = ["head", "relation", "tail", "score", "rank"]
SUPPORT = 20  # heads with one value each, from which on that is taken for a rule


def predict(
    model: VLKGE | Scores,
    graph: KnowledgeGraph,
    *,
    relations: Sequence[str] | None = None,
    top_k: int = 3,
    limit: int | None = 1000,
    functional: Collection[str] | None = None,
    budget: int = BUDGET,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Links frame: head, relation and tail (ids), score, and rank, the place among the head's new tails from 1.

    Heads and tails are of the labels that the relation joins in the graph. Left out are the facts of all splits,
    rejected links, loops unless the relation has some, and second values of `functional` relations (None: those that
    the data shows to be so, `functional_relations`). Of each relation (None: all) the `limit` best links are kept
    (None: all), at most `top_k` a head; sorted by relation, then score. `budget` bounds the numbers held at a time.
    Raises InputError for an unknown relation and for limits below 1.
    """
    for name, value in (("top_k", top_k), ("limit", limit)):
        if value is not None and value < 1:
            raise InputError(f"{name} is {value}; it must be at least 1")
    chosen = _relation_rows(graph, relations)
    single = set(functional_relations(graph) if functional is None else functional)
    scores = model if isinstance(model, Scores) else VectorScores.of_model(model)
    finder = _Finder(scores, graph, top_k, budget)
    frames = []
    for done, relation in enumerate(chosen, 1):
        links = finder.links(relation, single=graph.relations[relation] in single)
        frames.append(_frame(graph, relation, *_best(links, limit)))
        progress(done, len(chosen), f"{graph.relations[relation]}: {len(frames[-1])} new links")
    return pd.concat(frames, ignore_index=True)


def functional_relations(graph: KnowledgeGraph, support: int = SUPPORT) -> list[str]:
    """Relations whose heads have exactly one tail each, in all splits, and at least `support` heads."""
    facts = torch.unique(torch.cat(list(graph.triples.values())), dim=0)
    found = []
    for row, name in enumerate(graph.relations):
        heads, values = torch.unique(facts[facts[:, 1] == row][:, 0], return_counts=True)
        if len(heads) >= support and (values == 1).all():
            found.append(name)
    return found


class _Finder:
    """Finds links relation by relation, in blocks of heads."""

    def __init__(self, scores: Scores, graph: KnowledgeGraph, top_k: int, budget: int) -> None:
        self.scores = scores
        self.graph = graph
        self.top_k = top_k
        self.budget = budget
        self.facts = torch.cat(list(graph.triples.values()))
        left_out = torch.cat([self.facts, graph.rejected])
        self.left_out = KnownFacts(left_out, graph.num_relations).to(scores.device)

    def links(self, relation: int, *, single: bool) -> tuple[Tensor, ...]:
        """(head, tail, score, rank) [k] each of all heads' best new tails."""
        facts = self.facts[self.facts[:, 1] == relation]
        loops = bool((facts[:, 0] == facts[:, 2]).any())
        parts = [
            self._block(relation, heads, tails, loops)
            for every, tails in self._joined(relation)
            for heads in torch.split(_without(every, facts[:, 0]) if single else every, self._rows(tails))
            if len(heads)
        ]
        if not parts:
            return tuple(torch.empty(0, dtype=kind) for kind in (torch.long, torch.long, torch.float, torch.long))
        return tuple(torch.cat(column) for column in zip(*parts, strict=True))

    def _joined(self, relation: int) -> Iterator[tuple[Tensor, Tensor]]:
        """(heads of one label, tails of all labels that the relation joins with it)."""
        tails_of: dict[int, set[int]] = defaultdict(set)
        for head_type, tail_type in sorted(self.graph.relation_types[relation]):
            tails_of[head_type].add(tail_type)
        for head_type, tail_types in tails_of.items():
            yield of_types(self.graph, {head_type}), of_types(self.graph, tail_types)

    def _rows(self, tails: Tensor) -> int:
        return max(1, self.budget // max(1, len(tails)))

    @torch.no_grad()
    def _block(self, relation: int, heads: Tensor, tails: Tensor, loops: bool) -> tuple[Tensor, ...]:
        device = self.scores.device
        heads, tails = heads.to(device), tails.to(device)
        pairs = torch.stack([heads, torch.full_like(heads, relation)], dim=1)
        rows, entities = self.left_out.of(pairs, "tail")
        if not loops:
            rows, entities = torch.cat([rows, torch.arange(len(heads), device=device)]), torch.cat([entities, heads])
        columns = columns_of(entities, tails)
        hidden = (rows[columns >= 0], columns[columns >= 0])
        scores = self.scores.score_best(pairs, "tail", tails, hidden, self.top_k)
        best, at = scores.topk(min(self.top_k, len(tails)), dim=1)
        places = torch.arange(1, best.shape[1] + 1, device=device).expand_as(best)
        new = best > -torch.inf
        return heads[:, None].expand_as(best)[new].cpu(), tails[at][new].cpu(), best[new].cpu(), places[new].cpu()


def _best(links: tuple[Tensor, ...], limit: int | None) -> tuple[Tensor, ...]:
    """The `limit` links of highest score, best first; equal ones in the order of heads."""
    order = links[2].argsort(descending=True, stable=True)[:limit]
    return tuple(column[order] for column in links)


def _without(entities: Tensor, others: Tensor) -> Tensor:
    return entities[~torch.isin(entities, others)]


def _frame(
    graph: KnowledgeGraph, relation: int, heads: Tensor, tails: Tensor, scores: Tensor, ranks: Tensor
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "head": pd.Series([graph.entities[i] for i in heads.tolist()], dtype=object),
            "relation": pd.Series([graph.relations[relation]] * len(heads), dtype=object),
            "tail": pd.Series([graph.entities[i] for i in tails.tolist()], dtype=object),
            "score": scores.double().numpy(),
            "rank": ranks.numpy(),
        },
        columns=COLUMNS,
    )


def _relation_rows(graph: KnowledgeGraph, names: Sequence[str] | None) -> list[int]:
    unknown = sorted(set(names or ()) - set(graph.relations))
    if unknown:
        raise InputError(f"unknown relations {unknown[:5]} ({len(unknown)}); the graph has {graph.relations}")
    return [row for row, name in enumerate(graph.relations) if names is None or name in names]
