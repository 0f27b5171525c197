"""Detect errors: the recorded facts that the model finds least likely, kept where Cypher finds them."""

import pandas as pd
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from base.errors import refuse_unknown_relations
from flows.declared_patterns import declared_patterns
from flows.export import read_graph
from flows.runtime.checkpoints import load_checkpoint
from flows.runtime.home_lock import writing
from flows.runtime.locks import gpu_slot
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.predicted.unlikely_facts import publish_doubts
from models.prediction.unlikely_facts import find_unlikely_facts
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns
from models.triples.subgraph import with_relations

LIMIT = 1000


class SuspectFacts(BaseModel):
    """How many facts of each relation a model doubts, and how many there are."""

    model: str
    relations: list[dict[str, int | str]]


@flow(name="detect-errors", flow_run_name="detect-errors-{limit}-per-relation", **LOGGED)
def detect_errors(
    *, model: str | None = None, relations: list[str] | None = None, limit: int = LIMIT, device: str = "auto"
) -> SuspectFacts:
    """Replace what is doubted of the relations (None: all) by what this model (None: the champion) finds unlikely."""
    settings = Settings()
    with writing(settings, "`vlkge detect-errors`"), gpu_slot(device), open_graph(settings) as database:
        version, checkpoint = load_checkpoint(settings, database, model)
        refuse_unknown_relations(relations or (), checkpoint.relations, "the model knows")
        graph = with_relations(KnowledgeGraph.from_hetero(read_graph(database)), checkpoint.relations)
        patterns = Patterns.of(graph, declared_patterns(database, graph))
        doubts = judge_facts(checkpoint.model_for(graph, device), graph, patterns, relations, limit)
        counts = publish_doubts(
            database, doubts, model_version=version, relations=relations or graph.relations, notify=echo
        )
    facts = pd.Series([graph.relations[row] for part in graph.triples.values() for row in part[:, 1].tolist()])
    of = facts.value_counts()
    rows: list[dict[str, int | str]] = [
        {"relation": name, "facts": int(of.get(name, 0)), "doubted": count} for name, count in counts.items()
    ]
    return SuspectFacts(model=version, relations=rows)


@task(cache_policy=NO_CACHE)
def judge_facts(
    model: VLKGE, graph: KnowledgeGraph, patterns: Patterns, relations: list[str] | None, limit: int
) -> pd.DataFrame:
    with progress_bar("detect errors") as progress:
        return find_unlikely_facts(model, graph, relations=relations, limit=limit, patterns=patterns, progress=progress)
