"""The presets of [[rdf]]: on real samples where there are some, else on files in the form that is published."""

import json
from pathlib import Path

import pytest

from graph.loading.files import Source
from graph.mapping.rdf.lines import list_presets
from graph.mapping.source import read_source

MUSEUMS = Path(__file__).parents[5] / "shared/data/museums"
# ULAN as vocab.getty.edu gives it: names by SKOS-XL, the person behind the concept, relations of Getty's ontology.
ULAN = """
@prefix ulan: <http://vocab.getty.edu/ulan/> .
@prefix aat: <http://vocab.getty.edu/aat/> .
@prefix gvp: <http://vocab.getty.edu/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix schema: <http://schema.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
ulan:500011051 a skos:Concept , gvp:PersonConcept ;
    gvp:prefLabelGVP <http://vocab.getty.edu/ulan/term/1500041238-en> ;
    skos:scopeNote <http://vocab.getty.edu/ulan/scopeNote/1> ;
    foaf:focus ulan:500011051-agent ;
    gvp:ulan1102_student_of ulan:500005215 ;
    skos:exactMatch <http://www.wikidata.org/entity/Q5598> .
<http://vocab.getty.edu/ulan/term/1500041238-en> xl:literalForm "Rembrandt van Rijn"@en .
<http://vocab.getty.edu/ulan/scopeNote/1> rdf:value "Dutch painter and etcher."@en .
ulan:500011051-agent a schema:Person ;
    gvp:nationalityPreferred aat:300111175 ; gvp:agentTypePreferred aat:300025136 ;
    gvp:biographyPreferred <http://vocab.getty.edu/ulan/bio/4000183063> .
<http://vocab.getty.edu/ulan/bio/4000183063> schema:description "Dutch painter, 1606-1669" ;
    gvp:estStart "1606"^^<http://www.w3.org/2001/XMLSchema#gYear> ;
    schema:birthPlace <http://vocab.getty.edu/tgn/7006810-place> .
ulan:500005215 a gvp:PersonConcept ; skos:prefLabel "Lastman, Pieter" ; gvp:ulan1101_teacher_of ulan:500011051 .
aat:300111175 a gvp:Concept ; skos:prefLabel "Dutch"@en , "Nederlands"@nl .
aat:300025136 a gvp:Concept ; skos:prefLabel "painters"@en ; gvp:broaderPreferred aat:300025103 .
aat:300025103 a gvp:Concept ; skos:prefLabel "artists"@en ; skos:narrower aat:300025136 .
"""
WIKIDATA = """
<http://www.wikidata.org/entity/Q219831> <http://www.wikidata.org/prop/direct/P170> <http://www.wikidata.org/entity/Q5598> .
<http://www.wikidata.org/entity/Q219831> <http://www.wikidata.org/prop/direct/P31> <http://www.wikidata.org/entity/Q3305213> .
<http://www.wikidata.org/entity/Q219831> <http://www.wikidata.org/prop/direct/P180> <http://www.wikidata.org/entity/Q17514> .
<http://www.wikidata.org/entity/Q219831> <http://www.wikidata.org/prop/direct/P571> "1642-01-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
<http://www.wikidata.org/entity/Q219831> <http://www.wikidata.org/prop/direct/P18> <http://commons.wikimedia.org/wiki/Special:FilePath/The%20Night%20Watch.jpg> .
<http://www.wikidata.org/entity/Q219831> <http://www.w3.org/2000/01/rdf-schema#label> "De Nachtwacht"@nl .
<http://www.wikidata.org/entity/Q219831> <http://www.w3.org/2000/01/rdf-schema#label> "The Night Watch"@en .
<http://www.wikidata.org/entity/Q5598> <http://www.w3.org/2000/01/rdf-schema#label> "Rembrandt"@en .
<http://www.wikidata.org/entity/Q5598> <http://www.wikidata.org/prop/direct/P1066> <http://www.wikidata.org/entity/Q710913> .
<http://www.wikidata.org/entity/Q710913> <http://www.w3.org/2000/01/rdf-schema#label> "Pieter Lastman"@en .
<http://www.wikidata.org/entity/Q999> <http://www.wikidata.org/prop/direct/P170> <http://www.wikidata.org/.well-known/genid/5a1> .
<http://www.wikidata.org/entity/Q64> <http://www.wikidata.org/prop/direct/P17> <http://www.wikidata.org/entity/Q183> .
"""  # noqa: E501
WD = "http://www.wikidata.org/entity/"


