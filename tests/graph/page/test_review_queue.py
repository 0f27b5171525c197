"""The queue's pages: nothing lost, nothing twice, and little more read than is shown."""

import hashlib
import json
from typing import Any

import pandas as pd
import pytest

import cypher
from benchmarks.queries import Profiler
from graph.connection import Database
from graph.page import review_queue
from graph.page.review_queue import MOST_COUNTED, Filters, Order, count_left, count_links, list_keys
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.schema import setup_schema
from tests.conftest import delete_all, drop_indexes

WORKS, STYLES = 300, 10
ROWS = 20
HITS_PER_ROW = 50


@pytest.fixture(scope="module")
def queue(connection: Database) -> Database:
    """3,000 links of two relations; probabilities have one decimal, so that hundreds of links share each."""
    drop_indexes(connection)
    delete_all(connection)
    setup_schema(connection)
    connection.driver.execute_query(
        "UNWIND range(1, $n) AS i "
        "CREATE (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'w' + i, name: 'work ' + i})",
        n=WORKS,
    )
    connection.driver.execute_query(
        "CREATE (m:Entity:Vlkge:Museum {primary_label: 'Museum', id: 'm1'}) WITH m MATCH (w:Artwork) "
        "WHERE w.id <> 'w7' CREATE (w)-[:isLocatedIn {vlkge: true}]->(m)"
    )
    connection.driver.execute_query(
        "UNWIND range(1, $n) AS i CREATE (:Entity:Vlkge:Style {primary_label: 'Style', id: 's' + i})", n=STYLES
    )
    register_model(connection, "m1", "complex", {}, {}, "f00d", {})
    rows = []
    for work in range(1, WORKS + 1):
        for style in range(1, STYLES + 1):
            number = int(hashlib.sha256(f"{work} {style}".encode()).hexdigest()[:4], 16)
            rows.append((f"w{work}", ("hasStyle", "hasGenre")[style % 2], f"s{style}", 1.0, 1, (number % 10) / 10))
    links = pd.DataFrame(rows, columns=["head", "relation", "tail", "score", "rank", "probability"])
    links["uncertainty"] = 1 - (links["probability"] - 0.5).abs()
    publish(connection, links, model_version="m1", run_id="monday")
    connection.driver.execute_query("CALL db.awaitIndexes(60)")
    # The planner goes by statistics that are otherwise brought up to date some time after a write.
    connection.driver.execute_query("CALL db.prepareForReplanning()")
    return connection


def properties(database: Database, key: str) -> dict[str, object]:
    record = database.driver.execute_query(
        "MATCH ()-[p:PREDICTED {vlkge: true, key: $k}]->() RETURN p {.*} AS p", k=key
    ).records[0]
    return dict(record["p"])


def walk(database: Database, filters: Filters, size: int, most: int = WORKS * STYLES) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    while len(found) < most and (keys := list_keys(database, filters, after=found[-1] if found else None, limit=size)):
        found += [properties(database, keys[-1])] if len(keys) == 1 else [
            *({"key": key} for key in keys[:-1]), properties(database, keys[-1])
        ]  # fmt: skip
    return found


@pytest.mark.parametrize("order", ["probability", "uncertainty", "entity", "audit"])
@pytest.mark.parametrize("relation", [None, "hasStyle"])
def test_pages_hold_every_link_once(queue: Database, order: Order, relation: str | None) -> None:
    filters = Filters(order=order, relation=relation, low=0.3)
    keys = [str(row["key"]) for row in walk(queue, filters, 170)]
    expected = queue.driver.execute_query(
        "MATCH ()-[p:PREDICTED]->() WHERE p.probability >= 0.3 AND ($r IS NULL OR p.relation = $r) RETURN p.key",
        r=relation,
    ).records
    assert len(keys) == len(set(keys))
    assert set(keys) == {record[0] for record in expected}
    assert count_left(queue, filters) == min(len(keys), MOST_COUNTED)


@pytest.mark.parametrize(("order", "column"), [("probability", "probability"), ("uncertainty", "uncertainty")])
def test_the_highest_come_first(queue: Database, order: Order, column: str) -> None:
    values = [
        float(str(properties(queue, key)[column])) for key in list_keys(queue, Filters(order=order), limit=400)[::40]
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1]


def test_the_links_of_a_head_follow_each_other(queue: Database) -> None:
    heads = [json.loads(key)[0] for key in list_keys(queue, Filters(order="entity"), limit=30)]
    assert [heads.count(head) for head in dict.fromkeys(heads)] == [10, 10, 10]


