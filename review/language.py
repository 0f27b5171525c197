"""The language of the page: which one a request is answered in, and its texts, from `review/catalogues`."""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.core import parse_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from base.errors import InputError

ENGLISH = "en"
CATALOGUES = Path(__file__).parent / "catalogues"
COOKIE = "vlkge_language"
# Programs read these; their words stay as they are.
NEVER_TRANSLATED = "/api/"
_answered_in: ContextVar[str] = ContextVar("answered_in", default=ENGLISH)


@cache
def languages() -> Mapping[str, str]:
    """Codes and own names of the languages that the page knows: English, and each that has a catalogue."""
    codes = [ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]
    return {code: (Locale.parse(code).get_display_name() or code).capitalize() for code in codes}


def checked_language(code: str) -> str:
    """The code. Raises InputError where the page has no such language."""
    if code not in languages():
        raise InputError(f"the language is {code!r}; allowed are {', '.join(languages())}")
    return code


def language() -> str:
    """The code of the language in which the request at hand is answered."""
    return _answered_in.get()


def set_language(code: str) -> None:
    """Answer in this language from now on, in this request."""
    _answered_in.set(code)


def N_(message: str) -> str:
    """The message as it is; it is translated where it is shown, and this marks it for the catalogues."""
    return message


def gettext(message: str, /, **values: object) -> str:
    """The message in the language of the request, with its %(placeholders)s filled."""
    said = _catalogue(language()).gettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """As gettext, in the form that the number demands; the number itself is a value like others."""
    said = _catalogue(language()).ngettext(one, many, number)
    return said % values if values else said


def preferred(header: str) -> str | None:
    """The best known language of an Accept-Language header (RFC 9110, 12.5.4): ``fr-CH, de;q=0.8`` gives French."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.strip().partition(";")
        try:
            code = parse_locale(tag, sep="-")[0]
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0 and code in languages():
            wishes.append((-quality, place, code))
    return min(wishes)[2] if wishes else None


class Languages:
    """ASGI middleware: each request is answered in the language chosen there, else `given`, else the browser's."""

    def __init__(self, app: ASGIApp, given: str | None = None) -> None:
        self.app = app
        self.given = given

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            set_language(ENGLISH if scope["path"].startswith(NEVER_TRANSLATED) else self._wanted(Headers(scope=scope)))
        await self.app(scope, receive, send)

    def _wanted(self, headers: Headers) -> str:
        chosen = _cookie(headers.get("cookie", ""))
        if chosen in languages():
            return chosen
        return self.given or preferred(headers.get("accept-language", "")) or ENGLISH


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


@cache
def _catalogue(code: str) -> NullTranslations:
    """The texts of a language, compiled in memory: so an edited catalogue needs no further step."""
    if code == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
