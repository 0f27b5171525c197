"""Rules in RDF."""

import json
from typing import Any

import pandas as pd
from rdflib import Literal, URIRef
from rdflib.namespace import PROV, RDF

from graph.curation.rdf import VLKGE, Turtle


def link(work: str, key: list[str | None] | None) -> dict[str, Any]:
    """A pending link from a work to Impressionism that cites the rule of this key."""
    ends = {"head": work, "head_name": work, "relation": "hasStyle", "tail": "imp", "tail_name": "Impressionism"}
    rule = {"rule_key": json.dumps(key), "rule": "Of 45 …, 43 …", "rule_support": 43, "rule_of": 45} if key else {}
    return {**ends, "run_id": "monday", "verdict": "pending", "share_facts": 0.75, **rule}


def test_links_cite_rules_that_say_what_they_conclude_from_what() -> None:
    by_artist = ["hasStyle", "imp", ">createdBy", "monet"]
    closed = ["hasStyle", None, ">createdBy", "<createdBy", ">hasStyle", None]
    turtle = Turtle("https://museum.example/")
    turtle.add_links(
        pd.DataFrame([link("lilies", by_artist), link("poppies", by_artist), link("oaks", closed), link("sea", None)])
    )
    found = turtle.graph

    def name(path: str) -> URIRef:
        return URIRef(f"https://museum.example/{path}")

    def rule_of(work: str) -> URIRef | None:
        (statement,) = found.subjects(RDF.subject, name(f"entity/{work}"))
        assert (statement, VLKGE.share_facts, None) in found
        rule = found.value(statement, VLKGE.cites)
        return None if rule is None else URIRef(rule)

    rule = rule_of("lilies")
    assert rule == rule_of("poppies")
    assert set(found.predicate_objects(rule)) == {
        (RDF.type, PROV.Entity),
        (VLKGE.relation, name("relation/hasStyle")),
        (VLKGE.path, Literal(">createdBy")),
        (VLKGE.value, name("entity/monet")),
        (VLKGE.answer, name("entity/imp")),
    }
    assert found.value(rule_of("oaks"), VLKGE.path) == Literal(">createdBy <createdBy >hasStyle")
    assert found.value(rule_of("oaks"), VLKGE.answer) is None
    assert rule_of("sea") is None
