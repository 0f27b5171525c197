"""Graphs of owners of three kinds, and what each owner does to theirs in a week of nights."""

import tomllib
from dataclasses import dataclass
from typing import Any

from benchmarks import adoption
from graph.loading.adopt_spec import AdoptSpec


@dataclass(frozen=True)
class Owner:
    """made: the graph. spec: what is adopted of it. nights: statements, one a night. links: what is predicted."""

    made: tuple[str, ...]
    spec: AdoptSpec
    nights: tuple[str, ...]
    links: tuple[tuple[str, str, str], ...]
    prefix: str = ""


# As neosemantics imports CIDOC: every node a Resource, values as lists with language tags, events between the things.
CIDOC = Owner(
    made=(
        "CREATE CONSTRAINT n10s_unique_uri FOR (r:Resource) REQUIRE r.uri IS UNIQUE",
        """
        CREATE (gas:Resource:crm__E22 {uri: 'http://x/gas', rdfs__label: ['Gas@en', 'Benzin@de'],
                 crm__P3: ['A pump.@en']}),
               (hawks:Resource:crm__E22 {uri: 'http://x/hawks', rdfs__label: ['Nighthawks@en-US']}),
               (hopper:Resource:crm__E21 {uri: 'http://x/hopper', rdfs__label: ['Hopper']}),
               (homer:Resource:crm__E21 {uri: 'http://x/homer', rdfs__label: []}),
               (one:Resource:crm__E12 {uri: 'http://x/made/1'}), (two:Resource:crm__E12 {uri: 'http://x/made/2'}),
               (oil:Resource:crm__E57 {uri: 'http://x/oil', rdfs__label: ['Öl@de', 'oil@en']}),
               (one)-[:crm__P108]->(gas), (one)-[:crm__P14]->(hopper), (two)-[:crm__P108]->(hawks),
               (two)-[:crm__P14]->(hopper), (gas)-[:crm__P45 {certain: true}]->(oil), (hawks)-[:crm__P45]->(oil)
        """,
    ),
    spec=AdoptSpec(
        labels={
            "crm__E22": {"id": "uri", "name": "rdfs__label", "text": "crm__P3"},
            "crm__E21": {"id": "uri", "name": "rdfs__label"},
            "crm__E57": {"id": "uri", "name": "rdfs__label", "where": {"uri": ["http://x/oil", "http://x/ink"]}},
        },
        languages=["en", "de"],
        facts={
            "made_by": {"path": ["<crm__P108", "crm__P14"]},
            "crm__P45": {"where": {"certain": True}},
        },
    ),
    nights=(
        "MATCH (n:crm__E22) SET n = {uri: n.uri, rdfs__label: n.rdfs__label + 'Nom@fr'}",
        "MATCH (n:crm__E21 {uri: 'http://x/hopper'}) SET n:crm__E39",
        "CREATE (:Resource:crm__E57 {uri: 'http://x/ink', rdfs__label: ['ink@en']})",
        "MATCH (n {uri: 'http://x/gas'}) SET n.uri = 'http://x/gas-station'",
        "MATCH (n {uri: 'http://x/made/2'}) DETACH DELETE n",
        "MATCH (n {uri: 'http://x/homer'}) DETACH DELETE n",
        "MATCH ()-[r:crm__P45 {certain: true}]->() SET r.certain = false",
    ),
    links=(("http://x/gas", "made_by", "http://x/homer"), ("http://x/hawks", "crm__P45", "http://x/oil")),
)

# Integers for ids, counted from 1 under each label, so that ours need a prefix.
MOVIES = Owner(
    made=(
        "CREATE CONSTRAINT movie_id FOR (m:Movie) REQUIRE m.id IS UNIQUE",
        """
        CREATE (matrix:Movie {id: 1, title: 'The Matrix', released: 1999, imdb: 'tt1'}),
               (speed:Movie {id: 2, title: 'Speed', released: 1994, imdb: 'tt2'}),
               (draft:Movie {title: 'No number'}),
               (keanu:Person {id: 1, name: 'Keanu Reeves', imdb: 'nm1'}),
               (lana:Person {id: 2, name: 'Lana', imdb: 'nm2'}),
               (hugo:Person {id: 3, name: 'Hugo Weaving', imdb: 'nm3'}),
               (keanu)-[:ACTED_IN {roles: ['Neo']}]->(matrix), (lana)-[:DIRECTED]->(matrix),
               (hugo)-[:ACTED_IN {roles: ['Smith']}]->(matrix), (keanu)-[:ACTED_IN {roles: ['Jack']}]->(draft)
        """,
    ),
    spec=AdoptSpec(
        labels={
            "Movie": {"id": "id", "id_prefix": "movie/", "name": "title", "key": "imdb"},
            "Person": {"id": "id", "id_prefix": "person/", "name": "name", "key": "imdb"},
        },
        relations=["ACTED_IN", "DIRECTED"],
        skip_without_id=["Movie"],
    ),
    nights=(
        "MATCH (m:Movie) SET m = {id: m.id, title: m.title + '!', imdb: m.imdb}",
        "MATCH (p:Person {id: 2}) SET p:Director",
        "MATCH (p:Person {id: 1}) CREATE (p)-[:ACTED_IN]->(:Movie {id: 3, title: 'John Wick', imdb: 'tt3'})",
        "MATCH (m:Movie {id: 2}) SET m.id = 20",
        "MATCH (p:Person {id: 3}) DETACH DELETE p CREATE (:Person {id: 30, name: 'Hugo Weaving', imdb: 'nm3'})",
        "MATCH (:Person {id: 1})-[r:ACTED_IN]->(:Movie {id: 20}) DELETE r",
        "MATCH (m:Movie {id: 3}) DETACH DELETE m",
    ),
    links=(("person/1", "ACTED_IN", "movie/2"), ("person/3", "DIRECTED", "movie/1")),
    prefix="vk_",
)

# An ETL's, rewritten each night; `python -m benchmarks.adoption` has the same one with 100,000 nodes.
LARGE = Owner(
    made=adoption.made(3_200),
    spec=AdoptSpec(**tomllib.loads(adoption.SPECIFICATION)),
    nights=tuple(adoption.NIGHTS.values()),
    links=(("20", "KEPT_AT", "-5"), ("7", "KEPT_AT", "-6")),
)
OWNERS = {"cidoc": CIDOC, "movies": MOVIES, "large": LARGE}


def contents(rows: list[dict[str, Any]]) -> list[str]:
    """What a graph says without the ids of the database: nodes as their labels and properties, ends likewise."""
    return sorted(repr(sorted((key, _plain(value)) for key, value in row.items())) for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted(value.items())
    return sorted(value) if isinstance(value, list) else value
