"""What surrounds every answer: headers that browsers obey, the names the page may be called by, a limit on size."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from review.language import gettext

MOST_BYTES = 2_000_000
POLICY = "; ".join(
    [
        "default-src 'none'",
        "img-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Pages show the graph as it is now, and their forms carry ids that stand for one decision each.
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware; `hosts` are the names a request may use (None: any), which stops DNS rebinding on loopback."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, secure: bool) -> None:
        self.app = app
        self.hosts = hosts
        self.headers = {**HEADERS, **({"Strict-Transport-Security": "max-age=31536000"} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if self.hosts is not None and _name(headers.get("host", "")) not in self.hosts:
            refusal = PlainTextResponse(gettext("Unknown host name."), 421)
            await refusal(scope, receive, send_guarded)
        elif _too_large(headers):
            refusal = PlainTextResponse(
                gettext("Request too large (at most %(most)s bytes; Content-Length is required).", most=MOST_BYTES), 413
            )
            await refusal(scope, receive, send_guarded)
        else:
            await self.app(scope, receive, send_guarded)


def _name(host: str) -> str:
    """The host without its port: ``[::1]:8000`` gives ``[::1]``."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


def _too_large(headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not length.isdecimal() or int(length) > MOST_BYTES
