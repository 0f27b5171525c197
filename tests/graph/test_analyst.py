"""The ten questions of docs/queries.md: an index serves each, and what it reads is in proportion to what it tells."""

import re
from pathlib import Path
from typing import Any

import pytest

from graph.connection import Database
from graph.migrations import VERSION
from graph.schema import setup_schema
from tests.graph.test_query_cost import hits

pytestmark = pytest.mark.bare

PAGE = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
WORKS, MUSEUMS, STYLES, LINKS = 20_000, 200, 100, 100_000
SCANS = re.compile(r"AllNodesScan|NodeByLabelScan|RelationshipTypeScan|AllRelationshipsScan")
# For each question: its parameters, how many rows it tells, and the most hits for each.
QUESTIONS: list[tuple[dict[str, Any], int, int]] = [
    ({}, 20, 40),
    ({"museum": "m7"}, 20, 250),  # 100 works with five links each are compared for the best twenty
    ({"after": ""}, 20, 60),
    ({"after": ""}, 20, 1_500),  # of 100 works each, of which 50 lack a style
    ({}, 20, 60),
    ({"run": "two", "run_before": "one"}, 500, 40),
    ({}, 10, 1_000),  # of the relation's 500 decisions
    ({"entity": "w7"}, 8, 40),
    ({"artist": "a3"}, 20, 1_000),  # one link in 50 has this artist in its evidence
    ({"person": "ana", "since": "2026-01-05T00:00:00Z"}, 20, 40),
]
NODES = """
UNWIND range(0, $works - 1) AS i
CREATE (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'w' + i, name: 'Work ' + i})
"""
OTHERS = """
UNWIND range(0, $museums - 1) AS i
CREATE (:Entity:Vlkge:Museum {primary_label: 'Museum', id: 'm' + i, name: 'Museum ' + i})
"""
TAILS = """
UNWIND range(0, $styles - 1) AS i
CREATE (:Entity:Vlkge:Style {primary_label: 'Style', id: 's' + i, name: 'Style ' + i})
"""
FACTS = """
UNWIND range(0, $works - 1) AS i
MATCH (w:Entity {id: 'w' + i}), (m:Entity {id: 'm' + (i % $museums)}), (s:Entity {id: 's' + (i % $styles)})
USING INDEX SEEK w:Entity(id)
USING INDEX SEEK m:Entity(id)
USING INDEX SEEK s:Entity(id)
CREATE (w)-[:isLocatedIn {vlkge: true, split: 'train', sources: ['files']}]->(m)
FOREACH (_ IN CASE (i / 40) % 2 WHEN 0 THEN [1] ELSE [] END |
  CREATE (w)-[:hasStyle {vlkge: true, split: 'train', sources: ['files', 'prediction']}]->(s))
"""
LINK = """
UNWIND range(0, $links - 1) AS i
MATCH (w:Entity {id: 'w' + (i % $works)}), (s:Entity {id: 's' + ((i / $works * 7 + i) % $styles)})
USING INDEX SEEK w:Entity(id)
USING INDEX SEEK s:Entity(id)
CALL (i, w, s) {
  CREATE (w)-[:PREDICTED {vlkge: true, key: 'k' + i, verdict: 'pending', rank: 1,
    relation: CASE i / $works % 2 WHEN 0 THEN 'hasStyle' ELSE 'depicts' END,
    state: CASE i % 40 WHEN 39 THEN 'stale' ELSE 'current' END, probability: (i * 7919 % $links) * 1.0 / $links,
    priority: (i * 7919 % $links) * 1.0 / $links, evidence_ids: ['a' + (i % 50)], model_version: 'v1',
    run_id: CASE i % 40 WHEN 0 THEN 'two' WHEN 39 THEN 'one' ELSE 'zero' END}]->(s)
} IN TRANSACTIONS OF 20000 ROWS
"""
DECISIONS = """
UNWIND range(0, 999) AS i
CREATE (:Decision:Vlkge {id: 'd' + i, key: 'k' + i, number: 1, head: 'w' + i, tail: 's' + (i % $styles),
  model_version: 'v1', relation: CASE i % 2 WHEN 0 THEN 'hasStyle' ELSE 'depicts' END, by: ['ana', 'ben'][i % 2],
  verdict: 'accepted',
  probability: i % 10 / 10.0, calibrated_on: ['relation', 'pooled'][i / 2 % 2],
  at: datetime('2026-01-01T00:00:00Z') + duration({hours: i})})
"""


def questions() -> list[str]:
    """The statements of the page's section, in their order."""
    section = PAGE.partition("## Ten questions in plain Cypher")[2].partition("\n## ")[0]
    return ["\n".join(block) for block in _blocks(section)]


def _blocks(section: str) -> list[list[str]]:
    blocks: list[list[str]] = []
    for part in re.split(r"(?m)^\d+\. ", section)[1:]:
        blocks.append([line[8:] for line in part.splitlines() if line.startswith("        ")])
    return blocks


@pytest.fixture
def collection(database: Database) -> Database:
    """20,000 works in 200 museums, every second one without a style; 100,000 links of two relations; decisions."""
    sizes = {"works": WORKS, "museums": MUSEUMS, "styles": STYLES, "links": LINKS}
    database.write("schema/create_entity_key")
    database.write("schema/record_version", version=VERSION)
    with database.session() as session:
        for statement in (NODES, OTHERS, TAILS, FACTS, LINK, DECISIONS):
            session.run(statement, **sizes).consume()
        # Filling an index from what is there is faster than keeping it up to date.
        setup_schema(database)
        session.run("CALL db.awaitIndexes(300)").consume()
        session.run("CALL db.prepareForReplanning()").consume()
    return database


def test_an_index_serves_each_question(collection: Database) -> None:
    statements = questions()
    assert len(statements) == len(QUESTIONS) == 10
    for number, (statement, (parameters, rows, most)) in enumerate(zip(statements, QUESTIONS, strict=True), 1):
        with collection.session() as session:
            result = session.run("PROFILE " + statement, parameters)
            told = len(result.data())
            profile: dict[str, Any] = result.consume().profile
        assert not [name for name in operators(profile) if SCANS.search(name)], number
        assert told >= rows, (number, told)
        assert hits(profile) / told < most, (number, hits(profile), told)


def operators(plan: dict[str, Any]) -> list[str]:
    return [plan["operatorType"], *(name for child in plan.get("children", []) for name in operators(child))]
