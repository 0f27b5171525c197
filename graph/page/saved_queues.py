"""Queues that people keep under a name: whose work each is, and how many of its links are to be decided."""

from datetime import datetime

from pydantic import BaseModel

from base.errors import InputError
from graph.connection import Database, Row
from graph.page.review_queue import WAITING, Filters, count_links

LONGEST_NAME = 120
# Counting stops here; of larger queues the page says "or more".
MOST_COUNTED = 20_000


class SavedQueue(BaseModel):
    """A queue under a name, by whom, and since when.

    goal: how many of its links are to be decided. assigned_to: whose work it is. left, decided: links, counted up to
    MOST_COUNTED. Where the order is one of WAITING, left is what waits for whoever asks, and decided is not known.
    """

    id: str
    name: str
    filters: Filters
    goal: int | None
    assigned_to: str | None
    by: str
    at: datetime
    left: int
    decided: int | None


def save_queue(
    database: Database,
    id_: str,
    name: str,
    filters: Filters,
    *,
    by: str,
    goal: int | None = None,
    assigned_to: str | None = None,
) -> None:
    """Keep a queue under a name; the same id again changes nothing.

    Raises InputError for a name that is empty or too long, or a goal that no queue can reach.
    """
    said = name.strip()
    if not 1 <= len(said) <= LONGEST_NAME:
        raise InputError(f"the queue's name has {len(said)} characters; it must have from 1 to {LONGEST_NAME}")
    if goal is not None and not 1 <= goal <= MOST_COUNTED:
        raise InputError(f"the goal is {goal} decisions; it must be from 1 to {MOST_COUNTED:,}")
    database.write(
        "queues/save_queue",
        id=id_,
        name=said,
        filters=filters.model_dump_json(exclude_defaults=True),
        goal=goal,
        assigned_to=(assigned_to or "").strip() or None,
        by=by,
    )


def list_saved(database: Database, person: str) -> list[SavedQueue]:
    """The saved queues by name, with how much of each is decided; person: who asks."""
    return [_saved(database, row, person) for row in database.read("queues/list_queues")]


def close_queue(database: Database, id_: str, *, by: str, of: str | None = None) -> None:
    """Take a saved queue from the list; `of`: only where this person saved it. Its links and decisions stay.

    Raises InputError where no such queue has the id.
    """
    if not database.write("queues/close_queue", id=id_, by=by, of=of):
        raise InputError(f"there is no saved queue {id_!r}" + (f" by {of}; an admin can close others'" if of else ""))


def _saved(database: Database, row: Row, person: str) -> SavedQueue:
    filters = Filters.model_validate_json(row["filters"])
    counts = count_links(database, filters, most=MOST_COUNTED, person=person)
    decided = None if filters.order in WAITING else counts.decided
    return SavedQueue(**{**row, "filters": filters, "at": row["at"].to_native()}, left=counts.left, decided=decided)
