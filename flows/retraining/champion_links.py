"""What is in force: the champion, and its links in the graph.

A new champion's links are published first and its alias is set last, in one transaction. Until then the former
champion is in force, and whatever ends the work halfway, its kept links are published again: by the same process if it
can, else by the next one that looks.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from base.errors import InputError, PipelineError
from flows import facts_read
from flows.runtime.checkpoints import folder_of
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database, batches
from graph.predicted import registry
from graph.predicted.links import save_links
from graph.predicted.predictions import Publication, publish

BATCH = 10_000

logger = logging.getLogger(__name__)


def republish_champion(settings: Settings, database: Database) -> Publication | None:
    """Publish the champion's newest kept links again, unless they are what the graph holds.

    None where nothing was to be done: they are there, there is no champion, or it never published.
    """
    champion = next((model for model in registry.models(database) if model.alias == registry.CHAMPION), None)
    newest = registry.newest_run(database)
    if champion is None or newest is None or _holds(newest, champion.version):
        return None
    if saved_links(settings, database, champion.version) is None:
        return None
    return republish(settings, database, champion.version)


def saved_links(settings: Settings, database: Database, version: str) -> Path | None:
    """The file of the links that a model published last; None where it never did, or not on this machine."""
    folder = folder_of(settings, version)
    files = (folder / f"{run.id}.parquet" for run in registry.runs(database, version) if run.state == "complete")
    return next((file for file in files if file.is_file()), None)


def republish(settings: Settings, database: Database, version: str) -> Publication:
    """Make the links that a model published last the current ones again.

    What is known or decided by now stays out, and so do links of entities that are gone. Raises InputError where they
    are not on this machine.
    """
    file = saved_links(settings, database, version)
    if file is None:
        raise InputError(f"{folder_of(settings, version)} holds no links that {version} published: use `vlkge predict`")
    links = _still_possible(database, pd.read_parquet(file))
    covered = sorted({*links["relation"], *registry.linked_relations(database)})
    published = publish(database, links, model_version=version, relations=covered, notify=echo)
    save_links(links, folder_of(settings, version), published.run_id)
    facts_read.forget(folder_of(settings, version))
    return published


@contextmanager
def republish_champion_on_failure(settings: Settings) -> Iterator[None]:
    """Where the block ends early, also by a signal, the champion's links are brought back."""
    try:
        yield
    except BaseException:
        try:
            with open_graph(settings) as database:
                republish_champion(settings, database)
        except PipelineError as error:
            logger.warning("yesterday's links could not be brought back yet, the next retraining does it: %s", error)
        raise


def _holds(newest: registry.Run, version: str) -> bool:
    return newest.model_version == version and newest.state == "complete"


def _still_possible(database: Database, links: pd.DataFrame) -> pd.DataFrame:
    """Without links that an entity was taken away from."""
    ids = sorted({*links["head"], *links["tail"]})
    gone = [row["id"] for some in batches(ids, BATCH) for row in database.read("predict/find_unknown_ids", ids=some)]
    return links[~links["head"].isin(gone) & ~links["tail"].isin(gone)]
