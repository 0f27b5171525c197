"""Graph-wide prediction as Prefect tasks, one for each shard of heads; workers read graph and model from files."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
from prefect import task, unmapped
from prefect.cache_policies import NO_CACHE
from torch import Tensor

from flows.runtime.progress import progress_bar
from flows.runtime.services import tell_run
from graph.exporting import hetero_file
from models.calibration.answers import Answers
from models.calibration.calibration import Calibration
from models.prediction.limits import narrow_limits
from models.prediction.prediction import members, predict
from models.prediction.shards import heads_of, merge
from models.ranking.prediction_context import seen_by
from models.ranking.scores import Scores
from models.representation.checkpoint import Checkpoint
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns


@dataclass(frozen=True)
class Job:
    """What all shards have in common; both paths are on a folder that all workers reach."""

    graph: Path
    model: Path
    patterns: Patterns
    top_k: int
    relations: list[str] | None
    limit: int | None
    best: int | None
    calibration: Calibration | None
    answers: Answers
    thresholds: dict[str, float] | None
    heads: list[str] | None
    all_heads: bool
    exact: bool
    device: str


def score_in_shards(job: Job, graph: KnowledgeGraph, shards: int) -> pd.DataFrame:
    """The links of all heads, as `models.prediction.prediction.predict` gives them, in tasks that need a flow."""
    futures = score_shard.map(unmapped(job), list(range(shards)), unmapped(shards))
    frames = []
    with progress_bar("predict") as progress:
        for future in futures:
            frames.append(future.result())
            progress(len(frames), shards, "shards")
    narrow = narrow_limits(graph, job.calibration)
    return merge(frames, graph, limit=job.limit, best=job.best, narrow=narrow)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, task_run_name="score-shard-{shard}")
def score_shard(job: Job, shard: int, shards: int) -> pd.DataFrame:
    graph, scores, seen = _read(job.graph, job.model, job.device)
    among = None if job.heads is None else members(graph, job.heads)
    return predict(
        scores,
        graph,
        relations=job.relations,
        top_k=job.top_k,
        limit=job.limit,
        best=job.best,
        patterns=job.patterns,
        calibration=job.calibration,
        answers=job.answers,
        seen=seen,
        heads=heads_of(graph, shard, shards, among),
        thresholds=job.thresholds,
        all_heads=job.all_heads,
        exact=job.exact,
        notify=tell_run,
    )


@lru_cache(maxsize=1)
def _read(graph: Path, model: Path, device: str) -> tuple[KnowledgeGraph, Scores, Tensor]:
    """A graph, a model's scores on it, and whom it knew in training; read once by each worker, not for each shard."""
    read, checkpoint = KnowledgeGraph.from_hetero(hetero_file.load(graph, mapped=True)), Checkpoint.load(model)
    return read, Scores.of_model(checkpoint.model_for(read, device), read.facts), seen_by(checkpoint, read)
