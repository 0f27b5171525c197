"""A museum's own files, from the draft to the end of the run, as a new user types it."""

from pathlib import Path

import pytest

from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address
from tests.flows import typed

pytestmark = pytest.mark.bare

RUN = ("--set", "epochs=4", "--set", "dimension=16", "--set", "patience=null", "--top-k", "2")


@pytest.fixture
def environment(server: Address, prefect_server: PrefectServer, home: Path) -> dict[str, str]:  # noqa: ARG001
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


def test_the_end_of_a_run_says_what_a_curator_asks(tmp_path: Path, environment: dict[str, str]) -> None:
    """Style follows the maker; the room is chance; every work has a department."""
    lines = []
    for n in range(600):
        maker = n % 12
        style, room = ("Cubism", "Baroque", "Realism")[maker % 3], f"room {(n * n + 7 * n) % 5}"
        lines.append(
            f"{n},Work {n},Painter {maker if n % 10 else 'unknown'},{style if n % 7 else ''},{room},D{maker % 2}"
        )
    header = "id,title,artist,style,room,department"
    (tmp_path / "works.csv").write_text("\n".join([header, *lines]).replace("Painter unknown", "unknown painter"))
    done = type_all(tmp_path, environment)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    table = said[said.index("tails alone (which artist, which style), beside popularity; worst first") :]
    order = [name for line in table.splitlines() for name in ("hasRoom", "hasStyle") if f" {name} " in line]
    assert order[:2] == ["hasRoom", "hasStyle"]
    assert "hasRoom: the model is no better than counting what is frequent" in said
    assert "judge first: hasStyle" in said.replace("hasDepartment, ", "").replace("createdBy, ", "")
    assert "no new links of" in said
    assert "unknown painter" not in table
