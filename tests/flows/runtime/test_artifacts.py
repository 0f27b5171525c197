"""Artifacts that Prefect does not take leave the work alone."""

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from prefect.artifacts import create_markdown_artifact
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.runtime.artifacts import show
from flows.runtime.progress import progress_bar


class Broken(BaseHTTPRequestHandler):
    """A server whose every answer is an error of its own."""

    def do_POST(self) -> None:
        self.send_error(500)

    do_GET = do_PATCH = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def broken_prefect() -> Iterator[None]:
    server = HTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{server.server_port}/api"}):
        yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("broken_prefect")
def test_an_error_of_the_server_is_logged_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert show(create_markdown_artifact, markdown="# A night", key="retraining") is None
    assert "Prefect did not take create_markdown_artifact: Server error '500" in caplog.text


@pytest.mark.usefixtures("broken_prefect")
def test_a_bar_goes_on_without_its_artifact() -> None:
    with progress_bar("train") as progress:
        progress(1, 2)
        progress(2, 2)
