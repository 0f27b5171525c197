"""What a look at the database tells of its health; nothing is written."""

from dataclasses import dataclass

from base.errors import InputError
from graph import owned_indexes
from graph.connection import Database
from graph.schema import STATEMENTS, find_collisions
from graph.vectors import active_encoders


@dataclass(frozen=True)
class Indexes:
    """Names of ours that are `missing`, still `populating`, and `failed`; `usable`: how many can be used.

    in_the_way: what others keep where ours should be, a sentence each.
    """

    usable: int
    missing: list[str]
    populating: list[str]
    failed: list[str]
    in_the_way: list[str]


def server_version(database: Database) -> tuple[str, str]:
    """The version of Neo4j and its edition, e.g. 5.26.30 and community."""
    (row,) = database.read("server/show_version")
    return row["version"], row["edition"]


def count_entities(database: Database) -> int:
    return int(database.read("export/count_entities")[0]["entities"])


def refuse_no_entities(entities: int) -> None:
    """Raise InputError where a graph has none, before work that needs some writes anything."""
    if entities == 0:
        raise InputError("the graph holds no entities yet: load some with `vlkge ingest DIR`")


def count_wiped(database: Database) -> int:
    """How many adopted nodes have lost what they were given, as their owner has overwritten it."""
    return int(database.read("export/count_entities")[0]["wiped"])


def look_at_indexes(database: Database) -> Indexes:
    """The state of every index and constraint that our statements create, vector indexes of active encoders too."""
    wanted = [*STATEMENTS, *(f"vectors/create_{modality}_index" for modality in active_encoders(database))]
    names = {statement: owned_indexes.definition_of(statement).name for statement in wanted}
    states = {index.definition: index.state for index in owned_indexes.list_indexes(database)}
    by_state = {
        state: sorted(name for s, name in names.items() if states.get(owned_indexes.definition_of(s)) == state)
        for state in ("POPULATING", "FAILED")
    }
    missing = [names[statement] for statement in owned_indexes.missing(database, wanted)]
    return Indexes(
        usable=len(wanted) - len(missing),
        missing=sorted(set(missing).difference(*by_state.values())),
        populating=by_state["POPULATING"],
        failed=by_state["FAILED"],
        in_the_way=find_collisions(database),
    )


def some_pictures(database: Database, limit: int = 1000) -> list[str]:
    """SHA-256 of at most `limit` pictures that entities refer to."""
    return list(database.read("health/list_pictures", limit=limit)[0]["digests"])


def unfinished_runs(database: Database) -> list[str]:
    """Ids of the publications that were begun and not finished."""
    return [row["id"] for row in database.read("predict/find_writing_run")]
