"""Deciding many links together: a preview, then one batch that can be taken back as a whole."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.curation import decisions
from graph.page.audit import find_newest
from graph.page.batch import MOST_ROWS, count_standing, list_batch
from graph.page.card import read_names
from graph.page.review_queue import list_choices
from review.access import Curator, SiteDep, Viewer, check_form
from review.errors import BadRequestError
from review.queue_page import REASONS, checked_id, filters_of, other_choice, other_value
from review.rendering import link, render

router = APIRouter(include_in_schema=False)


@router.get("/batch")
def preview(request: Request, site: SiteDep, person: Viewer) -> HTMLResponse:
    """The links of a relation above a probability, or of all works attached to one entity."""
    given = request.query_params
    filters, near = filters_of(given), given.get("near") or None
    rows = list_batch(site.database, filters, near) if near or filters.relation else []
    last = find_newest(site.database, person.name)
    done = given.get("done")
    return render(
        request,
        "batch.html",
        filters=filters,
        near=read_names(site.database, [near]).get(near) if near else None,
        rows=rows,
        most=MOST_ROWS,
        done=count_standing(site.database, done) if done else 0,
        last=last if last and last["batch"] == done else None,
        choices=list_choices(site.database),
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
) -> Response:
    """Decide the chosen links, all or none."""
    if not chosen:
        raise BadRequestError("No link is chosen; tick at least one.")
    if len(chosen) > MOST_ROWS:
        raise BadRequestError(f"{len(chosen)} links are chosen; allowed are {MOST_ROWS} in one batch.")
    batch = f"batch-{checked_id(id)}"
    choices = [other_choice(id, value, verdict, reason) for value in chosen]
    decisions.decide(site.database, choices, by=person.name, queue="batch", batch=batch)
    return RedirectResponse(link("/batch", near=near, relation=relation, done=batch), status_code=303)
