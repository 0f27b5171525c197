"""The queue in parts: by what the works have a relation to, by answer, by decade; each part is an address to share."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from graph.page.review_queue import Filters, Part, list_parts, list_ways
from review.access import SiteDep, Viewer
from review.errors import BadRequestError
from review.forms import address
from review.language import gettext
from review.rendering import link, render

router = APIRouter(include_in_schema=False)
FIXED = ("answer", "decade")


@router.get("/queues")
def queues(request: Request, site: SiteDep, person: Viewer, by: str = "") -> HTMLResponse:  # noqa: ARG001
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
        parts=list_parts(site.database, chosen),
        target=lambda part: address(_filters(chosen, part)),
        grid=lambda part: link("/grid", answer=part.id, relation=part.relation) if chosen == "answer" else None,
    )


def _filters(by: str, part: Part) -> Filters:
    named: dict[str, Any] = {"answer": part.id, "relation": part.relation} if by == "answer" else {"near": part.id}
    return Filters(decade=int(part.id) * 10) if by == "decade" else Filters(**named)
