"""Drafts for RDF in words that no preset knows."""

import tomllib
from pathlib import Path

from graph.mapping.drafting.draft import draft, write_draft
from graph.mapping.source import read_source

WORKS = """@prefix s: <https://schema.org/> . @prefix e: <https://museum.example/> .
@prefix m: <http://data.museum.example/ontology#> .
""" + "\n".join(
    f'e:w{number} a s:VisualArtwork ; s:name "Work {number}"@en ; s:image <https://museum.example/{number}.jpg> ; '
    f's:description "About work {number}" ; s:artMedium "{("oil", "ink")[number % 2]}" ; s:identifier "N{number}" ; '
    f"s:about <http://vocab.example/{number % 3}> ; m:production [ a m:Production ; m:producer e:p{number % 4} ] ."
    for number in range(20)
)
PEOPLE = "\n".join(
    f'e:p{number} a s:Person ; s:name "{("Anonyme", "Ann", "Bob", "Cy")[number]}" ; s:birthPlace e:t{number % 2} .'
    for number in range(4)
)
PLACES = 'e:t0 a s:Place ; s:name "Gouda" . e:t1 a s:Place ; s:name "Delft" .'


def test_classes_with_names_are_entities_and_events_are_steps(tmp_path: Path) -> None:
    (tmp_path / "dump.ttl").write_text("\n".join([WORKS, PEOPLE, PLACES]))
    write_draft(tmp_path)
    entry = tomllib.loads((tmp_path / "mapping.toml").read_text())["rdf"][0]
    assert set(entry["entity"]) == {"VisualArtwork", "Person", "Place"}
    assert entry["entity"]["VisualArtwork"]["image"] == "<https://schema.org/image>"
    source = read_source(tmp_path, name="museum")
    facts = source.triples.groupby("relation").size().to_dict()
    # Five works are by nobody, who has no place of birth either.
    assert facts == {"producer": 15, "artMedium": 20, "about": 20, "birthPlace": 3}
    works = source.entities.set_index("id").loc["https://museum.example/w4"]
    assert (works["name"], works["producer_said"], works["identifier"]) == ("Work 4", "Anonyme", "N4")


def test_a_preset_is_written_where_its_classes_are_there_and_nameless_files_are_told(tmp_path: Path) -> None:
    crm = "@prefix crm: <http://www.cidoc-crm.org/cidoc-crm/> . @prefix e: <https://museum.example/> .\n"
    (tmp_path / "a.ttl").write_text(f"{crm} e:w a crm:E22_Man-Made_Object .")
    assert tomllib.loads(draft(tmp_path)[0])["rdf"][0]["preset"] == "cidoc-crm"
    (tmp_path / "a.ttl").write_text(f"{crm} e:w a e:Thing .")
    (tmp_path / "w.csv").write_text("id,title\n1,Reeds\n")
    written = draft(tmp_path)[0]
    assert tomllib.loads(written).keys() == {"table"}
    assert "# left out: nothing in the files has a name and a class; there are https://museum.example/Thing" in written
    (tmp_path / "a.ttl").write_text(f"{crm} e:w e:like e:v .")
    assert "# left out: a.ttl: nothing in it has a class (rdf:type), so nothing can be an entity" in draft(tmp_path)[0]
