"""One decision about a link: what somebody chooses, what is recorded of it, and why it may be refused."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from base.errors import InputError, PipelineError, shorten
from graph.connection import Row
from graph.curation.opinions import Left, Verdict, Voice
from graph.link_key import link_key

Queue = Literal["review", "audit", "batch", "import"]


class Choice(BaseModel):
    """What somebody wants to decide about one link; `undone` takes back what stands.

    verdict: `for` and `against` are opinions, also where the relation requires no second one.

    id: made by the one who decides, a UUID; the same id again changes nothing and returns what was recorded.
    seen: the newest decision about the link that this person knew; None: they knew of none.
    queue: where it is decided, if elsewhere than what is decided with it.
    passing_over: of an undo, ids of earlier decisions that do not stand again after it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    head: str
    relation: str
    tail: str
    verdict: Verdict
    reason: str | None = None
    seen: str | None = None
    queue: Queue | None = None
    passing_over: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return link_key(self.head, self.relation, self.tail)


class Decision(BaseModel):
    """What somebody decided about one link, and what the run that proposed it said (None where none did).

    number: 1 for the first decision about the link, and so on. undoes: the decision that this one takes back, restores:
    the one of another person that stands again then. waiting: while it is the newest about its link, what the link
    waits for, a second opinion or somebody who settles it; or the verdict that stands again.
    """

    id: str
    number: int
    head: str
    relation: str
    tail: str
    verdict: Verdict
    by: str
    at: datetime
    reason: str | None
    run_id: str | None
    model_version: str | None
    probability: float | None
    batch: str | None
    queue: Queue
    undoes: str | None = None
    restores: str | None = None
    waiting: Left | None = None

    @property
    def leaves(self) -> str:
        """The verdict that the link bears while this is the newest decision about it."""
        return self.waiting or ("pending" if self.verdict == "undone" else self.verdict)

    @property
    def key(self) -> str:
        return link_key(self.head, self.relation, self.tail)


class ConflictError(PipelineError):
    """Somebody decided in between; `conflicts` are the decisions that had not been seen, oldest first."""

    def __init__(self, conflicts: list[Decision]) -> None:
        self.conflicts = conflicts
        made = [f"{d.head} {d.relation} {d.tail}: {d.verdict} by {d.by}" for d in conflicts]
        super().__init__(f"decided by others meanwhile: {shorten(made)}; look at the links again")


class NotTheirsError(InputError):
    """Somebody would take back what another person decided, and may not."""

    def __init__(self, key: str, by: str) -> None:
        super().__init__(f"{key}: this was decided by {by}; only they or an admin can take it back")


def voice_of(decision: Decision) -> Voice:
    """What counts of a decision where decisions about one link are weighed."""
    return Voice(decision.id, decision.by, decision.verdict, decision.undoes, decision.restores)


def decision_of(row: Row) -> Decision:
    """A decision as a statement returns it, with Python's own time."""
    return Decision(**{**row, "at": row["at"].to_native()})
