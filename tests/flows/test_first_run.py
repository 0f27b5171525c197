"""A museum's own files, from the draft to the end of the run, as a new user types it."""

import json
from pathlib import Path

import pandas as pd
import pytest
from rdflib import Graph, Namespace, URIRef

from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database
from tests.flows import typed

pytestmark = pytest.mark.bare

CRM = Namespace("http://www.cidoc-crm.org/cidoc-crm/")
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


def test_a_linked_art_file_is_predicted_on_and_goes_home_in_its_own_terms(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    folder, queue, home = tmp_path / "works", tmp_path / "queue.csv", tmp_path / "home.ttl"
    folder.mkdir()
    for number in range(36, 48):
        person = {"id": f"https://museum.example/person/{number % 2}", "type": "Person", "_label": f"Ann {number % 2}"}
        made = {"type": "Production", **({"carried_out_by": [person]} if number % 3 else {})}
        paper = [{"id": f"https://museum.example/{number % 2}", "type": "Material", "_label": f"paper {number % 2}"}]
        work = {"id": f"https://museum.example/{number}", "type": "HumanMadeObject", "_label": f"Work {number}"}
        context = {"@context": "https://linked.art/ns/v1/linked-art.json"}
        (folder / f"{number}.json").write_text(json.dumps({**context, **work, "produced_by": made, "made_of": paper}))
    assert type_all(folder, environment).returncode == 0
    for arguments in (
        ("links", "export", str(queue), "--relation", "createdBy"),
        ("decisions", "import", str(queue), "--by", "ana"),
        ("links", "export", str(home), "--verdict", "accepted"),
    ):
        done = typed.vlkge(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        if arguments[2] == str(queue):
            links = pd.read_csv(queue, dtype="str").head(1).assign(verdict="accepted")
            links.to_csv(queue, index=False)
    asked = "SELECT ?who WHERE { ?work crm:P108i_was_produced_by/crm:P14_carried_out_by ?who }"
    found = (
        Graph().parse(home).query(asked, initBindings={"work": URIRef(str(links.loc[0, "head"]))}, initNs={"crm": CRM})
    )
    assert [str(row[0]) for row in found] == [links.loc[0, "tail"]]
