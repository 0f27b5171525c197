"""Taking back many decisions: a batch, all by one person, about the links of one run, or of one period."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from base.errors import InputError
from graph.connection import Database, Row
from graph.curation.decision import Choice, Decision
from graph.curation.decisions import decide
from graph.curation.opinions import Voice, weigh


@dataclass(frozen=True)
class Wanted:
    """Which decisions: `by` a person, about links that a `run` had proposed, from `since` on and before `until`.

    None: whatever it is; something must be said.
    """

    by: str | None = None
    run: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if not any((self.by, self.run, self.since, self.until)):
            raise InputError("say whose decisions, about the links of which run, since when or until when")
        if self.since and self.until and self.since >= self.until:
            raise InputError(f"the period from {self.since.isoformat()} to {self.until.isoformat()} is empty")


@dataclass(frozen=True)
class Standing:
    """What would be taken back: decisions that stand, each a map as the page shows it, the newest first.

    facts_that_go: accepted links that no source records. facts_that_stay: those that one records too.
    reopened: rejected links, which wait for a decision again. stand_again: links about which what somebody else had
    decided before counts again; they are none of the others.
    """

    decisions: list[Row] = field(repr=False)

    @property
    def facts_that_go(self) -> int:
        return sum(row["verdict"] == "accepted" and row["sources"] == 0 for row in self._ending)

    @property
    def facts_that_stay(self) -> int:
        return sum(row["verdict"] == "accepted" and row["sources"] > 0 for row in self._ending)

    @property
    def reopened(self) -> int:
        return sum(row["verdict"] == "rejected" for row in self._ending)

    @property
    def stand_again(self) -> int:
        return len(self.decisions) - len(self._ending)

    @property
    def _ending(self) -> list[Row]:
        return [row for row in self.decisions if row["again"] is None]

    @property
    def people(self) -> dict[str, int]:
        """How many decisions of whom."""
        names = sorted({row["by"] for row in self.decisions})
        return {name: sum(row["by"] == name for row in self.decisions) for name in names}


def find_standing(database: Database, wanted: Wanted) -> Standing:
    """What taking back would change; what was decided again since is not among it.

    A row's `again` is the verdict that another person's decision gives the link then; of `passing_over`, which is to be
    taken back too, none stands again.
    """
    rows = database.read(
        "decisions/list_standing",
        by=wanted.by,
        run=wanted.run,
        since=wanted.since.isoformat() if wanted.since else None,
        until=wanted.until.isoformat() if wanted.until else None,
    )
    return Standing([{**row, "at": row["at"].to_native(), **_look_ahead(row)} for row in rows])


def take_back(database: Database, standing: Standing, *, by: str, reason: str | None = None) -> list[Decision]:
    """Take these decisions back, all in one transaction or none; the new decisions are one batch.

    Raises ConflictError where somebody decides one of the links at the same moment.
    """
    choices = _undoing(standing.decisions, reason)
    return decide(database, choices, by=by, queue="batch", batch=f"back-{uuid.uuid4()}") if choices else []


def undo_batch(database: Database, batch: str, *, of: str, by: str) -> list[Decision]:
    """Take back what stands of one person's batch; links that were decided again since are left as they are.

    of: whose batch; an id that two people used names two batches.

    Returns the new decisions, none where nothing of the batch stands any more.

    Raises InputError for an unknown batch, ConflictError where somebody decides one of the links at the same moment.
    """
    if not database.read("decisions/count_batch", batch=batch, by=of)[0]["decisions"]:
        raise InputError(f"there is no batch {batch!r} of {of}")
    standing = database.read("decisions/list_batch", batch=batch, by=of)
    return decide(database, _undoing(standing), by=by, queue="batch", batch=batch)


def moment(given: str, *, end: bool = False) -> datetime:
    """A day or a moment in ISO 8601, in this machine's zone unless it says one; `end`: a day counts with all its hours.

    Raises InputError for anything else.
    """
    try:
        if len(given) <= len("2026-11-29"):
            day = date.fromisoformat(given) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time()).astimezone()
        return datetime.fromisoformat(given).astimezone()
    except (ValueError, OverflowError) as error:
        raise InputError(f"{given!r} is no time; it must be like 2026-11-29 or 2026-11-29T14:30") from error


def _look_ahead(row: Row) -> Row:
    asked = tuple(made["id"] for made in row["history"] if made["asked"])
    history = [Voice(**{name: made[name] for name in Voice._fields}) for made in row["history"]]
    if row["verdict"] not in ("accepted", "rejected"):
        return {"again": None, "passing_over": asked}
    undo = Voice("", row["by"], "undone")
    outcome = weigh(history, undo, required=False, settles=True, seen=row["id"], passing_over=asked)
    return {"again": outcome.waiting if outcome.restores else None, "passing_over": asked}


def _undoing(standing: Sequence[Row], reason: str | None = None) -> list[Choice]:
    """What takes back decisions that stand: id, head, relation, tail. The same decision again gives the same choice."""
    return [
        Choice(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"undo {row['id']}")),
            head=row["head"],
            relation=row["relation"],
            tail=row["tail"],
            verdict="undone",
            reason=reason,
            seen=row["id"],
            passing_over=row.get("passing_over", ()),
        )
        for row in standing
    ]
