"""Lists inside lists: what is said of each maker stays with that maker."""

import json
from pathlib import Path

import pytest

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.drafting.draft import write_draft
from graph.mapping.files.blocks import Records
from graph.mapping.source import read_source

ROLES = '{ painter = "paintedBy", engraver = "engravedBy", "" = "madeBy" }'
PEOPLE = [{"name": "Ann", "roles": ["painter", "engraver"]}, {"name": "Bob", "roles": []}]


def read(folder: Path, relation: str, content: str | list[dict[str, object]]) -> Source:
    """Works from JSON records, or from XML."""
    written = content if isinstance(content, str) else json.dumps(content)
    name = "works.xml" if written.startswith("<") else "works.json"
    (folder / name).write_text(written)
    (folder / "mapping.toml").write_text(
        f'[[table]]\nfile = "{name}"\nlabel = "Artwork"\nid = "id"\n'
        f'[table.relation.createdBy]\nto = "Artist"\n{relation}'
    )
    return read_source(folder, name="museum")


def facts(source: Source) -> set[tuple[str, str, str]]:
    ends = [source.triples[column].str.replace(r"^\w+:", "", regex=True) for column in ("head", "tail")]
    return {*zip(ends[0], source.triples["relation"], ends[1], strict=True)}


def names(source: Source) -> dict[str, str]:
    artists = source.entities[source.entities["label"] == "Artist"]
    return dict(zip(artists["id"].str.removeprefix("artist:"), artists["name"], strict=True))


@pytest.mark.parametrize(
    ("content", "list_", "role"),
    [
        ([{"id": "1", "makers": PEOPLE}], "makers", "roles"),
        ([{"id": "1", "data": {"makers": PEOPLE}}], "data.makers", "roles"),
        (
            "<works><work><id>1</id><maker><name>Ann</name><role>painter</role><role>engraver</role></maker>"
            "<maker><name>Bob</name></maker></work></works>",
            "maker", "role",
        ),
    ],
)  # fmt: skip
def test_roles_are_those_of_their_maker(
    tmp_path: Path, content: str | list[dict[str, object]], list_: str, role: str
) -> None:
    lines = f'name = "{list_}.*.name"\nrole = "{list_}.*.{role}.*"\nroles = {ROLES}\n'
    source = read(tmp_path, lines, content)
    assert facts(source) == {("1", "paintedBy", "Ann"), ("1", "engravedBy", "Ann"), ("1", "madeBy", "Bob")}


def test_one_maker_where_other_records_have_several(tmp_path: Path) -> None:
    content = (
        "<works><work><id>1</id><maker><name>Ann</name><role>painter</role><role>engraver</role></maker></work>"
        "<work><id>2</id><maker><name>Ann</name><role>painter</role></maker><maker><name>Bob</name></maker></work></works>"
    )
    source = read(tmp_path, f'name = "maker.*.name"\nrole = "maker.*.role.*"\nroles = {ROLES}\n', content)
    assert facts(source) == {
        ("1", "paintedBy", "Ann"), ("1", "engravedBy", "Ann"), ("2", "paintedBy", "Ann"), ("2", "madeBy", "Bob"),
    }  # fmt: skip


def test_names_are_those_of_their_number(tmp_path: Path) -> None:
    makers = [{"id": 10, "names": ["Ann", "Anna"]}, {"id": 20, "names": []}, {"id": 30, "names": ["Cid"]}]
    source = read(tmp_path, 'id = "makers.*.id"\nname = "makers.*.names.*"\n', [{"id": "1", "makers": makers}])
    assert facts(source) == {("1", "createdBy", number) for number in ("10", "20", "30")}
    named = names(source)
    assert named.pop("20") != named["10"]
    assert named == {"10": "Ann", "30": "Cid"}


