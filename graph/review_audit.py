"""Who decided what, and when."""

from datetime import datetime
from typing import Any

from graph.connection import Database
from graph.decisions import Decision


def find_decision(database: Database, id_: str) -> Decision | None:
    """The decision of that id."""
    rows = database.read("decisions/find_decisions", ids=[id_])
    return _decision(rows[0]) if rows else None


def find_newest(database: Database, by: str) -> dict[str, Any] | None:
    """A person's newest decision that stands: id, key, verdict, at, batch, relation, and the names of the two ends."""
    rows = database.read("review/find_undoable", by=by)
    return {**rows[0], "at": rows[0]["at"].to_native()} if rows else None


def list_decisions(
    database: Database,
    *,
    by: str | None = None,
    verdict: str | None = None,
    relation: str | None = None,
    queue: str | None = None,
    before: datetime | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Decisions before a moment (None: now), newest first, with the names of the two ends and whether they stand."""
    rows = database.read(
        "review/list_decisions",
        by=by,
        verdict=verdict,
        relation=relation,
        queue=queue,
        before=before.isoformat() if before else None,
        limit=limit,
    )
    return [{**row, "decision": _decision(row["decision"])} for row in rows]


def list_people(database: Database) -> list[str]:
    """Everybody who has decided anything."""
    return [row["by"] for row in database.read("review/list_people")]


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(**{**row, "at": row["at"].to_native()})
