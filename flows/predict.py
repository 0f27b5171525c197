"""Predict: the best new links of each relation, published in the graph."""

from pathlib import Path

import pandas as pd
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from flows.checkpoints import folder_of, load_checkpoint
from flows.export import read_graph
from flows.logs import LOGGED
from flows.progress import progress_bar
from flows.services import open_graph
from flows.settings import Settings
from graph import predictions
from graph.connection import Database
from graph.links import keep
from models.checkpoint import Checkpoint
from models.knowledge_graph import KnowledgeGraph
from models.prediction import functional_relations
from models.prediction import predict as find_links


class Published(BaseModel):
    """What a run published: per relation, `current` links of this run and what was left out or became stale."""

    run_id: str
    model: str
    links: int
    file: Path
    functional: list[str]
    """Relations with one value per head, so that heads which have one get no second."""
    relations: list[dict[str, int | str]]


@flow(name="predict", flow_run_name="predict-{top_k}-per-head", **LOGGED)
def predict(
    *, model: str | None = None, relations: list[str] | None = None, top_k: int = 3, limit: int = 1000
) -> Published:
    """Publish the model's (None: the champion's) best new links; what it no longer predicts becomes stale."""
    settings = Settings()
    with open_graph(settings) as database:
        version, checkpoint = load_checkpoint(settings, database, model)
        graph = KnowledgeGraph.from_hetero(read_graph(database))
        links = score_links(checkpoint, graph, relations, top_k, limit)
        run = publish(database, links, version, relations or graph.relations)
    file = keep(links, folder_of(settings, version), run.run_id)
    return Published(
        run_id=run.run_id,
        model=version,
        links=int(run.counts["current"].sum()),
        file=file,
        functional=functional_relations(graph),
        relations=run.counts.to_dict(orient="records"),
    )


@task(cache_policy=NO_CACHE)
def score_links(
    checkpoint: Checkpoint, graph: KnowledgeGraph, relations: list[str] | None, top_k: int, limit: int
) -> pd.DataFrame:
    with progress_bar("predict") as progress:
        return find_links(
            checkpoint.model_for(graph), graph, relations=relations, top_k=top_k, limit=limit, progress=progress
        )


@task(cache_policy=NO_CACHE)
def publish(database: Database, links: pd.DataFrame, version: str, relations: list[str]) -> predictions.Publication:
    with progress_bar("write back") as progress:
        return predictions.publish(database, links, model_version=version, relations=relations, progress=progress)
