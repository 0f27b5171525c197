"""Accepted links go back into the columns that they came from."""

from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError
from graph.curation.source_table import fill_columns, list_tables, take_apart
from graph.mapping.mapping_file import Origin

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
    table, left_out = fill_columns(LINKS, list_tables([Origin(tmp_path), Origin(tmp_path / "gone")]))
    assert table.columns.tolist() == ["ObjectID", "artist_id", "full_name", "Medium"]
    assert table.fillna("").to_numpy().tolist() == [["12", "7|9", "Monet|Studio", "oil"], ["13", "", "", "oil"]]
    assert left_out == {"hasStyle has no column": 1, "hasMaterial has no column": 1}


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
    with pytest.raises(InputError, match=r"no accepted link belongs to a column of a \[\[table\]\]: 'createdBy has"):
        fill_columns(LINKS, list_tables([]))


def test_a_mapping_outside_the_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "mine.toml").write_text(MAPPING)
    origin = Origin(tmp_path / "data", tmp_path / "mine.toml")
    assert [table.id for table in list_tables([origin])] == ["object:{ObjectID}"]
    (tmp_path / "mine.toml").unlink()
    assert list(list_tables([origin])) == []
