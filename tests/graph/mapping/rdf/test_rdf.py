"""[[rdf]]: what is in RDF files, whatever their syntax, as entities and facts."""

import bz2
import gzip
import json
from pathlib import Path

import pytest
from rdflib import Dataset, Graph

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.source import read_source

# Two works, one by a person, one by nobody who is known; the productions are blank nodes.
TURTLE = """
@prefix crm: <http://www.cidoc-crm.org/cidoc-crm/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix m: <https://museum.example/> .
m:wave a crm:E22_Human-Made_Object ;
    rdfs:label "De golf"@nl , "The Wave"@en , "Die Welle"@de-AT ;
    crm:P108i_was_produced_by [ crm:P14_carried_out_by m:hokusai ; crm:P4_has_time-span [ rdfs:label "c. 1831" ] ] ;
    crm:P45_consists_of m:paper , "Ink"@en , "Inkt"@nl .
m:vase a crm:E22_Human-Made_Object ;
    rdfs:label "Vaas"@nl ;
    crm:P108i_was_produced_by [ crm:P14_carried_out_by m:anon ] ;
    crm:P45_consists_of [ rdfs:label "clay" ] .
m:hokusai a crm:E21_Person ; rdfs:label "Hokusai" .
m:anon a crm:E21_Person ; rdfs:label "Anonymous (Delft)" .
m:paper rdfs:label "paper" .
"""
MAPPING = """
[[rdf]]
file = "works.*"
language = ["en", "nl"]
prefixes = { cidoc = "http://www.cidoc-crm.org/cidoc-crm/" }
[rdf.entity.Artwork]
class = "cidoc:E22_Human-Made_Object"
name = "rdfs:label"
keep = { dated = "crm:P108i_was_produced_by/crm:P4_has_time-span/rdfs:label" }
[rdf.entity.Artist]
class = "http://www.cidoc-crm.org/cidoc-crm/E21_Person"
name = "rdfs:label"
unless = "^Anonymous"
[rdf.entity.Material]
name = "rdfs:label"
[rdf.relation]
createdBy = "crm:P108i_was_produced_by/crm:P14_carried_out_by"
hasMaterial = { path = "crm:P45_consists_of", to = "Material" }
"""
M = "https://museum.example/"


def facts(source: Source) -> set[tuple[str, str, str]]:
    return {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)}


def column(source: Source, name: str) -> dict[str, str]:
    return source.entities.dropna(subset=[name]).set_index("id")[name].to_dict()


def read(folder: Path, mapping: str = MAPPING) -> Source:
    (folder / "mapping.toml").write_text(mapping)
    return read_source(folder, name="museum", scratch=folder / "scratch")


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    (tmp_path / "works.ttl").write_text(TURTLE, encoding="utf-8")
    return tmp_path


def test_paths_are_relations_and_events_are_no_entities(museum: Path) -> None:
    source = read(museum)
    assert column(source, "label") == {
        f"{M}wave": "Artwork",
        f"{M}vase": "Artwork",
        f"{M}hokusai": "Artist",
        f"{M}paper": "Material",
        "material:Ink": "Material",
    }
    assert facts(source) == {
        (f"{M}wave", "createdBy", f"{M}hokusai"),
        (f"{M}wave", "hasMaterial", f"{M}paper"),
        (f"{M}wave", "hasMaterial", "material:Ink"),
    }
    assert column(source, "dated") == {f"{M}wave": "c. 1831"}
    assert column(source, "url")[f"{M}wave"] == f"{M}wave"
    assert not list((museum / "scratch").iterdir()), "the store is removed"


def test_labels_are_taken_by_language_and_the_others_kept(museum: Path) -> None:
    source = read(museum)
    assert column(source, "name")[f"{M}wave"] == "The Wave"
    assert column(source, "name")[f"{M}vase"] == "Vaas", "the next language, where the first is missing"
    assert column(source, "name_nl") == {f"{M}wave": "De golf"}
    german = MAPPING.replace('["en", "nl"]', '["de", "*"]')
    assert column(read(museum, german), "name")[f"{M}wave"] == "Die Welle", "de-AT is German"


def test_nobody_is_no_entity_and_is_said(museum: Path) -> None:
    source = read(museum)
    assert column(source, "createdBy_said") == {f"{M}vase": "Anonymous (Delft)"}
    assert any(note.startswith("createdBy: 1 left out, it says that nobody is known") for note in source.notes)
    assert any("hasMaterial: 1 left out, the path ends in a blank node" in note for note in source.notes)


