"""Who asks: sessions, roles, and the token without which nothing is changed."""

import hmac
import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Form, Header, Request

from review.context import Site
from review.users import Person, Role

TOKEN_HEADER = "X-CSRF-Token"


class LoginNeededError(Exception):
    """Nobody is logged in."""


class NotAllowedError(Exception):
    """The person, or the request, may not do this; the message says why."""


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def person_of(request: Request) -> Person:
    """The person behind the session. Raises LoginNeededError where there is none, or where it is one no more."""
    site = site_of(request)
    if site.users is None:
        return Person(site.local_name, "admin")
    person = site.users.all().get(request.session.get("name", ""))
    if person is None or not hmac.compare_digest(person.password_tag, request.session.get("mark", "")):
        raise LoginNeededError
    return person


def needs(role: Role) -> Callable[[Request], Person]:
    """A dependency: the person, if they have the role; raises NotAllowedError otherwise."""

    def check(request: Request) -> Person:
        person = person_of(request)
        if not person.may(role):
            raise NotAllowedError(f"This needs the role {role}; {person.name} is a {person.role}.")
        return person

    return check


def token_of(request: Request) -> str:
    """The session's token; forms carry it, so that a page of another site cannot send one in a curator's name."""
    return str(request.session.setdefault("token", secrets.token_urlsafe(24)))


def check_form(request: Request, token: Annotated[str, Form()] = "") -> None:
    """A dependency: the form carries the session's token."""
    _check(request, token)


def check_header(request: Request, token: Annotated[str, Header(alias=TOKEN_HEADER)] = "") -> None:
    """A dependency: the header carries the session's token, which GET /api/session tells."""
    _check(request, token)


def log_in(request: Request, person: Person) -> None:
    """Begin a new session."""
    request.session.clear()
    request.session.update({"name": person.name, "mark": person.password_tag})
    token_of(request)


def _check(request: Request, token: str) -> None:
    expected = request.session.get("token", "")
    if not expected or not hmac.compare_digest(expected.encode(), token.encode()):
        raise NotAllowedError("This form is from an earlier session. Load the page again and repeat what you did.")


SiteDep = Annotated[Site, Depends(site_of)]
Viewer = Annotated[Person, Depends(needs("viewer"))]
Curator = Annotated[Person, Depends(needs("curator"))]
