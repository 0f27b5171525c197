"""Fetching a picture from the web: bounded in bytes and time, and only from public addresses."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

import httpcore
import httpx

from base.errors import PipelineError
from graph.outgoing import Outgoing, Waiting, is_public

MAX_REDIRECTS = 5
USER_AGENT = "vlkge-pipeline/0.1 (knowledge graph pictures)"
BUSY = (429, 503)
PAUSE = 0.2  # seconds at least before a busy server is asked again, doubled each time
HEAD_BYTES = 1 << 20  # headers, and what is sent before them


class PictureError(PipelineError):
    """A picture that cannot be had; the message says why."""


class UnreachableError(PictureError):
    """A picture whose server does not answer at all."""


@dataclass(frozen=True)
class Limits:
    """What a download may take, from the first connection to the last byte and with all that is tried again.

    Private, loopback and link-local addresses are refused unless allowed.
    """

    max_bytes: int = 20_000_000
    seconds: float = 30.0
    allow_private: bool = False


@dataclass(frozen=True)
class _Answer:
    """body: None where the server sends us elsewhere (location), or asks to come again in so many seconds (wait)."""

    body: bytes | None = None
    location: str = ""
    wait: float = 0.0
    status: int = 200


def download(url: str, limits: Limits, *, sleep: Callable[[float], None] = time.sleep) -> bytes:
    """The body behind an http(s) address. Raises PictureError where it cannot be had within the limits.

    Every redirect is checked like the first address. The connection goes to the very address that was
    checked, so that a name that resolves differently a moment later gains nothing; for the same reason
    proxies named in the environment are not used. A server that is busy (429, 503) is asked again when it says.
    """
    deadline = time.monotonic() + limits.seconds
    outgoing = Outgoing(deadline, limits.max_bytes + HEAD_BYTES)
    target, redirects, pause = _read_url(url), 0, PAUSE
    try:
        with httpcore.ConnectionPool(network_backend=outgoing, retries=0) as pool:
            while redirects <= MAX_REDIRECTS:
                outgoing.find(target.raw_host.decode("ascii"), partial(_resolve, target, limits.allow_private))
                answer = _get(pool, target, limits)
                if answer.body is not None:
                    return answer.body
                if answer.location:
                    target, redirects = _read_url(answer.location, target), redirects + 1
                    continue
                wait, pause = max(answer.wait, pause), 2 * pause
                if time.monotonic() + wait >= deadline:
                    raise PictureError(
                        f"the server answers {answer.status}, to be asked again in {answer.wait:,.0f} seconds"
                    )
                sleep(wait)
    except Waiting as error:
        raise UnreachableError(f"slower than {limits.seconds:g} seconds: {error}") from error
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise UnreachableError(f"{type(error).__name__}: {error}") from error
    except (httpcore.ProtocolError, ValueError) as error:
        raise PictureError(f"{type(error).__name__}: {error}") from error
    raise PictureError(f"more than {MAX_REDIRECTS} redirects")


def _read_url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = httpx.URL(text) if base is None else base.join(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise PictureError(f"{text!r} is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise PictureError(f"{url} is not an http or https address")
    return url


def _resolve(url: httpx.URL, allow_private: bool) -> list[str]:
    """The numbers of the host, each once. Raises PictureError for one that is unknown, or not public at any of them."""
    try:
        found = socket.getaddrinfo(url.raw_host.decode("ascii"), url.port or url.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"the host {url.host} is unknown: {error}") from error
    numbers = list(dict.fromkeys(str(place[4][0]) for place in found))
    hidden = [number for number in numbers if not is_public(number)]
    if hidden and not allow_private:
        raise PictureError(f"the host {url.host} is at {hidden[0]}, which is not a public address")
    return numbers


def _get(pool: httpcore.ConnectionPool, url: httpx.URL, limits: Limits) -> _Answer:
    headers = [("Host", url.netloc.decode("ascii")), ("User-Agent", USER_AGENT), ("Accept-Encoding", "identity")]
    address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    with pool.stream("GET", address, headers=headers) as response:
        head = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in (301, 302, 303, 307, 308) and (location := head.get(b"location", "").strip()):
            return _Answer(location=location)
        if response.status in BUSY and (wait := _read_wait(head.get(b"retry-after", ""))) is not None:
            return _Answer(wait=wait, status=response.status)
        if response.status != httpx.codes.OK:
            raise PictureError(f"the server answers {response.status}")
        return _Answer(body=_read_body(response, head, limits))


def _read_body(response: httpcore.Response, head: dict[bytes, str], limits: Limits) -> bytes:
    if (packed := head.get(b"content-encoding", "")).lower() not in ("", "identity"):
        raise PictureError(f"the server sends it packed ({packed}), which was not asked for")
    declared = head.get(b"content-length", "")
    if declared.isdigit() and int(declared) > limits.max_bytes:
        raise PictureError(f"larger than {limits.max_bytes:,} bytes: {int(declared):,}")
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > limits.max_bytes:
            raise PictureError(f"larger than {limits.max_bytes:,} bytes")
    return bytes(body)


def _read_wait(text: str) -> float | None:
    """Seconds to wait by a Retry-After, which is a number of seconds or a date; None where there is none."""
    if text.isascii() and text.strip().isdigit():
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max((then - datetime.now(UTC)).total_seconds(), 0.0)
