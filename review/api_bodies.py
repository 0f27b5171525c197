"""What the JSON interface takes and gives, as `/api/openapi.json` describes it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from graph.curation import notes
from graph.curation.decision import Decision
from graph.curation.opinions import Verdict
from graph.page.card import Named
from review.users import Role

# A null character is what the database cannot keep of a text.
TEXT = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=2000, pattern=TEXT)]


class Problem(BaseModel):
    """What is wrong."""

    detail: str


class Session(BaseModel):
    """Who is asking; `token` goes into the header X-CSRF-Token of everything that changes something."""

    name: str
    role: Role
    token: str


class Credentials(BaseModel):
    """A name and a password of `vlkge review users`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=64)
    password: str = Field(max_length=200)


class Row(BaseModel):
    """One link of the queue; `seen` is the newest decision about it, to be sent with the next one."""

    key: str
    head: str
    head_name: str
    picture: str | None
    maker: str | None
    date: str | None
    relation: str
    tail: str
    tail_name: str
    probability: float | None
    answer_probability: float | None
    rank: int | None
    verdict: str
    seen: str | None


class Page(BaseModel):
    """Links in order; `left` counts up to `counted_to`; `after` fetches the next page (None: this was the last)."""

    links: list[Row]
    left: int
    counted_to: int
    after: str | None


class DecisionIn(BaseModel):
    """A decision to be made; `id` is a UUID made by the sender: sent again, it is recorded once."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    head: Text
    relation: Text
    tail: Text
    verdict: Verdict
    reason: Text | None = None
    seen: Text | None = None


class NoteIn(BaseModel):
    """Something to be said about a link; `assigned_to` is who should decide it, where the kind is assigned."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: notes.Kind
    head: Text
    relation: Text
    tail: Text
    text: Text = ""
    assigned_to: Text | None = None


class EntityHit(BaseModel):
    """An entity that was found, with its text."""

    entity: Named
    text: str


class DecisionOut(BaseModel):
    """A decision with the names of the link's ends, and whether it stands."""

    decision: Decision
    head_name: str
    tail_name: str
    stands: bool


class RequirementOut(BaseModel):
    """A relation on whose links two people must agree, who asked for it, and since when."""

    relation: str
    by: str
    at: datetime


class OpinionsOut(BaseModel):
    """Where a second opinion is required, how many links wait for the caller's, and how many to be settled."""

    required: list[RequirementOut]
    second: int
    contested: int
    given: int
