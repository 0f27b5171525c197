"""What a page of each query costs on a graph with 100,000 predicted links: database hits per row that it returns."""

from typing import Any

import pytest

from graph import query
from graph.connection import Database
from graph.migrations import VERSION
from graph.schema import setup_schema

pytestmark = pytest.mark.bare

# Lists by id begin where the works do: entities of other labels are passed over, a few hits each, once in all pages.
LINKS, WORKS, STYLES = 100_000, 20_000, 1_000
PAGES: dict[str, list[dict[str, object]]] = {
    "list_strongest_links": [{}, {"after_probability": 0.5, "after_key": "l"}, {"least": 0.9}],
    "list_links_of_relation": [
        {"relation": "r1"},
        {"relation": "r1", "after_probability": 0.5, "after_key": "l"},
        {"relation": "r1", "least": 0.9},
        {"relation": "r1", "state": "stale"},
    ],
    "list_competing_links": [{"relation": "r1"}, {"relation": "r1", "least": 0.1, "before": 0.6}],
    "list_moved_links": [{}, {"before": 0.3}],
    "list_decisions": [{"by": "ana"}, {"by": "ana", "before": "2026-06-01T00:00:00Z"}],
    "list_missing_facts": [{"label": "Work", "relation": "r1", "after": id_} for id_ in ("w", "w3")],
    "list_conflicting_facts": [{"relation": "madeBy", "after": "w"}, {"relation": "madeBy", "after": "w3"}],
    "list_unlikely_facts": [{"relation": "madeBy"}, {"relation": "madeBy", "after_likelier": 0.5, "after_key": "d"}],
    "list_probable_duplicates": [{"after": "w"}, {"after": "w3"}],
    "list_similar_attributions": [{"relation": "madeBy", "after": "w"}, {"relation": "madeBy", "after": "w3"}],
}  # fmt: skip

# Every second probability is shared by thousands of links, as calibration in steps makes them.
LINK = """
UNWIND range(0, $links - 1) AS i
WITH i, toFloat(i * 7919 % $links) / $links AS draw
WITH i, draw, CASE i % 2 WHEN 0 THEN draw ELSE round(draw, 1) END AS probability
MATCH (h:Entity:Vlkge {id: 'w' + (i % $works)}), (t:Entity:Vlkge {id: 's' + (i / 100)})
USING INDEX SEEK h:Entity(id)
USING INDEX SEEK t:Entity(id)
CALL (i, draw, probability, h, t) {
  CREATE (h)-[:PREDICTED {vlkge: true, key: 'k' + i, relation: 'r' + (i / $works % 3), verdict: 'pending', rank: 1,
    draw: draw,
    state: CASE i % 10 WHEN 3 THEN 'stale' ELSE 'current' END, score: probability, probability: probability,
    priority: probability, uncertainty: 1 - abs(2 * probability - 1), moved: draw / 2,
    previous_probability: probability / 2, run_id: 'one', model_version: 'v1'}]->(t)
} IN TRANSACTIONS OF 20000 ROWS
"""
WORK = """
UNWIND range(0, $works - 1) AS i
WITH i, [f IN [1, 37, 101, 211] | sin(f * (i / 2) + 1)] AS vector
CREATE (:Entity:Vlkge:Work {primary_label: 'Work', id: 'w' + i, name: 'Work ' + (i / 2), visual: vector,
  textual: vector})
"""
FACTS = """
MATCH (h:Entity:Vlkge:Work)
WITH h, toInteger(substring(h.id, 1)) AS i
MATCH (one:Entity:Vlkge {id: 's' + (i % 900)}), (two:Entity:Vlkge {id: 's' + (i % 900 + 1)})
USING INDEX SEEK one:Entity(id)
USING INDEX SEEK two:Entity(id)
CREATE (h)-[:madeBy {vlkge: true, split: 'train', sources: ['a']}]->(one)
FOREACH (_ IN CASE i % 2 WHEN 0 THEN [1] ELSE [] END |
  CREATE (h)-[:madeBy {vlkge: true, split: 'train', sources: ['b']}]->(two))
"""
DOUBTS = """
UNWIND range(0, 19999) AS i
CREATE (:Doubt:Vlkge {key: 'd' + i, relation: CASE i % 2 WHEN 0 THEN 'madeBy' ELSE 'hasStyle' END, head: 'w' + i,
  tail: 's' + (i % 900), likelier: round(i / 20000.0, 2), share: 0.01, rank: 2, candidates: 3, other: 's7',
  other_share: 0.9, model_version: 'v1'})
"""
DECISIONS = """
UNWIND range(0, 4999) AS i
CREATE (:Decision:Vlkge {id: 'd' + i, key: 'k' + i, number: 1, head: 'w' + i, relation: 'r1', tail: 's1',
  queue: 'review', by: ['ana', 'ben'][i % 2], verdict: 'accepted',
  at: datetime('2026-01-01T00:00:00Z') + duration({hours: i})})
"""


@pytest.fixture
def large(database: Database) -> Database:
    """20,000 works with pictures and texts, 1,000 styles, 100,000 links in three relations, decisions and doubts."""
    database.write("schema/create_entity_key")
    database.write("schema/record_version", version=VERSION)
    with database.session() as session:
        session.run(
            "UNWIND range(0, $n - 1) AS i CREATE (:Entity:Vlkge:Style {primary_label: 'Style', id: 's' + i})", n=STYLES
        ).consume()
        session.run(WORK, works=WORKS).consume()
        session.run(LINK, links=LINKS, works=WORKS).consume()
        session.run(FACTS).consume()
        session.run(DOUBTS).consume()
        session.run(DECISIONS).consume()
    # Filling an index from what is there is faster than keeping it up to date.
    setup_schema(database)
    database.write("vectors/create_visual_index", dimension=4)
    database.write("vectors/create_textual_index", dimension=4)
    database.write("schema/await_indexes")
    # The planner goes by statistics that are otherwise brought up to date some time after a write.
    database.driver.execute_query("CALL db.prepareForReplanning()")
    return database


def test_a_page_reads_less_than_fifty_entries_a_row(large: Database) -> None:
    for name, pages in PAGES.items():
        statement = query.find_query(name)
        for page in pages:
            with large.session() as session:
                result = session.run("PROFILE " + statement.text, statement.bind(**page))
                rows = len(result.data())
                profile: dict[str, Any] = result.consume().profile
            assert rows == 20, (name, page)
            assert hits(profile) / rows < 50, (name, page, hits(profile))


def hits(plan: dict[str, Any]) -> int:
    return int(plan["args"].get("DbHits", 0)) + sum(hits(child) for child in plan.get("children", []))
