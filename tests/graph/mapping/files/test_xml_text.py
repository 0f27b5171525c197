"""Text in XML is whole, whatever stands inside it: elements, comments, instructions, CDATA, entities."""

import tomllib
from pathlib import Path

import pytest

from graph.loading.files import Source
from graph.mapping.drafting.draft import write_draft
from graph.mapping.source import read_source

MAPPING = """
[[table]]
file = "w.xml"
label = "Artwork"
id = "@id"
name = "title"
text = "description"
[table.relation.depicts]
to = "Place"
name = "description.place"
[table.relation.createdBy]
to = "Artist"
name = "maker.name"
"""


def read(folder: Path, record: str, declared: str = "") -> Source:
    (folder / "w.xml").write_text(f'{declared}<works><work id="1">{record}</work><work id="2"/></works>', "utf-8")
    (folder / "mapping.toml").write_text(MAPPING)
    return read_source(folder, name="museum")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("The <i>Night</i> Watch", "The Night Watch"),
        ("<i>Night</i> Watch", "Night Watch"),
        ("The Night <i>Wa<b>tc</b>h</i>", "The Night Watch"),
        ("<i>The Night</i> <b>Watch</b>", "The Night Watch"),
        ("The\n   <i>Night</i>\n   Watch", "The Night Watch"),
        ("The<lb/>Night<br/>Watch", "The Night Watch"),
        ("In H<sub>2</sub>O", "In H2O"),
        ("Still<!-- c --> life", "Still life"),
        ("Still <?page 7?>life", "Still life"),
        ("Still <i>l<!-- c -->i<?p?>fe</i>", "Still life"),
        ("<![CDATA[Still]]> <i>&#108;<![CDATA[if]]>e</i> &amp; more", "Still life & more"),
        ("Caf&eacute; <i>&eacute;t&eacute;</i>", "Café été"),
        ("Plain", "Plain"),
        ("Letters to <persname>Bob</persname>", "Letters to Bob"),
        ("Ann<born>1850</born>", "Ann"),
        ("Ann\n  <born>1850</born>\n", "Ann"),
    ],
)
def test_a_title_is_all_of_its_text(tmp_path: Path, written: str, name: str) -> None:
    source = read(tmp_path, f"<title>{written}</title>", '<!DOCTYPE works [<!ENTITY eacute "é">]>')
    assert source.entities.set_index("id")["name"]["artwork:1"] == name


def test_elements_inside_a_text_are_read_by_their_own_paths(tmp_path: Path) -> None:
    source = read(
        tmp_path,
        "<description>It hangs in <place>Amsterdam</place>, once in <place>Haarlem</place>.</description>"
        "<maker><name>Ann</name> <born>1850</born></maker>",
    )
    assert source.entities.set_index("id")["text"]["artwork:1"] == "It hangs in Amsterdam, once in Haarlem."
    assert {*zip(source.triples["relation"], source.triples["tail"], strict=True)} == {
        ("depicts", "place:Amsterdam"), ("depicts", "place:Haarlem"), ("createdBy", "artist:Ann"),
    }  # fmt: skip


def test_lines_of_a_text_without_elements_stay(tmp_path: Path) -> None:
    source = read(tmp_path, "<title>T</title><description>One.\n\nTwo.</description>")
    assert source.entities.set_index("id")["text"]["artwork:1"] == "One.\n\nTwo."


def test_a_draft_of_an_archive_calls_records_by_their_whole_titles(tmp_path: Path) -> None:
    records = "".join(
        f'<c01 id="s{n}"><did><unitid>MS/{n}</unitid><unittitle>Letters to <persname>Bob {n % 3}</persname>, '
        f"<unitdate>18{n}</unitdate></unittitle></did></c01>"
        for n in range(50, 62)
    )
    (tmp_path / "list.xml").write_text(f"<inventory><dsc>{records}</dsc></inventory>")
    path, _ = write_draft(tmp_path)
    table = tomllib.loads(path.read_text())["table"][0]
    assert (table["name"], table["relation"]["madeIn"]["year"]) == ("did.unittitle", ["did.unittitle.unitdate"])
    source = read_source(tmp_path, name="museum")
    assert source.entities.set_index("id")["name"]["artwork:s50"] == "Letters to Bob 2, 1850"
    assert ("artwork:s50", "persname:Bob 2") in {*zip(source.triples["head"], source.triples["tail"], strict=True)}
