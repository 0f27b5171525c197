"""Accepted links go back in the terms of the RDF that they came from, and hold its shapes."""

import uuid
from pathlib import Path

import pandas as pd
import pyshacl
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import PROV, RDF

from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.curation.exchange import read_links
from graph.curation.rdf import Turtle, read_ways_of
from graph.loading.ingest import ingest
from graph.mapping.rdf_home import Step, find_steps
from graph.mapping.source import read_source
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model

CRM = Namespace("http://www.cidoc-crm.org/cidoc-crm/")
M = Namespace("https://museum.example/")
# Linked Art as it is published: one production has an IRI, one is a blank node, one work has none.
RECORDS = """[
 {"@context": "https://linked.art/ns/v1/linked-art.json", "id": "https://museum.example/wave",
  "type": "HumanMadeObject",
  "produced_by": {"id": "https://museum.example/wave/made", "type": "Production", "timespan": {"type": "TimeSpan"}}},
 {"@context": "https://linked.art/ns/v1/linked-art.json", "id": "https://museum.example/fuji",
  "type": "HumanMadeObject",
  "produced_by": {"type": "Production",
   "carried_out_by": [{"id": "https://museum.example/hokusai", "type": "Person", "_label": "Hokusai"}]}},
 {"@context": "https://linked.art/ns/v1/linked-art.json", "id": "https://museum.example/gas",
  "type": "HumanMadeObject",
  "classified_as": [{"id": "http://vocab.getty.edu/aat/300041273", "type": "Type", "_label": "prints (visual works)"}]}
]"""
# What Linked Art's model says of a work: productions are productions, and people and types carry IRIs.
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix crm: <http://www.cidoc-crm.org/cidoc-crm/> .
[] a sh:NodeShape ; sh:targetClass crm:E22_Human-Made_Object ;
   sh:nodeKind sh:IRI ;
   sh:property [ sh:path crm:P108i_was_produced_by ; sh:class crm:E12_Production ] ;
   sh:property [ sh:path ( crm:P108i_was_produced_by crm:P14_carried_out_by ) ; sh:nodeKind sh:IRI ;
                 sh:class crm:E21_Person ] ;
   sh:property [ sh:path crm:P2_has_type ; sh:nodeKind sh:IRI ; sh:class crm:E55_Type ] .
[] a sh:NodeShape ; sh:targetSubjectsOf crm:P14_carried_out_by ; sh:class crm:E12_Production .
"""
AAT = "http://vocab.getty.edu/aat/300041273"


@pytest.fixture
def museum(database: Database, tmp_path: Path) -> Database:
    """The records, and four links that a model found and Ana accepted."""
    folder = tmp_path / "museum"
    folder.mkdir()
    (folder / "records.json").write_text(RECORDS)
    (folder / "mapping.toml").write_text('[[rdf]]\nfile = "records.json"\npreset = "linked-art"\n')
    ingest(database, read_source(folder), PictureStore(tmp_path / "pictures"))
    register_model(database, "v1", "distmult", {}, {"test": {"mrr": 0.5}}, "f00d", {})
    links = pd.DataFrame(
        [(M.wave, "createdBy", M.hokusai), (M.gas, "createdBy", M.hokusai), (M.wave, "hasType", URIRef(AAT))],
        columns=["head", "relation", "tail"],
    ).map(str)
    publish(database, links.assign(score=1.0, rank=1, probability=0.9), model_version="v1", run_id="monday")
    choices = [
        Choice(id=str(uuid.uuid4()), head=row.head, relation=row.relation, tail=row.tail, verdict="accepted")
        for row in links.itertuples()
    ]
    decide(database, choices, by="ana")
    return database


def test_accepted_links_are_said_in_the_sources_own_terms(museum: Database, tmp_path: Path) -> None:
    links = read_links(museum)
    turtle = Turtle("https://museum.example/graph/", read_ways_of(museum, links, tmp_path))
    turtle.add_links(links)
    turtle.add_runs(museum)
    turtle.write(tmp_path / "home.ttl")
    home = Graph().parse(tmp_path / "home.ttl")
    assert (M["wave/made"], CRM.P14_carried_out_by, M.hokusai) in home, "the production that is there is taken"
    assert not list(home.objects(M.wave, CRM.P108i_was_produced_by)), "and not said again"
    (made,) = home.objects(M.gas, CRM.P108i_was_produced_by)
    assert (made, CRM.P14_carried_out_by, M.hokusai) in home
    assert (made, RDF.type, CRM.E12_Production) in home, "a new node has the class of its like"
    assert (M.wave, CRM.P2_has_type, URIRef(AAT)) in home, "an id that is an IRI leaves as that IRI"
    statements = {*home.subjects(RDF.predicate, CRM.P2_has_type)}
    assert len(statements) == 1
    assert all((statement, PROV.wasGeneratedBy, None) in home for statement in statements), "PROV-O stands beside"

    source = Turtle().graph
    for quad in _quads(tmp_path / "museum/records.json"):
        source.add(quad)
    shapes = Graph().parse(data=SHAPES)
    assert pyshacl.validate(source + home, shacl_graph=shapes)[0]
    home.add((M.gas, CRM.P108i_was_produced_by, M.hokusai))
    assert not pyshacl.validate(source + home, shacl_graph=shapes)[0], "the shapes would see what is wrong"


def _quads(path: Path) -> Graph:
    """The source's own triples, by way of N-Triples."""
    import pyoxigraph

    from graph.mapping.rdf.files import read_quads
    from graph.mapping.rdf.json_ld import load_contexts

    quads = read_quads([(path, "json")], base=None, contexts=load_contexts(path.parent, {}))
    lines = pyoxigraph.serialize((quad.triple for quad in quads), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert lines is not None
    return Graph().parse(data=lines, format="nt")


def test_a_source_that_is_gone_leaves_our_own_names(museum: Database, tmp_path: Path) -> None:
    (tmp_path / "museum").rename(tmp_path / "elsewhere")
    links = read_links(museum)
    turtle = Turtle("https://museum.example/graph/", read_ways_of(museum, links, tmp_path))
    turtle.add_links(links)
    assert (M.gas, URIRef("https://museum.example/graph/relation/createdBy"), M.hokusai) in turtle.graph


def test_only_iris_leave_as_they_are() -> None:
    turtle = Turtle("https://museum.example/")
    assert str(turtle.name("entity", "http://www.wikidata.org/entity/Q5598")) == "http://www.wikidata.org/entity/Q5598"
    assert str(turtle.name("entity", "artist:claude-monet")) == "https://museum.example/entity/artist%3Aclaude-monet"
    assert str(turtle.name("entity", "http://m.example/{é}")) == "http://m.example/%7Bé%7D"
    assert str(turtle.name("run", "http://m.example/a")) == "https://museum.example/run/http%3A%2F%2Fm.example%2Fa"


def test_of_a_path_the_steps_that_must_be_are_kept() -> None:
    crm = str(CRM)
    assert find_steps("crm:P108i_was_produced_by/crm:P9_consists_of?/crm:P14_carried_out_by", {}) == [
        Step(f"{crm}P108i_was_produced_by"),
        Step(f"{crm}P14_carried_out_by"),
    ]
    assert find_steps("^x:proxyFor/(x:creator|x:author)", {"x": "urn:x:"}) == [
        Step("urn:x:proxyFor", inverse=True),
        Step("urn:x:creator"),
    ]
    assert find_steps("?this crm:P1 ?value", {}) is None
