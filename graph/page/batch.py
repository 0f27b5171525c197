"""Many links at once: those that a curator previews, and decides together."""

from typing import Any

from graph.connection import Database
from graph.page.review_queue import Filters, list_keys

MOST_ROWS = 300


def list_batch(database: Database, filters: Filters, near: str | None) -> list[dict[str, Any]]:
    """The undecided links of a relation, or of what is attached to the entity `near`, the likeliest first.

    Each row: key, head, head_name, picture, relation, tail, tail_name, probability, answer_probability, rank, verdict,
    seen (the newest decision). At most MOST_ROWS.
    """
    if near is None:
        return read_rows(database, list_keys(database, filters, limit=MOST_ROWS))
    found = database.read(
        "review/list_attached",
        entity=near,
        relation=filters.relation,
        low=filters.low if filters.low > 0 or filters.high < 1 else -1.0,
        high=filters.high,
        limit=MOST_ROWS,
    )
    return read_rows(database, [row["key"] for row in found])


def count_standing(database: Database, batch: str) -> int:
    """How many decisions of a batch stand: nobody has decided their links again."""
    return len(database.read("decisions/list_batch", batch=batch))


def read_rows(database: Database, keys: list[str]) -> list[dict[str, Any]]:
    """The links of these keys, in their order; those that are gone are left out."""
    return database.read("review/read_rows", keys=keys) if keys else []
