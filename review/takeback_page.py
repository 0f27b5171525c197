"""An admin takes back many decisions: all by one person, about one run's links, or of one period, after a preview."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.connection import Database
from graph.curation.decision import ConflictError
from graph.curation.taking_back import Standing, Wanted, find_standing, moment, take_back
from graph.page.audit import list_people
from graph.page.review_queue import list_choices
from review.access import Admin, SiteDep, check_form
from review.rendering import link, render

router = APIRouter(include_in_schema=False)
SHOWN = 100


@router.get("/takeback")
def preview(
    request: Request,
    site: SiteDep,
    person: Admin,  # noqa: ARG001
    by: str = "",
    run: str = "",
    since: str = "",
    until: str = "",
    done: str = "",
) -> HTMLResponse:
    """What stands of the decisions that are asked for, and what taking them back would change."""
    given = {"by": by, "run": run, "since": since, "until": until}
    found = find_standing(site.database, _wanted(**given)) if any(given.values()) else None
    return _show(request, site.database, given, found, done=done)


@router.post("/takeback", dependencies=[Depends(check_form)])
def confirm(
    request: Request,
    site: SiteDep,
    person: Admin,
    newest: Annotated[str, Form()],
    count: Annotated[int, Form()],
    by: Annotated[str, Form()] = "",
    run: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Take back what the preview showed; if it is not the same any more, show it again and change nothing."""
    given = {"by": by, "run": run, "since": since, "until": until}
    found = find_standing(site.database, _wanted(**given))
    if (len(found.decisions), _newest(found)) != (count, newest):
        return _show(request, site.database, given, found, changed=True)
    try:
        made = take_back(site.database, found, by=person.name, reason=reason.strip()[:500] or None)
    except ConflictError:
        return _show(request, site.database, given, find_standing(site.database, _wanted(**given)), changed=True)
    return RedirectResponse(link("/takeback", done=str(len(made))), status_code=303)


def _wanted(by: str, run: str, since: str, until: str) -> Wanted:
    return Wanted(by or None, run or None, moment(since) if since else None, moment(until, end=True) if until else None)


def _newest(found: Standing) -> str:
    return str(found.decisions[0]["id"]) if found.decisions else ""


def _show(
    request: Request,
    database: Database,
    given: dict[str, str],
    found: Standing | None,
    *,
    done: str = "",
    changed: bool = False,
) -> HTMLResponse:
    return render(
        request,
        "takeback.html",
        status=409 if changed else 200,
        given=given,
        found=found,
        newest=_newest(found) if found else "",
        shown=SHOWN,
        changed=changed,
        done=int(done) if done.isdecimal() and len(done) < 10 else 0,
        people=list_people(database),
        runs=list_choices(database).runs,
    )
