"""RDF inside other XML: answers of OAI-PMH and SRU. XML that only declares RDF's namespace is none."""

import zipfile
from pathlib import Path

import pytest

from base.errors import InputError
from graph.mapping.draft import draft
from graph.mapping.source import read_source

NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:edm="http://www.europeana.eu/schemas/edm/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:skos="http://www.w3.org/2004/02/skos/core#"'
)
WORK = """<rdf:RDF {declared}><edm:ProvidedCHO rdf:about="https://museum.example/{n}"><dc:title>Work {n}</dc:title>
<dc:creator rdf:resource="https://museum.example/ann"/></edm:ProvidedCHO>
<edm:Agent rdf:about="https://museum.example/ann"><skos:prefLabel>Ann</skos:prefLabel></edm:Agent></rdf:RDF>"""
INSIDE, OUTSIDE = (NAMESPACES, ""), ("", " " + NAMESPACES)


def harvest(declared: str, above: str) -> str:
    records = "".join(
        f"<record><header/><metadata>\n{WORK.format(n=n, declared=declared)}</metadata></record>" for n in (1, 2)
    )
    deleted = '<record><header status="deleted"/></record>'
    return f"<OAI-PMH{above}><!-- <rdf:RDF> --><ListRecords>{records}{deleted}</ListRecords></OAI-PMH>"


@pytest.mark.parametrize(("declared", "above"), [INSIDE, OUTSIDE])
def test_a_harvest_is_drafted_and_read_record_by_record(tmp_path: Path, declared: str, above: str) -> None:
    (tmp_path / "list.xml").write_text(harvest(declared, above))
    written, _ = draft(tmp_path)
    assert 'preset = "edm"' in written
    assert "to be mended" not in written
    (tmp_path / "mapping.toml").write_text(written)
    source = read_source(tmp_path, name="museum")
    assert sorted(source.entities["name"]) == ["Ann", "Work 1", "Work 2"]
    assert {*zip(source.triples["head"], source.triples["tail"], strict=True)} == {
        (f"https://museum.example/{n}", "https://museum.example/ann") for n in (1, 2)
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<dc:title>Work 2</dc:title>", '<dc:title rdf:nodeID="no id">Work 2</dc:title>', r"list.xml, line [56]"),
        ("<dc:title>Work 2</dc:title>", "<dc:title>Work 2", r"list.xml, line [56]: .*mismatch"),
    ],
)
def test_what_is_wrong_in_a_harvest_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "list.xml").write_text(harvest(*INSIDE).replace(old, new))
    (tmp_path / "mapping.toml").write_text('[[rdf]]\nfile = "list.xml"\npreset = "edm"\n')
    with pytest.raises(InputError, match=told):
        read_source(tmp_path, name="museum")


def test_xml_that_only_declares_the_namespace_is_a_table(tmp_path: Path) -> None:
    works = "".join(f'<work id="{n}"><title>Work {n}</title></work>' for n in range(3))
    (tmp_path / "works.xml").write_text(f"<works {NAMESPACES}>{works}</works>")
    assert "[[table]]" in draft(tmp_path)[0]


def test_archives_are_drafted_one_by_one_and_what_they_cannot_hold_is_told(tmp_path: Path) -> None:
    members = {
        "a.zip": {"w.xml": harvest(*INSIDE)},
        "b.zip": {"l.xml": '<lido:lido xmlns:lido="http://www.lido-schema.org"/>'},
        "c.zip": {"works.csv": "id,title\n1,Reeds\n2,Waves\n", "people.csv": "id,name\n1,Ann\n2,Bob\n"},
        "d.zip": {"more.csv": "id,title\n3,Boats\n4,Sea\n", "rest.csv": "id,name\n3,Cy\n4,Dot\n"},
    }
    for archive, files in members.items():
        with zipfile.ZipFile(tmp_path / archive, "w") as opened:
            for name, content in files.items():
                opened.writestr(name, content)
    written, tables = draft(tmp_path)
    assert [table.file for table in tables] == [
        "c.zip/people.csv", "c.zip/works.csv", "d.zip/more.csv", "d.zip/rest.csv",
    ]  # fmt: skip
    assert "left out: a.zip: it holds RDF, which is not read inside a .zip; unpack it" in written
    assert "left out: b.zip: it holds LIDO, which is not read inside a .zip; unpack it" in written
    (tmp_path / "mapping.toml").write_text('[[lido]]\nfile = "b.zip"\n')
    with pytest.raises(InputError, match=r"b\.zip: files inside a \.zip are read by \[\[table\]\] alone; unpack it"):
        read_source(tmp_path, name="museum")
