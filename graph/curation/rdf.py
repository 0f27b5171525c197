"""Predicted links and decisions as RDF: statements about statements, with their probability and where they come from.

A predicted link is not asserted: it is an rdf:Statement that the run generated (W3C PROV-O). Only an accepted link is
also a triple of its own, in the properties that its source says it with. Our own terms are in the vocabulary VLKGE; see
docs/exchange.md.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pandas as pd
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS, XSD

from base.errors import InputError
from base.files import replacing
from graph.connection import Database, Row
from graph.curation.exchange import read_origins
from graph.link_key import link_key
from graph.mapping.rdf.store import PREFIXES
from graph.mapping.rdf_home import Way, read_ways

VLKGE = Namespace("urn:vlkge:vocabulary:")
BASE = "urn:vlkge:graph:"
# An id that is an IRI leaves as that IRI; `artist:monet` only looks like one.
IRI = re.compile(r"(https?://|urn:|info:|ark:|doi:)\S+", re.IGNORECASE)
KEPT = ":/?#[]@!$&'()*+,;=%~"  # what quote() leaves of an IRI
# What is said of a link, by the column that says it.
FIGURES = {
    "probability": XSD.double, "answer_probability": XSD.double, "uncertainty": XSD.double, "priority": XSD.double,
    "score": XSD.double, "rank": XSD.integer, "calibrated_on": XSD.string, "state": XSD.string,
    "verdict": XSD.string, "previous_probability": XSD.double,
    "rule": XSD.string, "rule_support": XSD.integer, "rule_of": XSD.integer, "rule_confidence": XSD.double,
    **dict.fromkeys(["share_structural", "share_visual", "share_textual", "share_facts"], XSD.double),
}  # fmt: skip


@dataclass
class Turtle:
    """A graph of RDF whose own names begin with `base`; relations are said by their ways, see read_ways_of.

    Raises InputError where the base is no absolute IRI.
    """

    base: str = BASE
    ways: Mapping[str, Way] = field(default_factory=dict)
    graph: Graph = field(default_factory=Graph)

    def __post_init__(self) -> None:
        if not urlsplit(self.base).scheme or any(sign in self.base for sign in ' <>"{}|\\^`'):
            raise InputError(
                f"the base is {self.base!r}; it must be an absolute IRI such as https://example.org/graph/"
            )
        used = {
            step.property.rsplit(end, 1)[0] + end for way in self.ways.values() for step in way.steps for end in "/#"
        }
        known = [(prefix, space) for prefix, space in PREFIXES.items() if space in used]
        for prefix, namespace in [("dcterms", DCTERMS), ("prov", PROV), ("rdfs", RDFS), ("vlkge", VLKGE), *known]:
            self.graph.bind(prefix, namespace)

    def add_links(self, links: pd.DataFrame) -> None:
        """links: as graph.curation.exchange.read_links or add_accepted gives them."""
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
        with replacing(path) as draft:
            self.graph.serialize(draft, format="turtle", encoding="utf-8")

    def name(self, kind: str, id_: str) -> URIRef:
        if kind == "entity" and IRI.fullmatch(id_):
            return URIRef("".join(quote(sign, safe=KEPT) if sign.isascii() else sign for sign in id_))
        return URIRef(f"{self.base}{kind}/{quote(id_, safe='')}")

    def link_name(self, head: str, relation: str, tail: str) -> URIRef:
        """The statement's name: the SHA-256 of the link's key."""
        return self.name("link", hashlib.sha256(link_key(head, relation, tail).encode()).hexdigest())

    def _add_statement(self, row: dict[Any, Any]) -> URIRef:
        link = self.link_name(row["head"], row["relation"], row["tail"])
        relation = self._predicate(row["relation"])
        ends = self.name("entity", row["head"]), self.name("entity", row["tail"])
        self._say(link, RDF.type, RDF.Statement)
        self._say(link, RDF.type, PROV.Entity)
        for term, value in ((RDF.subject, ends[0]), (RDF.predicate, relation), (RDF.object, ends[1])):
            self._say(link, term, value)
        self._say(relation, RDFS.label, Literal(row["relation"]))
        for end, side in zip(ends, ("head", "tail"), strict=True):
            if isinstance(name := row[f"{side}_name"], str):
                self._say(end, RDFS.label, Literal(name))
            if isinstance(rights := row.get(f"{side}_rights"), str) and rights:
                self._say(end, DCTERMS.rights, self._rights(rights))
        return link

    def _rights(self, rights: str) -> URIRef | Literal:
        """A statement such as those of rightsstatements.org by its IRI, any other by its words."""
        return self.name("entity", rights) if IRI.fullmatch(rights) else Literal(rights)

    def _add_link(self, row: dict[Any, Any]) -> None:
        link = self._add_statement(row)
        if isinstance(run := row["run_id"], str):  # None proposed what a person alone said.
            self._say(link, PROV.wasGeneratedBy, self.name("run", run))
        for column, kind in FIGURES.items():
            if pd.notna(value := row.get(column)):
                self._say(link, VLKGE[column], Literal(int(value) if kind == XSD.integer else value, datatype=kind))
        if isinstance(row.get("rule_key"), str):
            self._say(link, VLKGE.cites, self._add_rule(row["rule_key"]))
        if row["verdict"] == "accepted":
            self._assert(row["head"], row["relation"], row["tail"])

    def _add_rule(self, key: str) -> URIRef:
        """What a rule says; its counts and its sentence are the link's, whose own fact may not count for it."""
        relation, answer, *path, value = json.loads(key)
        rule = self.name("rule", hashlib.sha256(key.encode()).hexdigest())
        self._say(rule, RDF.type, PROV.Entity)
        self._say(rule, VLKGE.relation, self._predicate(relation))
        self._say(rule, VLKGE.path, Literal(" ".join(path)))
        for term, end in ((VLKGE.answer, answer), (VLKGE.value, value)):
            if end is not None:
                self._say(rule, term, self.name("entity", end))
        return rule

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
        if row["stands"] and row["verdict"] in ("accepted", "rejected"):
            self._say(link, PROV.wasAttributedTo, person)

    def _predicate(self, relation: str) -> URIRef:
        """The property of the source where there is one alone, else our own name for the relation."""
        way = self.ways.get(relation)
        one = way is not None and len(way.steps) == 1 and not way.steps[0].inverse
        return URIRef(way.steps[0].property) if way is not None and one else self.name("relation", relation)

    def _assert(self, head: str, relation: str, tail: str) -> None:
        """The fact as its source says facts: by each property on the way, from the last node that has an IRI there."""
        way = self.ways.get(relation)
        if way is None:
            self._say(self.name("entity", head), self.name("relation", relation), self.name("entity", tail))
            return
        done, found = way.nodes.get(head, (0, head))
        node: URIRef | BNode = self.name("entity", found)
        for number, step in enumerate(way.steps[done:], done + 1):
            last = number == len(way.steps)
            other = self.name("entity", tail) if last else BNode()
            ends = (other, node) if step.inverse else (node, other)
            self._say(ends[0], URIRef(step.property), ends[1])
            if not last and number <= len(way.kinds) and (kind := way.kinds[number - 1]):
                self._say(other, RDF.type, URIRef(kind))
            node = other

    def _say(self, subject: URIRef | BNode, term: URIRef, value: URIRef | BNode | Literal) -> None:
        self.graph.add((subject, term, value))


def read_ways_of(database: Database, links: pd.DataFrame, scratch: Path | None = None) -> dict[str, Way]:
    """How the relations of accepted links are said where they come from, by the folders that the graph remembers.

    links: columns head, relation, verdict. scratch: see graph.mapping.rdf.store.open_store.
    """
    accepted = links[links["verdict"] == "accepted"]
    return read_ways(read_origins(database), {*zip(accepted["head"], accepted["relation"], strict=True)}, scratch)
