"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from review.access import SiteDep, check_form, log_in
from review.context import Site
from review.rendering import local, render
from review.users import Person

router = APIRouter(include_in_schema=False)


@router.get("/login")
def ask(request: Request, next: str = "/queue") -> HTMLResponse:
    """The form."""
    return render(request, "login.html", target=local(next), wrong=None, name="")


@router.post("/login", dependencies=[Depends(check_form)])
def enter(
    request: Request,
    site: SiteDep,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/queue",
) -> Response:
    """Let somebody in, or say why not."""
    person, wait = try_password(site, name, password, request.client.host if request.client else "")
    if person is None:
        wrong = f"Too many wrong passwords; wait {wait} seconds." if wait else "Name or password is wrong."
        page = render(request, "login.html", status=429 if wait else 401, target=local(next), wrong=wrong, name=name)
        if wait:
            page.headers["Retry-After"] = str(wait)
        return page
    log_in(request, person)
    return RedirectResponse(local(next), status_code=303)


@router.post("/logout", dependencies=[Depends(check_form)])
def leave(request: Request) -> RedirectResponse:
    """End the session."""
    request.session.clear()
    return RedirectResponse("/login", status_code=303)


def try_password(site: Site, name: str, password: str, client: str) -> tuple[Person | None, int]:
    """The person, or None with the seconds to wait (0: the password was wrong)."""
    keys = (f"name {name}", f"address {client}")
    if wait := site.limit.seconds_left(*keys):
        return None, wait
    person = site.users.check(name, password) if site.users else None
    if person is None:
        site.limit.fail(*keys)
        return None, 0
    site.limit.succeed(*keys)
    return person, 0
