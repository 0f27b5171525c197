"""RDF inside other XML: answers of OAI-PMH and SRU. XML that only declares RDF's namespace is none."""

import zipfile
from pathlib import Path

import pytest

from base.errors import InputError
from graph.mapping.drafting.draft import draft
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


def test_archives_are_drafted_one_by_one_whatever_they_hold(tmp_path: Path) -> None:
    record = "<lido:lido><lido:lidoRecID>7</lido:lidoRecID></lido:lido>"
    members = {
        "a.zip": {"in/w.xml": harvest(*INSIDE)},
        "b.zip": {"l.xml": f'<lido:lidoWrap xmlns:lido="http://www.lido-schema.org">{record}</lido:lidoWrap>'},
        "c.zip": {"works.csv": "id,title\n1,Reeds\n2,Waves\n", "people.csv": "id,name\n1,Ann\n2,Bob\n"},
        "d.zip": {"more.csv": "id,title\n3,Boats\n4,Sea\n", "rest.csv": "id,name\n3,Cy\n4,Dot\n"},
        "e.zip": {
            "l.csv": "id,title\n5,Hills\n6,Rain\n",
            "x.TTL": '<http://x/1> a <http://x/Thing> ; <http://x/name> "One" .',
        },
    }
    for archive, files in members.items():
        with zipfile.ZipFile(tmp_path / archive, "w") as opened:
            for name, content in files.items():
                opened.writestr(name, content)
    written, tables = draft(tmp_path)
    assert [table.file for table in tables] == [
        "c.zip/people.csv", "c.zip/works.csv", "d.zip/more.csv", "d.zip/rest.csv", "e.zip/*.csv",
    ]  # fmt: skip
    for lines in ('[[rdf]]\nfile = "a.zip"', '[[lido]]\nfile = "b.zip"', '[[rdf]]\nfile = "e.zip/*.TTL"'):
        assert lines in written


def test_rdf_lido_and_results_are_read_inside_archives(tmp_path: Path) -> None:
    record = "<lido:lido><lido:lidoRecID>7</lido:lidoRecID></lido:lido>"
    result = "?item\t?by\n<http://x/q>\t<http://x/ann>\n"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("rdf/[1].ttl", '<http://x/1> a <http://x/Work> ; <http://x/name> "One" .')
        archive.writestr("rdf/2.ttl", "<http://x/2> a <http://x/Work> ; <http://x/by> <http://x/1> .")
        archive.writestr("lido.xml", f'<lido:lidoWrap xmlns:lido="http://www.lido-schema.org">{record}</lido:lidoWrap>')
        archive.writestr("./query.tsv", result)
    (tmp_path / "mapping.toml").write_text(
        """
[[rdf]]
file = "all.zip/rdf/*"
entity.Work = { class = "http://x/Work", name = "http://x/name" }
relation.by = "http://x/by"
[[lido]]
file = "all.zip/lido.xml"
[[sparql]]
file = "all.zip/*.tsv"
label = "Work"
id = "item"
[sparql.relation.by]
to = "Person"
id = "by"
"""
    )
    source = read_source(tmp_path, name="museum")
    assert {*source.entities["id"]} == {"http://x/1", "http://x/2", "artwork:7", "http://x/q", "http://x/ann"}
    assert {*source.triples["tail"]} == {"http://x/1", "http://x/ann"}
    (tmp_path / "all.zip").write_bytes((tmp_path / "all.zip").read_bytes()[:-20])
    with pytest.raises(InputError, match=r"all\.zip: this is not a zip file, or it is cut off"):
        read_source(tmp_path, name="museum")


def test_what_is_wrong_inside_an_archive_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text('[[rdf]]\nfile = "a.zip"\nentity.Work = { class = "http://x/Work" }\n')
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("w.ttl", "<http://x/1> a <http://x/Work> .\n<http://x/2> a")
    with pytest.raises(InputError, match=r"a\.zip/w\.ttl, line 2"):
        read_source(tmp_path, name="museum")
    packed = bytearray((tmp_path / "a.zip").read_bytes())
    packed[40] ^= 1
    (tmp_path / "a.zip").write_bytes(packed)
    with pytest.raises(InputError, match=r"a\.zip/w\.ttl cannot be read: Bad CRC-32"):
        read_source(tmp_path, name="museum")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "")
    with pytest.raises(InputError, match=r"a\.zip: no file in it ends in"):
        read_source(tmp_path, name="museum")
