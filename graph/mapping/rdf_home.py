"""The way home: in which properties of its source a relation is said, and by which nodes on the way."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery

from base.errors import InputError
from graph.mapping.mapping_file import Origin
from graph.mapping.rdf.files import read_quads
from graph.mapping.rdf.json_ld import load_contexts
from graph.mapping.rdf.lines import bracket
from graph.mapping.rdf.reading import is_blank
from graph.mapping.rdf.source import Rdf
from graph.mapping.rdf.store import PREFIXES, ask, open_store


@dataclass(frozen=True)
class Step:
    """A property, and whether it leads from the tail to the head."""

    property: str
    inverse: bool = False


@dataclass
class Way:
    """How a relation is said in its source.

    steps: the properties from head to tail. kinds: the class that nodes after each step but the last have there. nodes:
    of a head, how many steps lead to a node with an IRI, and which.
    """

    steps: list[Step]
    kinds: list[str | None] = field(default_factory=list)
    nodes: dict[str, tuple[int, str]] = field(default_factory=dict)


def read_ways(
    origins: Iterable[Origin], links: Collection[tuple[str, str]], scratch: Path | None = None
) -> dict[str, Way]:
    """The ways of all relations that come from RDF, by relation; the first folder that has one is taken.

    origins: of the sources, as the graph remembers; what is not there or has no [[rdf]] is passed over.
    links: (head, relation) of what is to be said; for these the nodes on the way are looked up in the files.
    """
    ways: dict[str, Way] = {}
    for origin in origins:
        found = origin.read()
        for _, source in found.sources if found else ():
            if isinstance(source, Rdf):
                own = _ways_of(source, ways.keys())
                _look_up(source, origin.folder, own, links, scratch)
                ways.update(own)
    return ways


def find_steps(path: str, prefixes: dict[str, str]) -> list[Step] | None:
    """The properties of a SPARQL path: of alternatives the first, without what may be left out; None for a pattern."""
    if "?value" in path:
        return None
    namespaces = {**PREFIXES, **prefixes}
    query = prepareQuery(f"SELECT * WHERE {{ ?this {bracket(path)} ?value }}", initNs=namespaces)
    return _steps(query.algebra.p.p.triples[0][1])


def _steps(path: object) -> list[Step] | None:
    if isinstance(path, URIRef):
        return [Step(str(path))]
    if isinstance(path, SequencePath):
        parts = [_steps(part) for part in path.args]
        return None if None in parts else [step for part in parts for step in part or []]
    if isinstance(path, AlternativePath):
        return _steps(path.args[0])
    if isinstance(path, InvPath):
        inner = _steps(path.arg)
        return None if inner is None else [Step(s.property, not s.inverse) for s in reversed(inner)]
    if isinstance(path, MulPath):
        return [] if path.zero else _steps(path.path)
    return None


def _ways_of(source: Rdf, taken: Collection[str]) -> dict[str, Way]:
    ways = {}
    for relation, line in source.relation.items():
        steps = find_steps(line.paths[0], source.prefixes) if relation not in taken else None
        if steps:
            ways[relation] = Way(steps)
    return ways


def _look_up(
    source: Rdf, folder: Path, ways: dict[str, Way], links: Collection[tuple[str, str]], scratch: Path | None
) -> None:
    """Find in the files which nodes stand on the way already, and of which class such nodes are."""
    heads: dict[str, set[str]] = defaultdict(set)
    for head, relation in links:
        if relation in ways and len(ways[relation].steps) > 1:
            heads[relation].add(head)
    if not heads:
        return
    try:
        quads = read_quads(source.find_files(folder), base=source.base, contexts=load_contexts(folder, source.contexts))
        with open_store(quads, source.graphs, scratch) as store:
            for relation, wanted in heads.items():
                for count in range(1, len(ways[relation].steps)):
                    _look_up_step(store, ways[relation], count, wanted)
    except InputError:
        # Files that are gone or changed tell nothing; then the nodes on the way are new.
        return


def _look_up_step(store: ox.Store, way: Way, count: int, wanted: set[str]) -> None:
    path = "/".join(f"{'^' if step.inverse else ''}<{step.property}>" for step in way.steps[:count])
    kinds: Counter[str] = Counter()
    query = f"SELECT DISTINCT ?this ?node ?kind WHERE {{ ?this {path} ?node OPTIONAL {{ ?node a ?kind }} }}"
    for this, node, kind in ask(store, query, {}):
        if kind is not None:
            kinds[kind.value] += 1
        if this.value in wanted and isinstance(node, ox.NamedNode) and not is_blank(node):
            way.nodes[this.value] = (count, node.value)
    way.kinds.append(kinds.most_common(1)[0][0] if kinds else None)
