"""What is in force: the champion, and its links in the graph.

A new champion's links are published first and its alias is set last, in one transaction. Until then the former
champion is in force, and whatever ends the work halfway, its kept links are published again: by the same process if it
can, else by the next one that looks.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pandas as pd

from base.errors import InputError, PipelineError
from flows import facts_read
from flows.links_in_force import LinksInForce, read_links_in_force
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database, batches
from graph.predicted import registry
from graph.predicted.links import save_links
from graph.predicted.predictions import Publication, publish
from graph.predicted.publication_lock import publication_lock
from graph.predicted.registry import Model

BATCH = 10_000
WAIT = 600.0  # seconds for a publication that is under way

logger = logging.getLogger(__name__)


def republish_champion(settings: Settings, database: Database) -> Publication | None:
    """Publish what the champion had in force again, unless they are what the graph holds.

    None where nothing was to be done: they are there, there is no champion, or it never published.
    """
    champion = next((model for model in registry.models(database) if model.alias == registry.CHAMPION), None)
    newest = registry.newest_run(database)
    if champion is None or newest is None or _holds(newest, champion.version):
        return None
    if links_in_force(settings, database, champion.version) is None:
        return None
    return republish(settings, database, champion.version)


def links_in_force(settings: Settings, database: Database, version: str) -> LinksInForce | None:
    """The links that a model's runs left in force; None where it has no finished run, or not on this machine."""
    return read_links_in_force(database, folder_of(settings, version), version)


def can_republish(settings: Settings, database: Database, version: str) -> bool:
    """Whether files tell all links that a model had in force, of each relation that it knows and that has links now."""
    kept = links_in_force(settings, database, version)
    if kept is None:
        return False
    untold = registry.linked_relations(database) - kept.relations
    return not untold or untold.isdisjoint(load_checkpoint(settings, database, version, mapped=True)[1].relations)


def republish(settings: Settings, database: Database, version: str) -> Publication:
    """Make the links that a model had in force the current ones again; relations of which it had none lose theirs.

    What is known or decided by now stays out, and so do links of entities that are gone. Raises InputError where they
    are not on this machine.
    """
    folder = folder_of(settings, version)
    kept = links_in_force(settings, database, version)
    if kept is None:
        raise InputError(f"{folder} holds no links that {version} published: use `vlkge predict`")
    links, linked = _still_possible(database, kept.links), registry.linked_relations(database)
    if lost := sorted(linked.difference(kept.relations, links["relation"])):
        echo(f"No links of {', '.join(lost)}: {version} had none of that in force.")
    covered = sorted({*links["relation"], *linked})
    published = publish(
        database,
        links,
        model_version=version,
        relations=covered,
        keep=lambda run: save_links(links, folder, run, kept.relations),
        notify=echo,
    )
    facts_read.forget(folder)
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


def take_over(
    settings: Settings, database: Database, version: str, move: Callable[[], registry.Model]
) -> registry.Model:
    """Have `move` set the alias once the newest links are those of `version`, and while nobody publishes any.

    Between a publication and its alias another run may go on from beginning to end, of who is champion until then: the
    links of `version` are published again. Whoever publishes next sees who is champion.
    """

    def moved() -> Model | None:
        with publication_lock(database.impatient(), WAIT, echo):
            newest = registry.newest_run(database)
            return move() if newest is not None and _holds(newest, version) else None

    for _ in range(registry.RACES):
        if champion := database.endure(moved):
            return champion
        echo(f"Others published since: the links of {version} are published again.")
        republish(settings, database, version)
    raise PipelineError(f"others published {registry.RACES} times before {version} became champion; try again")


def _holds(newest: registry.Run, version: str) -> bool:
    return newest.model_version == version and newest.state == "complete"


def _still_possible(database: Database, links: pd.DataFrame) -> pd.DataFrame:
    """Without links that an entity was taken away from."""
    ids = sorted({*links["head"], *links["tail"]})
    gone = [row["id"] for some in batches(ids, BATCH) for row in database.read("predict/find_unknown_ids", ids=some)]
    return links[~links["head"].isin(gone) & ~links["tail"].isin(gone)]
