"""Pages from templates; everything that comes from the graph is escaped."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from graph.iiif_service import may_be_iiif
from review import words
from review.access import LoginNeededError, person_of, token_of
from review.language import gettext, language, languages, ngettext

# Functions of `words` that templates use.
FILTERS = (
    *("relation", "percent", "odds", "likelihood", "moment", "day", "clock", "web_address", "origin", "origins"),
    *("word", "voice", "number", "figure"),
)


def link(path: str, **parameters: object) -> str:
    """An address with a query, without the parameters that are empty; a list is a parameter several times."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", False, [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def local(target: str) -> str:
    """The address if it is one of this page: not ``//elsewhere`` or ``https://elsewhere``; else the queue."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside else "/queue"


def here(request: Request) -> str:
    """The address of the page that is read; of a form that was sent, the queue."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}" if request.method == "GET" else "/queue"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The new style escapes the values of placeholders, not the message.
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(link=link, precision=words.precision, language=language, languages=languages)
    environment.filters["iiif"] = may_be_iiif
    for name in FILTERS:
        environment.filters[name] = getattr(words, name)
    return environment


TEMPLATES = _environment()


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The template as an answer; it is given the person (None: not logged in) and the form token too."""
    try:
        person = person_of(request)
    except LoginNeededError:
        person = None
    html = TEMPLATES.get_template(template).render(
        **context,
        person=person,
        token=token_of(request),
        login=request.app.state.site.users is not None,
        path=request.url.path,
        place=here(request) if status < 400 else "/queue",
    )
    return HTMLResponse(html, status_code=status)
