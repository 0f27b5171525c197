"""The same as JSON, for scripts: described at /api/openapi.json, under the same login, roles and token."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from graph.curation import decisions, notes
from graph.curation.agreement import Agreement, measure_agreement
from graph.curation.decision import Choice, Decision, Queue
from graph.curation.opinions import Verdict, lift, list_required, require
from graph.link_key import link_key
from graph.page.audit import count_opinions, find_decision, list_decisions
from graph.page.batch import MOST_ROWS, read_rows
from graph.page.card import Card, read_card, read_names
from graph.page.entities import Profile, read_profile, search
from graph.page.review_queue import MOST_COUNTED, Filters, Order, count_left, list_choices, list_keys
from graph.page.saved_queues import SavedQueue, list_saved
from graph.predicted import registry
from review.access import (
    TOKEN_HEADER,
    Admin,
    Curator,
    SiteDep,
    Viewer,
    check_giving,
    check_header,
    log_in,
    person_of,
    token_of,
)
from review.api_bodies import (
    Credentials,
    DecisionIn,
    DecisionOut,
    EntityHit,
    NoteIn,
    OpinionsOut,
    Page,
    Problem,
    RequirementOut,
    Row,
    Session,
    Text,
)
from review.errors import BadRequestError, NotFoundError
from review.forms import unknown
from review.login_page import try_password
from review.queue_page import take_back

WRONG: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The request is wrong; the detail says what is allowed."},
    401: {"model": Problem, "description": "Nobody is logged in."},
    403: {"model": Problem, "description": f"The role does not allow it, or the header {TOKEN_HEADER} is missing."},
    404: {"model": Problem, "description": "There is no such thing."},
    409: {"model": Problem, "description": "Somebody decided in between; nothing was recorded."},
    429: {"model": Problem, "description": "Too many wrong passwords."},
    503: {"model": Problem, "description": "The database is away; send the same again later."},
}


def refuse_unknown_parameters(request: Request) -> None:
    """Raise BadRequestError for what an address asks beside the parameters of its route: it would be unseen."""
    allowed = [parameter.alias for parameter in request.scope["route"].dependant.query_params]
    for name in request.query_params:
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            raise BadRequestError(f"there is no parameter {name!r}; allowed are: {known}")


router = APIRouter(prefix="/api", responses=WRONG, dependencies=[Depends(refuse_unknown_parameters)])


@router.get("/session")
def session(request: Request) -> Session:
    """Who is asking, and the token for changes."""
    person = person_of(request)
    return Session(name=person.name, role=person.role, token=token_of(request))


@router.post("/session")
def begin(request: Request, response: Response, site: SiteDep, given: Credentials) -> Session | Problem:
    """Log in; the answer sets the session's cookie."""
    person, wait = try_password(site, given.name, given.password, request.client.host if request.client else "")
    if person is None:
        response.status_code = 429 if wait else 401
        return Problem(detail=f"too many wrong passwords; wait {wait} seconds" if wait else "name or password is wrong")
    log_in(request, person)
    return Session(name=person.name, role=person.role, token=token_of(request))


@router.get("/queue")
def queue(
    site: SiteDep,
    person: Viewer,
    relation: Text | None = None,
    label: Text | None = None,
    run: Text | None = None,
    low: Annotated[float, Query(ge=0, le=1)] = 0.0,
    high: Annotated[float, Query(ge=0, le=1)] = 1.0,
    picture: bool = False,
    unpictured: bool = False,
    near: Text | None = None,
    answer: Text | None = None,
    decade: Annotated[int | None, Query(ge=0, le=9990, multiple_of=10)] = None,
    order: Order = "probability",
    after: Text | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
) -> Page:
    """Undecided links, in order; `after` is the key of the last link of the page before.

    order: second and contested give what waits for the caller's second opinion, and for somebody who settles it; given
    what somebody gave to the caller.

    near: only of heads with a fact about this entity. answer: only to this entity. decade: only of heads dated to it.
    """
    if picture and unpictured:
        raise BadRequestError("no head has a picture and has none; give picture or unpictured")
    if low > high:
        raise BadRequestError(f"the lowest probability, {low}, is above the highest, {high}")
    narrowed = {"near": near, "answer": answer, "decade": decade, "picture": picture, "unpictured": unpictured}
    filters = Filters(relation=relation, label=label, run=run, low=low, high=high, order=order, **narrowed)
    place = read_card(site.database, after) if after else None
    if after and place is None:
        raise NotFoundError(f"there is no link {after!r} to go on after")
    keys = list_keys(
        site.database, filters, after=place.model_dump() if place else None, limit=limit, person=person.name
    )
    if not keys:
        names = read_names(site.database, [*filter(None, (near, answer))])
        if lacking := unknown(site.database, filters, list_choices(site.database), names):
            raise BadRequestError(" ".join(lacking))
    rows = [Row(**row) for row in read_rows(site.database, keys)]
    return Page(
        links=rows,
        left=count_left(site.database, filters, person=person.name),
        counted_to=MOST_COUNTED,
        after=keys[-1] if len(keys) == limit else None,
    )


