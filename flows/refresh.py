"""Refresh: what today's facts imply under the model whose links are in force, for the entities whose facts changed."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from base.errors import InputError
from flows import facts_read
from flows.calibrate import TOP_K, calibrate, learn_answers
from flows.export import read_graph
from flows.predict import LIMIT, Wanted, add_evidence, choose_thresholds, score_links
from flows.rules import rules_of
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from graph.predicted.links import save_links
from graph.predicted.refresh import refresh as refresh_links
from graph.predicted.registry import Run
from graph.predicted.rules import delete_uncited_rules
from models.calibration.calibration import Calibration
from models.ranking.prediction_context import PredictionContext
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.subgraph import with_relations


class Refreshed(BaseModel):
    """What today's facts changed: per relation, numbers of links as `graph.predicted.refresh.refresh` counts them."""

    model: str
    run_id: str
    entities: int
    """How many have other facts than when their links were made."""
    dry_run: bool
    relations: list[dict[str, int | str]]


@flow(name="refresh", flow_run_name="refresh-{top_k}-per-head", **LOGGED)
def refresh(
    *,
    model: str | None = None,
    top_k: int = TOP_K,
    limit: int | None = LIMIT,
    precision: float | None = None,
    patterns: str | None = None,
    dry_run: bool = False,
) -> Refreshed:
    """Make the links of entities whose facts changed anew, by the model (None: the champion) whose links are in force.

    Links of other entities stay as they are. `limit`, `precision` and `patterns` are as in `flows.predict.predict`.
    Raises InputError where the links in the graph are another model's.
    """
    settings = Settings()
    with open_graph(settings) as database:
        version, checkpoint = load_checkpoint(settings, database, model)
        folder, run = folder_of(settings, version), run_in_force(database, version)
        data: HeteroData = read_graph(database)
        graph = with_relations(KnowledgeGraph.from_hetero(data), checkpoint.relations)
        heads = facts_read.changed_since(folder, graph)
        if heads:
            served = PredictionContext.of(version, checkpoint, graph, Path(patterns) if patterns else None, top_k)
            wanted = Wanted(limit=limit, precision=precision)
            links = links_of(database, served, folder, wanted, heads)
            counts = write(database, links, run, heads, graph.relations, dry_run)
            if not dry_run:
                keep_links(folder, run, heads, links)
                facts_read.keep(folder, graph, None if len(heads) == graph.num_entities else heads)
    return Refreshed(
        model=version,
        run_id=run.id,
        entities=len(heads),
        dry_run=dry_run,
        relations=counts.to_dict(orient="records") if heads else [],
    )


def run_in_force(database: Database, version: str) -> Run:
    """The newest publication of a model; raises InputError where there is none, or another model published since."""
    newest = registry.newest_run(database)
    run = next((run for run in registry.runs(database, version) if run.state == "complete"), None)
    if newest is None or run is None:
        raise InputError(f"model {version} has published no links that could be refreshed: type `vlkge predict` first")
    if newest.model_version != version:
        raise InputError(
            f"the links in the graph are of model {newest.model_version}, not of {version}: name it with --model, "
            "or type `vlkge predict`"
        )
    return run


def links_of(
    database: Database, served: PredictionContext, folder: Path, wanted: Wanted, heads: list[str]
) -> pd.DataFrame:
    """The best links of some heads with their evidence, by the probabilities that the run in force was given."""
    calibration = Calibration.load(folder) or calibrate(served, folder)
    thresholds = choose_thresholds(calibration, wanted.precision, served.graph.relations)
    links = score_links(served, calibration, learn_answers(database, served), wanted, thresholds, heads)
    return add_evidence(served, rules_of(folder, served.graph), links)


@task(cache_policy=NO_CACHE)
def write(
    database: Database, links: pd.DataFrame, run: Run, heads: list[str], relations: Sequence[str], dry_run: bool
) -> pd.DataFrame:
    with progress_bar("write back") as progress:
        counts = refresh_links(
            database,
            links,
            run=run,
            heads=heads,
            relations=relations,
            dry_run=dry_run,
            progress=progress,
            notify=echo,
        )
    if not dry_run:
        delete_uncited_rules(database)
    return counts


def keep_links(folder: Path, run: Run, heads: list[str], links: pd.DataFrame) -> None:
    """Put the links of these heads into the file of the run, so that publishing it again brings them back."""
    file = folder / f"{run.id}.parquet"
    if file.is_file():
        kept = pd.read_parquet(file)
        parts = [part for part in (kept[~kept["head"].isin(heads)], links) if len(part)]
        save_links(pd.concat(parts, ignore_index=True) if parts else links, folder, run.id)
