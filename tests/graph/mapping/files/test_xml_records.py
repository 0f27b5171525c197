"""Which elements of an XML file are records: by a name, by the end of a path, or each inside another one."""

from pathlib import Path

import pytest

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.source import read_source

FINDING_AID = """<ead xmlns="urn:isbn:1-931666-22-9"><archdesc id="a"><did><unittitle>Papers</unittitle></did><dsc>
<c level="series" id="s"><did><unittitle>Letters</unittitle></did>
 <c level="file" id="f1"><did><unittitle>1850</unittitle></did>
  <c id="i"><did><unittitle>To Ann</unittitle></did></c></c>
 <c level="file" id="f2"><did><unittitle>1851</unittitle></did></c></c>
<c level="series" id="t"><did><unittitle>Drawings</unittitle></did></c></dsc></archdesc></ead>"""
MAPPING = """
[[table]]
file = "*.xml"
records = RECORDS
label = "Unit"
id = "@id"
name = "did.unittitle"
[table.relation.partOf]
to = "Unit"
id = "@parent.@id"
[table.relation.within]
to = "Unit"
id = "@parent.@parent.@id"
"""


def read(folder: Path, content: str, records: str) -> Source:
    (folder / "a.xml").write_text(content)
    (folder / "mapping.toml").write_text(MAPPING.replace("RECORDS", records))
    return read_source(folder, name="archive")


def test_each_part_of_an_archive_is_a_record_and_knows_what_it_is_part_of(tmp_path: Path) -> None:
    source = read(tmp_path, FINDING_AID, '["archdesc", "c"]')
    names = dict(zip(source.entities["id"], source.entities["name"], strict=True))
    assert names == {
        "unit:a": "Papers", "unit:s": "Letters", "unit:f1": "1850", "unit:i": "To Ann", "unit:f2": "1851",
        "unit:t": "Drawings",
    }  # fmt: skip
    facts = {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)}
    assert {(head[5:], tail[5:]) for head, relation, tail in facts if relation == "partOf"} == {
        ("s", "a"), ("f1", "s"), ("i", "f1"), ("f2", "s"), ("t", "a"),
    }  # fmt: skip
    assert {(head[5:], tail[5:]) for head, relation, tail in facts if relation == "within"} == {
        ("f1", "a"), ("i", "s"), ("f2", "a"),
    }  # fmt: skip


def test_a_single_name_takes_the_outermost_ones(tmp_path: Path) -> None:
    assert read(tmp_path, FINDING_AID, '"c"').entities["id"].tolist() == ["unit:s", "unit:t"]


def test_a_path_tells_records_from_their_envelopes(tmp_path: Path) -> None:
    harvested = """<OAI-PMH><ListRecords><record><header/><metadata><record id="1"><did><unittitle>A</unittitle></did>
    </record></metadata></record><record><header status="deleted"/></record></ListRecords></OAI-PMH>"""
    source = read(tmp_path, harvested, '"metadata.record"')
    assert source.entities[["id", "name"]].to_numpy().tolist() == [["unit:1", "A"]]


@pytest.mark.parametrize("records", ['"d"', '["d", "e.f"]'])
def test_an_element_that_is_not_there_is_refused_with_what_is(tmp_path: Path, records: str) -> None:
    with pytest.raises(InputError, match=r"there is no element 'd'.*; there are 'archdesc', 'c', "):
        read(tmp_path, FINDING_AID, records)


def test_a_list_of_names_is_of_xml_alone(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"c": [{"id": 1}]}')
    (tmp_path / "mapping.toml").write_text('[[table]]\nfile = "a.json"\nlabel = "Unit"\nid = "id"\nrecords = ["c"]\n')
    with pytest.raises(InputError, match="of JSON it is one path"):
        read_source(tmp_path, name="archive")
