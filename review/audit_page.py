"""The audit: who decided what and when, where people disagree, and all of it as CSV."""

import csv
import io
import itertools
import uuid
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from graph.curation.agreement import ENOUGH, measure_agreement
from graph.curation.audit_sample import read_sample
from graph.curation.cells import guard
from graph.curation.disagreements import list_disagreements
from graph.curation.notes import list_notes
from graph.link_key import link_key
from graph.page.audit import MOST_COUNTED, count_by_person, list_decisions, list_displaced, list_people
from graph.page.card import read_names
from graph.page.review_queue import Filters, list_choices
from review.access import SiteDep, Viewer
from review.forms import address
from review.rendering import link, render

router = APIRouter(include_in_schema=False)
FIELDS = ("by", "verdict", "relation", "queue")
PAGE = 100
EXPORT_PAGE = 5_000
MOST_NOTES = 100_000
MARK = "\ufeff"  # tells spreadsheets that a table is UTF-8
COLUMNS = (
    *("at", "by", "verdict", "head", "head_name", "relation", "tail", "tail_name", "reason", "queue", "batch"),
    *(
        "probability",
        "model_version",
        "run_id",
        "stands",
        "id",
        "number",
        "undoes",
        "restores",
        "head_rights",
        "tail_rights",
    ),
)

NOTE_COLUMNS = (
    *("at", "by", "kind", "assigned_to", "text", "head", "head_name", "relation", "tail", "tail_name"),
    *("closed_by", "closed_at", "id"),
)


@router.get("/audit")
def audit(request: Request, site: SiteDep, person: Viewer) -> HTMLResponse:
    """Decisions, the newest first."""
    given = _given(request)
    entries = list_decisions(site.database, **given, after=request.query_params.get("after") or None, limit=PAGE)
    conflicts = list_disagreements(site.database).to_dict("records")
    named = read_names(site.database, [row[end] for row in conflicts for end in ("head", "tail")])
    older = entries[-1]["decision"].id if len(entries) == PAGE else None
    return render(
        request,
        "audit.html",
        given=given,
        entries=entries,
        conflicts=[
            {
                **row,
                "key": link_key(row["head"], row["relation"], row["tail"]),
                **{f"{e}_name": _name(named, row[e]) for e in ("head", "tail")},
            }
            for row in conflicts
        ],
        displaced=list_displaced(site.database),
        notes=list_notes(site.database, open_only=True),
        right=read_sample(site.database).estimate(),
        older=link("/audit", **given, after=older) if older else None,
        export=link("/audit.csv", **given),
        people=list_people(site.database),
        counts=count_by_person(site.database),
        most_counted=MOST_COUNTED,
        agreement=measure_agreement(site.database),
        enough=ENOUGH,
        relations=list_choices(site.database).relations,
        card=lambda key: address(Filters(), key),
        may_undo=lambda made: person.may("curator") and (made.by == person.name or person.may("admin")),
        new_id=lambda: str(uuid.uuid4()),
        here=link("/audit", **given),
    )


@router.get("/audit.csv")
def export(request: Request, site: SiteDep, person: Viewer) -> StreamingResponse:  # noqa: ARG001
    """The same decisions, all of them, as a table for a spreadsheet."""
    given = _given(request)

    def lines() -> Iterator[str]:
        yield MARK + _line(COLUMNS)
        after: str | None = None
        while entries := list_decisions(site.database, **given, after=after, limit=EXPORT_PAGE):
            for entry in entries:
                flat = {**entry["decision"].model_dump(mode="json"), **entry}
                yield _line([flat[name] for name in COLUMNS])
            after = entries[-1]["decision"].id

    headers = {"Content-Disposition": 'attachment; filename="decisions.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/notes.csv")
def export_notes(site: SiteDep, person: Viewer) -> StreamingResponse:  # noqa: ARG001
    """All notes about links, the newest first: comments, flags for experts, assignments, closed ones too."""
    notes = (note.model_dump(mode="json") for note in list_notes(site.database, limit=MOST_NOTES))
    lines = itertools.chain(
        [MARK + _line(NOTE_COLUMNS)], (_line([note[name] for name in NOTE_COLUMNS]) for note in notes)
    )
    headers = {"Content-Disposition": 'attachment; filename="notes.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _given(request: Request) -> dict[str, str | None]:
    return {name: request.query_params.get(name) or None for name in FIELDS}


def _name(named: dict[str, Any], id_: str) -> str:
    return named[id_].name if id_ in named else id_


def _line(values: Any) -> str:
    """One line of CSV; what a spreadsheet would take for a formula is made text."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(["" if value is None else guard(str(value)) for value in values])
    return buffer.getvalue()
