"""What a picture server may do, on loopback: every answer ends in time, and every failure says why."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph import download as downloads
from graph.download import Limits, PictureError, download
from graph.outgoing import held_address, is_public
from graph.pictures import PictureStore, gather_pictures
from tests.graph.test_pictures import picture

Answer = Callable[[socket.socket], None]


def send(*parts: bytes, pause: float = 0.0, times: int = 1) -> Answer:
    """Sends the parts one by one, all of them so many times."""

    def answer(connection: socket.socket) -> None:
        for _ in range(times):
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)

    return answer


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""]).encode() + body


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts a server whose n-th connection gets the n-th answer, the last one from then on; returns its address."""
    listening: list[socket.socket] = []

    def start(*answers: Answer) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)

        def run() -> None:
            for number in range(100):
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                answer = answers[min(number, len(answers) - 1)]
                threading.Thread(target=reply, args=(connection, answer), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/a.png"

    def reply(connection: socket.socket, answer: Answer) -> None:
        try:
            connection.recv(65536)
            answer(connection)
        except OSError:
            pass
        finally:
            connection.close()

    yield start
    for listener in listening:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def refused(url: str, seconds: float = 5.0, max_bytes: int = 100_000) -> str:
    with pytest.raises(PictureError) as error:
        download(url, Limits(max_bytes=max_bytes, seconds=seconds, allow_private=True))
    return str(error.value)


@pytest.mark.parametrize(
    "answer",
    [
        send(),
        send(b"H", b"T", b"T", b"P", b"/", b"1", pause=0.2, times=100),
        send(b"HTTP/1.1 200 OK\r\n", *[b"X-%d: y\r\n" % number for number in range(1200)], pause=0.1),
        send(b"HTTP/1.1 102 Processing\r\n\r\n", pause=0.05, times=2400),
        send(response(b"", "Content-Length: 1000"), *[b"x"] * 1000, pause=0.1),
        lambda _: time.sleep(120),
    ],
    ids=["nothing", "a drip before the headers", "headers that drip", "endless 1xx", "a body that drips", "silence"],
)
def test_no_answer_takes_longer_than_the_deadline(serve: Callable[..., str], answer: Answer) -> None:
    """Each answer would take two minutes; how far below that the deadline is kept depends on the machine."""
    start = time.monotonic()
    told = refused(serve(answer), seconds=0.7)
    assert time.monotonic() - start < 60
    assert "slower than 0.7 seconds: 127.0.0.1" in told or "Server disconnected" in told


def test_answers_before_the_answer_are_bounded_too(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "HEAD_BYTES", 10_000)
    told = refused(serve(send(b"HTTP/1.1 102 Processing\r\n\r\n" * 400, times=100)), max_bytes=1_000)
    assert "sends without an end" in told


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(b"", status="403 Forbidden"), "the server answers 403"),
        (response(b"", status="503 Busy"), "the server answers 503"),
        (response(b"x", "Content-Length: 99999999999"), "larger than 100,000 bytes: 99,999,999,999"),
        (response(b"x" * 200_000), "larger than 100,000 bytes"),
        (response(b"x" * 10, "Content-Length: 1000"), "without sending complete message body"),
        (response(gzip.compress(b"0" * 10_000_000), "Content-Encoding: gzip"), "the server sends it packed (gzip)"),
        (response(b"", "Retry-After: 3600", status="429 Many"), "answers 429, to be asked again in 3,600 seconds"),
        (
            response(b"", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT", status="503 Busy"),
            "the server answers 503, to be",
        ),
        (response(b"", "Location: ftp://x/a", status="302 Found"), "is not an http or https address"),
        (response(b"", "Location: ", status="302 Found"), "the server answers 302"),
        (response(b"", "Location: a.png", status="302 Found"), "more than 5 redirects"),
        (response(b"", status="204 No Content"), "the server answers 204"),
        (response(b"", status="206 Partial"), "the server answers 206"),
        (response(b"", "Retry-After: -5", status="503 Busy"), "the server answers 503"),
        ("HTTP/1.1 503 B\r\nRetry-After: \xb2\r\n\r\n".encode("latin-1"), "the server answers 503"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\nabc", "without sending complete message body"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "conflicting Content-Length"),
        (b"HTTP/1.1 200 OK\r\nA: " + 2_000_000 * b"b", "ProtocolError"),
        (b"no HTTP at all\r\n\r\n", "ProtocolError"),
    ],
)
def test_every_failure_says_why(serve: Callable[..., str], answer: bytes, reason: str) -> None:
    assert reason in refused(serve(send(answer)))


