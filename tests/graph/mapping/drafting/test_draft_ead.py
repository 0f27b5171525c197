"""Drafts for EAD: every part stays apart and keeps its title, and the whole says who made it and what it is about."""

from pathlib import Path

import pytest

from graph.loading.files import Source
from graph.mapping.drafting.draft import write_draft
from graph.mapping.source import read_source

DID = "<did><unittitle>{}</unittitle></did>"
EAD_2002 = f"""<ead xmlns="urn:isbn:1-931666-22-9"><eadheader/><archdesc level="collection">
<did><unittitle>Papers of <persname>Ann Lee</persname></unittitle>
<unitdate normal="1850/1859">in the old days</unitdate>
<origination><persname>Lee, Ann, 1820-1890.</persname></origination>
<origination><corpname>Lee Company</corpname></origination><origination>Bob Lee</origination>
<repository>County Archives</repository></did>
<controlaccess><controlaccess><head>People</head><persname>Doe, Jo</persname><persname>Roe, Max</persname>
</controlaccess><controlaccess><geogname>Boston</geogname></controlaccess></controlaccess><dsc>
<c01 level="series">{DID.format("Letters")}
 <c02 id="f1">{DID.format("To Bob")}</c02><c02>{DID.format("<unitdate>1892</unitdate>")}</c02>
 <c02>{DID.format("To Bob")}<controlaccess><subject>Whaling</subject></controlaccess></c02></c01>
<c01 level="series">{DID.format("Photographs")}<c02>{DID.format("To Bob")}</c02></c01></dsc></archdesc></ead>"""
EAD_3 = """<ead xmlns="http://ead3.archivists.org/schema/"><control/><archdesc level="fonds">
<did><unittitle>Papers</unittitle><unitid>L</unitid><unitdatestructured><daterange><fromdate>1850</fromdate>
<todate>1860</todate></daterange></unitdatestructured>
<origination><persname><part>Lee,</part><part>Ann</part></persname></origination></did>
<dsc><c><did><unittitle>To Bob</unittitle><unitid>L 1</unitid></did></c>
<c><did><unittitle>To Bob</unittitle><unitid>L 2</unitid></did></c></dsc></archdesc></ead>"""


def read_draft(folder: Path, content: str) -> Source:
    (folder / "a.xml").write_text(content)
    write_draft(folder)
    return read_source(folder, name="archive")


def facts_of(source: Source) -> set[tuple[str, ...]]:
    return {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)}


@pytest.mark.parametrize("prefix", ["", "ead:"])
def test_parts_without_an_id_stay_apart_and_what_is_said_of_the_whole_is_read(tmp_path: Path, prefix: str) -> None:
    content = EAD_2002
    if prefix:
        content = content.replace("xmlns=", "xmlns:ead=").replace("</", "\0").replace("<", f"<{prefix}")
        content = content.replace("\0", f"</{prefix}")
    source = read_draft(tmp_path, content)
    names = source.entities[source.entities["label"] == "Unit"].set_index("id")["name"]
    assert names.to_dict() == {
        "a.xml#archdesc": "Papers of Ann Lee", "a.xml#1.1": "Letters", "a.xml#f1": "To Bob", "a.xml#1.1.2": "1892",
        "a.xml#1.1.3": "To Bob", "a.xml#1.2": "Photographs", "a.xml#1.2.1": "To Bob",
    }  # fmt: skip
    assert facts_of(source) == {
        ("a.xml#1.1", "partOf", "a.xml#archdesc"),
        ("a.xml#f1", "partOf", "a.xml#1.1"),
        ("a.xml#1.1.2", "partOf", "a.xml#1.1"),
        ("a.xml#1.1.3", "partOf", "a.xml#1.1"),
        ("a.xml#1.2", "partOf", "a.xml#archdesc"),
        ("a.xml#1.2.1", "partOf", "a.xml#1.2"),
        ("a.xml#archdesc", "createdBy", "person:Lee, Ann, 1820-1890"),
        ("a.xml#archdesc", "createdBy", "person:Bob Lee"),
        ("a.xml#archdesc", "createdByBody", "body:Lee Company"),
        ("a.xml#archdesc", "keptBy", "repository:County Archives"),
        ("a.xml#archdesc", "isAbout", "person:Doe, Jo"),
        ("a.xml#archdesc", "isAbout", "person:Roe, Max"),
        ("a.xml#archdesc", "isAboutPlace", "place:Boston"),
        ("a.xml#1.1.3", "hasSubject", "subject:Whaling"),
        ("a.xml#archdesc", "madeIn", "decade:1850"),
        ("a.xml#1.1.2", "madeIn", "decade:1890"),
    }
    assert source.notes == []


def test_parts_with_numbers_of_their_own_are_known_by_these(tmp_path: Path) -> None:
    source = read_draft(tmp_path, EAD_3)
    units = source.entities.set_index("id")
    assert units.loc["unit:L", "dated"] == "1850–1860"
    assert facts_of(source) == {
        ("unit:L 1", "partOf", "unit:L"),
        ("unit:L 2", "partOf", "unit:L"),
        ("unit:L", "createdBy", "person:Lee, Ann"),
        ("unit:L", "madeIn", "decade:1850"),
        ("unit:L", "madeIn", "decade:1860"),
    }


def test_finding_aids_without_parts_are_one_unit_each(tmp_path: Path) -> None:
    whole = f'<ead><archdesc level="fonds">{DID.format("Papers")}</archdesc></ead>'
    (tmp_path / "b.xml").write_text(whole)
    source = read_draft(tmp_path, whole)
    assert source.entities[["id", "name"]].to_numpy().tolist() == [
        ["a.xml#archdesc", "Papers"],
        ["b.xml#archdesc", "Papers"],
    ]