def read(folder: Path, mapping: Path, lines: str) -> Source:
    mapping.write_text(f"[[rdf]]\n{lines}")
    return read_source(folder, name="museum", mapping=mapping)


def facts(source: Source) -> set[tuple[str, str, str]]:
    return {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)}


def entity(source: Source, id_: str) -> dict[str, str]:
    (row,) = source.entities[source.entities["id"] == id_].to_dict("records")
    return {str(name): value for name, value in row.items() if isinstance(value, str)}


@pytest.mark.skipif(not MUSEUMS.is_dir(), reason="../shared/data/museums is not there")
@pytest.mark.parametrize(
    ("folder", "lines", "labels", "relations"),
    [
        (
            "autry",
            'file = "*.n3"\npreset = "cidoc-crm"',
            {"Artwork": 193, "Actor": 115, "Group": 34, "Type": 26},
            {"ownedBy": 193, "hasType": 190, "createdBy": 182, "memberOf": 91},
        ),
        (
            "linkedart",
            'file = "**/*.json"\npreset = "linked-art"',
            {"Artwork": 81, "Person": 42, "Group": 18, "Place": 16, "Type": 15, "Collection": 14},
            {"hasType": 59, "createdBy": 8, "inCollection": 8, "hasTechnique": 7, "hasMaterial": 5},
        ),
        (
            "edm",
            'file = "*.xml"\npreset = "edm"',
            {"Concept": 6, "Agent": 1, "Artwork": 1, "Place": 1},
            {"broader": 3, "contributedBy": 2, "related": 2, "hasSubject": 1, "hasType": 1, "fromPlace": 1},
        ),
    ],
)  # fmt: skip
def test_a_museums_file_comes_in_by_its_preset_alone(
    tmp_path: Path, folder: str, lines: str, labels: dict[str, int], relations: dict[str, int]
) -> None:
    source = read(MUSEUMS / folder, tmp_path / "mapping.toml", lines)
    assert labels.items() <= source.entities["label"].value_counts().to_dict().items()
    assert relations.items() <= source.triples["relation"].value_counts().to_dict().items()


@pytest.mark.skipif(not MUSEUMS.is_dir(), reason="../shared/data/museums is not there")
def test_a_photograph_in_linked_art_has_its_titles_and_what_it_shows(tmp_path: Path) -> None:
    lines = 'file = ["stieglitz.json", "new/object/nightwatch/1.json"]\npreset = "linked-art"'
    source = read(MUSEUMS / "linkedart", tmp_path / "mapping.toml", lines)
    photograph = "https://www.rijksmuseum.nl/en/collection/RP-F-F17653"
    assert entity(source, photograph)["from"].startswith("1905-01-01")
    assert (photograph, "createdBy", "https://www.wikidata.org/wiki/Q313055") in facts(source)
    assert (photograph, "depicts", "icc:61bb2") in facts(source)
    assert entity(source, "icc:61bb2")["name"] == "Katherine Stieglitz"
    watch = entity(source, "https://linked.art/example/object/nightwatch/1")
    assert (watch["name"], watch["name_nl"]) == ("The Night Watch", "De Nachtwacht"), "a language is a node there"


def test_a_production_in_parts_and_kinds_of_things_shown(tmp_path: Path) -> None:
    span = {
        "type": "TimeSpan",
        "begin_of_the_begin": "1888-01-01",
        "identified_by": [{"type": "Name", "content": "1888"}],
    }
    work = {
        "@context": "https://linked.art/ns/v1/linked-art.json",
        "id": "https://m.example/1",
        "type": "HumanMadeObject",
        "_label": "Horses",
        "produced_by": {"type": "Production", "part": [{"type": "Production", "timespan": span}]},
        "shows": {
            "id": "https://m.example/visual/1",
            "type": "VisualItem",
            "represents_instance_of_type": [{"id": "https://m.example/horse", "type": "Type", "_label": "horse"}],
        },
    }
    (tmp_path / "1.json").write_text(json.dumps(work))
    source = read(tmp_path, tmp_path / "mapping.toml", 'file = "1.json"\npreset = "linked-art"')
    found = entity(source, "https://m.example/1")
    assert (found["from"], found["dated"]) == ("1888-01-01", "1888")
    assert facts(source) == {("https://m.example/1", "depicts", "https://m.example/horse")}


