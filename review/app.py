"""The application: its pages, what surrounds them, and what is shown where something is wrong."""

import logging
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware

from base.errors import InputError, PipelineError
from graph.curation.decision import ConflictError, NotTheirsError
from graph.outage import UnreachableError
from review import (
    answer_page,
    api,
    audit_page,
    batch_page,
    entity_page,
    grid_page,
    login_page,
    model_page,
    parts_page,
    pictures,
    proposals_page,
    queue_page,
    takeback_page,
    zoom_page,
)
from review.access import LoginNeededError, NotAllowedError
from review.context import COOKIE_DAYS, Site
from review.errors import BadRequestError, NotFoundError
from review.graph_errors import translated
from review.guard import Guard
from review.language import ENGLISH, N_, Languages, gettext, language
from review.rendering import link, render
from review.users import UsersFileError

PARTS = (
    *(api, queue_page, answer_page, parts_page, grid_page, batch_page, entity_page, model_page, audit_page),
    *(takeback_page, proposals_page, pictures, zoom_page, login_page),
)
STATIC = Path(__file__).parent / "static"
# What is raised, the status that it becomes, and the heading of its page. The first that fits counts.
PROBLEMS: list[tuple[type[Exception], int, str]] = [
    (LoginNeededError, 401, N_("Please log in")),
    (UsersFileError, 500, N_("Nobody can log in")),
    (NotAllowedError, 403, N_("Not allowed")),
    (NotTheirsError, 403, N_("Not allowed")),
    (NotFoundError, 404, N_("Not found")),
    (ConflictError, 409, N_("Somebody decided first")),
    (BadRequestError, 400, N_("This cannot be done")),
    (InputError, 400, N_("This cannot be done")),
    (UnreachableError, 503, N_("The database is away")),
    (PipelineError, 500, N_("The database failed")),
]
logger = logging.getLogger(__name__)


def create_app(site: Site) -> FastAPI:
    """The application for one site, ready to be served."""
    app = FastAPI(title="vlkge review", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    app.state.site = site
    for part in PARTS:
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_api_route("/", lambda: RedirectResponse("/queue"), include_in_schema=False)
    app.add_middleware(
        SessionMiddleware,
        secret_key=site.secret,
        session_cookie=site.cookie,
        max_age=COOKIE_DAYS * 24 * 3600,
        same_site="lax",
        https_only=site.secure,
    )
    app.add_middleware(Guard, hosts=site.hosts, secure=site.secure)
    app.add_middleware(Languages, given=site.language)
    for kind, _, _ in PROBLEMS:
        app.add_exception_handler(kind, explain)
    app.add_exception_handler(HTTPException, explain_status)
    app.add_exception_handler(RequestValidationError, explain_form)
    return app


async def explain(request: Request, error: Exception) -> Response:
    """The page, or the JSON, of an error that was raised on purpose."""
    status, heading = next((status, heading) for kind, status, heading in PROBLEMS if isinstance(error, kind))
    if status >= 500:
        logger.warning("%s %s: %s", request.method, request.url.path, error)
    if isinstance(error, LoginNeededError) and not _wants_json(request):
        return await _ask_for_login(request, error)
    again = await _fields(request) if status == 503 else None
    said = translated(str(error))
    foreign = said is None and isinstance(error, PipelineError)
    if isinstance(error, UsersFileError):  # which names a file of this machine, to whoever asks
        said = gettext("The list of who may log in cannot be read. Whoever runs the page finds the reason in its log.")
    return _problem(request, status, heading, said or str(error), again, foreign=foreign)


async def _ask_for_login(request: Request, error: LoginNeededError) -> Response:
    if request.method == "GET":
        return RedirectResponse(
            link("/login", next=_local(request), ended="on" if error.ended else ""), status_code=303
        )
    resent = error.again and request.url.path in login_page.RESENT
    again = urlencode(await _fields(request) or []) if resent else ""
    target = request.url.path if again else "/queue"
    return login_page.render_form(request, target, status=401, ended=error.ended, again=again)


async def explain_status(request: Request, error: Exception) -> Response:
    """An error of the framework, such as a page that does not exist."""
    assert isinstance(error, HTTPException)
    heading = N_("Not found") if error.status_code == 404 else N_("This cannot be done")
    said = gettext("There is no such page.") if error.status_code == 404 else str(error.detail)
    answer = _problem(request, error.status_code, heading, said)
    answer.headers.update(error.headers or {})
    return answer


async def explain_form(request: Request, error: Exception) -> Response:
    """A form or query that lacks a field or has a wrong one."""
    assert isinstance(error, RequestValidationError)
    if _wants_json(request):
        # Without what was sent: that may be what JSON cannot say.
        said = [{name: part[name] for name in ("loc", "msg", "type")} for part in error.errors()]
        return JSONResponse({"detail": said}, status_code=422)
    wrong = ", ".join(".".join(map(str, part["loc"][1:])) for part in error.errors())
    return _problem(request, 422, N_("This cannot be done"), gettext("Missing or wrong: %(fields)s.", fields=wrong))


def _problem(
    request: Request,
    status: int,
    heading: str,
    said: str,
    again: list[tuple[str, str]] | None = None,
    *,
    foreign: bool = False,
) -> Response:
    """foreign: what is said comes from the graph's wing, which speaks English."""
    if _wants_json(request):
        return JSONResponse({"detail": said or heading}, status_code=status)
    shown = {"code": status, "heading": gettext(heading), "said": said or gettext(heading), "again": again}
    shown |= {"here": _local(request), "foreign": foreign and language() != ENGLISH}
    return render(request, "problem.html", status=status, **shown)


async def _fields(request: Request) -> list[tuple[str, str]] | None:
    """What a form sent, so that the page can send the very same again: its id makes that safe."""
    if request.method != "POST":
        return None
    form = await request.form()
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _local(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
