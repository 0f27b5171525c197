"""The queue: one card at a time, and deciding it."""

import json
import uuid
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from graph.connection import Database
from graph.curation import decisions
from graph.curation.decisions import Choice, ConflictError, Decision
from graph.page.audit import DISPLACED, find_decision, find_newest
from graph.page.card import Card, read_card, read_names
from graph.page.review_queue import MOST_COUNTED, Filters, count_decided, count_left, list_choices, list_keys
from review import words
from review.access import Curator, NotAllowedError, SiteDep, Viewer, check_form
from review.errors import BadRequestError
from review.rendering import link, local, render
from review.users import Person

REASONS = (
    "wrong answer",
    "not to be seen in the picture",
    "too general",
    "too specific",
    "the source is mistaken",
    "two entities are the same",
)
# A script that asks for this gets the next page at once; a form without it is redirected, so that reloading is safe.
SCRIPT_HEADER = "X-Review-Script"

router = APIRouter(include_in_schema=False)


@router.get("/queue")
def queue(request: Request, site: SiteDep, person: Viewer) -> HTMLResponse:
    """One card, the first of the queue or the one that the address names."""
    filters = filters_of(request.query_params)
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
    chosen = filters_of(dict(_pairs(filters)))
    first = _choice(id, key, seen or None, verdict or "rejected", reason)
    if also:
        choices = [other_choice(id, also, "accepted")]
    elif instead:
        choices = [first.model_copy(update={"reason": DISPLACED}), other_choice(id, instead, "accepted")]
    elif none:
        choices = [first, *(other_choice(id, value, "rejected", reason or "none of these") for value in none)]
    else:
        choices = [first]
    kind: decisions.Queue = "audit" if chosen.order == "audit" else "review"
    batch = f"card-{first.id}" if len(choices) > 1 else None
    try:
        decisions.decide(site.database, choices, by=person.name, queue=kind, batch=batch)
    except ConflictError as error:
        return show(request, site.database, person, chosen, key, conflicts=error.conflicts, status=409)
    if also:
        return _answer(request, site.database, person, chosen, key, None)
    return _go_on(request, site.database, person, chosen, key)


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
    chosen = filters_of(dict(_pairs(filters)))
    made = find_decision(site.database, decision)
    if made is None:
        raise BadRequestError(f"There is no decision {decision!r}.")
    try:
        take_back(site.database, made, id, person, alone=bool(alone))
    except ConflictError as error:
        return show(request, site.database, person, chosen, made.key, conflicts=error.conflicts, status=409)
    if then:
        return RedirectResponse(local(then), status_code=303)
    return _answer(request, site.database, person, chosen, made.key, None)


def take_back(database: Database, made: Decision, id_: str, person: Person, *, alone: bool = False) -> list[Decision]:
    """Undo a decision, with what the same person decided in the same batch but for `alone`.

    Raises NotAllowedError where it is another person's, unless an admin does it."""
    if made.by != person.name and not person.may("admin"):
        raise NotAllowedError(f"This was decided by {made.by}; only they or an admin can take it back.")
    if made.batch is not None and made.queue != "import" and not alone:
        return decisions.undo_batch(database, made.batch, of=made.by, by=person.name)
    choice = Choice(
        id=checked_id(id_), head=made.head, relation=made.relation, tail=made.tail, verdict="undone", seen=made.id
    )
    return decisions.decide(database, [choice], by=person.name, queue=made.queue)


