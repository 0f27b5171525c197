"""The right answer that no run proposed: found while it is typed, chosen, or asked for where the graph lacks it."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.connection import Database
from graph.curation import notes
from graph.curation.decision import Choice, ConflictError
from graph.page.answers import find_answers, list_kinds, list_open
from graph.page.audit import DISPLACED
from graph.page.card import read_names
from review.access import Curator, SiteDep, Viewer, check_form, check_giving
from review.errors import BadRequestError, NotFoundError
from review.forms import checked_id, choice, ends_of, filters_of, other_choice, other_value, pairs
from review.language import gettext
from review.queue_page import answer_with, decide_card, go_on, show
from review.rendering import local, render

router = APIRouter(include_in_schema=False)
LONGEST_WORDS = 200


@router.get("/answers")
def find(
    request: Request,
    site: SiteDep,
    person: Viewer,  # noqa: ARG001
    key: str,
    q: str = "",
    seen: str = "",
    filters: str = "",
) -> HTMLResponse:
    """Entities of the right kind that the words mean, each as a button; a script shows them on the card."""
    head, relation, _ = ends_of(key)
    named = read_names(site.database, [head])
    if head not in named:
        raise NotFoundError(gettext("There is no entity %(id)r.", id=head))
    typed = q.strip()[:LONGEST_WORDS]
    kinds = list_kinds(site.database, head, relation)
    return render(
        request,
        "answers.html",
        key=key,
        seen=seen,
        form=filters,
        head=named[head],
        relation=relation,
        typed=typed,
        kinds=kinds,
        answers=find_answers(site.database, head, relation, typed, kinds) if typed else [],
        functional=list_open(site.database, head, relation).functional,
        new_id=lambda: str(uuid.uuid4()),
        other_value=other_value,
    )


@router.post("/answer", dependencies=[Depends(check_form)])
def choose(
    request: Request,
    site: SiteDep,
    person: Curator,
    id: Annotated[str, Form()],
    key: Annotated[str, Form()],
    answer: Annotated[str, Form()],
    filters: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Accept `answer` (see `other_value`) for the question of the card `key`.

    Where a head has one value of the relation, the card's own and all other open proposals for the question are
    rejected, and the next card follows. Elsewhere they stay as they are, and the card is shown again.
    """
    chosen = filters_of(dict(pairs(filters)))
    right = other_choice(id, answer, "accepted")
    if (right.head, right.relation) != ends_of(key)[:2]:
        raise BadRequestError(gettext("%(answer)s is no answer to the question of %(key)s.", answer=right.key, key=key))
    proposed = choice(id, key, seen or None, "rejected", DISPLACED)
    choices = [right, *_displaced(site.database, proposed, right)]
    batch = f"card-{checked_id(id)}" if len(choices) > 1 else None
    try:
        decide_card(site.database, choices, key, chosen, person, batch=batch)
    except ConflictError as error:
        return show(request, site.database, person, chosen, key, conflicts=error.conflicts, status=409)
    if len(choices) > 1 or right.key == key:
        return go_on(request, site.database, person, chosen, key)
    return answer_with(request, site.database, person, chosen, key, None)


@router.post("/notes", dependencies=[Depends(check_form)])
def write(
    request: Request,
    site: SiteDep,
    person: Curator,
    id: Annotated[str, Form()],
    key: Annotated[str, Form()],
    kind: Annotated[notes.Kind, Form()],
    text: Annotated[str, Form()] = "",
    assigned_to: Annotated[str, Form()] = "",
    filters: Annotated[str, Form()] = "",
) -> Response:
    """Write a note about a card's link, and show the card again. `assigned_to` counts for an assignment alone."""
    given = assigned_to.strip() if kind == "assigned" else ""
    check_giving(site, person, given)
    notes.write_note(site.database, checked_id(id), kind, ends_of(key), text, by=person.name, assigned_to=given)
    return answer_with(request, site.database, person, filters_of(dict(pairs(filters))), key, None)


@router.post("/notes/close", dependencies=[Depends(check_form)])
def close(
    site: SiteDep, person: Curator, note: Annotated[str, Form()], then: Annotated[str, Form()] = "/audit"
) -> Response:
    """Close a note: whoever wrote it, or an admin."""
    notes.close_note(site.database, note, by=person.name, of=None if person.may("admin") else person.name)
    return RedirectResponse(local(then), status_code=303)


def _displaced(database: Database, proposed: Choice, right: Choice) -> list[Choice]:
    """What the right answer rejects: nothing unless a head has one value of the relation."""
    proposals = list_open(database, right.head, right.relation)
    if not proposals.functional:
        return []
    others = [
        other_choice(proposed.id, other_value(key, seen), "rejected", DISPLACED)
        for key, seen in proposals.open
        if key not in (right.key, proposed.key)
    ]
    return others if right.key == proposed.key else [proposed, *others]
