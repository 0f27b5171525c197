"""One link looked at closely: where it stands among the tails of its head, how likely it is, and what rules it out."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch

from base.errors import InputError
from models.calibration.answers import Answers
from models.calibration.calibration import Calibration
from models.calibration.curves import Calibrator
from models.ranking.candidate_lists import CandidateLists
from models.ranking.scores import Scores
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

State = Literal["new", "recorded", "implied", "rejected", "second value"]


@dataclass(frozen=True)
class LinkAssessment:
    """What the model says of one link, asked as if nothing but the other facts were known."""

    state: State
    """recorded: it is a fact; implied: it is one the other way round; rejected: so or the other way round; second
    value: its functional relation has another."""
    score: float
    rank: int
    """Its place among the head's possible tails that are not recorded, from 1."""
    candidates: int
    probability: float | None
    """How likely it is right if its head has an answer that is not recorded."""
    answer_probability: float | None
    """How likely that is; None where it is unknown."""
    calibrated_on: str | None
    curve: Calibrator | None


def assess_link(
    scores: Scores,
    graph: KnowledgeGraph,
    triple: tuple[int, int, int],
    *,
    patterns: Patterns,
    calibration: Calibration | None,
    answers: Answers | None = None,
    seen: torch.Tensor,
) -> LinkAssessment:
    """Of the link (head, relation, tail), rows of the graph, whether it is served or not.

    Raises InputError for a link between labels that the relation does not join.
    """
    head, relation, tail = triple
    row = torch.tensor([triple])
    others = {split: facts[(facts != row).any(1)] for split, facts in graph.triples.items()}
    unknown = replace(graph, triples=others, rejected=graph.rejected[(graph.rejected != row).any(1)])
    state = _state(graph, unknown, triple, patterns)
    only = torch.zeros(graph.num_entities, dtype=torch.bool)
    only[head] = True
    # What is served is asked as it is served. Of others, neither patterns nor loops hide this very link.
    ruling = patterns if state == "new" else Patterns()
    lists = CandidateLists(scores, unknown, ruling, top_k=graph.num_entities, heads=only)
    # Also asked about is a relation of which nothing is known; its links have no probability.
    untrained = relation not in graph.triples["train"][:, 1]
    lists.trained.add(relation)
    if head == tail:
        lists.looping.add(relation)
    for _, links in lists.blocks(relation):
        at = (links.tails == tail).nonzero()[:, 0]
        if len(at) == 0:
            continue
        link = links.at(at)
        probability = basis = curve = None
        if calibration is not None and not untrained:
            found, own = calibration.probabilities(link, seen[link.heads].numpy())
            probability, basis = float(found[0]), "relation" if own[0] else "pooled"
            curve = calibration.curve_of(link, seen[link.heads].numpy())
        has_answer = float((answers or Answers()).probabilities(link, graph.relations[relation])[0])
        return LinkAssessment(
            state=state,
            score=float(link.scores),
            rank=int(link.ranks),
            candidates=len(links.heads),
            probability=probability,
            answer_probability=None if math.isnan(has_answer) else has_answer,
            calibrated_on=basis,
            curve=curve,
        )
    kinds = [graph.type_names[graph.entity_types[end]] for end in (head, tail)]
    joined = sorted(f"{graph.type_names[h]} with {graph.type_names[t]}" for h, t in graph.relation_types[relation])
    raise InputError(
        f"{graph.relations[relation]} joins no {kinds[0]} with a {kinds[1]} in the graph; it joins {', '.join(joined)}"
    )


def _state(graph: KnowledgeGraph, unknown: KnowledgeGraph, triple: tuple[int, int, int], patterns: Patterns) -> State:
    row, others = torch.tensor([triple]), torch.cat(list(unknown.triples.values()))
    if any((facts == row).all(1).any() for facts in graph.triples.values()):
        return "recorded"
    if (patterns.implied(others, graph.relations) == row).all(1).any():
        return "implied"
    rejected = torch.cat([graph.rejected, patterns.implied(graph.rejected, graph.relations)])
    if (rejected == row).all(1).any():
        return "rejected"
    taken = bool(((others[:, 0] == triple[0]) & (others[:, 1] == triple[1])).any())
    return "second value" if taken and graph.relations[triple[1]] in patterns.functional else "new"