def show(
    request: Request,
    database: Database,
    person: Person,
    filters: Filters,
    key: str | None,
    *,
    previous: str | None = None,
    conflicts: list[Decision] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page of one card (None: the first of the queue), or of an empty queue."""
    found = database.read_together(lambda reading: _found(reading, person, filters, key))
    gone = key is not None and found["card"] is None
    return render(
        request,
        "queue.html",
        status=404 if gone else status,
        **found,
        gone=gone,
        filters=filters,
        active=_active(filters),
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


def _found(database: Database, person: Person, filters: Filters, key: str | None) -> dict[str, Any]:
    """What the page of a card shows of the graph."""
    if key is None:
        key = next(iter(list_keys(database, filters, limit=1)), None)
    card = read_card(database, key) if key is not None else None
    following = next(iter(_following(database, filters, card)), None)
    return {
        "card": card,
        "following": following,
        "next_picture": _picture(database, following),
        "left": count_left(database, filters),
        "today": count_decided(database, person.name, _midnight()),
        "last": find_newest(database, person.name),
        "choices": list_choices(database),
    }


def filters_of(given: Any) -> Filters:
    """The filters of an address: relation, label, run, order, picture, and from and to in percent.

    Raises BadRequestError that says what is wrong.
    """
    fields = {name: given[name] for name in ("relation", "label", "run", "order", "picture") if given.get(name)}
    try:
        shares = {name: float(given[part]) / 100 for name, part in (("low", "from"), ("high", "to")) if given.get(part)}
        return Filters(**fields, **shares)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise BadRequestError(f"{'.'.join(map(str, wrong['loc']))} {wrong['input']!r}: {wrong['msg']}.") from error
    except ValueError as error:
        raise BadRequestError("The range of probability is in percent: two numbers from 0 to 100.") from error


def address(filters: Filters, card: str | None = None, back: str | None = None) -> str:
    """The queue with these filters, at a card, having come from another."""
    shares = {"from": f"{filters.low * 100:g}" if filters.low > 0 else "", "to": ""}
    shares["to"] = f"{filters.high * 100:g}" if filters.high < 1 else ""
    order = None if filters.order == "probability" else filters.order
    fields = {"relation": filters.relation, "label": filters.label, "run": filters.run, "order": order}
    return link("/queue", **fields, **shares, picture="on" if filters.picture else None, card=card, back=back)


def other_value(key: str, seen: str | None) -> str:
    """Another candidate as a form's value: its key and the newest decision about it."""
    return json.dumps([key, seen], ensure_ascii=False)


def _active(filters: Filters) -> list[tuple[str, str]]:
    """The filters that are set, as a name and a value in words."""
    named = [("relation", words.relation(filters.relation or "")), ("kind", filters.label), ("run", filters.run)]
    active = [(name, value) for name, value in named if value]
    if filters.low > 0 or filters.high < 1:
        active.append(("probability", f"{filters.low * 100:g} to {filters.high * 100:g} %"))
    return [*active, *([("with a", "picture")] if filters.picture else [])]


def _go_on(request: Request, database: Database, person: Person, filters: Filters, key: str) -> Response:
    card = read_card(database, key)
    return _answer(request, database, person, filters, next(iter(_following(database, filters, card)), None), key)


def _answer(
    request: Request, database: Database, person: Person, filters: Filters, key: str | None, back: str | None
) -> Response:
    target = address(filters, key, back)
    if SCRIPT_HEADER not in request.headers:
        return RedirectResponse(target, status_code=303)
    page = show(request, database, person, filters, key, previous=back)
    page.headers["Content-Location"] = target
    return page


def _following(database: Database, filters: Filters, card: Card | None) -> list[str]:
    if card is None:
        return []
    return list_keys(database, filters, after=card.model_dump(), limit=1)


def _picture(database: Database, key: str | None) -> str | None:
    """The picture of a link's head, to be loaded ahead."""
    head = read_names(database, [ends_of(key)[0]]) if key else {}
    return next((named.picture for named in head.values()), None)


def ends_of(key: str) -> tuple[str, str, str]:
    """Head, relation and tail of a link's key. Raises BadRequestError where it is none."""
    try:
        head, relation, tail = json.loads(key, strict=False)
        if not all(isinstance(part, str) for part in (head, relation, tail)):
            raise ValueError("not three texts")
    except (ValueError, TypeError) as error:
        raise BadRequestError(f"{key!r} is not the key of a link.") from error
    return head, relation, tail


def _choice(id_: str, key: str, seen: str | None, verdict: str, reason: str | None) -> Choice:
    head, relation, tail = ends_of(key)
    if verdict not in ("accepted", "rejected"):
        raise BadRequestError(f"The verdict is {verdict!r}; allowed are accepted and rejected.")
    said = (reason or "").strip()[:500] or None
    return Choice(id=checked_id(id_), head=head, relation=relation, tail=tail, verdict=verdict, reason=said, seen=seen)


def other_choice(first: str, value: str, verdict: str, reason: str | None = None) -> Choice:
    """The choice about another candidate, its id made from that of the first, so that sending again makes it again."""
    try:
        key, seen = json.loads(value)
    except (ValueError, TypeError) as error:
        raise BadRequestError(f"{value!r} is not another candidate.") from error
    return _choice(str(uuid.uuid5(uuid.UUID(checked_id(first)), key)), key, seen, verdict, reason)


def checked_id(id_: str) -> str:
    """The id in one form. Raises BadRequestError where it is no UUID."""
    try:
        return str(uuid.UUID(id_))
    except ValueError as error:
        raise BadRequestError(f"The decision's id is {id_!r}; it must be a UUID.") from error


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, max_num_fields=20)


def _midnight() -> datetime:
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
