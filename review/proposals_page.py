"""What is proposed anew of an entity after a decision about it: a part of the queue's page, fetched by its script."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from graph.connection import Database
from graph.page.card import read_names
from review.access import SiteDep, Viewer
from review.forms import ends_of
from review.rendering import render

MOST = 6
RECENT = 60  # seconds that a decision is new
# Everybody's page asks after each decision, and mostly nothing is made anew: that is looked up once in so many seconds.
NEWS = 0.5

router = APIRouter(include_in_schema=False)


@router.get("/proposals")
def proposals(request: Request, site: SiteDep, person: Viewer, card: str) -> Response:  # noqa: ARG001
    """The best proposals of the card's entity, by relation; an empty answer (204) where none followed the decision."""
    entity = ends_of(card)[0]
    if not site.recent.get("refreshing", lambda: _count_refreshing(site.database), seconds=NEWS):
        return Response(status_code=204)
    found = site.database.read("review/list_refreshed", id=entity, seconds=RECENT, limit=MOST)
    if not found:
        return Response(status_code=204)
    return render(request, "_proposals.html", head=read_names(site.database, [entity])[entity], found=found)


def _count_refreshing(database: Database) -> int:
    """The runs of which links were made anew since a decision can have been new."""
    return int(database.read("review/count_refreshing_runs", seconds=RECENT)[0]["runs"])
