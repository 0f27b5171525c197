"""Which elements a draft takes for records: roots that are one, and parts of finding aids inside each other."""

import json
import tomllib
from pathlib import Path

import pytest

from base.errors import InputError
from graph.mapping.drafting.draft import draft, write_draft
from graph.mapping.source import read_source

MODS = """<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>Reeds {n}</title></titleInfo>
<identifier type="local">M {n}</identifier><identifier type="uri">https://x.example/{n}</identifier>
<subject><topic>Sea</topic></subject><subject><topic>Boats</topic></subject></mods>"""
FINDING_AID = """<ead xmlns="urn:isbn:1-931666-22-9"><eadheader/><archdesc><did><unittitle>Papers</unittitle></did><dsc>
<c01 id="c1"><did><unittitle>Letters {n}</unittitle></did>
 <c02 id="c2"><did><unittitle>To Ann {n}</unittitle></did></c02>
 <c02 id="c3"><did><unittitle>To Bob {n}</unittitle></did></c02></c01>
<c01 id="c4"><did><unittitle>Drawings {n}</unittitle></did></c01></dsc></archdesc></ead>"""


@pytest.mark.parametrize("files", [1, 3])
def test_a_root_that_is_a_record_is_one(tmp_path: Path, files: int) -> None:
    for n in range(files):
        (tmp_path / f"m{n}.xml").write_text(MODS.format(n=n))
    assert "[[table]]" in write_draft(tmp_path)[0].read_text()
    source = read_source(tmp_path, name="library")
    assert [*source.entities.loc[source.entities["label"] == "Book", "name"]] == [f"Reeds {n}" for n in range(files)]
    tei = (
        "<TEI><teiHeader><title>Letter {n}</title><settlement>Bern</settlement><idno>Mss. {n}</idno></teiHeader></TEI>"
    )
    folder = tmp_path / "tei"
    folder.mkdir()
    for n in range(files):
        (folder / f"t{n}.xml").write_text(tei.format(n=n))
    _, (table,) = write_draft(folder)
    assert (table.guessed.lines["records"], table.seen.rows) == ("TEI", files)
    assert table.guessed.lines["id"] == "teiHeader.idno"


def test_parts_of_finding_aids_are_part_of_those_around_them_in_their_file(tmp_path: Path) -> None:
    for n in (1, 2):
        (tmp_path / f"a{n}.xml").write_text(FINDING_AID.format(n=n))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="archive")
    assert dict(zip(source.entities["id"], source.entities["name"], strict=True)) == {
        f"a{n}.xml#{id_}": f"{name} {n}"
        for n in (1, 2)
        for id_, name in (("c1", "Letters"), ("c2", "To Ann"), ("c3", "To Bob"), ("c4", "Drawings"))
    } | {f"a{n}.xml#archdesc": "Papers" for n in (1, 2)}
    assert {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)} == {
        (f"a{n}.xml#{part}", "partOf", f"a{n}.xml#{whole}")
        for n in (1, 2)
        for part, whole in (("c2", "c1"), ("c3", "c1"), ("c1", "archdesc"), ("c4", "archdesc"))
    }
    assert source.notes == []


def test_of_two_lists_of_roles_the_one_that_all_have_is_taken(tmp_path: Path) -> None:
    people = [
        {"personid": n, "name": f"{'ABCDE'[n]}nn", "prefix": "published by" if n == 4 else None,
         "role": "Publisher" if n == 4 else "Artist"}
        for n in range(5)
    ]  # fmt: skip
    works = [{"objectid": n, "title": f"Work {n}", "people": [people[n % 5], people[(n + 1) % 5]]} for n in range(10)]
    (tmp_path / "works.json").write_text(json.dumps({"info": {"page": 1}, "records": works}))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert source.triples.groupby("relation").size().to_dict() == {"createdBy": 16, "publishedBy": 4}


