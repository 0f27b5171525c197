"""Entities: finding them, and one entity with facts, proposals, decisions and look-alikes."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from graph.page.batch import read_rows
from graph.page.entities import list_proposals, read_profile, search
from graph.page.review_queue import Filters
from review.access import SiteDep, Viewer
from review.errors import NotFoundError
from review.forms import address
from review.language import gettext
from review.rendering import render

router = APIRouter(include_in_schema=False)
LONGEST_SEARCH = 200


@router.get("/entities")
def find(request: Request, site: SiteDep, person: Viewer, q: str = "") -> HTMLResponse:  # noqa: ARG001
    """Entities whose names or texts have the words."""
    words = q.strip()[:LONGEST_SEARCH]
    found = search(site.database, words) if words else []
    return render(request, "entities.html", words=words, found=found)


@router.get("/entity")
def entity(request: Request, site: SiteDep, person: Viewer, id: str) -> HTMLResponse:  # noqa: ARG001
    """One entity."""
    profile = read_profile(site.database, id)
    if profile is None:
        raise NotFoundError(gettext("There is no entity %(id)r.", id=id))
    return render(
        request,
        "entity.html",
        profile=profile,
        entity=profile.entity,
        proposals=read_rows(site.database, list_proposals(site.database, id)),
        card=lambda key: address(Filters(), key),
    )
