"""Graphs that are unlike others: odd names and values, several of all, own indexes. Adopted, used, given back."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from base.errors import InputError
from cypher import prefix
from graph import query
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.exporting.export import export, facts_of
from graph.loading.adopt import adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.unadopt import unadopt
from graph.page.entities import read_profile
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from tests.graph import snapshots
from tests.graph.guests import run

pytestmark = pytest.mark.bare


@dataclass(frozen=True)
class Odd:
    """made: the graph. wrong: a specification, and what is said of it. right: one that does. entities, facts: of it."""

    made: tuple[str, ...]
    wrong: dict[str, Any]
    said: str
    right: dict[str, Any]
    entities: dict[str, list[str]]
    facts: list[tuple[str, str, str]]
    link: tuple[str, str, str]
    prefix: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


# An archive: names of all signs, values of all types, a vector index and words of its own.
ARCHIVE = Odd(
    made=(
        "CREATE CONSTRAINT `no double` FOR (n:`Édition spéciale`) REQUIRE n.`dc:identifier` IS UNIQUE",
        "CREATE FULLTEXT INDEX `mots clés` FOR (n:`Édition spéciale`|`a:b ``c```) "
        "ON EACH [n.`dc:title`, n.`titre (fr)`]",
        "CREATE VECTOR INDEX leur FOR (n:`Édition spéciale`) ON (n.vecteur) "
        "OPTIONS {indexConfig: {`vector.dimensions`: 2, `vector.similarity_function`: 'cosine'}}",
        "CREATE POINT INDEX lieu FOR (n:Lieu) ON (n.place)",
        "CREATE INDEX rôle FOR ()-[r:`écrit par`]-() ON (r.`à partir de`)",
        """
        CREATE (a:`Édition spéciale`:`🖼️`:`a:b ``c``` {
                 `dc:identifier`: 7, `dc:title`: ['Öl@de', 'Oil@en'], `titre (fr)`: 'Huile',
                 vecteur: [0.5, 0.5], bytes: $bytes, dates: [date('1900-01-01'), date('1901-02-03')],
                 length: duration('P1Y2M3DT4H'), when: datetime('2020-01-01T10:00:00[Europe/Paris]'),
                 local: localdatetime('2020-01-01T10:00:00'), clock: time('10:00:00+02:00'), nan: 0.0/0.0,
                 huge: 9223372036854775807, empty: [], flags: [true, false], `$x.y`: 'dot', `back``tick`: 1,
                 points: [point({longitude: 3, latitude: 49}), point({longitude: 2, latitude: 48})]}),
               (b:`Édition spéciale` {`dc:identifier`: 8, `dc:title`: ['Eau']}),
               (p:Lieu:`a:b ``c``` {place: point({longitude: 2.35, latitude: 48.85, height: 3}), code: 75001.0}),
               (q:Lieu {place: point({x: 1, y: 2, z: 3}), code: 0.1}),
               (a)-[:`écrit par` {`à partir de`: date('1900-01-01'), bytes: $bytes, wo: point({x: 1, y: 2})}]->(p),
               (a)-[:`écrit par` {`à partir de`: date('1910-01-01')}]->(p), (b)-[:`écrit par`]->(q),
               (a)-[:`voir aussi` {bytes: $bytes}]->(a), (b)-[:`voir aussi`]->(a)
        """,
    ),
    parameters={"bytes": b"\x00\x01\xff"},
    wrong={"labels": {"Édition spéciale": {"id": "dc:title", "name": "bytes"}}, "relations": ["écrit par"]},
    said=r"(?s)`bytes` is no text.*no `dc:title`, or one that is no text or number: .*2 in all.*takes the first",
    right={
        "labels": {
            "Édition spéciale": {"id": "dc:identifier", "name": "dc:title", "text": "titre (fr)"},
            "Lieu": {"id": "code", "id_prefix": "lieu/"},
        },
        "relations": ["écrit par", "voir aussi"],
        "languages": ["en"],
    },
    entities={"Édition spéciale": ["7", "8"], "Lieu": ["lieu/0.1", "lieu/75001.0"]},
    facts=[
        ("7", "voir aussi", "7"),
        ("7", "écrit par", "lieu/75001.0"),
        ("8", "voir aussi", "7"),
        ("8", "écrit par", "lieu/0.1"),
    ],
    link=("8", "écrit par", "lieu/75001.0"),
)
# A theatre: people are numbered in each troupe, and what joins them to plays are performances.
THEATRE = Odd(
    made=(
        "CREATE CONSTRAINT member FOR (p:Person) REQUIRE (p.troupe, p.no) IS UNIQUE",
        "CREATE CONSTRAINT nr FOR ()-[r:OF]-() REQUIRE r.nr IS UNIQUE",
        """
        CREATE (a:Person:Actor {troupe: 'A', no: 1, names: ['Ann@en', 'Anne@fr'], born: date('1900-01-01')}),
               (b:Person:Actor:Director {troupe: 'B', no: 1, names: ['Ben']}),
               (c:Person {troupe: 'A', no: 2, names: []}),
               (p:Play {code: 'P/1', title: 'Hamlet@en', synopsis: 'He dies.'}), (q:Play {code: 'P/2', title: 'Faust'}),
               (e:Performance {on: date('1930-01-01')}), (f:Performance),
               (e)-[:OF {nr: 1}]->(p), (e)-[:BY {role: 'Hamlet'}]->(a), (e)-[:BY]->(b), (f)-[:OF {nr: 2}]->(q),
               (f)-[:BY]->(b), (b)-[:TAUGHT {years: [1, 2]}]->(a), (b)-[:TAUGHT]->(c)
        """,
    ),
    wrong={"labels": {"Person": {"id": "no", "name": "names"}}, "relations": ["TAUGHT"]},
    said=r"(?s)`names` is no text.*ids that more than one node has: '1' .*no property of Person .*takes several",
    right={
        "labels": {
            **{kind: {"id": ["troupe", "no"], "name": "names"} for kind in ("Director", "Actor", "Person")},
            "Play": {"id": "code", "name": "title", "text": "synopsis"},
        },
        "relations": ["TAUGHT"],
        "facts": {"plays_in": {"path": ["<BY", "OF"]}},
        "languages": ["fr", "en"],
    },
    entities={"Director": ["B/1"], "Actor": ["A/1"], "Person": ["A/2"], "Play": ["P/1", "P/2"]},
    facts=[
        ("A/1", "plays_in", "P/1"),
        ("B/1", "TAUGHT", "A/1"),
        ("B/1", "TAUGHT", "A/2"),
        ("B/1", "plays_in", "P/1"),
        ("B/1", "plays_in", "P/2"),
    ],
    link=("A/2", "plays_in", "P/2"),
)
# A harbour, whose things are called as ours are, and are facts nevertheless.
HARBOUR = Odd(
    made=(
        "CREATE CONSTRAINT entity_id FOR (n:Entity) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT their_names FOR (n:Model) REQUIRE n.name IS UNIQUE",
        "CREATE FULLTEXT INDEX entity_words FOR (n:Model|Decision) ON EACH [n.text]",
        """
        CREATE (s:Entity:Model {id: 1, name: ['Rose@en', 'Rosa@de'], scale: '1:50', text: 'Oak.', sources: ['yard'],
                 adopted: ['x'], vlkge: 1}),
               (t:Entity:Model {id: 2, name: ['Gull@en'], version: '1:50', text: 3}),
               (d:Decision:Entity {id: 3, by: 'judge', verdict: 'sunk', at: date('1800-01-01')}),
               (:Vlkge:Schema {of: 'wind'}), (t)-[:OF]->(s),
               (d)-[:PREDICTED {by: 'court', key: 'k', vlkge: true, split: 'east', sources: ['x']}]->(s)
        """,
    ),
    wrong={"labels": {"Model": {"id": "id"}}, "relations": ["PREDICTED"]},
    said="the label 'Model' .* is reserved for this project.*VLKGE_PREFIX=vk_",
    right={
        "labels": {"Model": {"id": "id", "name": "name", "text": "text"}, "Decision": {"id": "id", "name": "by"}},
        "relations": ["PREDICTED", "OF"],
        "languages": ["de", "en"],
    },
    entities={"Model": ["1", "2"], "Decision": ["3"]},
    facts=[("2", "OF", "1"), ("3", "PREDICTED", "1")],
    link=("3", "OF", "2"),
    prefix="vk_",
)
ODDS = {"archive": ARCHIVE, "theatre": THEATRE, "harbour": HARBOUR}


def make(database: Database, odd: Odd) -> None:
    for text in odd.made:
        run(database, text, **odd.parameters)
    run(database, "CALL db.awaitIndexes(60)")


@pytest.mark.parametrize("kind", ODDS)
def test_a_wrong_specification_is_told_with_its_way_out(kind: str, database: Database, tmp_path: Path) -> None:
    odd = ODDS[kind]
    make(database, odd)
    before = snapshots.take(database)
    with pytest.raises(InputError, match=odd.said):
        adopt(database, AdoptSpec(**odd.wrong), store=PictureStore(tmp_path), folder=tmp_path)
    assert snapshots.take(database) == before


@pytest.mark.parametrize("kind", ODDS)
def test_it_is_used_and_given_back(
    kind: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = ODDS[kind]
    monkeypatch.setenv(prefix.VARIABLE, odd.prefix)
    make(database, odd)
    before = snapshots.take(database)
    spec = AdoptSpec(**odd.right)
    adopt(database, spec, store=PictureStore(tmp_path), folder=tmp_path)
    assert adopt(database, spec, store=PictureStore(tmp_path), folder=tmp_path).changed == 0
    data = export(database)
    assert {label: data[label].id for label in data.node_types} == odd.entities
    facts = facts_of(data)[["head", "relation", "tail"]]
    assert sorted(map(tuple, facts.to_numpy().tolist())) == sorted(odd.facts)
    head, relation, tail = odd.link
    register_model(database, "v1", "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
    columns = ["head", "relation", "tail", "score", "rank", "probability"]
    frame = pd.DataFrame([(*odd.link, 1.0, 1, 0.8)], columns=columns)
    publish(database, frame, model_version="v1", run_id="one")
    decide(database, [Choice(id="d", head=head, relation=relation, tail=tail, verdict="accepted")], by="ana")
    for ids in odd.entities.values():
        profile = read_profile(database, ids[0])
        assert profile is not None
        assert profile.model_dump_json()
    for label in odd.entities:
        query.run(database, "count_coverage", label=label)
        query.run(database, "list_missing_facts", label=label, relation=relation)
    assert snapshots.harm(before, snapshots.take(database)) == []
    unadopt(database, records=True)
    assert snapshots.take(database) == before
