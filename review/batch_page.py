"""Deciding many links together: a preview, then one batch that can be taken back as a whole."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.connection import Database
from graph.curation import decisions
from graph.curation.decision import Choice, ConflictError
from graph.curation.opinions import list_required
from graph.page.audit import find_newest
from graph.page.batch import MOST_ROWS, count_standing, list_batch, list_relations_to, read_rows
from graph.page.card import read_names
from graph.page.review_queue import list_choices
from review.access import Curator, SiteDep, Viewer, check_form
from review.errors import BadRequestError
from review.forms import checked_id, filters_of, other_choice, other_value
from review.language import gettext, ngettext
from review.rendering import link, render
from review.users import Person
from review.words import REASONS

router = APIRouter(include_in_schema=False)
# Links that were held back are listed, as many as an address carries.
MOST_HELD = 20
# What the address of a batch holds beside filters.
BESIDE = ("via", "tick", "held", "done")


@router.get("/batch")
def preview(request: Request, site: SiteDep, person: Viewer) -> HTMLResponse:
    """The links of a relation above a probability, or of what has one relation to one entity, such as its works."""
    given = request.query_params
    filters, near = filters_of(given, beside=BESIDE), given.get("near") or None
    ways = list_relations_to(site.database, near) if near else []
    via = given.get("via") or next(iter(ways), "")
    rows = list_batch(site.database, filters, (via, near) if near else None) if near or filters.relation else []
    held = read_rows(site.database, given.getlist("held")[:MOST_HELD])
    last = find_newest(site.database, person.name)
    done = given.get("done")
    return render(
        request,
        "batch.html",
        filters=filters,
        near=read_names(site.database, [near]).get(near) if near else None,
        via=via,
        ways=ways,
        rows=rows,
        tick=_tick(given.get("tick")),
        held=held,
        most=MOST_ROWS,
        done=count_standing(site.database, done, person.name) if done else 0,
        last=last if last and last["batch"] == done else None,
        choices=list_choices(site.database),
        required=[found.relation for found in list_required(site.database)],
        reasons=REASONS,
        other_value=other_value,
        query=given,
        new_id=str(uuid.uuid4()),
    )


@router.post("/batch", dependencies=[Depends(check_form)])
def decide(
    site: SiteDep,
    person: Curator,
    id: Annotated[str, Form()],
    verdict: Annotated[str, Form()],
    chosen: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
    near: Annotated[str, Form()] = "",
    relation: Annotated[str, Form()] = "",
    via: Annotated[str, Form()] = "",
) -> Response:
    """Decide the chosen links; those that somebody decided meanwhile are held back and shown."""
    if not chosen:
        raise BadRequestError(gettext("No link is chosen; tick at least one."))
    if len(chosen) > MOST_ROWS:
        raise BadRequestError(
            ngettext(
                "%(count)s link is chosen; allowed are %(most)s in one batch.",
                "%(count)s links are chosen; allowed are %(most)s in one batch.",
                len(chosen),
                count=len(chosen),
                most=MOST_ROWS,
            )
        )
    batch = f"batch-{checked_id(id)}"
    choices = [other_choice(id, value, verdict, reason) for value in chosen]
    held = decide_but_held(site.database, choices, person, batch=batch)
    return RedirectResponse(
        link("/batch", near=near, via=via, relation=relation, done=batch, held=held), status_code=303
    )


def decide_but_held(database: Database, choices: list[Choice], person: Person, *, batch: str) -> list[str]:
    """Decide the choices as one batch, but for links that somebody decided meanwhile: their keys, a number of them."""
    held: list[str] = []
    while choices:
        try:
            decisions.decide(database, choices, by=person.name, queue="batch", batch=batch, settles=person.may("admin"))
            break
        except ConflictError as error:
            before = {made.key for made in error.conflicts}
            held += sorted(before)
            choices = [choice for choice in choices if choice.key not in before]
    return held[:MOST_HELD]


def _tick(given: str | None) -> float | None:
    """The share from which on links are ticked; None: none is. Raises BadRequestError where it is no percentage."""
    if not given:
        return None
    try:
        share = float(given) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadRequestError(gettext("“Tick from” is %(given)r; allowed is a percentage, 0 to 100.", given=given))
    return share
