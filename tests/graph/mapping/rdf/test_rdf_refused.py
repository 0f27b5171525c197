"""Wrong RDF and wrong lines below [[rdf]]: told with the file, the line and what is allowed."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from base.errors import InputError
from graph.mapping.source import read_source

LINES = '[[rdf]]\nfile = "{file}"\n[rdf.entity.Work]\nclass = "urn:x:Work"\n[rdf.relation]\nby = "<urn:x:by>"\n'
RDF_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="urn:x:">\n{}</rdf:RDF>'
BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">\n<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n' + RDF_XML
FOREIGN = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n' + RDF_XML


def read(folder: Path, mapping: str) -> None:
    (folder / "mapping.toml").write_text(mapping)
    read_source(folder, name="museum")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.ttl", "<urn:a> <urn:b> 'c' .\n<urn:a> <urn:b> 'c'\n<urn:d> <urn:e> <urn:f> .\n", r"a.ttl, line 3: .*dot"),
        ("a.ttl", "m:a m:b m:c .", "a.ttl, line 1: .*prefix m: has not been declared"),
        ("a.nt", '<urn:a> <urn:b> "c" .\n<urn:a> <urn:b> "c .\n<urn:a> <urn:b> "d" .\n', r"a.nt, line 2: "),
        ("a.rdf", RDF_XML.format("<x:Work>\n"), r"a.rdf, line 3: "),
        ("a.rdf", "<!doctype html>\n<html><body>Sign in</body></html>", r"a.rdf, line 1: XML namespaces are required"),
        ("a.rdf", BOMB.format("<x:Work x:n='&b;'/>"), r"a.rdf, line 2: an entity stands for .* other entities"),
        ("a.rdf", FOREIGN.format("<x:Work x:n='&a;'/>"), r"a.rdf, line 1: an entity stands for a file"),
        ("a.jsonld", '{"@id": "urn:a",\n"@type": ["urn:x:Work",,]}', r"a.jsonld, line 2 is not JSON: Expecting value"),
        ("a.jsonld", '"urn:a"', r"a.jsonld: 'urn:a' is no JSON-LD"),
        ("a.jsonl", '{"@id": "urn:a"}\n{"@id": "urn:a"\n', r"a.jsonl, line 2 is not JSON"),
        ("a.csv", "id,name\n", r"a.csv: its name does not tell its syntax; say format = one of ttl,"),
        ("a.ttl", "", r"nothing is of the classes urn:x:Work.*none, there is no rdf:type"),
        ("a.ttl", "<urn:a> a <urn:x:Werk> .", r"urn:x:Work; the most frequent ones there: <urn:x:Werk> \(1\)"),
        ("a.ttl", "[] a <urn:x:Work> .", r"nothing is of the classes urn:x:Work"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=told):
        read(tmp_path, LINES.format(file=name))


def test_broken_bytes_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.nt.gz").write_bytes(gzip.compress(b'<urn:a> <urn:b> "c" .\n' * 1000)[:-20])
    with pytest.raises(InputError, match=r"a.nt.gz cannot be read: "):
        read(tmp_path, LINES.format(file="a.nt.gz"))
    (tmp_path / "a.ttl").write_bytes('<urn:a>\n<urn:b> "é" .'.encode("latin-1"))
    with pytest.raises(InputError, match=r"a.ttl, line 2: .*Invalid UTF-8"):
        read(tmp_path, LINES.format(file="a.ttl"))


def test_a_byte_order_mark_and_other_encodings_of_xml_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(b"\xef\xbb\xbf<urn:a> a <urn:x:Work> .")
    read(tmp_path, LINES.format(file="a.ttl"))
    declared = '<?xml version="1.0" encoding="ISO-8859-1"?>\n' + RDF_XML.format("<x:Work rdf:about='urn:é'/>\n")
    (tmp_path / "a.rdf").write_bytes(declared.encode("latin-1"))
    (tmp_path / "mapping.toml").write_text(LINES.format(file="a.rdf"))
    assert read_source(tmp_path, name="museum").entities["id"].tolist() == ["urn:é"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"<urn:x:by>"', '"m:by"', r"relation.by = 'm:by': the prefix m: is not known; name it in prefixes"),
        ('"<urn:x:by>"', '"rdfs:label//rdfs:label"', r"relation.by = .*this is no SPARQL path or pattern"),
        ('"<urn:x:by>"', '{ path = "<urn:x:by>", from = "Werk" }', r"from = 'Werk'; the entities are Work"),
        ('"<urn:x:by>"', '{ pfad = "<urn:x:by>" }', r"relation.by.pfad = '<urn:x:by>' is not known"),
        ('class = "urn:x:Work"', 'name = "rdfs:label"', r"nothing says what the entities are"),
        ('class = "urn:x:Work"', 'class = "urn:x:Work"\nunless = "("', r"unless = '\(': this is no regular expression"),
        ("[rdf.entity", 'preset = "cidoc"\n[rdf.entity', r"there is no preset 'cidoc'; allowed are cidoc-crm, edm,"),
        ("[rdf.entity", 'format = "pdf"\n[rdf.entity', r"format is 'pdf'; allowed are ttl,"),
        ('"a.ttl"', '"b/*.ttl"', r"file = 'b/\*.ttl': there is no such file in "),
    ],
)  # fmt: skip
def test_a_wrong_line_is_told_with_what_is_allowed(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> a <urn:x:Work> .")
    lines = LINES.format(file="a.ttl")
    assert old in lines
    with pytest.raises(InputError, match=told):
        read(tmp_path, lines.replace(old, new))


def test_a_mapping_fetches_nothing(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

        do_POST = do_GET

    server = HTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/x"
    try:
        (tmp_path / "a.ttl").write_text("<urn:a> a <urn:x:Work> .")
        lines = LINES.format(file="a.ttl")
        with pytest.raises(InputError, match="service is not allowed: nothing is fetched"):
            read(tmp_path, lines.replace("<urn:x:by>", f"service <{address}> {{ ?this <urn:x:by> ?value }}"))
        (tmp_path / "a.jsonld").write_text(f'{{"@context": ["{address}"], "@id": "urn:a"}}')
        with pytest.raises(InputError, match="nothing is fetched"):
            read(tmp_path, LINES.format(file="a.jsonld"))
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []
