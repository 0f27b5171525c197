"""A webhook may do what it likes: the work that is told of goes on, and the log does not hold its address."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from flows.runtime import webhook


class Hook(BaseHTTPRequestHandler):
    """Answers as its address says: a status, or a body without an end."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path[1:4]))
        self.send_header("Location", "/200")
        self.end_headers()
        with suppress(OSError):
            while self.path.endswith("endless"):
                self.wfile.write(b"on and on")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(webhook, "ATTEMPTS", 1)
    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "taken", "told"),
    [
        ("/200", True, ""),
        ("/204\n", True, ""),  # as a secret is that was read from a file
        ("/200/endless", True, ""),
        ("/500", False, "it answers 500"),
        ("/308", False, "it answers 308, a redirect, which is not followed"),
        ("/\x07", False, "InvalidURL"),
        ("/\udcff", False, "Error"),
    ],
)
def test_whatever_a_webhook_does_fails_nothing(
    hook: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str, taken: bool, told: str
) -> None:
    monkeypatch.setenv("VLKGE_WEBHOOK", f"{hook}{path}")
    assert webhook.notify("retraining failed", "the disk is full") is taken
    assert told in caplog.text
    assert "127.0.0.1" not in caplog.text