@router.get("/queues")
def saved_queues(site: SiteDep, person: Viewer) -> list[SavedQueue]:
    """The queues that people keep under names, with how much of each is decided.

    Of the orders second, contested and given, `left` is what waits for the caller, and `decided` is null.
    """
    return list_saved(site.database, person.name)


@router.get("/opinions")
def opinions(site: SiteDep, person: Viewer) -> OpinionsOut:
    """The relations that require a second opinion, and how many links wait for the caller."""
    waiting = count_opinions(site.database, person.name)
    required = [RequirementOut(**found._asdict()) for found in list_required(site.database)]
    return OpinionsOut(required=required, second=waiting.second, contested=waiting.contested, given=waiting.given)


@router.put("/opinions", dependencies=[Depends(check_header)])
def ask_for_opinions(site: SiteDep, person: Admin, relation: Text, required: bool) -> list[RequirementOut]:
    """Require a second opinion on the links of a relation, or none any more; an admin may."""
    (require if required else lift)(site.database, relation, by=person.name)
    return [RequirementOut(**found._asdict()) for found in list_required(site.database)]


@router.get("/link")
def card(site: SiteDep, person: Viewer, key: Text) -> Card:  # noqa: ARG001
    """One link with everything that the page shows of it."""
    found = read_card(site.database, key)
    if found is None:
        raise NotFoundError(f"there is no link {key!r}")
    return found


@router.post("/decisions", dependencies=[Depends(check_header)])
def decide(
    site: SiteDep,
    person: Curator,
    wishes: Annotated[list[DecisionIn], Field(min_length=1, max_length=MOST_ROWS)],
    any_kinds: bool = False,
) -> list[Decision]:
    """Make decisions, all or none; `any_kinds` allows ends of kinds that the relation never joins.

    undone takes back what stands; what another person decided only an admin takes back.
    """
    choices = [Choice(**{**wish.model_dump(), "id": str(wish.id)}) for wish in wishes]
    admin = person.may("admin")
    return decisions.decide(site.database, choices, by=person.name, any_kinds=any_kinds, settles=admin, others=admin)


@router.post("/decisions/{id}/undo", dependencies=[Depends(check_header)])
def undo(site: SiteDep, person: Curator, id: Text, new_id: UUID) -> list[Decision]:
    """Take a decision back, or the batch that it belongs to; `new_id` is the UUID of the new decision."""
    made = find_decision(site.database, id)
    if made is None:
        raise NotFoundError(f"there is no decision {id!r}")
    return take_back(site.database, made, str(new_id), person)


@router.get("/decisions")
def audit(
    site: SiteDep,
    person: Viewer,  # noqa: ARG001
    by: Text | None = None,
    verdict: Verdict | None = None,
    relation: Text | None = None,
    queue: Queue | None = None,
    after: Text | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DecisionOut]:
    """Decisions, the newest first; `after` is the id of the last one of the page before."""
    rows = list_decisions(
        site.database, by=by, verdict=verdict, relation=relation, queue=queue, after=after, limit=limit
    )
    return [DecisionOut(**row) for row in rows]


@router.get("/notes")
def list_notes(
    site: SiteDep,
    person: Viewer,  # noqa: ARG001
    key: Text | None = None,
    open_only: bool = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[notes.Note]:
    """What people said about links: comments, wishes for an expert or an answer, assignments; the newest first."""
    return notes.list_notes(site.database, key=key, open_only=open_only, limit=limit)


@router.post("/notes", dependencies=[Depends(check_header)])
def write_note(site: SiteDep, person: Curator, wish: NoteIn) -> list[notes.Note]:
    """Say something about a link, or give it to somebody; the answer is all that is said about it, the newest first."""
    check_giving(site, person, wish.assigned_to or "")
    link = (wish.head, wish.relation, wish.tail)
    notes.write_note(
        site.database, str(wish.id), wish.kind, link, wish.text, by=person.name, assigned_to=wish.assigned_to
    )
    return notes.list_notes(site.database, key=link_key(*link))


@router.get("/agreement")
def agreement(site: SiteDep, person: Viewer) -> Agreement:  # noqa: ARG001
    """How far people who looked at the same links agree beyond chance, per relation and per pair."""
    return measure_agreement(site.database)


@router.get("/entities")
def find(site: SiteDep, person: Viewer, q: Annotated[str, Query(min_length=1, max_length=200)]) -> list[EntityHit]:  # noqa: ARG001
    """Entities by words in their names and texts, the best first."""
    return [EntityHit(entity=named, text=text) for named, text in search(site.database, q)]


@router.get("/entity")
def entity(site: SiteDep, person: Viewer, id: Text) -> Profile:  # noqa: ARG001
    """One entity with facts, decisions and look-alikes."""
    profile = read_profile(site.database, id)
    if profile is None:
        raise NotFoundError(f"there is no entity {id!r}")
    return profile


@router.get("/models")
def models(site: SiteDep, person: Viewer) -> list[dict[str, Any]]:  # noqa: ARG001
    """All registered models with their figures, the newest first."""
    return [
        {
            "version": m.version,
            "alias": m.alias,
            "scorer": m.scorer,
            "created_at": m.created_at,
            "metrics": m.metrics,
        }
        for m in registry.models(site.database)
    ]
