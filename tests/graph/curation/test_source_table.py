"""Accepted links go back into the columns that they came from."""

from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError
from graph.curation.source_reading import list_tables
from graph.curation.source_table import Home, fill_columns, take_apart
from graph.mapping.mapping_file import Origin
from graph.mapping.source import read_source

MAPPING = """
[[table]]
file = "works.csv"
label = "Artwork"
id = "object:{ObjectID}"
name = "Title"
[table.relation.createdBy]
to = "Artist"
id = "artist_id"
name = "full_name"
split = "|"
[table.relation.hasMaterial]
to = "Material"
name = "Medium"
"""
LINKS = pd.DataFrame(
    [
        ("object:12", "createdBy", "artist:7", "Monet", "accepted"),
        ("object:12", "createdBy", "artist:9", "Studio", "accepted"),
        ("object:12", "hasMaterial", "material:oil", "oil", "accepted"),
        ("object:13", "hasMaterial", "material:oil", "oil", "accepted"),
        ("object:13", "hasMaterial", "material:ink", "ink", "pending"),
        ("object:13", "hasStyle", "style:x", "x", "accepted"),
        ("loan:4", "hasMaterial", "material:oil", "oil", "accepted"),
    ],
    columns=["head", "relation", "tail", "tail_name", "verdict"],
)


def test_a_row_holds_what_was_added_in_the_sources_columns(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (filled,), left_out = fill_columns(LINKS, list_tables([Origin(tmp_path), Origin(tmp_path / "gone")]))
    assert filled.rows.columns.tolist() == ["ObjectID", "Title", "artist_id", "full_name", "Medium"]
    assert filled.rows.to_numpy().tolist() == [["12", "", "7|9", "Monet|Studio", "oil"], ["13", "", "", "", "oil"]]
    assert left_out.counts == {"hasStyle has no column": 1, "hasMaterial has no column": 1}
    assert left_out.links == ["object:13 hasStyle style:x", "loan:4 hasMaterial material:oil"]


def test_an_id_is_taken_apart_as_it_was_made() -> None:
    assert take_apart("object:{ObjectID}", "Artwork", "object:4") == {"ObjectID": "4"}
    assert take_apart("{Museum}/{Number}", "Artwork", "m/4") == {"Museum": "m", "Number": "4"}
    assert take_apart("id", "Artwork", "artwork:4") == {"id": "4"}
    assert take_apart("id", "Artwork", "https://museum.example/4") == {"id": "https://museum.example/4"}
    assert take_apart("object:{ObjectID}", "Artwork", "loan:4") is None


def test_nothing_to_bring_home_is_told(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING)
    with pytest.raises(InputError, match="no link is accepted yet"):
        fill_columns(LINKS[LINKS["verdict"] == "pending"], list_tables([Origin(tmp_path)]))
    with pytest.raises(InputError, match=r"can be written into a column of a \[\[table\]\]: 'createdBy has"):
        fill_columns(LINKS, list_tables([]))


def test_a_mapping_outside_the_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "mine.toml").write_text(MAPPING)
    origin = Origin(tmp_path / "data", tmp_path / "mine.toml")
    assert [one.table.id for one in list_tables([origin])] == ["object:{ObjectID}"]
    (tmp_path / "mine.toml").unlink()
    assert list(list_tables([origin])) == []


SEVERAL = """
missing = ["none"]
[[table]]
file = "works*.csv"
separator = ";"
encoding = "cp1250"
label = "Artwork"
id = "number"
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
[[table]]
file = "people.csv"
label = "Artist"
id = "{id}"
name = "called"
[table.relation.bornIn]
to = "Place"
name = "place"
"""


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_each_table_gets_rows_that_its_mapping_reads_as_the_same_links(tmp_path: Path, ending: str) -> None:
    (tmp_path / "mapping.toml").write_text(SEVERAL)
    (tmp_path / "works.csv").write_text("number;title;artist\n1;Kůň;Čapek\n2;Strom;\n", encoding="cp1250")
    (tmp_path / "terms.csv").write_text("work,style\n1,Cubism\n")
    (tmp_path / "people.csv").write_text("id,called,place\nA7,Ann,\n")
    before = read_source(tmp_path).triples
    links = [
        ("artwork:1", "createdBy", "artist:Čapek", "Čapek"),
        ("artwork:2", "createdBy", "artist:Čapek", "Čapek"),
        ("artwork:2", "createdBy", "artist:A; B", "A; B"),
        ("artwork:2", "createdBy", "artist:none", "none"),
        ("artwork:2", "createdBy", "artist:Илья", "Илья"),
        ("artwork:2", "hasStyle", 'style:"Neue" Art, x', '"Neue" Art, x'),
        ("A7", "bornIn", "place:Brno", "Brno"),
    ]
    frame = pd.DataFrame(links, columns=["head", "relation", "tail", "tail_name"]).assign(verdict="accepted")
    filled, left_out = fill_columns(frame, list_tables([Origin(tmp_path)]), ending=ending)
    assert [one.table.name for one in filled] == ["works", "terms", "people"]
    assert left_out.counts["createdBy: the source holds it by now"] == 1
    unread = left_out.counts["createdBy: the mapping would read its row as something else"]
    assert unread == (1 if ending == ".parquet" else 2), "a value that means nothing, and one that cp1250 lacks"
    # Added to the source, they say these links and nothing else.
    mapping = (tmp_path / "mapping.toml").read_text()
    for one in filled:
        one.table.write(one.rows, tmp_path / f"added-{one.table.name}{ending}")
        named = one.table.table.file[0]
        mapping = mapping.replace(f'file = "{named}"', f'file = ["{named}", "added-{one.table.name}{ending}"]')
    (tmp_path / "mapping.toml").write_text(mapping)
    after = read_source(tmp_path).triples
    added = {*after.itertuples(index=False, name=None)} - {*before.itertuples(index=False, name=None)}
    texts = {" ".join(link[:3]) for link in links[1:]} - set(left_out.links)
    assert {" ".join(fact[:3]) for fact in added} == texts


