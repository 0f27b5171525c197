"""`vlkge links` and `vlkge decisions` as a person types them."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from base.errors import InputError
from flows.cli import app
from graph.connection import Address, Database
from graph.curation.decisions import history
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.schema import setup_schema


@pytest.fixture
def art(database: Database, server: Address, monkeypatch: pytest.MonkeyPatch) -> Database:
    """One work whose style is predicted; the commands use the same server."""
    setup_schema(database)
    database.driver.execute_query("UNWIND ['wave', 'ukiyo-e'] AS id CREATE (:Entity:Vlkge {id: id, name: id})")
    register_model(database, "v1", "distmult", {}, {}, "f00d", {})
    links = pd.DataFrame({"head": ["wave"], "relation": "hasStyle", "tail": "ukiyo-e", "score": 1.0, "rank": 1})
    publish(database, links.assign(probability=0.9), model_version="v1", run_id="monday")
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    return database


def vlkge(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_work_list_goes_out_and_its_verdicts_come_back(art: Database, tmp_path: Path) -> None:
    queue = tmp_path / "queue.csv"
    done = vlkge("links", "export", queue, "--verdict", "pending", "--json")
    assert json.loads(done.stdout) == {"file": str(queue), "links": 1}
    queue.write_text(queue.read_text(encoding="utf-8-sig").replace(",pending,", ",accepted,"), encoding="utf-8")
    tried = json.loads(vlkge("decisions", "import", queue, "--by", "ana", "--dry-run", "--json").stdout)
    counts = {"rows": 1, "recorded": 1, "unchanged": 0, "open": 0, "decided_since": 0}
    assert tried == {**counts, "dry_run": True}
    assert history(art, "wave", "hasStyle", "ukiyo-e") == []
    assert "recorded       1" in vlkge("decisions", "import", queue, "--by", "ana").stdout
    assert [d.by for d in history(art, "wave", "hasStyle", "ukiyo-e")] == ["ana"]

    decisions = tmp_path / "decisions.parquet"
    assert vlkge("decisions", "export", decisions).exit_code == 0
    assert pd.read_parquet(decisions)["verdict"].tolist() == ["accepted"]
    for name, command in (("links.ttl", "links"), ("decisions.ttl", "decisions")):
        assert vlkge(command, "export", tmp_path / name, "--base", "https://museum.example/").exit_code == 0
        assert "<https://museum.example/entity/wave>" in (tmp_path / name).read_text()


@pytest.mark.usefixtures("art")
def test_a_wrong_sheet_or_file_is_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "d.csv"
    sheet.write_text("head,relation,tail,verdict\ntide,hasStyle,ukiyo-e,accepted\n")
    wrong = vlkge("decisions", "import", sheet, "--by", "ana")
    assert isinstance(wrong.exception, InputError)
    assert "line 2: 'tide'" in str(wrong.exception)
    assert isinstance(vlkge("links", "export", tmp_path / "links.xlsx").exception, InputError)
    assert vlkge("links", "export", tmp_path / "links.csv", "--min-probability", "2").exit_code == 2
    assert vlkge("links", "export", tmp_path / "links.csv", "--verdict", "nosuch").exit_code == 2
    unknown = vlkge("links", "export", tmp_path / "links.csv", "--relation", "hasStile").exception
    assert "there is no relation 'hasStile'" in str(unknown)
    assert not (tmp_path / "links.csv").exists()


def test_decisions_of_one_person_are_taken_back(art: Database, tmp_path: Path) -> None:
    sheet = tmp_path / "d.csv"
    sheet.write_text("head,relation,tail,verdict,by\nwave,hasStyle,ukiyo-e,accepted,ana\n")
    vlkge("decisions", "import", sheet)
    assert isinstance(vlkge("decisions", "undo", "--yes").exception, InputError)
    assert isinstance(vlkge("decisions", "undo", "--since", "soon").exception, InputError)
    shown = json.loads(vlkge("decisions", "undo", "--of", "ana", "--dry-run", "--json").stdout)
    expected = {
        "decisions": 1,
        "of": {"ana": 1},
        "facts_that_go": 1,
        "facts_that_stay": 0,
        "reopened": 0,
        "stand_again": 0,
    }
    assert shown == {**expected, "dry_run": True}
    refused = CliRunner().invoke(app, ["decisions", "undo", "--of", "ana"], input="n\n")
    assert refused.exit_code == 1
    assert [d.verdict for d in history(art, "wave", "hasStyle", "ukiyo-e")] == ["accepted"]
    vlkge("decisions", "undo", "--of", "ana", "--by", "ada", "--reason", "wrong sheet", "--yes")
    made = history(art, "wave", "hasStyle", "ukiyo-e")
    assert [(d.verdict, d.by, d.reason) for d in made[1:]] == [("undone", "ada", "wrong sheet")]


TABLES = """
[[table]]
file = "works.csv"
label = "Artwork"
id = "id"
name = "title"
[table.relation.createdBy]
to = "Artist"
name = "artist"
[[table]]
file = "terms.csv"
label = "Artwork"
id = "work"
[table.relation.hasStyle]
to = "Style"
name = "style"
"""


@pytest.mark.usefixtures("art", "own_home")
def test_links_of_several_tables_go_home_to_a_file_for_each(tmp_path: Path) -> None:
    museum, sheet, added = tmp_path / "museum", tmp_path / "decided.csv", tmp_path / "added.csv"
    museum.mkdir()
    (museum / "mapping.toml").write_text(TABLES)
    (museum / "works.csv").write_text("id,title,artist\n1,Wave,Ann\n2,Hill,\n")
    (museum / "terms.csv").write_text("work,style\n1,Cubism\n")
    assert vlkge("ingest", museum).exit_code == 0
    links = ["artwork:2,createdBy,artist:Ann", "artwork:2,hasStyle,style:Cubism"]
    sheet.write_text("head,relation,tail,verdict\n" + "".join(f"{link},accepted\n" for link in links))
    assert vlkge("decisions", "import", sheet, "--by", "ana").exit_code == 0
    done = json.loads(vlkge("links", "export", added, "--as-source", "--json").stdout)
    files = [tmp_path / "added-works.csv", tmp_path / "added-terms.csv"]
    assert done == {"file": ", ".join(map(str, files)), "table": "works.csv, terms.csv", "rows": 2}
    for path in files:
        path.rename(museum / path.name)
    mapping = TABLES.replace('"works.csv"', '["works.csv", "added-works.csv"]')
    (museum / "mapping.toml").write_text(mapping.replace('"terms.csv"', '["terms.csv", "added-terms.csv"]'))
    assert vlkge("ingest", museum).exit_code == 0
    again = vlkge("links", "export", added, "--as-source")
    assert isinstance(again.exception, InputError)
    assert "createdBy: the source holds it by now" in str(again.exception)
    assert not added.exists()
