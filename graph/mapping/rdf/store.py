"""Quads in a store on the disk, asked by SPARQL: one question, one generator of rows."""

import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from base.errors import InputError, first_line, shorten

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "schema": "http://schema.org/",
    "crm": "http://www.cidoc-crm.org/cidoc-crm/",
    "la": "https://linked.art/ns/terms/",
    "dig": "http://www.ics.forth.gr/isl/CRMdig/",
    "edm": "http://www.europeana.eu/schemas/edm/",
    "ore": "http://www.openarchives.org/ore/terms/",
    "gvp": "http://vocab.getty.edu/ontology#",
    "aat": "http://vocab.getty.edu/aat/",
    "ulan": "http://vocab.getty.edu/ulan/",
    "tgn": "http://vocab.getty.edu/tgn/",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "wikibase": "http://wikiba.se/ontology#",
}
# What is no name: a string, an IRI, a comment. Outside of them a prefix or a keyword can be looked for.
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|<[^<>\s]*>')
PREFIXED = re.compile(r"(?<![\w?$:])([A-Za-z][\w.-]*)?:(?=[\w%\\])")
FETCHES = re.compile(r"\b(SERVICE|LOAD)\b", re.IGNORECASE)
Term = ox.NamedNode | ox.BlankNode | ox.Literal


@contextmanager
def open_store(quads: Iterable[ox.Quad], graphs: Collection[str], scratch: Path | None) -> Iterator[ox.Store]:
    """All statements of the named graphs, or of every graph where none is named, as one graph.

    scratch: the folder for the store, removed in the end; None: the system's for temporary files.
    Raises InputError where a graph that is named is nowhere.
    """
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rdf-", dir=scratch) as folder:
        store = ox.Store(folder)
        seen: Counter[str] = Counter()
        store.bulk_extend(_merge(quads, frozenset(graphs), seen))
        if absent := sorted(set(graphs) - seen.keys()):
            raise InputError(
                f"there is no graph {absent[0]}; named graphs of the files: {shorten(sorted(seen)) if seen else 'none'}"
            )
        yield store
        del store


def check_pattern(pattern: str, prefixes: Mapping[str, str]) -> str:
    """The path or pattern itself. Raises ValueError where it would fetch something, or has a prefix nobody knows."""
    bare = QUOTED.sub(" ", pattern)
    if fetches := FETCHES.search(bare):
        raise ValueError(f"{fetches[0]} is not allowed: nothing is fetched")
    known = {**PREFIXES, **prefixes}
    for prefix in PREFIXED.findall(bare):
        if prefix not in known:
            raise ValueError(
                f'the prefix {prefix}: is not known; name it in prefixes = {{ {prefix or "x"} = "http://…" }} '
                f"(known: {', '.join(known)})"
            )
    return pattern


def check_query(query: str, prefixes: Mapping[str, str]) -> None:
    """Raise ValueError with what is wrong in the SPARQL."""
    try:
        ox.Store().query(query, prefixes={**PREFIXES, **prefixes})
    except SyntaxError as error:
        reason = first_line(error).replace("\n", " ")
        raise ValueError(f"this is no SPARQL path or pattern: {reason[:120]}") from error


def ask(store: ox.Store, query: str, prefixes: Mapping[str, str]) -> Iterator[tuple[Term, ...]]:
    """The rows of a SELECT query; a variable that has no value in any row is not to be asked for."""
    for row in cast(ox.QuerySolutions, store.query(query, prefixes={**PREFIXES, **prefixes})):
        yield cast(tuple[Term, ...], tuple(row))


def _merge(quads: Iterable[ox.Quad], graphs: frozenset[str], seen: Counter[str]) -> Iterator[ox.Quad]:
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            seen[quad.graph_name.value] += 1
            if not graphs or quad.graph_name.value in graphs:
                yield ox.Quad(quad.subject, quad.predicate, quad.object)
        elif not graphs:
            yield (
                quad
                if isinstance(quad.graph_name, ox.DefaultGraph)
                else ox.Quad(quad.subject, quad.predicate, quad.object)
            )
