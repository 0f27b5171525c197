"""Compare models, put one in force, roll back, and delete those that nothing needs any more."""

import shutil
import time
from functools import partial

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from flows.export import read_graph
from flows.predict import predict
from flows.retraining import rivals
from flows.retraining.champion_links import can_republish, republish, republish_champion_on_failure, take_over
from flows.retraining.retention import size, unneeded
from flows.retraining.rivals import FormerChampions
from flows.runtime.checkpoints import folder_of, is_elsewhere, load_checkpoint, note_graph
from flows.runtime.home_lock import alone, writing
from flows.runtime.locks import gpu_slot
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from models.evaluation.gate import Comparison, let_compete
from models.evaluation.gate_config import GateConfig
from models.evaluation.loss_budget import Debt
from models.representation.checkpoint import Checkpoint
from models.triples.knowledge_graph import KnowledgeGraph

# A training that goes on writes into its folder; what was touched lately is not looked at.
QUIET_SECONDS = 24 * 60 * 60


class Change(BaseModel):
    """Who is champion now, who was, and the run whose links are current."""

    champion: str
    former: str
    links: int
    run_id: str


class Pruned(BaseModel):
    """What was deleted, or with dry_run would be: registered models with their folders, and folders of none.

    elsewhere: folders of models of other graphs, which stay.
    """

    models: list[str]
    folders: list[str]
    elsewhere: list[str] = []
    megabytes: float
    dry_run: bool


@flow(name="compare-models", flow_run_name="compare-{challenger}", **LOGGED)
def compare(
    *, challenger: str, champion: str | None = None, gate: dict[str, object] | None = None, device: str = "auto"
) -> Comparison:
    """What the gate says of two models on today's graph; nothing is changed."""
    settings, wanted = Settings(), GateConfig.model_validate(gate or {})
    with open_graph(settings) as database:
        (former, first), (latter, second) = (load_checkpoint(settings, database, v) for v in (champion, challenger))
        graph = KnowledgeGraph.from_hetero(read_graph(database))
    formers, debt = rivals.against(settings, former, latter, wanted.former_champions)
    return rank_all(first, second, graph, wanted, formers, debt, device)


@task(cache_policy=NO_CACHE)
def rank_all(
    champion: Checkpoint,
    challenger: Checkpoint,
    graph: KnowledgeGraph,
    gate: GateConfig,
    formers: FormerChampions,
    debt: Debt | None,
    device: str,
) -> Comparison:
    with gpu_slot(device), progress_bar("gate") as progress:
        return let_compete(
            champion, challenger, graph, gate, formers=formers, debt=debt, device=device, progress=progress
        )


@flow(name="promote-model", flow_run_name="promote-{version}", **LOGGED)
def promote(*, version: str) -> Change:
    """Publish a model's links, those that it had in force or else new ones, and then make it champion."""
    settings = Settings()
    with writing(settings, "`vlkge models promote`"), open_graph(settings) as database:
        former = registry.champion(database).version
        registry.model(database, version)
        with republish_champion_on_failure(settings):
            links, run_id = _bring_back(settings, database, version)
            take_over(settings, database, version, partial(registry.promote, database, version))
    return Change(champion=version, former=former, links=links, run_id=run_id)


@flow(name="roll-back-model", **LOGGED)
def roll_back() -> Change:
    """Publish the links of the champion's predecessor, as `promote` does, and then make that one champion."""
    settings = Settings()
    with writing(settings, "`vlkge models rollback`"), open_graph(settings) as database:
        former = registry.champion(database)
        if former.predecessor is None:
            registry.roll_back(database)  # which says why it cannot
        with republish_champion_on_failure(settings):
            links, run_id = _bring_back(settings, database, str(former.predecessor))
            back = partial(registry.roll_back, database, former.version)
            champion = take_over(settings, database, str(former.predecessor), back)
    return Change(champion=champion.version, former=former.version, links=links, run_id=run_id)


def _bring_back(settings: Settings, database: Database, version: str) -> tuple[int, str]:
    """The links that a model had in force, or new ones where files do not tell them all: how many, and their run."""
    if can_republish(settings, database, version):
        return _republish(settings, version)
    echo(f"No files tell all links that {version} had in force: it predicts them anew.")
    published = predict(model=version)
    return published.links, published.run_id


@task(cache_policy=NO_CACHE)
def _republish(settings: Settings, version: str) -> tuple[int, str]:
    with open_graph(settings) as database:
        published = republish(settings, database, version)
    return int(published.counts["current"].sum()), published.run_id


@flow(name="prune-models", **LOGGED)
def prune(*, dry_run: bool = False) -> Pruned:
    """Delete models that never were champion, whose links are neither current nor decided, and folders of no model.

    A model that another, which stays, started from may go: that one has all it needs.
    """
    settings = Settings()
    # A challenger of a night is such a model until it is promoted.
    with alone(settings, "`vlkge models prune`", dry_run=dry_run), open_graph(settings) as database:
        going = [model.version for model in unneeded(database)]
        kept = {model.version for model in registry.models(database)}
        if not dry_run:
            note_graph(database, [folder_of(settings, version) for version in kept])
        folders = [path for path in sorted(settings.models.glob("*")) if path.is_dir() and path.name not in kept]
        elsewhere = [path.name for path in folders if is_elsewhere(database, path)]
        quiet = [path.name for path in folders if time.time() - path.stat().st_mtime > QUIET_SECONDS]
        abandoned = [name for name in quiet if name not in elsewhere]
        freed = sum(size(folder_of(settings, name)) for name in [*going, *abandoned])
        if not dry_run:
            # The node first: a folder without one is found by the next pruning, a node without its folder is not.
            going = [version for version in going if registry.delete(database, version)]
            for name in [*going, *abandoned]:
                shutil.rmtree(folder_of(settings, name), ignore_errors=True)
    return Pruned(models=going, folders=abandoned, elsewhere=elsewhere, megabytes=freed / 1e6, dry_run=dry_run)
