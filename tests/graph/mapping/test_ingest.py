"""A mapped folder in a real graph."""

from pathlib import Path

import pytest

from base.errors import InputError
from graph.connection import Database
from graph.curation.exchange import read_origins
from graph.loading.ingest import ingest
from graph.mapping.mapping_file import Origin
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


FIRST = """
[[table]]
file = "artists.csv"
label = "Artist"
id = "moma:{id}"
name = "name"
same = { ulan = "ulan", wikidata = "qid" }
[[table]]
file = "works.csv"
label = "Artwork"
id = "work:{id}"
[table.relation.createdBy]
to = "Artist"
id = "moma:{by}"
"""
SECOND = """
[[table]]
file = "people.csv"
label = "Artist"
id = "nga:{no}"
name = "called"
keep = { dates = "dates" }
same = { ulan = "ulanid" }
[[table]]
file = "prints.csv"
label = "Print"
id = "print:{id}"
[table.relation.createdBy]
to = "Artist"
id = "nga:{by}"
"""


def museum(folder: Path, mapping: str, **tables: str) -> Path:
    folder.mkdir()
    (folder / "mapping.toml").write_text(mapping)
    for name, content in tables.items():
        (folder / f"{name}.csv").write_text(content)
    return folder


@pytest.mark.parametrize(
    "address",
    [
        "http://vocab.getty.edu/ulan/500019484",
        "https://www.getty.edu/vow/ULANFullDisplay?find=&role=&nation=&subjectid=500019484",
        "http://vocab.getty.edu/page/ulan/500019484?lang=de",
    ],
)
def test_what_another_source_has_by_the_same_identifier_is_kept_as_one(
    database: Database, tmp_path: Path, address: str
) -> None:
    first = museum(
        tmp_path / "moma", FIRST,
        artists="id,name,ulan,qid\n1,Claude Monet,500019484,Q296\n2,Zoë Ann,,\n", works="id,by\n1,1\n2,2\n",
    )  # fmt: skip
    second = museum(
        tmp_path / "nga", SECOND,
        people=f"no,called,ulanid,dates\n7,Monet,{address},1840–1926\n8,Zoe Ann,,\n",
        prints="id,by\n1,7\n2,8\n",
    )  # fmt: skip
    store = PictureStore(tmp_path / "store")
    ingest(database, read_source(first), store)
    dry = ingest(database, read_source(second), store, dry_run=True)
    assert dry.survey is not None
    assert [(double.one, double.other, double.why) for double in dry.survey.doubles] == [
        ("nga:8", "moma:2", "spelling")
    ], "a likely double is listed, and stays two"
    done = ingest(database, read_source(second), store)
    assert (done.entities.added, done.entities.changed) == (3, 1)
    told = "one with an entity of the graph, by a shared identifier or an alias: 'nga:7 is moma:1' (1 in all)"
    assert [note for note in done.notes if "ulan" in note or "one with" in note] == [told]
    with database.session() as session:
        found = session.run(
            "MATCH (a:Artist {id: 'moma:1'})<-[:createdBy]-(w) "
            "RETURN a.name, a.dates, a.other_ids, a.sources, collect(w.id) AS works"
        ).single()
    assert found is not None
    assert found.values()[:4] == ["Claude Monet", "1840–1926", "nga:7", ["moma", "nga"]]
    assert set(found["works"]) == {"work:1", "print:1"}
    for folder in (first, second):
        again = ingest(database, read_source(folder), store, prune=True)
        assert (again.entities.added, again.entities.changed, again.entities.removed) == (0, 0, 0)

    (second / "mapping.toml").write_text(SECOND + '[alias]\n"nga:9" = "moma:2"\n')
    (second / "people.csv").write_text("no,called,ulanid,dates\n7,Monet,,\n8,Zoe Ann,,\n9,Z. Ann,,\n")
    done = ingest(database, read_source(second), store)
    assert done.entities.added == 0, "known by its other id, though the identifier is gone, and by an alias"
    (second / "mapping.toml").write_text(SECOND + '[alias]\n"nga:9" = "moma:5"\n')
    with pytest.raises(InputError, match="leads to ids that neither a source nor the graph has: 'moma:5'"):
        ingest(database, read_source(second), store)


def test_entities_that_are_one_in_the_graph_have_no_fact_between_them_and_other_values_are_told(
    database: Database, tmp_path: Path
) -> None:
    store = PictureStore(tmp_path / "store")
    table = (
        '[[table]]\nfile = "a.csv"\nlabel = "Artist"\nid = "id"\nname = "name"\nsame = { ulan = "ulan", wd = "qid" }\n'
    )
    first = museum(tmp_path / "one", table, a="id,name,ulan,qid\n1,Ann,5,Q5\n")
    ingest(database, read_source(first), store)
    second = museum(
        tmp_path / "two", table + '[table.relation.taughtBy]\nto = "Artist"\nid = "of"\n',
        a="id,name,ulan,qid,of\n7,Anna,5,,8\n8,A. A.,,Q5,9\n9,Bob,,,\n",
    )  # fmt: skip
    done = ingest(database, read_source(second), store)
    assert (done.entities.added, done.facts.added) == (1, 1)
    told = [note for note in done.notes if "left out" in note]
    assert told == [
        "facts are left out whose two ends are one by a shared identifier or an alias: "
        "'artist:7 taughtBy artist:8' (1 in all)",
        "entities of the source are one in the graph, and other values than the first are left out: "
        "'artist:1 name A. A.' (1 in all)",
    ]


def test_an_id_that_is_the_address_of_an_identifier_is_known_and_labels_must_agree(
    database: Database, tmp_path: Path
) -> None:
    store = PictureStore(tmp_path / "store")
    table = '[[table]]\nfile = "a.csv"\nlabel = "Artist"\nid = "id"\nname = "name"\n'
    wikidata = museum(tmp_path / "wd", table, a="id,name\nhttp://www.wikidata.org/entity/Q296,Claude Monet\n")
    ingest(database, read_source(wikidata), store)
    own = museum(tmp_path / "own", table + 'same = { wikidata = "qid" }\n', a="id,name,qid\n4,Monet,Q296\n")
    mine = (own / "mapping.toml").rename(tmp_path / "mine.toml")
    assert ingest(database, read_source(own, mapping=mine), store).entities.added == 0
    assert read_origins(database) == [Origin(wikidata), Origin(own, mine)]
    (own / "mapping.toml").write_text(mine.read_text().replace("Artist", "Person"))
    with pytest.raises(InputError, match=r"must have one label, these have two: 'person:4 \(Person\) and http"):
        ingest(database, read_source(own), store)
