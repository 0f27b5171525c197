"""Train: VL-KGE on the whole graph, kept on disk and registered in the graph."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from flows import facts_read
from flows.distributed_training import train_together
from flows.export import read_graph
from flows.rules import keep_rules
from flows.runtime.checkpoints import folder_of, load_checkpoint, note_graph, version_of
from flows.runtime.home_lock import writing
from flows.runtime.locks import gpu_slot
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.provenance import git_commit
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.exporting import hetero_file
from graph.predicted import registry
from graph.predicted.registry import CHAMPION
from models.config import TrainConfig
from models.representation.checkpoint import Checkpoint
from models.training.distributed import Group, check
from models.training.loop import train as fit
from models.triples.knowledge_graph import KnowledgeGraph, count_training_facts


class TrainedModel(BaseModel):
    """A registered model; `alias` is champion where it is the one that predicts by default."""

    version: str
    folder: Path
    alias: str | None
    warm_start: str | None = None
    """The version whose vectors it started with."""
    scorer: str
    entities: int
    relations: int
    metrics: dict[str, Any]


@flow(name="train", flow_run_name=lambda: f"train-{flow_run.parameters['config'].get('scorer', 'default')}", **LOGGED)
def train(
    *,
    config: dict[str, Any],
    warm_start: str | None = None,
    device: str = "auto",
    exported: str | None = None,
    processes: int = 1,
    shard: bool = False,
) -> TrainedModel:
    """Train a model of the graph as it is now; a finished one is found again, an interrupted one resumed.

    `warm_start` is the version whose vectors it starts with; `champion` means the one that is champion now.
    `exported` is an export's file, to train on that instead of the graph. Several `processes` train the same model as
    one, each on its share of every batch; with `shard` each holds its share of the entities' rows.
    """
    settings = Settings()
    chosen = TrainConfig(**config)
    check(chosen, Group(size=processes), shard)
    with writing(settings, "`vlkge train`"), open_graph(settings) as database:
        earlier = None
        if warm_start is not None:
            asked = None if warm_start == CHAMPION else warm_start
            warm_start, earlier = load_checkpoint(settings, database, asked, mapped=True)
        data: HeteroData = hetero_file.load(Path(exported)) if exported else read_graph(database)
        chosen = suited(chosen, data)
        version = version_of(chosen, data.fingerprint, warm_start)
        checkpoint = fit_model(data, chosen, folder_of(settings, version), earlier, device, processes, shard)
        graph = KnowledgeGraph.from_hetero(data)
        keep_rules(folder_of(settings, version), graph)
        facts_read.keep_trained(folder_of(settings, version), graph)
        return register(database, version, checkpoint, data, folder_of(settings, version), warm_start)


def suited(config: TrainConfig, data: HeteroData) -> TrainConfig:
    """The settings with those that the graph's size decides about; which these are is said."""
    facts = count_training_facts(data)
    found = config.for_size(facts)
    differing = {name: value for name, value in found if value != getattr(config, name)}
    if differing:
        told = ", ".join(f"{name}={value}" for name, value in differing.items())
        echo(f"{facts:,} training facts: {told}, as nothing else was chosen (--set NAME=VALUE).")
    return found


@task(cache_policy=NO_CACHE)
def fit_model(
    data: HeteroData,
    config: TrainConfig,
    folder: Path,
    warm_start: Checkpoint | None,
    device: str,
    processes: int = 1,
    shard: bool = False,
) -> Checkpoint:
    with gpu_slot(device), progress_bar("train") as progress:
        if processes > 1:
            return train_together(
                data,
                config,
                folder,
                processes=processes,
                warm_start=warm_start,
                device=device,
                shard=shard,
                progress=progress,
            )
        return fit(data, config, folder, warm_start=warm_start, device=device, progress=progress)


@task(cache_policy=NO_CACHE)
def register(
    database: Database, version: str, checkpoint: Checkpoint, data: HeteroData, folder: Path, warm_start: str | None
) -> TrainedModel:
    known = {model.version: model for model in registry.models(database)}
    registered = known.get(version) or registry.register_model(
        database,
        version,
        scorer=checkpoint.config.scorer,
        config=checkpoint.config.model_dump(mode="json"),
        metrics=checkpoint.metrics,
        data_fingerprint=data.fingerprint,
        encoders=data.encoders,
        git_commit=git_commit(),
        warm_start=warm_start,
    )
    note_graph(database, [folder])
    return TrainedModel(
        version=version,
        folder=folder,
        alias=registered.alias,
        warm_start=registered.warm_start,
        scorer=checkpoint.config.scorer,
        entities=len(checkpoint.entities),
        relations=len(checkpoint.relations),
        metrics=checkpoint.metrics,
    )
