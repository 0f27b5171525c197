"""The queue: one card at a time, and deciding it."""

import uuid
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from base.errors import PipelineError
from graph.connection import Database
from graph.curation import decisions
from graph.curation.audit_sample import Estimate, read_sample
from graph.curation.decision import Choice, ConflictError, Decision, Queue
from graph.curation.taking_back import undo_batch
from graph.page.audit import DISPLACED, find_decision, read_desk
from graph.page.card import Card, find_link, read_names
from graph.page.recent import Recent
from graph.page.review_queue import MOST_COUNTED, Filters, count_recent, list_choices, list_keys, read_place
from review.access import Curator, NotAllowedError, SiteDep, Viewer, check_form, site_of
from review.context import Site
from review.errors import BadRequestError
from review.forms import (
    active,
    address,
    checked_id,
    choice,
    ends_of,
    filters_of,
    missing,
    other_choice,
    other_value,
    pairs,
    query_of,
    unknown,
)
from review.language import gettext
from review.rendering import local, render
from review.users import Person
from review.words import NONE_OF_THESE, REASONS

# Of fewer decisions the page does not say how often the model is right.
ENOUGH = 10
# So many cards are read when the page starts.
WARMING = 20
# A script that asks for this gets the next page at once; a form without it is redirected, so that reloading is safe.
SCRIPT_HEADER = "X-Review-Script"

router = APIRouter(include_in_schema=False)


@router.get("/queue")
def queue(request: Request, site: SiteDep, person: Viewer) -> HTMLResponse:
    """One card, the first of the queue or the one that the address names."""
    filters = filters_of(request.query_params, beside=("card", "back"))
    key = request.query_params.get("card") or None
    return show(request, site.database, person, filters, key, previous=request.query_params.get("back"))


