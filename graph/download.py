"""Fetching a picture from the web: bounded in bytes and time, and only from public addresses."""

import ipaddress
import socket
import time
from dataclasses import dataclass

import httpx

from base.errors import PipelineError

MAX_REDIRECTS = 5
USER_AGENT = "vlkge-pipeline/0.1 (knowledge graph pictures)"


class PictureError(PipelineError):
    """A picture that cannot be had; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What a download may take. Private, loopback and link-local addresses are refused unless allowed."""

    max_bytes: int = 20_000_000
    seconds: float = 30.0
    allow_private: bool = False


def download(url: str, limits: Limits) -> bytes:
    """The body behind an http(s) address. Raises PictureError where it cannot be had within the limits.

    Every redirect is checked like the first address. The connection goes to the very address that was
    checked, so that a name that resolves differently a moment later gains nothing; for the same reason
    proxies named in the environment are not used.
    """
    deadline = time.monotonic() + limits.seconds
    try:
        with httpx.Client(trust_env=False, follow_redirects=False) as client:
            target = httpx.URL(url)
            for _ in range(MAX_REDIRECTS + 1):
                answer = _get(client, target, limits, deadline)
                if isinstance(answer, bytes):
                    return answer
                target = answer
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PictureError(f"{type(error).__name__}: {error}") from error
    raise PictureError(f"more than {MAX_REDIRECTS} redirects")


def _get(client: httpx.Client, url: httpx.URL, limits: Limits, deadline: float) -> bytes | httpx.URL:
    """The body, or where the server sends us instead."""
    number = _resolve(url, limits.allow_private)
    left = deadline - time.monotonic()
    headers = {"Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
    with client.stream(
        "GET",
        url.copy_with(host=number),
        headers=headers,
        timeout=max(min(left, 10.0), 0.001),
        extensions={"sni_hostname": url.host},
    ) as response:
        if response.has_redirect_location:
            return url.join(response.headers["Location"])
        if response.status_code != httpx.codes.OK:
            raise PictureError(f"the server answers {response.status_code}")
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > limits.max_bytes:
                raise PictureError(f"larger than {limits.max_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise PictureError(f"slower than {limits.seconds:g} seconds")
        return bytes(body)


def _resolve(url: httpx.URL, allow_private: bool) -> str:
    """The number of the host to connect to. Raises PictureError for one that is unknown or not public."""
    if url.scheme not in ("http", "https") or not url.host:
        raise PictureError(f"{url} is not an http or https address")
    try:
        found = socket.getaddrinfo(url.host, url.port or url.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PictureError(f"the host {url.host} is unknown: {error}") from error
    numbers = [str(place[4][0]) for place in found]
    hidden = [number for number in numbers if not _is_public(number)]
    if hidden and not allow_private:
        raise PictureError(f"the host {url.host} is at {hidden[0]}, which is not a public address")
    return numbers[0]


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_global and not mapped.is_multicast)
