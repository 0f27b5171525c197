"""Rules of a model: what its training facts show, in sentences with counts."""

from pathlib import Path

import numpy as np
from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from base.errors import refuse_unknown_relations
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from graph.exporting.export import export
from models.explanation.cited_rules import key
from models.explanation.rule_sentences import sentence
from models.rules.facts import Integers
from models.rules.rule_set import FILE, RuleSet, load, mine, save
from models.triples.knowledge_graph import KnowledgeGraph


class Rule(BaseModel):
    """One rule: in `of` cases it can be judged, in `support` of them it is right; `confidence` is the least share."""

    key: str
    sentence: str
    support: int
    of: int
    confidence: float


class Rules(BaseModel):
    """The surest rules of a model, and how many there are of what was asked for."""

    model: str
    file: Path
    count: int
    rules: list[Rule]


def list_rules(
    *, relation: str | None = None, model: str | None = None, limit: int = 20, min_confidence: float = 0.0
) -> Rules:
    """The rules that tell tails of the relation (None: of any), the surest first.

    Raises InputError for a relation that the graph does not have.
    """
    settings = Settings()
    with open_graph(settings) as database:
        version, _ = load_checkpoint(settings, database, model)
        graph = KnowledgeGraph.from_hetero(export(database))
    refuse_unknown_relations([relation] if relation else [], graph.relations)
    rules = rules_of(folder_of(settings, version), graph)
    rows = _chosen(rules, None if relation is None else graph.relations.index(relation), graph, min_confidence)
    return Rules(
        model=version,
        file=folder_of(settings, version) / FILE,
        count=len(rows),
        rules=[
            Rule(
                key=key(rules, row, graph),
                sentence=sentence(rules, row, graph),
                support=int(rules.support[row]),
                of=int(rules.of[row]),
                confidence=round(float(rules.confidence[row]), 4),
            )
            for row in rows[:limit].tolist()
        ],
    )


def _chosen(rules: RuleSet, relation: int | None, graph: KnowledgeGraph, min_confidence: float) -> Integers:
    wanted = rules.step < graph.num_relations if relation is None else rules.step == relation
    rows = np.flatnonzero(wanted & (rules.confidence >= min_confidence))
    return rows[np.lexsort((-rules.of[rows], -rules.confidence[rows]))]


def rules_of(folder: Path, graph: KnowledgeGraph) -> RuleSet:
    """The rules kept in a model's folder, by rows of `graph`; a model of before there were rules learns them now."""
    if not (folder / FILE).is_file():
        learn_rules(folder, graph)
    return load(folder / FILE, graph.entities, graph.relations)


def learn_rules(folder: Path, graph: KnowledgeGraph) -> None:
    """Learn rules from the graph's training facts and keep them in a model's folder."""
    rules = mine(graph.triples["train"].numpy(), graph.num_entities, graph.num_relations)
    save(rules, graph.entities, graph.relations, folder / FILE)


@task(cache_policy=NO_CACHE)
def keep_rules(folder: Path, graph: KnowledgeGraph) -> None:
    """As `learn_rules`, unless the folder has some: a finished model's facts do not change."""
    if not (folder / FILE).is_file():
        learn_rules(folder, graph)