ALL_LISTS = [name for name in cypher.names("review") if name.removeprefix("review/list_").split("_of_")[0] in
             ("probable", "uncertain", "drawn", "keyed")]  # fmt: skip


@pytest.mark.parametrize("name", ALL_LISTS)
@pytest.mark.parametrize("deep", [False, True])
def test_a_page_reads_less_than_fifty_hits_a_row(queue: Database, name: str, deep: bool) -> None:
    statement = cypher.load(name)
    values: dict[str, object] = {
        **{"relation": "hasStyle" if "of_relation" in name else None, "label": None, "run": None, "pictured": None},
        **{"decade": None, "dated": [], "near": None, "via": None, "answer": None, "scanned": None},
        **{"low": 0.0, "high": 1.0, "limit": ROWS, "key": '["w5' if deep else "", "value": 0.6 if deep else None},
    }
    bound = statement.bind(**{parameter.name: values[parameter.name] for parameter in statement.parameters})
    with queue.session() as session:
        result = session.run(f"PROFILE {statement.text}", bound)
        assert len(result.data()) == ROWS
        assert hits(result.consume().profile) < HITS_PER_ROW * ROWS


@pytest.mark.parametrize("order", ["probability", "uncertainty", "entity", "audit"])
@pytest.mark.parametrize(
    "narrow", [{"near": "m1"}, {"near": "m1", "relation": "hasStyle", "high": 0.5}, {"answer": "s3"}]
)
def test_pages_of_many_narrow_links_hold_what_sorting_all_of_them_gives(
    queue: Database, order: Order, narrow: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = Filters(order=order, **narrow)
    pages = [str(row["key"]) for row in walk(queue, filters, 25, most=125)]
    monkeypatch.setattr(review_queue, "_worth_scanning", lambda *_: 0)
    assert pages == list_keys(queue, filters, limit=len(pages))
    assert len(pages) == 125
    assert not any(json.loads(key)[0] == "w7" for key in pages if filters.near)


@pytest.mark.parametrize("order", ["probability", "uncertainty", "entity", "audit"])
@pytest.mark.parametrize("relation", [None, "hasStyle"])
def test_a_page_of_a_large_museum_reads_little_more_than_the_links_of_its_heads(
    queue: Database, order: Order, relation: str | None
) -> None:
    profiler = Profiler(queue)
    assert len(list_keys(profiler, Filters(near="m1", order=order, relation=relation), limit=ROWS)) == ROWS
    assert "review/list_narrow" not in profiler.found
    assert sum(cost for profiles in profiler.found.values() for _, cost, _ in profiles) < 3 * HITS_PER_ROW * ROWS


def test_counts_say_where_not_all_were_looked_at(queue: Database) -> None:
    pictured = Filters(picture=True)
    assert count_links(queue, pictured) == (0, 0, False)
    assert count_links(queue, pictured, scanned=100) == (0, 0, True)
    assert count_links(queue, Filters(relation="hasStyle"), most=50, scanned=50) == (50, 0, False)


def test_a_museum_of_decided_links_is_said_to_have_more(queue: Database) -> None:
    """Of 2,990 links twice the limit are looked at: decided ones may be all that is met."""
    queue.driver.execute_query("MATCH (w)-[p:PREDICTED]->() WHERE w.id <> 'w300' SET p.verdict = 'rejected'")
    try:
        few, all_ = (count_links(queue, Filters(near="m1"), most=most) for most in (50, 3_000))
        assert (few.decided, few.left < 50, few.more) == (50, True, True)
        assert (all_.left, all_.decided, all_.more) == (10, 2_980, False)
    finally:
        queue.driver.execute_query("MATCH ()-[p:PREDICTED]->() SET p.verdict = 'pending'")


def test_what_the_random_sample_says_reads_none_of_the_undecided_links_behind_it(queue: Database) -> None:
    with queue.session() as session:
        result = session.run(f"PROFILE {cypher.load('decisions/list_audited').text}")
        assert result.data() == []
        assert hits(result.consume().profile) < HITS_PER_ROW


def hits(plan: dict[str, object] | None) -> int:
    assert plan is not None
    children: list[dict[str, object]] = plan.get("children", [])  # type: ignore[assignment]
    return int(str(plan.get("dbHits", 0))) + sum(hits(child) for child in children)
