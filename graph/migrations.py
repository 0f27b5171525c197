"""The version of the graph's schema, and the steps that bring an older graph to it.

A graph says its version in ``(:Schema {of: 'vlkge', version})``. To change the schema, add a step to STEPS: it must be
safe to run again, as it is after a kill, and leave in the graph what an older one would not have had.
"""

from collections.abc import Callable

from base.errors import InputError, PipelineError, shorten
from cypher import prefix
from graph import owned_indexes
from graph.connection import Database
from graph.link_key import draw
from graph.owned_indexes import Definition
from graph.transactions import run_in_batches

LINKS_PER_PAGE = 10_000
# What version 1 had and its successors do not.
FORMER_INDEXES = (
    Definition("predicted_link", "RANGE", "[PREDICTED](relation, state, verdict, score)"),
    Definition("predicted_score", "RANGE", "[PREDICTED](state, verdict, score)"),
)
# What version 2 had and its successors do not.
PROBABILITY_INDEXES = (
    Definition("predicted_probability", "RANGE", "[PREDICTED](state, verdict, probability, key)"),
    Definition("predicted_relation_probability", "RANGE", "[PREDICTED](relation, state, verdict, probability, key)"),
)
# What version 4 had and its successors do not: it told accents apart.
TEXT_INDEX = Definition("entity_text", "FULLTEXT", "Entity(name, text)")


def to_version_2(database: Database) -> None:
    """Links have a place in the random order of the audit; two indexes over scores go, others took their place."""
    owned_indexes.claim(database, FORMER_INDEXES)
    owned_indexes.drop(database, FORMER_INDEXES)
    while keys := database.read("migrations/page_undrawn_links", limit=LINKS_PER_PAGE)[0]["keys"]:
        database.write("migrations/set_draws", rows=[{"key": key, "draw": draw(key)} for key in keys])


def to_version_3(database: Database) -> None:
    """Links have a priority, which queues are ordered by; without a calibration they have no probability."""
    owned_indexes.claim(database, PROBABILITY_INDEXES)
    owned_indexes.drop(database, PROBABILITY_INDEXES)
    while database.write("migrations/set_priorities", limit=LINKS_PER_PAGE)[0]["links"]:
        pass


def to_version_4(database: Database) -> None:
    """What is ours has our mark, and each entity its kind; before, both were told by labels, types and names."""
    for kind in ("entities", "facts", "links", "records"):
        run_in_batches(database, f"migrations/mark_{kind}")
    database.write("migrations/mark_runs")
    # Before there were marks, an index was told by its name, so that this one is ours.
    owned_indexes.claim(database, [TEXT_INDEX])


def to_version_5(database: Database) -> None:
    """Search finds letters without their accents, by another full-text index; the former one goes."""
    owned_indexes.drop(database, [TEXT_INDEX])


def to_version_6(database: Database) -> None:
    """Adopted nodes remember the id that they were adopted under, as their owner may change it."""
    run_in_batches(database, "migrations/note_adopted_ids")


def to_version_7(_: Database) -> None:
    """Decisions can be opinions, of which earlier programs know nothing; there are none yet."""


# By the version that they lead to, in order. Version 1 is a graph of before there were versions.
STEPS: dict[int, Callable[[Database], None]] = {
    2: to_version_2,
    3: to_version_3,
    4: to_version_4,
    5: to_version_5,
    6: to_version_6,
    7: to_version_7,
}
VERSION = max(STEPS)


def schema_version(database: Database) -> int | None:
    """The version that the graph is at; None for one that holds nothing of ours."""
    rows = database.read("schema/show_version")
    if rows:
        return int(rows[0]["version"])
    if database.read("schema/show_indexes"):
        return None
    # Of before there were versions: its entities stand under the constraint that it made.
    made = {index.definition for index in owned_indexes.list_indexes(database)}
    entity_key = owned_indexes.definition_of("schema/create_entity_key")
    return 1 if entity_key in made and database.read("migrations/holds_entities")[0]["holds"] else None


def check_version(database: Database) -> int | None:
    """The version that the graph is at.

    Raises InputError where our names in it have another prefix than in this process, PipelineError where it is newer
    than this program.
    """
    prefixes = owned_indexes.prefixes(database)
    if prefixes and prefix.current() not in prefixes:
        raise InputError(
            f"our names in the graph at {database.address.uri} have the prefix {shorten(prefixes)}, and "
            f"{prefix.VARIABLE} is {prefix.current()!r}: set it to the graph's"
        )
    version = schema_version(database)
    if version is not None and version > VERSION:
        raise PipelineError(
            f"the graph at {database.address.uri} has schema version {version}, this program knows {VERSION}: "
            "upgrade the program, or restore an older backup"
        )
    return version


def migrate(database: Database) -> list[int]:
    """Bring an older graph to VERSION, step by step, and return the versions gone through; the schema must be set up.

    Killed at any point and called again, it ends in the same graph. Raises PipelineError for a newer graph.
    """
    version = check_version(database)
    if version == VERSION:
        return []
    due = [step for step in sorted(STEPS) if version is not None and step > version]
    for step in due:
        STEPS[step](database)
        database.write("schema/record_version", version=step)
    if version is None:
        database.write("schema/record_version", version=VERSION)
    return due
