"""Predicted links and decisions as RDF: statements about statements, with their probability and where they come from.

A predicted link is not asserted: it is an rdf:Statement that the run generated (W3C PROV-O). Only an accepted link is
also a triple of its own. Our own terms are in the vocabulary VLKGE; see docs/exchange.md.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pandas as pd
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, RDF, RDFS, XSD

from base.errors import InputError
from graph.connection import Database, Row
from graph.link_key import link_key

VLKGE = Namespace("urn:vlkge:vocabulary:")
BASE = "urn:vlkge:graph:"
# What is said of a link, by the column that says it.
FIGURES = {
    "probability": XSD.double, "answer_probability": XSD.double, "uncertainty": XSD.double, "priority": XSD.double,
    "score": XSD.double, "rank": XSD.integer, "calibrated_on": XSD.string, "state": XSD.string,
    "verdict": XSD.string, "previous_probability": XSD.double,
    "rule": XSD.string, "rule_support": XSD.integer, "rule_of": XSD.integer, "rule_confidence": XSD.double,
}  # fmt: skip


@dataclass
class Turtle:
    """A graph of RDF whose own names begin with `base`. Raises InputError where that is no absolute IRI."""

    base: str = BASE
    graph: Graph = field(default_factory=Graph)

    def __post_init__(self) -> None:
        if not urlsplit(self.base).scheme or any(sign in self.base for sign in ' <>"{}|\\^`'):
            raise InputError(
                f"the base is {self.base!r}; it must be an absolute IRI such as https://example.org/graph/"
            )
        for prefix, namespace in (("prov", PROV), ("rdfs", RDFS), ("vlkge", VLKGE)):
            self.graph.bind(prefix, namespace)

    def add_links(self, links: pd.DataFrame) -> None:
        """links: as graph.exchange.read_links gives them."""
        for row in links.to_dict("records"):
            self._add_link(row)

    def add_decisions(self, decisions: pd.DataFrame) -> None:
        """decisions: as graph.exchange.read_decisions gives them."""
        for row in decisions.to_dict("records"):
            self._add_decision(row)

    def add_runs(self, database: Database) -> None:
        """The runs that generated the links, and the models that they used."""
        for row in database.read("exchange/list_runs"):
            run, model = self.name("run", row["id"]), self.name("model", row["model_version"])
            self._say(run, RDF.type, PROV.Activity)
            self._say(run, PROV.used, model)
            self._say(model, RDF.type, PROV.Entity)
            for subject, term, value in (
                (run, PROV.startedAtTime, row["started_at"] and row["started_at"].to_native()),
                (run, PROV.endedAtTime, row["finished_at"] and row["finished_at"].to_native()),
                (model, VLKGE.scorer, row["scorer"]),
                (model, VLKGE.test_mrr, row["test_mrr"]),
            ):
                if value is not None:
                    self._say(subject, term, Literal(value))

    def write(self, path: Path) -> None:
        """Write Turtle, whole or not at all."""
        unfinished = path.with_name(f"{path.name}.part")
        self.graph.serialize(unfinished, format="turtle", encoding="utf-8")
        unfinished.replace(path)

    def name(self, kind: str, id_: str) -> URIRef:
        return URIRef(f"{self.base}{kind}/{quote(id_, safe='')}")

    def link_name(self, head: str, relation: str, tail: str) -> URIRef:
        """The statement's name: the SHA-256 of the link's key."""
        return self.name("link", hashlib.sha256(link_key(head, relation, tail).encode()).hexdigest())

    def _add_statement(self, row: dict[Any, Any]) -> URIRef:
        link = self.link_name(row["head"], row["relation"], row["tail"])
        relation = self.name("relation", row["relation"])
        ends = self.name("entity", row["head"]), self.name("entity", row["tail"])
        self._say(link, RDF.type, RDF.Statement)
        self._say(link, RDF.type, PROV.Entity)
        for term, value in ((RDF.subject, ends[0]), (RDF.predicate, relation), (RDF.object, ends[1])):
            self._say(link, term, value)
        self._say(relation, RDFS.label, Literal(row["relation"]))
        for end, name in zip(ends, (row["head_name"], row["tail_name"]), strict=True):
            if isinstance(name, str):
                self._say(end, RDFS.label, Literal(name))
        return link

    def _add_link(self, row: dict[Any, Any]) -> None:
        link = self._add_statement(row)
        self._say(link, PROV.wasGeneratedBy, self.name("run", row["run_id"]))
        for column, kind in FIGURES.items():
            if pd.notna(value := row.get(column)):
                self._say(link, VLKGE[column], Literal(int(value) if kind == XSD.integer else value, datatype=kind))
        if row["verdict"] == "accepted":
            self._say(*(self.name(kind, row[end]) for kind, end in
                        (("entity", "head"), ("relation", "relation"), ("entity", "tail"))))  # fmt: skip

    def _add_decision(self, row: Row | dict[Any, Any]) -> None:
        link = self._add_statement(row)
        decision, person = self.name("decision", row["id"]), self.name("person", row["by"])
        self._say(decision, RDF.type, PROV.Activity)
        self._say(decision, PROV.used, link)
        self._say(decision, PROV.wasAssociatedWith, person)
        self._say(decision, PROV.endedAtTime, Literal(row["at"]))
        self._say(decision, VLKGE.verdict, Literal(row["verdict"]))
        self._say(person, RDF.type, PROV.Person)
        self._say(person, RDFS.label, Literal(row["by"]))
        if isinstance(row["reason"], str):
            self._say(decision, RDFS.comment, Literal(row["reason"]))
        if row["stands"] and row["verdict"] != "undone":
            self._say(link, PROV.wasAttributedTo, person)

    def _say(self, subject: URIRef, term: URIRef, value: URIRef | Literal) -> None:
        self.graph.add((subject, term, value))
