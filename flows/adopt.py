"""Adopt a graph that already lives in Neo4j, give it back, and empty what the project wrote."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect import flow

import graph.loading.adopt
import graph.loading.unadopt
import graph.reset
from flows.runtime.home_lock import alone, writing
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from graph.loading.adopt_spec import AdoptSpec
from graph.pictures import PictureStore


@flow(name="adopt", flow_run_name="adopt-{specification}", **LOGGED)
def adopt(
    *, specification: str, dry_run: bool = False, release_limit: float = 0.2, restore_facts: bool = False
) -> dict[str, Any]:
    """Make the nodes and relationships that the specification names entities and facts."""
    settings = Settings()
    path = Path(specification)
    spec = AdoptSpec.read(path)
    with (
        writing(settings, "`vlkge adopt`", dry_run=dry_run),
        open_graph(settings) as database,
        progress_bar("adopt") as progress,
    ):
        done = graph.loading.adopt.adopt(
            database,
            spec,
            store=PictureStore(settings.pictures),
            folder=path.parent,
            release_limit=release_limit,
            restore_facts=restore_facts,
            dry_run=dry_run,
            progress=progress,
        )
    return asdict(done)


@flow(name="unadopt", **LOGGED)
def unadopt(*, keep_facts: bool = False, records: bool = False, dry_run: bool = False) -> dict[str, Any]:
    """Remove exactly what adopting added."""
    settings = Settings()
    with alone(settings, "`vlkge unadopt`", dry_run=dry_run), open_graph(settings) as database:
        return asdict(graph.loading.unadopt.unadopt(database, keep_facts=keep_facts, records=records, dry_run=dry_run))


@flow(name="reset", **LOGGED)
def reset(*, dry_run: bool = False) -> dict[str, Any]:
    """Empty what the project wrote."""
    settings = Settings()
    with alone(settings, "`vlkge reset`", dry_run=dry_run), open_graph(settings) as database:
        return asdict(graph.reset.reset(database, dry_run=dry_run))
