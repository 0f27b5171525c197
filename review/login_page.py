"""Logging in and out."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from review.access import SiteDep, check_token, log_in, log_out
from review.context import Site
from review.language import COOKIE, checked_language, gettext, ngettext
from review.rendering import local, render
from review.users import Person

router = APIRouter(include_in_schema=False)
# What can be sent again after a login: it is recorded once, however often it is sent.
RESENT = ("/decide", "/undo", "/answer", "/notes", "/batch", "/grid", "/queues/save")
LANGUAGE_SECONDS = 365 * 24 * 3600


@router.get("/login")
def ask(request: Request, next: str = "/queue", ended: str = "") -> HTMLResponse:
    """The form."""
    return render_form(request, next, ended=bool(ended))


@router.post("/login", dependencies=[Depends(check_token)])
def enter(
    request: Request,
    site: SiteDep,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/queue",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody in, or say why not. again: a form that the same person had sent just after their session ended."""
    before = request.session.get("name")
    person, wait = try_password(site, name, password, request.client.host if request.client else "")
    if person is None:
        wrong = _too_many(wait) if wait else gettext("Name or password is wrong.")
        status = 429 if wait else 401
        page = render_form(request, next, status=status, wrong=wrong, name=name, again=again)
        if wait:
            page.headers["Retry-After"] = str(wait)
        return page
    log_in(request, person)
    target = local(next)
    if again and person.name == before and target in RESENT:
        fields = [(key, value) for key, value in parse_qsl(again, keep_blank_values=True) if key != "token"]
        return render(request, "again.html", target=target, fields=fields)
    return RedirectResponse("/queue" if again else target, status_code=303)


@router.post("/logout", dependencies=[Depends(check_token)])
def leave(request: Request) -> RedirectResponse:
    """End the session."""
    log_out(request)
    return RedirectResponse("/login", status_code=303)


@router.post("/language", dependencies=[Depends(check_token)])
def speak(site: SiteDep, code: Annotated[str, Form()], then: Annotated[str, Form()] = "/queue") -> RedirectResponse:
    """Show the page in a language from now on, in this browser."""
    answer = RedirectResponse(local(then), status_code=303)
    answer.set_cookie(
        COOKIE, checked_language(code), max_age=LANGUAGE_SECONDS, httponly=True, samesite="lax", secure=site.secure
    )
    return answer


def render_form(
    request: Request,
    target: str,
    *,
    status: int = 200,
    wrong: str | None = None,
    name: str = "",
    ended: bool = False,
    again: str = "",
) -> HTMLResponse:
    """The form. target: where it leads, or with `again` (a form, encoded) what is sent there after the login."""
    return render(
        request, "login.html", status=status, target=local(target), wrong=wrong, name=name, ended=ended, again=again
    )


def _too_many(wait: int) -> str:
    return ngettext(
        "Too many wrong passwords; wait %(seconds)s second.",
        "Too many wrong passwords; wait %(seconds)s seconds.",
        wait,
        seconds=wait,
    )


def try_password(site: Site, name: str, password: str, client: str) -> tuple[Person | None, int]:
    """The person, or None with the seconds to wait (0: the password was wrong)."""
    if wait := site.door.reserve(name, client):
        return None, wait
    person = site.users.check(name, password) if site.users else None
    if person is not None:
        site.door.forget_attempts(name, client)
    return person, 0