@router.post("/decide", dependencies=[Depends(check_form)])
def decide(
    request: Request,
    site: SiteDep,
    person: Curator,
    id: Annotated[str, Form()],
    key: Annotated[str, Form()],
    filters: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    verdict: Annotated[str, Form()] = "",
    instead: Annotated[str, Form()] = "",
    also: Annotated[str, Form()] = "",
    none: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Record a decision about one card, then show the next one.

    verdict: accepted or rejected. instead: another candidate (see `other_value`) that is accepted while the card's own
    is rejected. also: another candidate that is accepted; the card is shown again, still to be decided. none: all
    candidates, which are rejected together with the card's own.
    """
    chosen = filters_of(dict(pairs(filters)))
    first = choice(id, key, seen or None, verdict or "rejected", reason)
    if also:
        choices = [other_choice(id, also, "accepted")]
    elif instead:
        choices = [first.model_copy(update={"reason": DISPLACED}), other_choice(id, instead, "accepted")]
    elif none:
        choices = [first, *(other_choice(id, value, "rejected", reason or NONE_OF_THESE) for value in none)]
    else:
        choices = [first]
    batch = f"card-{first.id}" if len(choices) > 1 else None
    try:
        decide_card(site.database, choices, key, chosen, person, batch=batch)
    except ConflictError as error:
        return show(request, site.database, person, chosen, key, conflicts=error.conflicts, status=409)
    if also:
        return answer_with(request, site.database, person, chosen, key, None)
    return go_on(request, site.database, person, chosen, key)


@router.post("/undo", dependencies=[Depends(check_form)])
def undo(
    request: Request,
    site: SiteDep,
    person: Curator,
    id: Annotated[str, Form()],
    decision: Annotated[str, Form()],
    filters: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "",
    alone: Annotated[str, Form()] = "",
) -> Response:
    """Take back a decision, with the whole batch that it belongs to but for `alone`; then show its card or `then`."""
    chosen = filters_of(dict(pairs(filters)))
    made = find_decision(site.database, decision)
    if made is None:
        raise BadRequestError(gettext("There is no decision %(id)r.", id=decision))
    try:
        take_back(site.database, made, id, person, alone=bool(alone))
    except ConflictError as error:
        return show(request, site.database, person, chosen, made.key, conflicts=error.conflicts, status=409)
    if then:
        return RedirectResponse(local(then), status_code=303)
    return answer_with(request, site.database, person, chosen, made.key, None)


def take_back(database: Database, made: Decision, id_: str, person: Person, *, alone: bool = False) -> list[Decision]:
    """Undo a decision, with what the same person decided in the same batch but for `alone`.

    Raises NotAllowedError where it is another person's, unless an admin does it."""
    if made.by != person.name and not person.may("admin"):
        raise NotAllowedError(
            gettext("This was decided by %(name)s; only they or an admin can take it back.", name=made.by)
        )
    if made.batch is not None and made.queue != "import" and not alone:
        return undo_batch(database, made.batch, of=made.by, by=person.name)
    choice = Choice(
        id=checked_id(id_), head=made.head, relation=made.relation, tail=made.tail, verdict="undone", seen=made.id
    )
    return decisions.decide(database, [choice], by=person.name, queue=made.queue, others=person.may("admin"))


def show(
    request: Request,
    database: Database,
    person: Person,
    filters: Filters,
    key: str | None,
    *,
    previous: str | None = None,
    following: list[str] | None = None,
    conflicts: list[Decision] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page of one card (None: the first of the queue), or of an empty queue.

    following: the keys of the cards after it; None: not known yet."""
    recent = site_of(request).recent
    found = database.read_together(lambda reading: _found(reading, person, filters, key, following, recent))
    card: Card | None = found["card"]
    gone = key is not None and found["card"] is None
    lacking = missing(filters, found["choices"], found["names"]) if card is None and not gone else []
    if lacking and unknown(database, filters, found["choices"], found["names"]):
        status = 400
    return render(
        request,
        "queue.html",
        status=404 if gone else status,
        **found,
        hides=card is not None and card.verdict == "opinion" and person.name not in card.opinions,
        gone=gone,
        filters=filters,
        active=active(filters, found["names"]),
        missing=lacking,
        query=query_of(filters),
        address=lambda card=None, back=None: address(filters, card, back),
        address_of=lambda order: address(filters.model_copy(update={"order": order})),
        form=address(filters).partition("?")[2],
        previous=previous,
        conflicts=conflicts or [],
        most=MOST_COUNTED,
        reasons=REASONS,
        new_id=lambda: str(uuid.uuid4()),
        other_value=other_value,
    )


def _found(
    database: Database, person: Person, filters: Filters, key: str | None, following: list[str] | None, recent: Recent
) -> dict[str, Any]:
    """What the page of a card shows of the graph."""
    if key is None:
        key, *following = _next(database, filters, None, person) or (None,)
    link = find_link(database, key) if key is not None else None
    if following is None:
        following = _next(database, filters, link.place, person, limit=1) if link is not None else []
    coming = [ends_of(key)[0] for key in following]
    filtered = [*filter(None, (filters.near, filters.answer))]
    named = read_names(database, [*(link.mentioned if link is not None else []), *coming, *filtered])
    desk = read_desk(database, person.name, since=_midnight())
    return {
        "card": link.card(named) if link is not None else None,
        "following": next(iter(following), None),
        "next_picture": next((named[id_].picture for id_ in coming if id_ in named), None),
        "counts": count_recent(database, filters, recent, person=person.name),
        "waiting": desk.waiting,
        "names": {id_: named[id_].name for id_ in filtered if id_ in named},
        "right": _right_so_far(database) if filters.order == "audit" else None,
        "today": desk.today,
        "newest": desk.newest,
        "choices": recent.get("choices", lambda: list_choices(database), keep=lambda choices: bool(choices.runs)),
    }


def warm(site: Site) -> None:
    """Read the first cards once, so that the database has its plans and pages before anybody waits for them."""
    person = Person(site.local_name, "viewer")
    with suppress(PipelineError):  # whoever opens the page is told
        for key in _next(site.database, Filters(), None, person, limit=WARMING):
            site.database.read_together(
                partial(_found, person=person, filters=Filters(), key=key, following=None, recent=site.recent)
            )


def _right_so_far(database: Database) -> Estimate | None:
    """What the random sample says; None before enough of it is decided."""
    found = read_sample(database).estimate()
    return found if found is not None and found.of >= ENOUGH else None


def decide_card(
    database: Database, choices: list[Choice], key: str, filters: Filters, person: Person, *, batch: str | None
) -> None:
    """Record what was chosen on the card of `key`.

    The random sample is one only of all links, or of all of one relation, and only the card's own link was drawn.
    """
    plain = Filters(relation=filters.relation, order="audit")
    queue: Queue = "audit" if filters == plain else "review"
    placed = [wish if wish.key == key else wish.model_copy(update={"queue": "review"}) for wish in choices]
    decisions.decide(database, placed, by=person.name, queue=queue, batch=batch, settles=person.may("admin"))


def go_on(request: Request, database: Database, person: Person, filters: Filters, key: str) -> Response:
    """The card after that of `key`, to a decision about it."""
    coming = database.read_together(lambda reading: _next(reading, filters, read_place(reading, key), person))
    return answer_with(request, database, person, filters, next(iter(coming), None), key, following=coming[1:])


def answer_with(
    request: Request,
    database: Database,
    person: Person,
    filters: Filters,
    key: str | None,
    back: str | None,
    *,
    following: list[str] | None = None,
) -> Response:
    """A card, to whoever sent a form: to a script at once, to a browser by an address. following: see `show`."""
    target = address(filters, key, back)
    if SCRIPT_HEADER not in request.headers:
        return RedirectResponse(target, status_code=303)
    page = show(request, database, person, filters, key, previous=back, following=following)
    page.headers["Content-Location"] = target
    return page


def _next(
    database: Database, filters: Filters, place: dict[str, Any] | None, person: Person, *, limit: int = 2
) -> list[str]:
    """The keys of the cards after a place in the queue (None: from the start)."""
    return list_keys(database, filters, after=place, limit=limit, person=person.name)


def _midnight() -> datetime:
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
