"""The queue in parts: by what the works have a relation to, by answer, by decade; each part is an address to share."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from graph.curation.opinions import lift, list_required, require
from graph.page.audit import count_opinions
from graph.page.review_queue import MOST_DIVIDED, Filters, Part, list_choices, list_parts, list_ways
from graph.page.saved_queues import MOST_COUNTED, close_queue, list_saved, save_queue
from review.access import Admin, Curator, SiteDep, Viewer, check_form, check_giving
from review.errors import BadRequestError
from review.forms import address, checked_id, filters_of, pairs
from review.language import gettext
from review.rendering import link, render

router = APIRouter(include_in_schema=False)
FIXED = ("answer", "decade")


@router.get("/queues")
def queues(request: Request, site: SiteDep, person: Viewer, by: str = "") -> HTMLResponse:
    """The parts of the queue, those with the most undecided links first."""
    ways = list_ways(site.database)
    chosen = by or next(iter(ways), "answer")
    if chosen not in (*FIXED, *ways):
        raise BadRequestError(
            gettext("The queue is not divided by %(by)r; allowed are %(ways)s.", by=by, ways=", ".join([*FIXED, *ways]))
        )
    return render(
        request,
        "queues.html",
        by=chosen,
        ways=[*ways, *FIXED],
        saved=list_saved(site.database, person.name),
        most=MOST_COUNTED,
        open_queue=lambda kept: address(kept.filters),
        may_close=lambda kept: person.may("curator") and (kept.by == person.name or person.may("admin")),
        parts=list_parts(site.database, chosen),
        most_divided=MOST_DIVIDED,
        target=lambda part: address(_filters(chosen, part)),
        required=list_required(site.database),
        waiting=count_opinions(site.database, person.name),
        relations=list_choices(site.database).relations,
        grid=lambda part: link("/grid", answer=part.id, relation=part.relation) if chosen == "answer" else None,
    )


@router.post("/queues/save", dependencies=[Depends(check_form)])
def save(
    site: SiteDep,
    person: Curator,
    id: Annotated[str, Form()],
    name: Annotated[str, Form()],
    filters: Annotated[str, Form()] = "",
    goal: Annotated[str, Form()] = "",
    assigned_to: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Keep a queue under a name; an admin may set its goal, and give it to somebody else."""
    check_giving(site, person, assigned_to, goal)
    try:
        many = int(goal) if goal.strip() else None
    except ValueError as error:
        said = gettext("The goal is %(goal)s; it must be a whole number.", goal=repr(goal))
        raise BadRequestError(said) from error
    kept = filters_of(dict(pairs(filters)))
    save_queue(site.database, checked_id(id), name, kept, by=person.name, goal=many, assigned_to=assigned_to)
    return RedirectResponse("/queues#saved", status_code=303)


@router.post("/queues/close", dependencies=[Depends(check_form)])
def close(site: SiteDep, person: Curator, queue: Annotated[str, Form()]) -> RedirectResponse:
    """Take a saved queue from the list; whoever saved it may, or an admin."""
    close_queue(site.database, queue, by=person.name, of=None if person.may("admin") else person.name)
    return RedirectResponse("/queues#saved", status_code=303)


@router.post("/queues/opinions", dependencies=[Depends(check_form)])
def ask_for_opinions(
    site: SiteDep, person: Admin, relation: Annotated[str, Form()], lifted: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Require a second opinion on a relation's links, or, `lifted`, no more."""
    (lift if lifted else require)(site.database, relation, by=person.name)
    return RedirectResponse("/queues#opinions", status_code=303)


def _filters(by: str, part: Part) -> Filters:
    named: dict[str, Any] = {"answer": part.id, "relation": part.relation} if by == "answer" else {"near": part.id}
    return Filters(decade=int(part.id) * 10) if by == "decade" else Filters(**named)
