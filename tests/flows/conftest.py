"""Small museums after their first night, with the real servers."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.retraining.flow import retrain
from flows.retraining.outcome import Retraining
from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database
from tests.flows.museum import CONFIG, FirstNight, load, read_copy, write_copy, write_folder, write_gallery


@pytest.fixture
def own_home(
    tmp_path: Path,
    server: Address,
    prefect_server: PrefectServer,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A home folder of the test's own, in the environment of this process and its children."""
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_USERNAME", server.username)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    monkeypatch.delenv("VLKGE_WEBHOOK", raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def first_nights() -> dict[str, FirstNight]:
    """The first night of each folder, once a test has gone through it; the others begin with a copy."""
    return {}


@pytest.fixture
def begin(
    database: Database, own_home: Path, first_nights: dict[str, FirstNight], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Retraining]:
    """Goes through the first night of a folder, or writes a copy of what it came to."""

    def gone_through(folder: Path) -> Retraining:
        if folder.name in first_nights:
            night = first_nights[folder.name]
            shutil.copytree(night.home, own_home)
            write_copy(database, night)
            return night.done
        load(database, folder)
        done = retrain(config=CONFIG)
        kept = tmp_path_factory.mktemp("first") / "home"
        shutil.copytree(own_home, kept)
        first_nights[folder.name] = FirstNight(done, kept, *read_copy(database))
        return done

    return gone_through


@pytest.fixture
def museum(begin: Callable[[Path], Retraining], tmp_path: Path) -> Retraining:
    """A graph of 120 works, and a champion that has learned it."""
    return begin(write_folder(tmp_path / "museum", 120))


@pytest.fixture
def gallery(begin: Callable[[Path], Retraining], tmp_path: Path) -> Retraining:
    """A graph in which a work's artist tells its style and country, and a champion that has learned it."""
    return begin(write_gallery(tmp_path / "gallery"))