@pytest.mark.parametrize("wait", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_busy_server_is_asked_again_when_it_says(serve: Callable[..., str], status: str, wait: str) -> None:
    busy = send(response(b"", f"Retry-After: {wait}", status=status))
    url = serve(busy, busy, send(response(picture())))
    assert download(url, Limits(allow_private=True)) == picture()


def test_a_server_that_is_busy_for_ever_is_not_asked_without_pause(serve: Callable[..., str]) -> None:
    asked: list[float] = []

    def busy(connection: socket.socket) -> None:
        asked.append(time.monotonic())
        connection.sendall(response(b"", "Retry-After: 0", status="503 Busy"))

    assert "the server answers 503, to be asked again in 0 seconds" in refused(serve(busy), seconds=1.0)
    assert len(asked) == 3  # at once, then after .2 and .4 more seconds; .8 more are too many


def test_it_waits_as_long_as_it_was_told(serve: Callable[..., str]) -> None:
    waited: list[float] = []
    url = serve(send(response(b"", "Retry-After: 7", status="429 Many")), send(response(picture())))
    assert download(url, Limits(allow_private=True), sleep=waited.append) == picture()
    assert waited == [7.0]


def test_every_address_of_a_host_is_tried(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    url = serve(send(response(picture()))).replace("127.0.0.1", "museum.test")
    port = int(url.split(":")[2].split("/")[0])
    found = [(2, 1, 6, "", (number, port)) for number in ("127.0.0.2", "127.0.0.3", "127.0.0.1")]
    real = socket.getaddrinfo

    def resolve(host: str, *arguments: Any, **options: Any) -> Any:
        return found if host == "museum.test" else real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert download(url, Limits(allow_private=True)) == picture()
    told = refused(url.replace(str(port), "9"))
    assert "ConnectError: 127.0.0.2: " in told
    assert "127.0.0.1: " in told


def test_a_name_that_nobody_resolves_takes_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told.wait(120) and [])
    start = time.monotonic()
    assert "the name slow.test was not resolved" in refused("http://slow.test/a.png", seconds=0.3)
    assert time.monotonic() - start < 60
    told.set()


@pytest.mark.parametrize(
    ("number", "held", "public"),
    [
        ("8.8.8.8", None, True),
        ("2606:4700::1111", None, True),
        ("::ffff:8.8.8.8", "8.8.8.8", True),
        ("::ffff:10.0.0.1", "10.0.0.1", False),
        ("64:ff9b::808:808", "8.8.8.8", True),
        ("64:ff9b::7f00:1", "127.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", "169.254.169.254", False),
        ("64:ff9b:1::a00:1", "10.0.0.1", False),
        ("2002:808:808::1", "8.8.8.8", True),
        ("2002:c0a8:101::1", "192.168.1.1", False),
        ("::7f00:1", "127.0.0.1", False),
        ("::ffff:0:a00:1", "10.0.0.1", False),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "10.0.0.1", False),
        ("2606:4700::5efe:a00:1", "10.0.0.1", False),
        ("224.0.0.1", None, False),
        ("fe80::1%eth0", None, False),
        ("fec0::1", None, False),
        ("5f00::1", None, False),
    ],
)
def test_an_address_is_as_public_as_the_one_it_holds(number: str, held: str | None, public: bool) -> None:
    import ipaddress

    inside = held_address(ipaddress.ip_address(number.partition("%")[0]))
    assert (inside and str(inside), is_public(number)) == (held, public)


def test_a_page_called_jpg_is_listed_with_its_address_and_its_kind(serve: Callable[..., str], tmp_path: Path) -> None:
    url = serve(send(response(b"<!DOCTYPE html><html>404</html>")))
    gathered = gather_pictures(PictureStore(tmp_path), tmp_path, [url], limits=Limits(allow_private=True))
    assert gathered.digests == {}
    assert gathered.broken[url].endswith("it is an HTML page")
