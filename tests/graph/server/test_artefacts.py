"""The jars of the bundled Neo4j, fetched from a small repository that the tests serve."""

import hashlib
import re
import resource
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from base.errors import InputError, PipelineError
from graph.server.artefacts import LOCK, Jar, fetch, read_lock, version_of, write_lock
from graph.server.neo4j_server import Server

COORDINATES = ["org.neo4j.app:neo4j-server:5.26.30", "io.netty:netty-transport-native-epoll:4.1.137.Final:linux-x86_64"]
PATHS = [
    "org/neo4j/app/neo4j-server/5.26.30/neo4j-server-5.26.30.jar",
    "io/netty/netty-transport-native-epoll/4.1.137.Final/netty-transport-native-epoll-4.1.137.Final-linux-x86_64.jar",
]


class Repository:
    """A Maven repository over HTTP: its files lie in `folder`, `asked` lists the paths that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = asked = list[str]()

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path.lstrip("/"))
                super().do_GET()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    repository = Repository(tmp_path / "repository")
    thread = threading.Thread(target=repository.server.serve_forever)
    thread.start()
    yield repository
    repository.server.shutdown()
    repository.server.server_close()
    thread.join()


@pytest.fixture
def jars(repository: Repository) -> list[Jar]:
    """Two jars that the repository holds."""
    made = []
    for coordinate, path in zip(COORDINATES, PATHS, strict=True):
        content = coordinate.encode() * 1000
        file = repository.folder / path
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        made.append(Jar(coordinate, hashlib.sha256(content).hexdigest(), len(content)))
    return made


@pytest.fixture(autouse=True)
def _no_local_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))


def test_a_coordinate_says_where_the_jar_lies(jars: list[Jar]) -> None:
    assert [jar.path for jar in jars] == PATHS


def test_the_lock_file_of_the_project_lists_a_whole_server() -> None:
    jars = read_lock(LOCK)
    names = {jar.coordinate.split(":")[1] for jar in jars}
    assert {"neo4j", "neo4j-server", "neo4j-browser", "neo4j-kernel", "netty-transport"} <= names
    assert len({jar.coordinate for jar in jars}) == len(jars) > 200
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in jars)
    assert re.fullmatch(r"5\.26\.\d+", version_of(jars))


def test_the_lock_file_names_no_host() -> None:
    assert "://" not in LOCK.read_text(encoding="utf-8")


def test_a_lock_file_that_is_written_reads_the_same(jars: list[Jar], tmp_path: Path) -> None:
    write_lock(jars, tmp_path / "neo4j.lock")
    assert set(read_lock(tmp_path / "neo4j.lock")) == set(jars)


def test_a_variable_chooses_another_version(jars: list[Jar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = [Jar(jar.coordinate.replace("5.26.30", "2026.08.1"), jar.sha256, jar.size) for jar in jars]
    write_lock(later, tmp_path / "later.lock")
    monkeypatch.setenv("VLKGE_NEO4J_LOCK", str(tmp_path / "later.lock"))
    assert Server(tmp_path).version == "2026.08.1"
    monkeypatch.setenv("VLKGE_NEO4J_LOCK", "")
    assert Server(tmp_path).version == version_of(read_lock(LOCK))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("", "lists no jars of Neo4j"),
        ("127.0.0.1 localhost\n", "lists no jars of Neo4j"),
        ("0f 12 io.netty:netty-common:4.1.137.Final\n", "lists no jars of Neo4j"),
    ],
)
def test_a_file_that_is_no_lock_file_is_refused_with_what_to_type(
    content: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "later.lock"
    if content is not None:
        lock.write_text(content)
    monkeypatch.setenv("VLKGE_NEO4J_LOCK", str(lock))
    with pytest.raises(InputError, match=f"{said}; `python -m graph.server.artefacts VERSION --lock {lock}` writes"):
        Server(tmp_path)


def test_the_jars_are_fetched_and_progress_is_told(jars: list[Jar], repository: Repository, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    files = fetch(
        jars, tmp_path / "cache", repositories=[repository.address], progress=lambda *told_now: told.append(told_now)
    )
    assert [file.read_bytes() for file in files] == [c.encode() * 1000 for c in COORDINATES]
    assert [(done, total) for done, total, _ in told] == [(1, 2), (2, 2)]


def test_what_is_in_the_cache_needs_no_network(jars: list[Jar], repository: Repository, tmp_path: Path) -> None:
    first = fetch(jars, tmp_path / "cache", repositories=[repository.address])
    repository.asked.clear()
    assert fetch(jars, tmp_path / "cache", repositories=["http://127.0.0.1:1"]) == first
    assert repository.asked == []


def test_only_missing_and_damaged_jars_are_fetched_again(
    jars: list[Jar], repository: Repository, tmp_path: Path
) -> None:
    _, damaged = fetch(jars, tmp_path / "cache", repositories=[repository.address])
    content = damaged.read_bytes()
    damaged.write_bytes(b"x" + content[1:])
    repository.asked.clear()
    fetch(jars, tmp_path / "cache", repositories=[repository.address])
    assert repository.asked == [PATHS[1]]
    assert damaged.read_bytes() == content


def test_a_fetch_that_was_cut_off_is_taken_up_again(jars: list[Jar], repository: Repository, tmp_path: Path) -> None:
    cut_off = tmp_path / "cache" / PATHS[0]
    cut_off.parent.mkdir(parents=True)
    cut_off.with_name(".part-1").write_bytes(b"half of")
    files = fetch(jars, tmp_path / "cache", repositories=[repository.address])
    assert all(jar.is_intact(file) for jar, file in zip(jars, files, strict=True))


def test_a_jar_with_another_hash_is_refused_and_removed(
    jars: list[Jar], repository: Repository, tmp_path: Path
) -> None:
    (repository.folder / PATHS[0]).write_bytes(b"something else")
    with pytest.raises(
        PipelineError, match=f"{COORDINATES[0]} from .* has sha256 [0-9a-f]+, but must have {jars[0].sha256}"
    ):
        fetch(jars, tmp_path / "cache", repositories=[repository.address])
    assert not list((tmp_path / "cache" / PATHS[0]).parent.iterdir())


def test_the_next_repository_is_asked_where_one_lacks_the_jar(
    jars: list[Jar], repository: Repository, tmp_path: Path
) -> None:
    assert fetch(jars, tmp_path / "cache", repositories=[f"{repository.address}/mirror/", repository.address])


def test_a_missing_jar_is_named_with_the_answer(jars: list[Jar], repository: Repository, tmp_path: Path) -> None:
    (repository.folder / PATHS[1]).unlink()
    with pytest.raises(PipelineError, match=f"{COORDINATES[1]} cannot be fetched .* answered 404"):
        fetch(jars, tmp_path / "cache", repositories=[repository.address])


def test_without_a_network_the_message_says_what_to_do(jars: list[Jar], tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"needs the network. Connect and try again, or set NEO4J_URI"):
        fetch(jars, tmp_path / "cache", repositories=["http://127.0.0.1:1"])


def test_a_jar_of_the_local_maven_repository_is_copied(jars: list[Jar], repository: Repository, tmp_path: Path) -> None:
    repository.folder.rename(tmp_path / "m2")
    files = fetch(jars, tmp_path / "cache", repositories=["http://127.0.0.1:1"])
    assert all(jar.is_intact(file) for jar, file in zip(jars, files, strict=True))


def test_a_full_disk_is_said_with_the_way_out(jars: list[Jar], repository: Repository, tmp_path: Path) -> None:
    repository.folder.rename(tmp_path / "m2")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))  # no file may grow beyond a byte
    try:
        with pytest.raises(PipelineError, match=r"too large; .* make room, or name another folder with VLKGE_CACHE"):
            fetch(jars, tmp_path / "cache", repositories=["http://127.0.0.1:1"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["fetch.lock"]


def test_a_cache_that_cannot_be_a_folder_is_named(jars: list[Jar], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PipelineError, match=f"cannot be stored in {tmp_path / 'file' / 'cache'}: Not a directory"):
        fetch(jars, tmp_path / "file" / "cache")
