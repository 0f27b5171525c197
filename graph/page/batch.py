"""Many links at once: those that a curator previews, and decides together."""

from typing import Any

from graph.connection import Database
from graph.page import attribution
from graph.page.numbers import finite
from graph.page.review_queue import Filters, list_keys

MOST_ROWS = 300


def list_batch(database: Database, filters: Filters, near: tuple[str, str] | None) -> list[dict[str, Any]]:
    """The undecided links of a relation, or of what has a fact (relation, entity's id) `near`, the likeliest first.

    Each row: key, head, head_name, picture, maker, date (of the head), relation, tail, tail_name, probability,
    answer_probability, rank, verdict, seen (the newest decision). At most MOST_ROWS.
    """
    if near is None:
        return read_rows(database, list_keys(database, filters, limit=MOST_ROWS))
    via, entity = near
    narrowed = Filters(relation=filters.relation, low=filters.low, high=filters.high, near=entity)
    return read_rows(database, list_keys(database, narrowed, limit=MOST_ROWS, via=via))


def count_standing(database: Database, batch: str, by: str) -> int:
    """How many decisions of a person's batch stand: nobody has decided their links again."""
    return len(database.read("decisions/list_batch", batch=batch, by=by))


def read_rows(database: Database, keys: list[str]) -> list[dict[str, Any]]:
    """The links of these keys, in their order; those that are gone are left out."""
    rows = finite(database.read("review/read_rows", keys=keys)) if keys else []
    return [
        {
            **{name: value for name, value in row.items() if name not in ("properties", "facts")},
            "maker": attribution.maker(row["facts"]),
            "date": attribution.date(row["properties"], row["facts"]),
        }
        for row in rows
    ]


def list_relations_to(database: Database, id_: str) -> list[str]:
    """The relations of the facts about an entity, that of the most facts first."""
    return [row["relation"] for row in database.read("review/list_relations_to", id=id_)]