def test_an_authority_of_people_and_one_of_terms(tmp_path: Path) -> None:
    (tmp_path / "ulan.ttl").write_text(ULAN, encoding="utf-8")
    source = read(
        tmp_path, tmp_path / "mapping.toml", 'file = "ulan.ttl"\npreset = "skos"\nlanguage = ["en", "nl", ""]'
    )
    ulan, aat = "http://vocab.getty.edu/ulan/", "http://vocab.getty.edu/aat/"
    rembrandt = entity(source, f"{ulan}500011051")
    assert rembrandt == {
        "id": f"{ulan}500011051",
        "label": "Person",
        "name": "Rembrandt van Rijn",
        "text": "Dutch painter and etcher.",
        "url": f"{ulan}500011051",
        "born": "1606",
        "same_as": "http://www.wikidata.org/entity/Q5598",
    }
    assert (entity(source, f"{aat}300111175")["name"], entity(source, f"{aat}300111175")["name_nl"]) == (
        "Dutch",
        "Nederlands",
    )
    assert facts(source) == {
        (f"{ulan}500011051", "studentOf", f"{ulan}500005215"),
        (f"{ulan}500011051", "hasNationality", f"{aat}300111175"),
        (f"{ulan}500011051", "hasRole", f"{aat}300025136"),
        (f"{ulan}500011051", "bornAt", "http://vocab.getty.edu/tgn/7006810-place"),
        (f"{aat}300025136", "broader", f"{aat}300025103"),
    }


def test_lines_of_a_truthy_dump(tmp_path: Path) -> None:
    (tmp_path / "truthy.nt").write_text(WIKIDATA, encoding="utf-8")
    source = read(
        tmp_path, tmp_path / "mapping.toml", 'file = "truthy.nt"\npreset = "wikidata"\nlanguage = ["en", "nl"]'
    )
    watch = entity(source, f"{WD}Q219831")
    assert watch["name_nl"] == "De Nachtwacht"
    assert watch["image"] == "http://commons.wikimedia.org/wiki/Special:FilePath/The%20Night%20Watch.jpg"
    assert facts(source) == {
        (f"{WD}Q219831", "createdBy", f"{WD}Q5598"),
        (f"{WD}Q219831", "instanceOf", f"{WD}Q3305213"),
        (f"{WD}Q219831", "depicts", f"{WD}Q17514"),
        (f"{WD}Q5598", "studentOf", f"{WD}Q710913"),
    }
    assert f"{WD}Q64" not in set(source.entities["id"]), "what no work has to do with stays outside"
    assert any("createdBy: 1 left out, the path ends in a blank node" in note for note in source.notes), "unknown value"


def test_a_line_of_ones_own_replaces_a_presets_or_takes_it_away(tmp_path: Path) -> None:
    (tmp_path / "truthy.nt").write_text(WIKIDATA, encoding="utf-8")
    lines = 'file = "truthy.nt"\npreset = "wikidata"\n[rdf.entity.Artwork]\nname = "wdt:P571"\n'
    lines += '[rdf.relation]\nstudentOf = false\nshows = { path = "wdt:P180", to = "Motif" }\ndepicts = false\n'
    source = read(tmp_path, tmp_path / "mapping.toml", lines)
    assert {relation for _, relation, _ in facts(source)} == {"createdBy", "instanceOf", "shows"}
    assert entity(source, f"{WD}Q219831")["name"].startswith("1642")


def test_every_preset_is_named_here() -> None:
    assert list_presets() == ["cidoc-crm", "edm", "linked-art", "skos", "wikidata"]
