"""Explain: why a model thinks what it thinks of one link, in words."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from base.errors import InputError, PipelineError, refuse_unknown_relations
from flows.calibrate import TOP_K, calibration_in_force, learn_answers
from flows.declared_patterns import declared_patterns
from flows.rules import rules_of
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.exporting.export import export
from graph.page.card import Named, read_names
from graph.pictures import PictureStore
from models.explanation.evidence import SOURCES, evidence
from models.explanation.link_assessment import LinkAssessment, assess_link
from models.ranking.prediction_context import PredictionContext
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.subgraph import with_relations

WORDS = {"structural": "structure", "visual": "pictures", "textual": "texts", "facts": "facts"}
STATES = {
    "new": "It is not recorded.",
    "recorded": "It is a recorded fact; what follows is what the model would say if it were not.",
    "implied": "It is recorded the other way round, so it is never predicted.",
    "rejected": "It was rejected, so it is not predicted while that stands.",
    "second value": "Its head already has another value of this functional relation, so it is not predicted.",
}


class Mentioned(BaseModel):
    """An entity, with the file of its picture where it has one."""

    id: str
    name: str
    label: str | None
    picture: Path | None


class Similar(Mentioned):
    similarity: float


class JoiningPath(BaseModel):
    """One path between the ends, as words, and how many of its shape there are."""

    text: str
    count: int


class Explanation(BaseModel):
    """All that is known of why."""

    model: str
    head: Mentioned
    relation: str
    tail: Mentioned
    state: str
    score: float
    rank: int
    candidates: int
    probability: float | None
    answer_probability: float | None
    """How likely the head has an answer that is not recorded; None where that is unknown."""
    calibrated_on: str | None
    learned_from: int | None
    """How many links of the relation and this kind of head the probability was learned from."""
    rules: list[str]
    """The rules that speak for it, in sentences, the best first."""
    shares: dict[str, float]
    similar: list[Similar]
    paths: list[JoiningPath]
    text: str
    """The explanation in words."""


def explain(head: str, relation: str, tail: str, *, model: str | None = None) -> Explanation:
    """Look at one link, predicted or not, recorded or not, by ids or names of its ends.

    Raises InputError for a relation, an id or a name that the graph does not have, or has more than once.
    """
    settings = Settings()
    with open_graph(settings) as database:
        version, checkpoint = load_checkpoint(settings, database, model)
        refuse_unknown_relations([relation], checkpoint.relations, "the model knows")
        graph = with_relations(KnowledgeGraph.from_hetero(export(database)), checkpoint.relations)
        refuse_unknown_relations([relation], graph.relations)
        triple = (find_entity(graph, head), graph.relations.index(relation), find_entity(graph, tail))
        served = PredictionContext.of(version, checkpoint, graph, declared_patterns(database, graph), TOP_K)
        calibration = calibration_in_force(served, folder_of(settings, version))
        found = assess_link(
            served.scores_today,
            graph,
            triple,
            patterns=served.patterns,
            calibration=calibration,
            answers=learn_answers(database, served),
            seen=served.seen,
        )
        ends = {"head": graph.entities[triple[0]], "relation": relation, "tail": graph.entities[triple[2]]}
        rules = rules_of(folder_of(settings, version), graph)
        reasons = evidence(served.model, graph, rules, pd.DataFrame([ends]), scores=served.scores_today)
        why: dict[str, Any] = {str(name): reasons[name].iloc[0] for name in reasons}
        paths = [json.loads(path) for path in why["paths"]]
        named = _named(database, settings, [ends["head"], ends["tail"], *why["similar"], *_nodes(paths)])
    return _told(version, relation, named[ends["head"]], named[ends["tail"]], found, why, paths, named)


def find_entity(graph: KnowledgeGraph, words: str) -> int:
    """The entity with this id, or else with this name, whatever its case."""
    if words in graph.entities:
        return graph.entities.index(words)
    rows = [row for row, name in enumerate(graph.names) if name.casefold() == words.casefold()]
    if not rows:
        raise InputError(
            f"there is no entity with the id or name {words!r}; `vlkge query find_entity words=…` finds some"
        )
    if len(rows) > 1:
        ids = ", ".join(graph.entities[row] for row in rows[:5])
        raise InputError(f"{len(rows)} entities are called {words!r}; give an id: {ids}")
    return rows[0]


def in_words(probability: float, relation: str) -> str:
    """A probability as counts of links, as few as tell it."""
    of = 10 if abs(10 * probability - round(10 * probability)) < 0.05 and probability >= 0.05 else 100
    of = 1000 if probability < 0.01 else of
    right = round(of * probability)
    right_ones = str(right) if right else "fewer than 1"
    if 0.99 < probability < 1:
        of, right_ones = 100, "more than 99"
    return f"if its head has an unrecorded {relation}, {right_ones} in {of:,} links like this one are right"


def _told(
    version: str,
    relation: str,
    head: Mentioned,
    tail: Mentioned,
    found: LinkAssessment,
    why: dict[str, Any],
    paths: list[list[str]],
    named: dict[str, Mentioned],
) -> Explanation:
    shares = {name: float(why[f"share_{name}"]) for name in SOURCES}
    near = zip(why["similar"], why["similarity"], strict=True)
    counts = zip(paths, why["path_counts"], strict=True)
    explanation = Explanation(
        model=version,
        head=head,
        relation=relation,
        tail=tail,
        state=found.state,
        score=found.score,
        rank=found.rank,
        candidates=found.candidates,
        probability=found.probability,
        answer_probability=found.answer_probability,
        calibrated_on=found.calibrated_on,
        learned_from=found.curve.links if found.curve else None,
        rules=[why["rule"], *why["more_rules"]] if why["rule"] else [],
        shares={name: share for name, share in shares.items() if not math.isnan(share)},
        similar=[Similar(**named[id_].model_dump(), similarity=value) for id_, value in near],
        paths=[JoiningPath(text=_path_text(path, named), count=count) for path, count in counts],
        text="",
    )
    return explanation.model_copy(update={"text": tell(explanation)})


def tell(e: Explanation) -> str:
    """The explanation as lines of plain words."""
    lines = [f"{e.head.name}  {e.relation}  {e.tail.name}", STATES[e.state]]
    lines.append(f"Model {e.model} puts it at place {e.rank:,} of {e.candidates:,} tails of this head.")
    if e.probability is not None:
        basis = "" if e.calibrated_on == "relation" else ", mostly from other relations, as this one has few"
        shown = "above 0.99" if 0.99 < e.probability < 1 else f"{e.probability:.2f}"
        lines.append(f"Probability {shown}: {in_words(e.probability, e.relation)}")
        lines.append(f"(learned from {e.learned_from:,} links of this relation and kind of head{basis}).")
        if e.answer_probability is None:
            lines.append("Whether it has one is not known.")
        else:
            lines.append(f"That it has one is {e.answer_probability:.2f} likely.")
    else:
        lines.append("It has no probability: too little is known of this relation, or hidden, to learn one from.")
    if e.shares:
        parts = [f"{WORDS[name]} {share:.0%}" for name, share in sorted(e.shares.items(), key=lambda part: -part[1])]
        lines.append(f"The score rests on {', '.join(parts)}.")
    if e.rules:
        lines += ["", "What the facts show:", *(f"  {rule}" for rule in e.rules)]
    if e.similar:
        lines += ["", f"Nearest to {e.head.name} among those with {e.relation} {e.tail.name}:"]
        lines += [
            f"  {s.similarity:.2f}  {s.name} ({s.id})" + (f"  {s.picture}" if s.picture else "") for s in e.similar
        ]
    if e.paths:
        lines += ["", "Paths between the two:"]
        lines += [f"  {path.text}" + (f"  (1 of {path.count:,} such)" if path.count > 1 else "") for path in e.paths]
    else:
        lines += ["", "No path of at most three facts joins the two."]
    if e.head.picture:
        lines += ["", f"The picture of {e.head.name}: {e.head.picture}"]
    return "\n".join(lines)


def _path_text(path: list[str], named: dict[str, Mentioned]) -> str:
    words = [named[path[0]].name]
    for step, node in zip(path[1::2], path[2::2], strict=True):
        arrow = f"—{step[1:]}→" if step.startswith(">") else f"←{step[1:]}—"
        words += [arrow, named[node].name]
    return " ".join(words)


def _nodes(paths: list[list[str]]) -> list[str]:
    return [node for path in paths for node in path[::2]]


def _named(database: Database, settings: Settings, ids: list[str]) -> dict[str, Mentioned]:
    store = PictureStore(settings.pictures)
    return {id_: _mentioned(entity, store) for id_, entity in read_names(database, ids).items()}


def _mentioned(entity: Named, store: PictureStore) -> Mentioned:
    """A picture that this machine's store lacks is left out: the explanation holds without it."""
    try:
        picture = store.path(entity.picture) if entity.picture else None
    except PipelineError:
        picture = None
    return Mentioned(id=entity.id, name=entity.name, label=entity.label, picture=picture)
