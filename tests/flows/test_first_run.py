"""A museum's own files, from the draft to the end of the run, as a new user types it."""

from pathlib import Path

import pytest

from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database
from tests.flows import typed

pytestmark = pytest.mark.bare

RUN = ("--set", "epochs=4", "--set", "dimension=16", "--set", "patience=null", "--top-k", "2")


@pytest.fixture
def environment(
    server: Address,
    prefect_server: PrefectServer,  # noqa: ARG001
    home: Path,
    database: Database,  # noqa: ARG001
) -> dict[str, str]:
    return {
        "VLKGE_HOME": str(home),
        "NEO4J_URI": server.uri,
        "NEO4J_USERNAME": server.username,
        "NEO4J_PASSWORD": server.password,
        "COLUMNS": "200",
    }


def type_all(folder: Path, environment: dict[str, str]) -> typed.Done:
    """Draft, dry run and run; the last one's output."""
    for arguments in (("ingest", str(folder), "--draft"), ("ingest", str(folder), "--dry-run")):
        done = typed.vlkge(*arguments, **environment)
        assert done.returncode == 0, done.stderr
    return typed.vlkge("run", str(folder), *RUN, **environment)


def test_a_folder_of_few_facts_has_links_though_nothing_to_test_on(tmp_path: Path, environment: dict[str, str]) -> None:
    # The hash of these pairs holds none of them back.
    rows = "".join(f"{n},Work {n},{('Ann', 'Bob', '')[n % 3]},{('oil', 'ink')[n % 2]}\n" for n in range(36, 40))
    (tmp_path / "works.csv").write_text(f"id,title,artist,medium\n{rows}")
    done = type_all(tmp_path, environment)
    assert done.returncode == 0, done.stderr
    assert "no fact is held back to test on: so few say nothing of how well the model does" in done.stdout
    assert "the strongest new links of each relation" in done.stdout
