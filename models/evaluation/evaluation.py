"""How well a model finds the facts that were hidden from it, under a named protocol."""

from collections.abc import Sequence
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from base.errors import InputError
from base.progress import Progress, silent
from models.evaluation.bootstrap import interval
from models.ranking.candidates import Candidates, Choice
from models.ranking.ranking import Ranks, rank
from models.ranking.scores import Scores
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts, with_inverses
from models.triples.sides import SIDES, Side

Protocol = Literal["strict", "paper"]
GROUPS = ("with_picture", "with_text", "with_neither", "unseen")


class Figures(BaseModel):
    """Means over queries; a group without queries has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    queries: int
    mrr: float | None
    """Mean of 1 / rank."""
    hits_at_1: float | None
    """Share of queries with a rank of at most 1."""
    hits_at_3: float | None
    hits_at_10: float | None
    amri: float | None
    """Adjusted mean rank index (https://arxiv.org/abs/2002.06914): 1 is perfect, 0 is chance."""


class Report(Figures):
    """Figures of all queries, and of parts of them.

    A fact asks for its head and for its tail; both queries belong to each group of the fact.
    """

    protocol: Protocol
    split: str
    candidates: Choice
    facts: int
    mrr_interval: tuple[float, float]
    """95 % interval of the MRR, facts drawn anew 1,000 times."""
    sides: dict[str, Figures]
    """head: queries (?, r, t); tail: queries (h, r, ?)."""
    relations: dict[str, Figures]
    groups: dict[str, Figures]
    """with_picture, with_text, unseen: facts with an end that has a picture, a text, no fact in training.
    with_neither: facts with an end that has neither picture nor text. A fact may be in several."""
    inverse: dict[str, Figures]
    """in_train: facts (h, r, t) whose ends training joins too, by whatever relation and in whatever direction;
    not_in_train."""
    relation_sides: dict[str, dict[str, Figures]] = {}
    """Each relation's head and tail queries."""
    relation_groups: dict[str, dict[str, Figures]] = {}
    """Each relation's modality groups that have queries."""


def evaluate(
    model: VLKGE | Scores,
    graph: KnowledgeGraph,
    *,
    split: str = "test",
    protocol: Protocol = "strict",
    candidates: Choice = "all",
    sides: Sequence[Side] = SIDES,
    progress: Progress = silent,
) -> Report:
    """Ranks the facts of a split.

    strict: the facts of all splits do not compete on their own side, a tie counts as the middle of its places.
    paper (the release of VL-KGE): one filter map merges the head and tail keys of all splits, ties in the order of
    entities; its WikiArt figures rank tails alone (`sides`) among the candidates `wikiart`.
    candidates: all entities; typed, those of the labels that the relation joins; observed, those at that end of the
    relation in any split; wikiart, the same, but of the ranked split where the relation joins a label with itself.
    Raises InputError for a split without facts, or unknown names.
    """
    ranks = rank_split(
        model, graph, split=split, protocol=protocol, candidates=candidates, sides=sides, progress=progress
    )
    return report(graph, asked(graph, split), ranks, split=split, protocol=protocol, candidates=candidates)


def rank_split(
    model: VLKGE | Scores,
    graph: KnowledgeGraph,
    *,
    split: str,
    protocol: Protocol,
    candidates: Choice,
    sides: Sequence[Side],
    among: Tensor | None = None,
    progress: Progress = silent,
) -> dict[Side, Ranks]:
    """The ranks that `evaluate` reports on, of all facts of a split or of those at positions `among`, in this order."""
    triples = asked(graph, split)
    every = torch.cat(list(graph.triples.values()))
    if protocol not in ("strict", "paper"):
        raise InputError(f"unknown protocol {protocol!r}; allowed are strict and paper")
    return rank(
        model if isinstance(model, Scores) else Scores.of_model(model),
        triples if among is None else triples[among],
        known=KnownFacts(with_inverses(every) if protocol == "paper" else every, graph.num_relations),
        candidates=_candidates(candidates, graph, triples, every),
        sides=sides,
        progress=progress,
    )


def report(
    graph: KnowledgeGraph,
    triples: Tensor,
    ranks: dict[Side, Ranks],
    *,
    split: str,
    protocol: Protocol = "strict",
    candidates: Choice = "all",
) -> Report:
    """Figures of facts int64 [m, 3] of a split that have been ranked, whole and in parts."""
    places = {side: r.stable if protocol == "paper" else r.realistic for side, r in ranks.items()}
    counts = {side: r.candidates for side, r in ranks.items()}

    def figures(chosen: Tensor, among: Sequence[Side] = tuple(ranks)) -> Figures:
        return _figures(torch.cat([places[s][chosen] for s in among]), torch.cat([counts[s][chosen] for s in among]))

    everything = torch.ones(len(triples), dtype=torch.bool)
    joined = joined_in_train(triples, graph.triples["train"])
    reciprocal = torch.stack([1 / place for place in places.values()]).mean(0)
    members = groups(graph, triples)
    of = {graph.relations[r]: triples[:, 1] == r for r in torch.unique(triples[:, 1]).tolist()}
    return Report(
        **figures(everything).model_dump(),
        protocol=protocol,
        split=split,
        candidates=candidates,
        facts=len(triples),
        mrr_interval=bootstrap(reciprocal),
        sides={side: figures(everything, [side]) for side in ranks},
        relations={name: figures(chosen) for name, chosen in of.items()},
        groups={name: figures(member) for name, member in members.items()},
        inverse={"in_train": figures(joined), "not_in_train": figures(~joined)},
        relation_sides={name: {side: figures(chosen, [side]) for side in ranks} for name, chosen in of.items()},
        relation_groups={
            name: {kind: figures(chosen & member) for kind, member in members.items() if (chosen & member).any()}
            for name, chosen in of.items()
        },
    )


def groups(graph: KnowledgeGraph, triples: Tensor) -> dict[str, Tensor]:
    """Which facts [m, 3] are in which modality group, bool [m] each: those with an end of that kind."""
    nobody = torch.zeros(graph.num_entities, dtype=torch.bool)
    picture, text = (graph.features[m].mask if m in graph.features else nobody for m in ("visual", "textual"))
    members = (picture, text, ~picture & ~text, graph.unseen)
    return {name: of[triples[:, [0, 2]]].any(1) for name, of in zip(GROUPS, members, strict=True)}


def joined_in_train(triples: Tensor, train: Tensor) -> Tensor:
    """bool [m]: whether training holds a fact between the same two ends, of any relation and in any direction."""
    ends = [facts[:, [0, 2]].sort(dim=1).values for facts in (triples, train)]
    radix = int(torch.cat(ends).max()) + 1
    return torch.isin(*(pairs[:, 0] * radix + pairs[:, 1] for pairs in ends))


def bootstrap(values: Tensor, *, draws: int = 1000, level: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Interval of the mean of reciprocal ranks [m], drawn anew with replacement (Efron 1979); of few a wide one."""
    found = interval(values, draws=draws, level=level, seed=seed, bounds=(0, 1))
    return found.low, found.high


def _figures(places: Tensor, candidates: Tensor) -> Figures:
    if len(places) == 0:
        return Figures(queries=0, mrr=None, hits_at_1=None, hits_at_3=None, hits_at_10=None, amri=None)
    hits = {f"hits_at_{k}": (places <= k).double().mean().item() for k in (1, 3, 10)}
    expected = (candidates - 1).sum().item() / 2
    amri = 1 - (places - 1).sum().item() / expected if expected else None
    return Figures(queries=len(places), mrr=(1 / places).mean().item(), **hits, amri=amri)


def asked(graph: KnowledgeGraph, split: str) -> Tensor:
    """The facts int64 [m, 3] of a split; raises InputError where it has none."""
    if split not in graph.triples:
        raise InputError(f"unknown split {split!r}; allowed are {', '.join(graph.triples)}")
    triples = graph.triples[split]
    if len(triples) == 0:
        sizes = ", ".join(f"{name} {len(facts)}" for name, facts in graph.triples.items())
        raise InputError(f"the split {split!r} has no facts to evaluate on (facts: {sizes})")
    return triples


def _candidates(choice: Choice, graph: KnowledgeGraph, triples: Tensor, every: Tensor) -> Candidates | None:
    if choice == "typed":
        return Candidates.typed(graph)
    if choice == "observed":
        return Candidates.observed(every, graph.num_relations)
    if choice == "wikiart":
        return Candidates.wikiart(graph, triples, every)
    if choice != "all":
        raise InputError(f"unknown candidates {choice!r}; allowed are all, typed, observed and wikiart")
    return None
