"""The bundled Neo4j: started, found again, protected, and brought back after an accident."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from base.errors import InputError, PipelineError
from graph.connection import Address, connect
from graph.server import artefacts
from graph.server.neo4j_server import Server, check_space, memory

pytestmark = pytest.mark.server


def test_a_second_start_finds_the_running_server(bundled_server: Server, home: Path) -> None:
    pid = bundled_server.status().pid
    again = Server(home)
    assert again.start() == bundled_server.start()
    assert again.status().pid == pid


def test_the_status_says_how_to_log_in(bundled_server: Server) -> None:
    status = bundled_server.status()
    assert (status.state, status.version) == (
        "running",
        artefacts.version_of(artefacts.read_lock(artefacts.lock_file())),
    )
    password = status.password_file.read_text()
    assert status.uri is not None
    with connect(Address(status.uri, status.username, password)) as database:
        assert database.read("server/show_version") == [{"version": status.version, "edition": "community"}]


def test_only_the_owner_may_read_the_password(bundled_server: Server) -> None:
    file = bundled_server.status().password_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text()) >= 32


def test_the_first_password_of_neo4j_no_longer_opens_it(bundled_server: Server) -> None:
    with pytest.raises(PipelineError, match="refuses the user 'neo4j'"):
        connect(Address(bundled_server.start().uri, "neo4j", "neo4j"))


def test_the_password_shows_in_no_message_of_ours(bundled_server: Server) -> None:
    address = bundled_server.start()
    assert address.password not in repr(address)


def test_it_listens_on_loopback_alone(bundled_server: Server) -> None:
    listening = [
        c.laddr.ip for c in psutil.Process(bundled_server.status().pid).net_connections() if c.status == "LISTEN"
    ]
    assert len(listening) == 2
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}


def test_the_browser_is_served_and_knows_the_bolt_address(bundled_server: Server) -> None:
    status = bundled_server.status()
    assert status.browser is not None
    assert "<title>Neo4j Browser</title>" in httpx.get(status.browser, trust_env=False).text
    found = httpx.get(status.browser.removesuffix("browser/"), trust_env=False).json()
    assert found["bolt_direct"] == status.uri


def test_the_log_ends_with_the_start(bundled_server: Server) -> None:
    assert "Started." in bundled_server.log_tail()


@pytest.fixture
def interrupted(tmp_path: Path) -> Iterator[Server]:
    """A server whose first start was cut off after the password was written and before Neo4j learnt it."""
    server = Server(tmp_path)
    server.folder.mkdir()
    server.password_file.write_text("written before the interruption")
    yield server
    server.stop()


def test_it_comes_back_after_each_accident(
    interrupted: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "512m")
    assert interrupted.status().state == "stopped"
    assert interrupted.status().uri is None

    first = interrupted.start()
    assert first.password == "written before the interruption"
    with connect(first) as database, database.session() as session:
        session.run("CREATE (:Kept)").consume()

    killed = psutil.Process(interrupted.status().pid)
    killed.kill()
    killed.wait()
    assert interrupted.status().state == "stopped"
    port = int(first.uri.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        second = interrupted.start()
    assert f"Port {port} (bolt) is taken by another program" in caplog.text
    assert second.uri != first.uri
    with connect(second) as database, database.session() as session:
        assert session.run("MATCH (n:Kept) RETURN count(n) AS kept").data() == [{"kept": 1}]

    interrupted.password_file.write_text("of something else")
    with pytest.raises(
        PipelineError, match="does not hold the password of the bundled Neo4j: write the right one there"
    ):
        interrupted.start()

    assert interrupted.stop()
    assert interrupted.status().state == "stopped"
    assert not interrupted.stop()


def test_a_heap_that_is_too_small_is_said_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "2m")
    with pytest.raises(PipelineError, match="the Java heap of 2m is too small: set VLKGE_NEO4J_HEAP to more"):
        Server(tmp_path).start()
    assert Server(tmp_path).status().state == "stopped"


def test_a_heap_beyond_the_memory_is_said_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "9000g")
    with pytest.raises(PipelineError, match="a Java heap of 9000g does not fit: set VLKGE_NEO4J_HEAP to less"):
        Server(tmp_path).start()


def test_a_heap_is_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "2G")
    assert memory()[0] == "2g"
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "plenty")
    with pytest.raises(InputError, match="VLKGE_NEO4J_HEAP is 'plenty'; it must be a size such as 512m or 2g"):
        memory()


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    server = Server(tmp_path / "file")
    with pytest.raises(PipelineError, match=f"{server.folder} cannot be used: Not a directory; .* set VLKGE_HOME"):
        server.start()
    assert server.status().state == "stopped"
    assert not server.stop()


def test_a_disk_without_room_is_said_before_the_start(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=rf"the disk that holds {tmp_path} has \d+ MB left, Neo4j needs 1000000000"):
        check_space(tmp_path, 1_000_000_000)
