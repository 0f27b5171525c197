"""Evaluation as Prefect tasks, one for each shard of the facts; workers read graph and model from files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from prefect import task, unmapped
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from flows.export import graph_file
from flows.runtime.progress import progress_bar
from graph.exporting import hetero_file
from models.evaluation.evaluation import Protocol, Report, asked, rank_split, report
from models.evaluation.shards import facts_of, merge
from models.ranking.candidates import Choice
from models.ranking.ranking import Ranks
from models.ranking.scores import Scores
from models.representation.checkpoint import Checkpoint
from models.triples.asked import with_fewer_asked
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import SIDES, Side


class Conditions(BaseModel):
    """What is ranked, among whom, and by which rules."""

    split: str = "test"
    protocol: Protocol = "strict"
    candidates: Choice = "all"
    sides: tuple[Side, ...] = SIDES


@dataclass(frozen=True)
class Shards:
    """How many there are, where each computes, and the file of the graph, in a folder that all workers reach."""

    graph: Path
    number: int
    device: str


@contextmanager
def shards_of(data: HeteroData, home: Path, number: int | None, device: str) -> Iterator[Shards | None]:
    """So many shards of an exported graph's facts, for the time of the block; None: no shards."""
    if number is None:
        yield None
        return
    with graph_file(data, home) as file:
        yield Shards(file, number, device)


def evaluate_in_shards(shards: Shards, model: Path, graph: KnowledgeGraph, conditions: Conditions) -> Report:
    """The report that `models.evaluation.evaluation.evaluate` gives of a model's folder, in tasks that need a flow."""
    facts = asked(graph, conditions.split)
    futures = rank_shard.map(unmapped(shards), unmapped(model), unmapped(conditions), list(range(shards.number)))
    parts = []
    with progress_bar(f"evaluate on {conditions.split}") as progress:
        for future in futures:
            parts.append(future.result())
            progress(len(parts), shards.number, "shards")
    return report(graph, facts, merge(parts, facts), **conditions.model_dump(exclude={"sides"}))


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, task_run_name="rank-shard-{shard}")
def rank_shard(shards: Shards, model: Path, conditions: Conditions, shard: int) -> dict[Side, Ranks]:
    graph, scores = _read(shards.graph, model, shards.device)
    among = facts_of(asked(graph, conditions.split), shard, shards.number)
    return rank_split(scores, graph, **dict(conditions), among=among)


@lru_cache(maxsize=1)
def _read(graph: Path, model: Path, device: str) -> tuple[KnowledgeGraph, Scores]:
    """A graph and a model's scores on it; read once by each worker, not for each shard."""
    read = with_fewer_asked(KnowledgeGraph.from_hetero(hetero_file.load(graph, mapped=True)))
    return read, Scores.of_model(Checkpoint.load(model).model_for(read, device))