def _export(folder: Path, mapping: str, links: list[tuple[str, str, str, str]], homes: dict[str, Home] | None = None):  # type: ignore[no-untyped-def]
    (folder / "mapping.toml").write_text(mapping)
    columns = ["head", "relation", "tail", "tail_name"]
    frame = pd.DataFrame(links, columns=columns).assign(verdict="accepted")
    (filled,), left_out = fill_columns(frame, list_tables([Origin(folder, None, "own")]), homes)
    return [dict(row) for row in filled.rows.to_dict("records")], left_out.counts


TERMS = """
[[table]]
file = "terms.csv"
label = "Artwork"
id = "object_id"
[table.relation.hasStyle]
to = "Style"
name = "term"
when = { kind = ["Style", "School"] }
[table.relation.hasTechnique]
to = "Technique"
name = "term"
when = { kind = "Technique" }
"""


def test_a_condition_of_the_relation_stands_beside_its_value(tmp_path: Path) -> None:
    links = [
        ("artwork:1", "hasStyle", "style:Baroque", "Baroque"),
        ("artwork:1", "hasTechnique", "technique:etching", "etching"),
        ("artwork:1", "hasTechnique", "technique:drypoint", "drypoint"),
    ]
    rows, left_out = _export(tmp_path, TERMS, links)
    assert rows == [
        {"object_id": "1", "kind": "Style", "term": "Baroque"},
        {"object_id": "1", "kind": "Technique", "term": "etching"},
        {"object_id": "1", "kind": "Technique", "term": "drypoint"},
    ]
    assert left_out == {}
    # Read by the same mapping, the rows say the same.
    pd.DataFrame(rows).to_csv(tmp_path / "terms.csv", index=False)
    facts = read_source(tmp_path).triples
    assert {*facts[["head", "relation", "tail"]].itertuples(index=False, name=None)} == {link[:3] for link in links}


ROLES = """
[[table]]
file = "works.csv"
label = "Artwork"
id = "id"
when = { status = ["public", "loan"], kind = "painting" }
[table.relation.createdBy]
to = "Artist"
id = "artist_id"
name = "artist"
role = "role"
roles = { "Painter" = "createdBy", "Sitter" = "portrays" }
split = "|"
"""


def test_a_role_stands_beside_its_name_and_lists_stay_equally_long(tmp_path: Path) -> None:
    links = [
        ("artwork:1", "createdBy", "artist:7", "Frans Hals"),
        ("artwork:1", "portrays", "artist:René Descartes", "René Descartes"),
        ("artwork:2", "portrays", "artist:Ann | Co", "Ann | Co"),
    ]
    (tmp_path / "works.csv").write_text("id,status,kind,artist_id,artist,role\n1,loan,painting,,,\n")
    rows, left_out = _export(tmp_path, ROLES, [*links, ("artwork:3", "createdBy", "artist:7", "Frans Hals")])
    assert rows == [
        {
            "id": "1", "status": "loan", "kind": "painting", "artist_id": "7|", "artist": "Frans Hals|René Descartes",
            "role": "Painter|Sitter",
        }
    ]  # fmt: skip
    assert left_out == {
        "portrays: the separator of its column stands in the name": 1,
        "createdBy: the mapping would read its row as something else": 1,
    }, "what the mapping requires of a row is what the row of the source says"


def test_entities_go_to_the_source_that_has_them_by_the_id_that_they_have_there(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text("id,status,kind,artist_id,artist,role\n6,loan,painting,,,\n")
    homes = {
        "http://other.example/5": Home(frozenset({"other"})),
        "http://other.example/6": Home(frozenset({"other", "own"}), ("artwork:6",)),
        "http://other.example/ann": Home(frozenset({"other", "own"}), ("artist:9",)),
    }
    links = [(head, "createdBy", "http://other.example/ann", "Ann") for head in list(homes)[:2]]
    rows, left_out = _export(tmp_path, ROLES, links, homes)
    assert [(row["id"], row["artist_id"]) for row in rows] == [("6", "9")]
    assert left_out == {"createdBy has no column": 1}
