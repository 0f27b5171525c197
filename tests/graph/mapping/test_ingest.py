"""A mapped folder in a real graph."""

from pathlib import Path

import pytest

from graph.connection import Database
from graph.loading.ingest import ingest
from graph.mapping.source import read_source
from graph.pictures import PictureStore

WORKS = "id,title,maker,dated,medium\n1,Reeds,Ann|unknown,c. 1890–95,oil\n2,Irises,Ann|Bob,undated,oil\n"
MAPPING = """
[[table]]
file = "works.csv"
label = "Artwork"
id = "id"
name = "title"
[table.relation.createdBy]
to = "Artist"
name = "maker"
split = "|"
unless = "^unknown"
[table.relation.madeIn]
year = "dated"
"""


@pytest.mark.parametrize("again", [False, True])
def test_a_mapped_folder_is_in_the_graph_and_a_second_ingest_changes_nothing(
    database: Database, tmp_path: Path, again: bool
) -> None:
    (tmp_path / "works.csv").write_text(WORKS)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    store = PictureStore(tmp_path / "store")
    done = ingest(database, read_source(tmp_path, name="museum"), store)
    assert (done.entities.added, done.facts.added) == (5, 4)
    if again:
        done = ingest(database, read_source(tmp_path, name="museum"), store)
        assert (done.entities.unchanged, done.facts.unchanged) == (5, 4)
    with database.session() as session:
        facts = session.run("MATCH (h:Artwork)-[r]->(t) RETURN h.name, type(r), t.name, labels(t)").values()
        said = session.run("MATCH (n:Artwork {name: 'Reeds'}) RETURN n.createdBy_said, n.madeIn_said").single()
    assert {tuple(row[:3]) for row in facts} == {
        ("Reeds", "createdBy", "Ann"),
        ("Irises", "createdBy", "Ann"),
        ("Irises", "createdBy", "Bob"),
        ("Reeds", "madeIn", "1890s"),
    }
    assert {label for row in facts for label in row[3]} >= {"Artist", "Decade"}
    assert said is not None
    assert said.values() == ["unknown", "c. 1890–95"]


def test_a_dry_run_surveys_the_source(database: Database, tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text(WORKS)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    done = ingest(database, read_source(tmp_path, name="museum"), PictureStore(tmp_path / "store"), dry_run=True)
    assert done.survey is not None
    assert [(row.relation, row.facts, row.values) for row in done.survey.relations] == [
        ("createdBy", 3, 2),
        ("madeIn", 1, 1),
    ]
    assert (
        "createdBy: 1 left out, nobody is meant (`unless`); what was said is kept (works.csv line 2: 'unknown')"
        in done.notes
    )
