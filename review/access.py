"""Who asks: sessions, roles, and the token without which nothing is changed."""

import hmac
import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Form, Header, Request

from review.context import SESSION_HOURS, Site
from review.errors import BadRequestError
from review.language import gettext
from review.users import Person, Role

TOKEN_HEADER = "X-CSRF-Token"


class LoginNeededError(Exception):
    """Nobody is logged in. ended: somebody was; again: what was sent is theirs, and can be sent after a login."""

    def __init__(self, *, ended: bool = False, again: bool = False) -> None:
        super().__init__(gettext("Your session has ended; log in again.") if ended else gettext("Nobody is logged in."))
        self.ended = ended
        self.again = again


class NotAllowedError(Exception):
    """The person, or the request, may not do this; the message says why."""


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def person_of(request: Request) -> Person:
    """The person behind the session. Raises LoginNeededError where there is none, or where it is one no more."""
    if not hasattr(request.state, "person"):
        # Where this raises, the page that says so is for nobody.
        request.state.person = None
        request.state.person = _find_person(request)
    if request.state.person is None:
        raise LoginNeededError(ended="name" in request.session)
    person: Person = request.state.person
    return person


def _find_person(request: Request) -> Person | None:
    site, session = site_of(request), request.session
    if site.users is None:
        return Person(site.local_name, "admin")
    person = site.users.all().get(session.get("name", ""))
    if person is None or not hmac.compare_digest(person.password_tag, session.get("mark", "")):
        return None
    known = site.door.has_session(person.name, session.get("id", ""), SESSION_HOURS * 3600)
    return person if known else None


def needs(role: Role) -> Callable[[Request], Person]:
    """A dependency: the person, if they have the role; raises NotAllowedError otherwise."""

    def check(request: Request) -> Person:
        person = person_of(request)
        if not person.may(role):
            raise NotAllowedError(_refusal(role, person))
        return person

    return check


def _refusal(role: Role, person: Person) -> str:
    values = {"role": gettext(role), "name": person.name, "own": gettext(person.role)}
    return gettext("This needs the role %(role)s; the role of %(name)s is %(own)s.", **values)


def check_giving(site: Site, person: Person, assigned_to: str, goal: str = "") -> None:
    """Raise NotAllowedError where somebody who is no admin gives work to another, or sets a goal.

    Raises BadRequestError where the other one cannot log in and decide: the work would wait for nobody.
    """
    given = assigned_to.strip()
    if not person.may("admin") and (goal.strip() or given not in ("", person.name)):
        raise NotAllowedError(gettext("An admin sets goals and gives work to others; you can take it yourself."))
    if given and site.users is not None:
        deciding = [name for name, other in site.users.all().items() if other.may("curator")]
        if given not in deciding:
            known = ", ".join(deciding)
            raise BadRequestError(
                gettext("Nobody who decides is called %(name)r; there are: %(known)s.", name=given, known=known)
            )


def token_of(request: Request) -> str:
    """The session's token; forms carry it, so that a page of another site cannot send one in a curator's name."""
    return str(request.session.setdefault("token", secrets.token_urlsafe(24)))


def check_token(request: Request, token: Annotated[str, Form()] = "") -> None:
    """A dependency: the form carries the session's token, whether somebody is logged in or not."""
    _check(request, token)


def check_form(request: Request, token: Annotated[str, Form()] = "") -> None:
    """A dependency: somebody is logged in, and the form carries their session's token."""
    try:
        person_of(request)
    except LoginNeededError as error:
        raise LoginNeededError(ended=error.ended, again=error.ended and _fits(request, token)) from error
    _check(request, token)


def check_header(request: Request, token: Annotated[str, Header(alias=TOKEN_HEADER)] = "") -> None:
    """A dependency: the header carries the session's token, which GET /api/session tells."""
    person_of(request)
    _check(request, token)


def log_in(request: Request, person: Person) -> None:
    """Begin a new session."""
    id_ = site_of(request).door.begin_session(person.name, SESSION_HOURS * 3600)
    request.session.clear()
    request.session.update({"name": person.name, "mark": person.password_tag, "id": id_})
    request.state.person = person
    token_of(request)


def log_out(request: Request) -> None:
    """End the session, at the server too."""
    site_of(request).door.end_session(request.session.get("id", ""))
    request.session.clear()
    request.state.person = None


def _fits(request: Request, token: str) -> bool:
    expected = str(request.session.get("token", ""))
    return expected != "" and hmac.compare_digest(expected.encode(), token.encode("utf-8", "replace"))


def _check(request: Request, token: str) -> None:
    if not _fits(request, token):
        raise NotAllowedError(
            gettext("This form is from an earlier session. Load the page again and repeat what you did.")
        )


SiteDep = Annotated[Site, Depends(site_of)]
Viewer = Annotated[Person, Depends(needs("viewer"))]
Curator = Annotated[Person, Depends(needs("curator"))]
Admin = Annotated[Person, Depends(needs("admin"))]