@pytest.mark.parametrize("syntax", ["nt", "xml", "n3", "trig", "nquads", "json-ld"])
def test_every_syntax_says_the_same(museum: Path, tmp_path_factory: pytest.TempPathFactory, syntax: str) -> None:
    endings = {"nquads": "nq", "json-ld": "jsonld", "xml": "rdf"}
    other = tmp_path_factory.mktemp("other")
    dataset = Dataset()
    dataset.parse(data=TURTLE, format="turtle")
    graph = dataset if syntax == "nquads" else dataset.default_graph
    graph.serialize(other / f"works.{endings.get(syntax, syntax)}", format=syntax)
    assert facts(read(other)) == facts(read(museum))


def test_packed_files_and_many_files_by_a_pattern(museum: Path) -> None:
    whole = facts(read(museum))
    lines = Graph().parse(data=TURTLE, format="turtle").serialize(format="nt")
    (museum / "works.ttl").unlink()
    (museum / "a").mkdir()
    persons = [line for line in lines.splitlines() if "E21" in line or ("okusai" in line and "label" in line)]
    rest = [line for line in lines.splitlines() if line not in persons]
    (museum / "works.nt.gz").write_bytes(gzip.compress("\n".join(rest).encode()))
    (museum / "a/works.nt.bz2").write_bytes(bz2.compress("\n".join(persons).encode()))
    assert facts(read(museum, MAPPING.replace('"works.*"', '["*.gz", "a/*"]'))) == whole


def test_blank_nodes_of_two_files_are_not_one(tmp_path: Path) -> None:
    for name, maker in (("a", "hokusai"), ("b", "anon")):
        (tmp_path / f"works.{name}.nt").write_text(
            f"<{M}{name}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:x:Work> .\n"
            f"<{M}{name}> <urn:x:made> _:b0 .\n_:b0 <urn:x:by> <{M}{maker}> .\n"
        )
    source = read(
        tmp_path,
        '[[rdf]]\nfile = "*.nt"\nprefixes = { x = "urn:x:" }\n[rdf.entity.Work]\nclass = "urn:x:Work"\n'
        '[rdf.relation]\nby = { path = "x:made/x:by", to = "Artist" }\n',
    )
    assert facts(source) == {(f"{M}a", "by", f"{M}hokusai"), (f"{M}b", "by", f"{M}anon")}


def test_only_the_named_graphs_are_read(tmp_path: Path) -> None:
    (tmp_path / "works.trig").write_text(
        f"@prefix m: <{M}> .\nm:good {{ m:a a m:Work ; m:by m:x . }}\nm:bad {{ m:a m:by m:y . }}\nm:a m:by m:z .\n"
    )
    lines = f'[[rdf]]\nfile = "works.trig"\nprefixes = {{ m = "{M}" }}\n[rdf.entity.Work]\nclass = "m:Work"\n'
    lines += '[rdf.relation]\nby = { path = "m:by", to = "Artist" }\n'
    assert len(facts(read(tmp_path, lines))) == 3
    one = lines.replace("[rdf.entity", f'graphs = ["{M}good"]\n[rdf.entity')
    assert facts(read(tmp_path, one)) == {(f"{M}a", "by", f"{M}x")}
    with pytest.raises(InputError, match=rf"there is no graph {M}none; named graphs of the files: '{M}bad', '{M}good'"):
        read(tmp_path, one.replace("/good", "/none"))


def test_an_address_of_which_nothing_is_said_is_no_entity(museum: Path) -> None:
    more = "m:wave crm:P108i_was_produced_by [ crm:P14_carried_out_by m:elsewhere ] . m:elsewhere a crm:E21_Person ."
    (museum / "works.more.ttl").write_text(TURTLE.partition("m:wave")[0] + more)
    source = read(museum)
    assert f"{M}elsewhere" not in set(source.entities["id"])
    assert column(source, "createdBy_said")[f"{M}wave"] == f"{M}elsewhere"
    assert any("createdBy: 1 left out, the files have only its address" in note for note in source.notes)
    (museum / "works.more.ttl").write_text(f'{TURTLE.partition("m:wave")[0]}{more} m:elsewhere rdfs:label "Ann" .')
    assert (f"{M}wave", "createdBy", f"{M}elsewhere") in facts(read(museum))


