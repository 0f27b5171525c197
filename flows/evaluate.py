"""Evaluate: how well a model finds held-back facts, beside a popularity baseline."""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from flows.checkpoints import folder_of, load_checkpoint
from flows.export import read_graph
from flows.logs import LOGGED
from flows.progress import progress_bar
from flows.services import open_graph
from flows.settings import Settings
from graph import registry
from graph.connection import Database
from models.baselines import Popularity
from models.checkpoint import Checkpoint
from models.evaluation import Report
from models.evaluation import evaluate as rank_facts
from models.knowledge_graph import KnowledgeGraph
from models.tensor_file import save_json


class Evaluation(BaseModel):
    """A model's report and the popularity baseline's on the same queries."""

    model: str
    report: Report
    popularity: Report


@flow(name="evaluate", flow_run_name="evaluate-{split}", **LOGGED)
def evaluate(*, model: str | None = None, split: str = "test") -> Evaluation:
    """Rank a split's facts by the model of that version (None: the champion); the report is kept with the model."""
    settings = Settings()
    with open_graph(settings) as database:
        version, checkpoint = load_checkpoint(settings, database, model)
        graph = KnowledgeGraph.from_hetero(read_graph(database))
        evaluation = Evaluation(
            model=version,
            report=rank_model(checkpoint, graph, split),
            popularity=rank_facts(Popularity(graph), graph, split=split),
        )
        save_json(evaluation.model_dump(mode="json"), folder_of(settings, version) / f"evaluation-{split}.json")
        record(database, version, evaluation)
    return evaluation


@task(cache_policy=NO_CACHE)
def rank_model(checkpoint: Checkpoint, graph: KnowledgeGraph, split: str) -> Report:
    with progress_bar(f"evaluate on {split}") as progress:
        return rank_facts(checkpoint.model_for(graph), graph, split=split, progress=progress)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def record(database: Database, version: str, evaluation: Evaluation) -> None:
    """The headline figures on the model's node, where Cypher finds them."""
    report, known = evaluation.report, registry.model(database, version)
    figures = report.model_dump(include={"queries", "mrr", "hits_at_1", "hits_at_3", "hits_at_10", "amri"})
    metrics = {**known.metrics, report.split: figures}
    registry.register_model(
        database, version, known.scorer, known.config, metrics, known.data_fingerprint, known.encoders
    )
