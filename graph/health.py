"""What a look at the database tells of its health; nothing is written."""

from dataclasses import dataclass

from graph.connection import Database
from graph.schema import STATEMENTS, created_name
from graph.vectors import active_encoders


@dataclass(frozen=True)
class Indexes:
    """Names of ours that are `missing`, still `populating`, and `failed`; `usable`: how many can be used."""

    usable: int
    missing: list[str]
    populating: list[str]
    failed: list[str]


def server_version(database: Database) -> tuple[str, str]:
    """The version of Neo4j and its edition, e.g. 5.26.30 and community."""
    (row,) = database.read("server/show_version")
    return row["version"], row["edition"]


def count_entities(database: Database) -> int:
    return int(database.read("export/count_entities")[0]["entities"])


def look_at_indexes(database: Database) -> Indexes:
    """The state of every index and constraint that our statements create, vector indexes of active encoders too."""
    wanted = {*map(created_name, STATEMENTS)} | {f"entity_{modality}" for modality in active_encoders(database)}
    states = {row["name"]: row["state"] for row in database.read("health/list_indexes") if row["name"] in wanted}
    by_state = {state: sorted(n for n, s in states.items() if s == state) for state in ("POPULATING", "FAILED")}
    return Indexes(
        usable=sum(state == "ONLINE" for state in states.values()),
        missing=sorted(wanted - states.keys()),
        populating=by_state["POPULATING"],
        failed=by_state["FAILED"],
    )


def some_pictures(database: Database, limit: int = 1000) -> list[str]:
    """SHA-256 of at most `limit` pictures that entities refer to."""
    return list(database.read("health/list_pictures", limit=limit)[0]["digests"])


def unfinished_runs(database: Database) -> list[str]:
    """Ids of the publications that were begun and not finished."""
    return [row["id"] for row in database.read("predict/find_writing_run")]
