"""Who decided what, and when."""

from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel

from base.errors import InputError
from graph.connection import Database, Row
from graph.curation.decision import Decision, decision_of
from graph.page.numbers import finite

# The reason of a link that was rejected because another answer was chosen.
DISPLACED = "another answer is right"
# Among so many newest decisions the last steps are looked for: one of them may be a batch.
MOST_LOOKED_AT = 400
# The page says of this number of newest decisions who made them.
MOST_COUNTED = 4_000


class Opinions(NamedTuple):
    """How many links wait for a person's second opinion, to be settled, and as given to them; where one is required."""

    second: int
    contested: int
    given: int
    relations: list[str]


def find_decision(database: Database, id_: str) -> Decision | None:
    """The decision of that id."""
    rows = database.read("decisions/find_decisions", ids=[id_])
    return decision_of(finite(rows[0])) if rows else None


def find_newest(database: Database, by: str) -> dict[str, Any] | None:
    """A person's newest decision that stands: id, key, verdict, at, batch, relation, and the names of the two ends."""
    return next(iter(list_newest(database, by, steps=1)), None)


def list_newest(database: Database, by: str, *, steps: int = 3) -> list[dict[str, Any]]:
    """A person's newest steps that stand, each as `find_newest` gives it: a decision, or the newest one of a batch."""
    return read_desk(database, by, steps=steps).newest


class Desk(NamedTuple):
    """What a person did and what waits for them.

    newest: their newest steps that stand, see `list_newest`. today: how many links they have decided since a moment,
    those taken back not counted. waiting: the links that wait for them.
    """

    newest: list[dict[str, Any]]
    today: int
    waiting: Opinions


def read_desk(database: Database, by: str, *, since: datetime | None = None, steps: int = 3) -> Desk:
    """The person's desk; since: counts `today` from then on (None: not at all)."""
    for most in (steps, MOST_LOOKED_AT):
        (row,) = database.read("review/read_person", by=by, since=since.isoformat() if since else None, newest=most)
        found: dict[str, dict[str, Any]] = {}
        for made in row["newest"]:
            found.setdefault(made["batch"] or made["id"], {**made, "at": made["at"].to_native()})
        if len(found) >= steps or len(row["newest"]) < most:
            break
    return Desk(list(found.values())[:steps], row["today"], Opinions(**{name: row[name] for name in Opinions._fields}))


def count_opinions(database: Database, person: str) -> Opinions:
    """What waits for this person."""
    return read_desk(database, person, steps=1).waiting


def list_decisions(
    database: Database,
    *,
    by: str | None = None,
    verdict: str | None = None,
    relation: str | None = None,
    queue: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Decisions, the newest first, after the one of the id `after`, with the names of the ends and whether they stand.

    Raises InputError where there is no decision `after`.
    """
    moment = database.read("review/find_moment", id=after) if after else [{"at": None}]
    if not moment:
        raise InputError(f"there is no decision {after!r}")
    rows = database.read(
        "review/list_decisions",
        by=by,
        verdict=verdict,
        relation=relation,
        queue=queue,
        before=moment[0]["at"],
        id=after or "",
        limit=limit,
    )
    return [as_entry(row) for row in rows]


def list_displaced(database: Database) -> list[dict[str, Any]]:
    """Rejections that came only with the choice of another answer, of relations that can have several, newest first.

    An earlier page made them on every relation. Each as `list_decisions` gives it.
    """
    return [as_entry(row) for row in database.read("review/list_displaced", reason=DISPLACED)]


def as_entry(row: Row) -> dict[str, Any]:
    """A row with its map `decision` as a Decision."""
    return {**row, "decision": decision_of(finite(row["decision"]))}


class Person(BaseModel):
    """What one person decided.

    shared: links that somebody else has decided too, by the newest verdict of each. agreed: those with the same one.
    """

    by: str
    decisions: int
    accepted: int
    rejected: int
    undone: int
    shared: int
    agreed: int
    newest: datetime


def count_by_person(database: Database, *, newest: int | None = MOST_COUNTED) -> list[Person]:
    """Everybody who made one of the `newest` last decisions (None: of all), who decided most first."""
    rows = database.read("review/count_by_person", scanned=newest)
    return [Person(**{**row, "newest": row["newest"].to_native()}) for row in rows]


def list_people(database: Database) -> list[str]:
    """Everybody who has decided anything; each is a step in an index, so that their decisions are not read."""
    people = [""]
    while rows := database.read("review/find_next_person", after=people[-1]):
        people.append(rows[0]["by"])
    return people[1:]