def test_a_makers_own_facts_and_properties_are_of_that_maker(tmp_path: Path) -> None:
    makers: list[dict[str, object]] = [
        {"name": "Ann", "also": ["A.", "Anna"], "lived": [{"place": p} for p in "RG"], "kinds": ["", "person"]},
        {"name": "Bob", "also": [], "kinds": ["person"]},
        {"name": "Cid", "lived": [{"place": "R"}], "kinds": ["firm"]},
    ]  # fmt: skip
    lines = (
        'name = "makers.*.name"\nkeep = { also = "makers.*.also.*" }\nwhen = { "makers.*.kinds.*" = "person" }\n'
        '[table.relation.createdBy.relation.livedIn]\nto = "Place"\nname = "makers.*.lived.*.place"\n'
    )
    source = read(tmp_path, lines, [{"id": "1", "makers": makers}])
    assert facts(source) == {
        ("1", "createdBy", "Ann"), ("1", "createdBy", "Bob"), ("Ann", "livedIn", "R"), ("Ann", "livedIn", "G"),
    }  # fmt: skip
    also = source.entities.set_index("id")["also"]
    assert also["artist:Ann"] == "A.; Anna"
    assert also.drop("artist:Ann").isna().all()


def test_what_stands_beside_a_list_inside_holds_for_all_of_it(tmp_path: Path) -> None:
    makers = [
        {"school": "north", "people": [{"n": "Ann"}, {"n": "Bob"}]},
        {"school": "south", "people": [{"n": "Cid"}]},
    ]
    lines = 'name = "groups.*.people.*.n"\nkeep = { school = "groups.*.school" }\n'
    source = read(tmp_path, lines, [{"id": "1", "groups": makers}])
    schools = source.entities.set_index("id")["school"].dropna().to_dict()
    assert schools == {"artist:Ann": "north", "artist:Bob": "north", "artist:Cid": "south"}


def test_lists_beside_each_other_are_zipped_and_must_be_equally_long(tmp_path: Path) -> None:
    lines = 'name = "names.*"\nid = "ids.*"\n'
    assert names(read(tmp_path, lines, [{"id": "1", "ids": [7, 8], "names": ["Ann", "Bob"]}])) == {
        "7": "Ann",
        "8": "Bob",
    }
    with pytest.raises(InputError, match=r"names.\* holds 3 values and ids.\* 2 \('A; B; C', '7; 8'\): lists that"):
        read(tmp_path, lines, [{"id": "1", "ids": [7, 8], "names": ["A", "B", "C"]}])
    with pytest.raises(InputError, match=r"names.\* holds 2 values and ids.\* 1 "):
        read(tmp_path, lines, [{"id": "1", "ids": [7], "names": ["Ann", "Anna"]}])


def test_a_draft_reads_nested_lists_as_they_are(tmp_path: Path) -> None:
    works = [
        {
            "id": f"N{number}",
            "title": f"Work {number}",
            "makers": [
                {"name": f"Ann {number % 5}", "roles": ["painter", "publisher"]},
                {"name": f"Bob {number % 7}", "roles": ["publisher"] if number % 2 else []},
            ],
        }
        for number in range(40)
    ]
    (tmp_path / "works.json").write_text(json.dumps(works))
    write_draft(tmp_path)
    assert 'role = "makers.*.roles.*"' in (tmp_path / "mapping.toml").read_text()
    found = facts(read_source(tmp_path, name="museum"))
    numbers = range(40)
    assert found == {
        *((f"N{n}", relation, f"Ann {n % 5}") for n in numbers for relation in ("createdBy", "publishedBy")),
        *((f"N{n}", "publishedBy" if n % 2 else "createdBy", f"Bob {n % 7}") for n in numbers),
    }


def test_what_is_a_list_in_some_records_has_one_path_in_all() -> None:
    records = [{"maker": {"name": "A", "role": ["x", "y"]}}, {"maker": [{"name": "B"}, {"name": "C"}]}, {"grid": [[1]]}]
    assert Records("a", ["1", "2", "3"], records).columns == ["maker.*.name", "maker.*.role.*", "grid.*.*"]
