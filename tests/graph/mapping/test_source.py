"""A folder with a mapping file that names its own sources."""

from pathlib import Path

import pytest

from base.errors import InputError
from graph.mapping.source import read_source

MAPPING = """
[[table]]
file = "works.csv"
label = "Artwork"
id = "number"
name = "title"
[table.relation.hasMaterial]
to = "Material"
name = "medium"
"""


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    (tmp_path / "works.csv").write_text("number;title;medium\nx:1;Sunflowers;oil\nx:2;Irises;oil\nx:3;Reeds;\n")
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return tmp_path


def test_a_table_becomes_entities_and_facts(museum: Path) -> None:
    source = read_source(museum, name="museum")
    assert [*zip(source.entities["id"], source.entities["label"], source.entities["name"], strict=True)] == [
        ("x:1", "Artwork", "Sunflowers"),
        ("x:2", "Artwork", "Irises"),
        ("x:3", "Artwork", "Reeds"),
        ("material:oil", "Material", "oil"),
    ]
    assert {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)} == {
        ("x:1", "hasMaterial", "material:oil"),
        ("x:2", "hasMaterial", "material:oil"),
    }


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('titel = "title"', "titel = 'title' is not known; allowed are file,"),
        ("id = 3", "id = 3: Input should be a valid string"),
    ],
)
def test_a_wrong_line_is_told_with_what_is_allowed(museum: Path, line: str, told: str) -> None:
    written = "\n".join(kept for kept in MAPPING.splitlines() if not kept.startswith(line.split(" =")[0] + " "))
    (museum / "mapping.toml").write_text(written.replace("[[table]]", f"[[table]]\n{line}"))
    with pytest.raises(InputError, match=r"\[\[table\]\] 1: ") as error:
        read_source(museum, name="museum")
    assert told in str(error.value)


def test_entities_and_triples_files_have_no_place_beside_tables(museum: Path) -> None:
    (museum / "mapping.toml").write_text(MAPPING + '[entities]\nid = "x"\n')
    with pytest.raises(InputError, match=r"\[entities\] is for a folder with entities and triples files"):
        read_source(museum, name="museum")


def test_an_entity_with_two_labels_is_refused(museum: Path) -> None:
    (museum / "mapping.toml").write_text(MAPPING + MAPPING.replace("Artwork", "Object"))
    with pytest.raises(InputError, match="x:1 is Artwork and Object"):
        read_source(museum, name="museum")


def test_what_later_rows_of_an_id_say_otherwise_is_counted(museum: Path) -> None:
    with (museum / "works.csv").open("a") as file:
        file.write("x:1;Zonnebloemen;tempera\nx:1;Sunflowers;\nx:1;;\nx:2;Lis;\n")
    source = read_source(museum, name="museum")
    assert source.entities["name"].tolist() == ["Sunflowers", "Irises", "Reeds", "oil", "tempera"]
    told = "Artwork: 2 left out, another `name` than the first one of its id (x:1: 'Zonnebloemen'; x:2: 'Lis')"
    assert told in source.notes