def test_a_relative_address_beside_a_blank_is_read(tmp_path: Path) -> None:
    resource = (
        '<crm:P45_consists_of rdf:resource="paper"/><crm:P62_depicts rdf:resource=" https://museum.example/sea "/>'
    )
    names = 'xmlns:crm="http://www.cidoc-crm.org/cidoc-crm/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    (tmp_path / "w.rdf").write_text(
        f'<rdf:RDF {names}><crm:E22_Man-Made_Object rdf:about=" https://museum.example/wave">{resource}'
        "</crm:E22_Man-Made_Object></rdf:RDF>"
    )
    (tmp_path / "mapping.toml").write_text('[[rdf]]\nfile = "w.rdf"\npreset = "cidoc-crm"\n')
    source = read_source(tmp_path)
    assert facts(source) == {(f"{M}wave", "hasMaterial", "paper"), (f"{M}wave", "depicts", f"{M}sea")}
    assert any("ids are relative IRIs, and no base completes them: 'paper'" in note for note in source.notes)


def test_a_text_of_rdf_xml_may_hold_comments_and_cdata(tmp_path: Path) -> None:
    names = 'xmlns:x="urn:x:" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    (tmp_path / "w.rdf").write_text(
        f'<rdf:RDF {names}><x:Work rdf:about="urn:a"><x:title>The <!-- c -->Night<?p?> <![CDATA[<& Day>]]></x:title>'
        "</x:Work></rdf:RDF>"
    )
    lines = '[[rdf]]\nfile = "w.rdf"\n[rdf.entity.Work]\nclass = "urn:x:Work"\nname = "<urn:x:title>"\n'
    assert column(read(tmp_path, lines), "name") == {"urn:a": "The Night <& Day>"}


def test_blanks_in_iris_are_cut_off_and_a_formula_of_n3_is_not_said(tmp_path: Path) -> None:
    (tmp_path / "works.n3").write_text(
        f"<{M}a > a <urn:x:Work> ; <urn:x:by> < {M}b> .\n"
        f"{{ <{M}a> <urn:x:by> <{M}c> }} => {{ <{M}a> a <urn:x:No> }} .\n"
    )
    lines = '[[rdf]]\nfile = "works.n3"\n[rdf.entity.Work]\nclass = "urn:x:Work"\n'
    lines += '[rdf.relation]\nby = { path = "<urn:x:by>", to = "Artist" }\n'
    assert facts(read(tmp_path, lines)) == {(f"{M}a", "by", f"{M}b")}


def test_json_ld_takes_its_context_from_a_file_and_never_from_the_web(tmp_path: Path) -> None:
    context = {"@context": {"x": "urn:x:", "by": {"@id": "x:by", "@type": "@id"}}}
    record = {"@context": "https://museum.example/context", "@id": f"{M}a", "@type": "x:Work", "by": f"{M}b"}
    (tmp_path / "works.jsonl").write_text(f"{json.dumps(record)}\n\n{json.dumps({**record, '@id': f'{M}c'})}\n")
    lines = '[[rdf]]\nfile = "works.jsonl"\n{}[rdf.entity.Work]\nclass = "urn:x:Work"\n'
    lines += '[rdf.relation]\nby = {{ path = "<urn:x:by>", to = "Artist" }}\n'
    with pytest.raises(InputError, match=r"uses the context https://museum.example/context, and nothing is fetched"):
        read(tmp_path, lines.format(""))
    (tmp_path / "context.json").write_text(json.dumps(context))
    given = 'contexts = { "https://museum.example/context" = "context.json" }\n'
    assert len(facts(read(tmp_path, lines.format(given)))) == 2
    with pytest.raises(InputError, match=r"should be in .*none.json: .*No such file"):
        read(tmp_path, lines.format(given.replace("context.json", "none.json")))


def test_a_line_can_be_a_pattern(museum: Path) -> None:
    (museum / "works.ttl").write_text(
        TURTLE + 'm:wave m:id [ a m:Accession ; m:no "JP1847" ] , [ a m:Loan ; m:no "L.7" ] .\n', encoding="utf-8"
    )
    keep = 'number = "?this m:id ?n . ?n a m:Accession ; m:no ?value", dated'
    mapping = MAPPING.replace("{ dated", f"{{ {keep}").replace("prefixes = {", f'prefixes = {{ m = "{M}",')
    assert column(read(museum, mapping), "number") == {f"{M}wave": "JP1847"}
