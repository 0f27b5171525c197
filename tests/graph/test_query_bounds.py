"""What is asked of one large museum, of a large queue and of many people costs no more where these are larger still."""

from collections.abc import Callable

import pytest

from benchmarks.queries import Profiler
from graph import query
from graph.connection import Database
from graph.page import answers, audit, batch, entities, review_queue
from graph.page.review_queue import Filters
from graph.page.withheld import Withheld
from graph.schema import setup_schema
from tests.conftest import delete_all

WORKS = (1_500, 6_000)
# Each work has one link, hangs in the large museum and, every second one, in the small one.
MADE = """
UNWIND range(0, $works - 1) AS i
WITH i, toFloat(i * 7919 % $works) / $works AS draw
MERGE (hub:Entity:Vlkge:Museum {primary_label: 'Museum', id: 'hub'})
MERGE (other:Entity:Vlkge:Museum {primary_label: 'Museum', id: 'other'})
MERGE (style:Entity:Vlkge:Style {primary_label: 'Style', id: 's' + (i % 40)})
CREATE (w:Entity:Vlkge:Work {primary_label: 'Work', id: 'w' + i, name: 'Work of ' + i, year: 1800 + i % 100,
  image_sha256: 'p' + i, rights: 'all rights reserved'})
CREATE (w)-[:isLocatedIn {vlkge: true}]->(hub), (w)-[:hasStyle {vlkge: true}]->(style)
FOREACH (_ IN CASE i % 2 WHEN 0 THEN [1] ELSE [] END | CREATE (w)-[:isLocatedIn {vlkge: true}]->(other))
CREATE (w)-[:PREDICTED {vlkge: true, key: 'k' + i, relation: 'depicts', verdict: 'pending', state: 'current',
  draw: draw, priority: draw, uncertainty: draw}]->(style)
CREATE (:Decision:Vlkge {id: 'd' + i, key: 'k' + i, number: 1, by: ['ana', 'ben'][i % 2], verdict: 'accepted',
  at: datetime('2026-01-01T00:00:00Z') + duration({hours: i})})
"""
DECADE = Filters(decade=1890)
ASKED: dict[str, Callable[[Database], object]] = {
    "queue of a museum": lambda database: review_queue.list_keys(database, Filters(near="hub"), limit=2),
    "queue of an answer": lambda database: review_queue.list_keys(database, Filters(answer="s3"), limit=2),
    "batch of a museum": lambda database: batch.list_batch(database, Filters(), ("isLocatedIn", "hub")),
    "count of a museum": lambda database: review_queue.count_links(database, Filters(near="hub"), most=200),
    "count of a decade": lambda database: review_queue.count_links(database, DECADE, most=900, scanned=1_000),
    "count of a kind": lambda database: review_queue.count_links(
        database, Filters(label="Museum", relation="depicts"), most=900, scanned=1_000
    ),
    "count of all": lambda database: review_queue.count_links(database, Filters(), most=200),
    "parts by answer": lambda database: review_queue.list_parts(database, "answer"),
    "parts by decade": lambda database: review_queue.list_parts(database, "decade"),
    "parts by fact": lambda database: review_queue.list_parts(database, "isLocatedIn"),
    "comparison": lambda database: query.run(
        database, "compare_entities", first="hub", second="other", scanned=400
    ),
    "search by a name": lambda database: query.run(database, "find_entity", words="work of"),
    "kinds of answers": lambda database: answers.list_kinds(database, "w1", "hasStyle"),
    "picture by rights": lambda database: "p7" in Withheld(database, "(?i)all rights reserved"),
    "people": audit.list_people,
    "decisions by person": lambda database: audit.count_by_person(database, newest=400),
}  # fmt: skip


def test_costs_do_not_grow(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_queue, "MOST_DIVIDED", 500)
    monkeypatch.setattr(batch, "MOST_ROWS", 20)
    fewer, more = (_hits(database, works) for works in WORKS)
    grown = {name: (fewer[name], more[name]) for name in ASKED if more[name] > 1.3 * fewer[name] + 50}
    assert not grown


def test_a_museum_s_page_names_a_number_of_its_facts(database: Database) -> None:
    _hits(database, works := WORKS[1])
    profiler = Profiler(database)
    profile = entities.read_profile(profiler, "hub")
    assert profile is not None
    assert [(facts.relation, facts.count, len(facts.others)) for facts in profile.facts] == [("isLocatedIn", works, 24)]
    names = [fact.name for fact in profile.facts[0].others]
    assert names == sorted(names)
    ((_, hits, _),) = profiler.found["review/read_entity"]
    assert hits < 6 * works + 5_000


def _hits(database: Database, works: int) -> dict[str, int]:
    """The database hits of each question on a graph of so many works."""
    delete_all(database, but="n:Schema")
    setup_schema(database)
    database.driver.execute_query(MADE, works=works)
    database.driver.execute_query("CALL db.awaitIndexes(60)")
    # The planner goes by statistics that are otherwise brought up to date some time after a write.
    database.driver.execute_query("CALL db.prepareForReplanning()")
    hits = {}
    for name, ask in ASKED.items():
        profiler = Profiler(database)
        ask(profiler)
        hits[name] = sum(cost for profiles in profiler.found.values() for _, cost, _ in profiles)
    return hits
