"""Many pictures with one proposed answer: tick those where it is wrong, and decide them all."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.curation.opinions import list_required
from graph.page.audit import find_newest
from graph.page.batch import count_standing, read_rows
from graph.page.card import read_names
from graph.page.review_queue import Filters, count_links, list_keys
from review.access import Curator, SiteDep, Viewer, check_form
from review.batch_page import MOST_HELD, decide_but_held
from review.errors import BadRequestError, NotFoundError
from review.forms import checked_id, other_choice, other_value
from review.language import gettext, ngettext
from review.rendering import link, render

router = APIRouter(include_in_schema=False)
# As many pictures as are looked at with one glance or two.
TILES = 24


@router.get("/grid")
def grid(request: Request, site: SiteDep, person: Viewer, answer: str, relation: str) -> HTMLResponse:
    """The likeliest undecided links of a relation to one answer, as pictures."""
    named = read_names(site.database, [answer])
    if answer not in named:
        raise NotFoundError(gettext("There is no entity %(id)r.", id=answer))
    filters = Filters(answer=answer, relation=relation)
    done = request.query_params.get("done") or ""
    last = find_newest(site.database, person.name)
    return render(
        request,
        "grid.html",
        answer=named[answer],
        relation=relation,
        rows=read_rows(site.database, list_keys(site.database, filters, limit=TILES)),
        counts=count_links(site.database, filters),
        held=read_rows(site.database, request.query_params.getlist("held")[:MOST_HELD]),
        done=count_standing(site.database, done, person.name) if done else 0,
        last=last if last and last["batch"] == done else None,
        required=[found.relation for found in list_required(site.database)],
        other_value=other_value,
        new_id=lambda: str(uuid.uuid4()),
    )


@router.post("/grid", dependencies=[Depends(check_form)])
def decide(
    site: SiteDep,
    person: Curator,
    id: Annotated[str, Form()],
    answer: Annotated[str, Form()],
    relation: Annotated[str, Form()],
    shown: Annotated[list[str], Form()],
    wrong: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Reject the links that are ticked as wrong, accept the others that were shown: one batch."""
    if len(shown) > TILES:
        raise BadRequestError(
            ngettext(
                "%(count)s link is shown; allowed are %(most)s at once.",
                "%(count)s links are shown; allowed are %(most)s at once.",
                len(shown),
                count=len(shown),
                most=TILES,
            )
        )
    ticked = set(wrong or [])
    batch = f"grid-{checked_id(id)}"
    choices = [other_choice(id, value, "rejected" if value in ticked else "accepted") for value in shown]
    held = decide_but_held(site.database, choices, person, batch=batch)
    return RedirectResponse(link("/grid", answer=answer, relation=relation, done=batch, held=held), status_code=303)
