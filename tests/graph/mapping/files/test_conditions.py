"""Conditions in paths: of the elements of a list those that a mapping means."""

from pathlib import Path

import pytest

from graph.mapping.files.blocks import Records
from graph.mapping.files.conditions import split_path
from graph.mapping.files.paths import Listed
from graph.mapping.source import read_source

RECORD = {
    "id": 1,
    "title[en]": "Reeds",
    "odd[a=b]": "as it is",
    "ids": [
        {"kind": "ULAN", "value": "500115588", "from": [{"by": "Getty"}]},
        {"kind": "http://www.wikidata.org/a.b", "value": "Q1"},
        {"value": "no kind"},
        "a text",
    ],
    "maker": {"role": "painter", "name": "Ann"},
    "parts": [{"of": "a", "#text": "Lee,"}, {"of": "b", "#text": "Ann"}, {"of": "c", "years": [1820]}],
    "+": {"+": "plus"},
    "numbers": [{"tag": 245, "sure": True, "x": 1.5}],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("ids[kind=ULAN].value", ["500115588"]),
        ("ids[kind='ULAN'].value", ["500115588"]),
        ("ids.*[kind=ULAN].value", ["500115588"]),
        ("ids[kind=http://www.wikidata.org/a.b].value", ["Q1"]),
        ("ids[kind=ULAN|http://www.wikidata.org/a.b].value", ["500115588", "Q1"]),
        ('ids[kind="ULAN|GND"].value', None),
        ("ids[kind=].value", ["no kind", None]),
        ("ids[from.by=Getty].value", ["500115588"]),
        ("ids[kind=ULAN].from[by=Getty].by", ["Getty"]),
        ("ids[kind=ulan].value", None),
        ("ids[kind=ULAN][value=500115588].value", ["500115588"]),
        ("maker[role=painter].name", ["Ann"]),
        ("maker[role=printer].name", None),
        ("nothing[role=painter].name", None),
        ("nothing[role=].name", None),
        ("numbers[tag=245].x", ["1.5"]),
        ("numbers[sure=true].x", ["1.5"]),
        ("parts.+", "Lee, Ann"),
        ("parts[of=a|b].+", ["Lee, Ann"]),
        ("parts[of=c].+", [None]),
        ("parts.years.+", [None, None, "1820"]),
        ("maker.name.+", "Ann"),
        ("+.+", "plus"),
        ("title[en]", "Reeds"),
        ("odd[a=b]", "as it is"),
    ],
)
def test_a_condition_takes_elements_by_what_stands_in_them(path: str, values: list[str] | str | None) -> None:
    cell = Records("a.json", ["a.json"], [RECORD]).column(path)[0]
    assert (list(cell.texts) if isinstance(cell, Listed) else cell) == values


def test_a_path_without_a_condition_is_what_stands_between_points() -> None:
    for path in ("a", "a.*.b", "datafield.*", "a[0].b", "a..b", "title[en]"):
        assert split_path(path) == path.split(".")


MARC = """<collection xmlns="http://www.loc.gov/MARC21/slim">
<record><leader>x</leader><controlfield tag="001">7</controlfield><controlfield tag="003">DE-101</controlfield>
 <datafield tag="100" ind1="1"><subfield code="a">Ann</subfield><subfield code="d">1850-1900</subfield></datafield>
 <datafield tag="245"><subfield code="a">Waves</subfield><subfield code="b">a study</subfield></datafield>
 <datafield tag="650"><subfield code="a">Sea</subfield><subfield code="z">Japan</subfield></datafield>
 <datafield tag="650"><subfield code="a">Boats</subfield></datafield>
 <datafield tag="700"><subfield code="a">Bob</subfield></datafield>
 <datafield tag="700"><subfield code="a">Cy</subfield><subfield code="d">1860-</subfield></datafield>
</record>
<record><leader>y</leader><controlfield tag="001">8</controlfield>
 <datafield tag="245"><subfield code="a">Reeds</subfield></datafield>
</record></collection>"""
MAPPING = """
[[table]]
file = "*.xml"
records = "record"
label = "Book"
id = "controlfield[@tag=001]"
name = "{datafield[@tag=245].subfield[@code=a]}: {datafield[@tag=245].subfield[@code=b]} ?? datafield[@tag=245].subfield[@code=a]"
[table.relation.createdBy]
to = "Person"
name = "datafield[@tag=100|700].subfield[@code=a]"
keep = { dates = "datafield[@tag=100|700].subfield[@code=d]" }
[table.relation.hasSubject]
to = "Subject"
name = "datafield[@tag=650].subfield[@code=a]"
"""  # noqa: E501


def test_fields_of_marc_are_named_by_their_tags_and_codes(tmp_path: Path) -> None:
    (tmp_path / "books.xml").write_text(MARC)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    source = read_source(tmp_path, name="library")
    entities = source.entities.set_index("id")
    assert entities.loc[["book:7", "book:8"], "name"].tolist() == ["Waves: a study", "Reeds"]
    # Each has the dates of its own field: Bob, who stands between, has none.
    assert entities["dates"].dropna().to_dict() == {"person:Ann": "1850-1900", "person:Cy": "1860-"}
    assert {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)} == {
        ("book:7", "createdBy", "person:Ann"),
        ("book:7", "createdBy", "person:Bob"),
        ("book:7", "createdBy", "person:Cy"),
        ("book:7", "hasSubject", "subject:Sea"),
        ("book:7", "hasSubject", "subject:Boats"),
    }


def test_a_condition_that_nothing_fits_is_told(tmp_path: Path) -> None:
    (tmp_path / "books.xml").write_text(MARC)
    (tmp_path / "mapping.toml").write_text(MAPPING.replace("@tag=650", "@tag=651"))
    notes = " ".join(read_source(tmp_path, name="library").notes)
    assert "there is no column 'datafield[@tag=651].subfield[@code=a]'" in notes
