"""Ingest: a folder of facts, pictures and texts comes into the graph."""

from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.runtime.home_lock import writing
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.download import Limits
from graph.loading import bulk_import, entity_pictures
from graph.loading import ingest as steps
from graph.loading.entity_pictures import PictureCounts
from graph.loading.files import Source
from graph.loading.ingest import IngestResult
from graph.loading.plan import Plan
from graph.loading.pruning import foretell, remove_former
from graph.mapping.source import read_source
from graph.pictures import PictureStore
from graph.schema import setup_schema
from graph.server.neo4j_admin import count_contents
from graph.server.neo4j_server import Server
from graph.splits import Shares

COMMAND = "`vlkge ingest`"
BULK_FACTS = 200_000  # from which on stopping and starting the server is soon made up for


@flow(name="ingest", flow_run_name="ingest-{folder}", **LOGGED)
def ingest(
    *,
    folder: str,
    source: str | None = None,
    mapping: str | None = None,
    entities_from_triples: bool = False,
    shares: tuple[float, float, float] = (0.9, 0.05, 0.05),
    hold_out: dict[str, float] | None = None,
    prune: bool = False,
    prune_limit: float = 0.2,
    preferred: bool = False,
    allow_private: bool = False,
    dry_run: bool = False,
    bulk_where_large: bool = False,
) -> IngestResult:
    """Check the whole folder, then bring the graph to what it asserts; a second run changes nothing.

    With `bulk_where_large`, BULK_FACTS or more go into the empty bundled server as `bulk_ingest` does it.
    """
    settings = Settings()
    asserted = read_folder(folder, source, mapping, entities_from_triples)
    if bulk_where_large and suits_bulk(settings, asserted):
        echo(
            f"{len(asserted.triples):,} facts into an empty graph: neo4j-admin imports them, faster than single writes"
        )
        store, limits = PictureStore(settings.pictures), Limits(allow_private=allow_private)
        with writing(settings, COMMAND):
            return import_source(Server(settings.vlkge_home), asserted, store, Shares(*shares), hold_out, limits)
    with writing(settings, COMMAND, dry_run=dry_run), open_graph(settings) as database:
        changes = plan_changes(database, asserted, Shares(*shares), hold_out, preferred)
        if prune:
            steps.check_prune(changes, prune_limit)
        if dry_run:
            pictures = look_at_pictures(changes, PictureStore(settings.pictures), prune)
            doubles = steps.find_doubles_in_graph(database, changes.source)
            going = foretell(database, changes) if prune else None
            return steps.summarize(changes, dry_run=True, pruned=going, pictures=pictures, doubles=doubles)
        setup_schema(database)
        write_entities(database, changes)
        write_facts(database, changes)
        pictures = write_pictures(
            database, changes, PictureStore(settings.pictures), Limits(allow_private=allow_private), prune
        )
        taken = remove_former(database, changes) if prune else None
        steps.remember_source(database, changes, pruned=prune)
        return steps.summarize(changes, dry_run=False, pruned=taken, pictures=pictures)


@flow(name="bulk-ingest", flow_run_name="bulk-ingest-{folder}", **LOGGED)
def bulk_ingest(
    *,
    folder: str,
    source: str | None = None,
    mapping: str | None = None,
    entities_from_triples: bool = False,
    shares: tuple[float, float, float] = (0.9, 0.05, 0.05),
    hold_out: dict[str, float] | None = None,
    allow_private: bool = False,
) -> IngestResult:
    """Check the whole folder, then import it into the empty bundled server, as `ingest` would leave it."""
    settings = Settings()
    asserted = read_folder(folder, source, mapping, entities_from_triples)
    store, limits = PictureStore(settings.pictures), Limits(allow_private=allow_private)
    with writing(settings, COMMAND):
        return import_source(Server(settings.vlkge_home), asserted, store, Shares(*shares), hold_out, limits)


def suits_bulk(settings: Settings, source: Source) -> bool:
    """Whether a first load is large, and the server is ours to stop."""
    large = settings.neo4j_uri is None and len(source.triples) >= BULK_FACTS
    return large and not count_contents(Server(settings.vlkge_home))["nodes"]


@task(cache_policy=NO_CACHE)
def import_source(
    server: Server,
    source: Source,
    store: PictureStore,
    shares: Shares,
    hold_out: dict[str, float] | None,
    limits: Limits,
) -> IngestResult:
    with progress_bar("copy pictures") as progress:
        return bulk_import.bulk_ingest(
            server, source, store, shares=shares, hold_out=hold_out, limits=limits, progress=progress
        )


@task(cache_policy=NO_CACHE)
def read_folder(folder: str, source: str | None, mapping: str | None, entities_from_triples: bool) -> Source:
    return read_source(
        Path(folder),
        name=source,
        mapping=Path(mapping) if mapping else None,
        entities_from_triples=entities_from_triples,
        scratch=Settings().vlkge_home / "tmp",
    )


@task(cache_policy=NO_CACHE)
def plan_changes(
    database: Database, source: Source, shares: Shares, hold_out: dict[str, float] | None, preferred: bool
) -> Plan:
    return steps.plan(database, source, shares=shares, hold_out=hold_out, preferred=preferred)


@task(cache_policy=NO_CACHE)
def write_entities(database: Database, changes: Plan) -> None:
    with progress_bar("write entities") as progress:
        steps.write_entities(database, changes, progress=progress)


@task(cache_policy=NO_CACHE)
def write_facts(database: Database, changes: Plan) -> None:
    with progress_bar("write facts") as progress:
        steps.write_facts(database, changes, progress=progress)


@task(cache_policy=NO_CACHE)
def write_pictures(
    database: Database, changes: Plan, store: PictureStore, limits: Limits, prune: bool
) -> PictureCounts:
    with progress_bar("copy pictures") as progress:
        return entity_pictures.write_pictures(database, changes, store, prune=prune, limits=limits, progress=progress)


@task(cache_policy=NO_CACHE)
def look_at_pictures(changes: Plan, store: PictureStore, prune: bool) -> PictureCounts:
    with progress_bar("look at pictures") as progress:
        return entity_pictures.look_at_pictures(changes, store, prune=prune, progress=progress)