def test_files_that_nobody_reads_are_told_and_pictures_are_not(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text("id,title\n1,Reeds\n2,Waves\n")
    for name in ("books.mrc", "more.mrc", "LICENSE", "dump.sql", "1.jpg", "2.tif"):
        (tmp_path / name).write_bytes(b"x")
    left_out = [line for line in draft(tmp_path)[0].splitlines() if line.startswith("# left out: ")]
    assert sorted(left_out) == [
        "# left out: 'LICENSE' (1 in all): files ending in nothing are not read",
        "# left out: 'books.mrc', 'more.mrc' (2 in all): files ending in .mrc are not read",
        "# left out: 'dump.sql' (1 in all): files ending in .sql are not read",
    ]


def test_places_of_a_gazetteer_and_tables_with_tabs_are_drafted(tmp_path: Path) -> None:
    places = [
        {"type": "Feature", "id": str(n), "properties": {"title": f"Place {n}"}, "geometry": None} for n in (1, 2)
    ]
    (tmp_path / "places.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": places}))
    (tmp_path / "works.tab").write_text("id\ttitle\n1\tReeds, by night\n2\tWaves\n")
    _, tables = write_draft(tmp_path)
    assert [(table.file, table.seen.rows) for table in tables] == [("places.geojson", 2), ("works.tab", 2)]
    assert "works.tab: cells are separated by" not in " ".join(tables[1].notes)


def test_mods_says_who_made_a_book_and_what_it_is_about(tmp_path: Path) -> None:
    name = """<name><namePart>Lee, Ann</namePart><namePart type="date">1850-1900</namePart><role>
<roleTerm type="code">aut</roleTerm><roleTerm type="text">author</roleTerm></role></name>
<name><namePart type="family">Ray</namePart><namePart type="given">Bob</namePart><role>
<roleTerm type="text">editor</roleTerm></role></name>"""
    records = "".join(
        f"""<record><mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><nonSort>The</nonSort><title>Sea {n}</title>
</titleInfo><titleInfo type="alternative"><title>Ocean</title></titleInfo>{name}<genre>novel</genre>
<originInfo><dateIssued>19{n}0</dateIssued></originInfo><subject><geographic>Peru</geographic></subject>
<recordInfo><recordIdentifier>r{n}</recordIdentifier></recordInfo></mods></record>"""
        for n in range(3)
    )
    (tmp_path / "oai.xml").write_text(f"<OAI-PMH>{records}</OAI-PMH>")
    write_draft(tmp_path)
    source = read_source(tmp_path, name="library")
    said = source.triples[source.triples["head"] == "book:r1"]
    assert {*zip(said["relation"], said["tail"], strict=True)} == {
        ("createdBy", "person:Lee, Ann"), ("hasGenre", "genre:novel"), ("depicts", "place:Peru"),
        ("madeIn", "decade:1910"),
    }  # fmt: skip
    book = source.entities.set_index("id").loc["book:r1"]
    assert (book["name"], book["other_title"]) == ("The Sea 1", "Ocean")
    assert source.notes == ["createdBy: 3 left out, the role is not in `roles`: 'editor' 3"]


def test_a_file_of_filemaker_has_the_fields_that_it_names(tmp_path: Path) -> None:
    fields = "".join(f'<FIELD EMPTYOK="YES" MAXREPEAT="3" NAME="{name}" TYPE="TEXT"/>' for name in (
        "Object ID", "Title", "Artist", "Materials", "People::Nationality", "Title"))  # fmt: skip
    rows = "".join(
        f'<ROW MODID="3" RECORDID="{n}">'
        + "".join(f"<COL>{''.join(f'<DATA>{value}</DATA>' for value in values)}</COL>" for values in (
            [n], [f"Work {n}"], [("Ann", "Bob", "")[n % 3]], [("ink", "oil")[n % 2], "paper", ""], [], ["x"]))
        + "</ROW>"
        for n in range(12)
    )  # fmt: skip
    (tmp_path / "works.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8" ?><FMPXMLRESULT xmlns="http://www.filemaker.com/fmpxmlresult">'
        f'<ERRORCODE>0</ERRORCODE><METADATA>{fields}</METADATA><RESULTSET FOUND="12">{rows}</RESULTSET></FMPXMLRESULT>'
    )
    path, _ = write_draft(tmp_path)
    (table,) = tomllib.loads(path.read_text())["table"]
    assert (table["id"], table["name"]) == ("Object ID", "Title")
    facts = read_source(tmp_path, name="museum").triples
    assert facts["relation"].value_counts().to_dict() == {"hasMaterial": 24, "createdBy": 8}
    text = (tmp_path / "works.xml").read_text()
    (tmp_path / "works.xml").write_text(text.replace("<COL></COL>", "", 1))
    with pytest.raises(InputError, match=r"works.xml record 1: it has 5 values \(COL\), and the file names 6 fields"):
        read_source(tmp_path, name="museum")
