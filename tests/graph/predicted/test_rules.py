"""Rules in the graph: there as long as a link cites them, and nobody else's nodes are touched."""

import json

import pandas as pd
import pytest

import cypher
from graph.connection import Database
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.query import run
from graph.schema import setup_schema

MONET = json.dumps(["hasStyle", "s1", ">madeBy", "a1"], separators=(",", ":"))
PATH = json.dumps(["hasStyle", None, ">madeBy", "<madeBy", ">hasStyle", None], separators=(",", ":"))
SAID = "Of 45 works made by Monet whose style is known, 43 have style Impressionism."


@pytest.fixture
def art(database: Database) -> Database:
    setup_schema(database)
    with database.session() as session:
        session.run("UNWIND ['w1', 'w2', 's1', 's2', 'a1'] AS id CREATE (:Entity:Vlkge {id: id, name: id})").consume()
        session.run("CREATE (:LinkRule {title: 'a rule of somebody else'})").consume()
    register_model(database, "v1", "distmult", {}, {}, "f00d", {})
    return database


def links(*rows: tuple[str, str, str | None, str | None, int | None, int | None]) -> pd.DataFrame:
    columns = ["head", "tail", "rule_key", "rule", "rule_support", "rule_of"]
    frame = pd.DataFrame(rows, columns=columns).astype({"rule_support": "Int64", "rule_of": "Int64"})
    more = [["another"] if key else [] for key in frame["rule_key"]]
    confidence = frame["rule_support"].astype("float64") / frame["rule_of"].astype("float64")
    return frame.assign(relation="hasStyle", score=1.0, rank=1, rule_confidence=confidence, more_rules=more)


def rules(database: Database) -> dict[str, tuple[int, int]]:
    query = "MATCH (r:LinkRule) WHERE r.key IS NOT NULL RETURN r.key AS key, r.support AS s, r.of AS o"
    return {row["key"]: (row["s"], row["o"]) for row in database.driver.execute_query(query).records}


def test_the_rules_that_links_cite_are_nodes_and_lead_to_the_links(art: Database) -> None:
    publish(art, links(("w1", "s1", MONET, SAID, 42, 44), ("w2", "s1", MONET, SAID, 43, 45)), model_version="v1")
    assert rules(art) == {MONET: (43, 45)}  # w1 was itself counted, so its own counts are one lower
    (rule,) = run(art, "list_rules", relation="hasStyle").to_dict("records")
    assert (rule["sentence"], rule["links"]) == (SAID, 2)
    found = run(art, "list_links_of_rule", rule=MONET)
    assert sorted(zip(found["head"], found["tail"], strict=True)) == [("w1", "s1"), ("w2", "s1")]
    query = "MATCH (r:LinkRule {key: $key}) RETURN r.path AS path, r.value AS value, r.answer AS answer"
    (node,) = art.driver.execute_query(query, key=MONET).records
    assert (node["path"], node["value"], node["answer"]) == ([">madeBy"], "a1", "s1")


def test_a_rule_that_no_link_cites_any_more_goes_and_others_nodes_stay(art: Database) -> None:
    publish(art, links(("w1", "s1", MONET, SAID, 43, 45), ("w2", "s2", PATH, "Following …", 5, 9)), model_version="v1")
    assert set(rules(art)) == {MONET, PATH}
    publish(art, links(("w1", "s1", MONET, SAID, 43, 45), ("w2", "s2", None, None, None, None)), model_version="v1")
    assert set(rules(art)) == {MONET}
    foreign = art.driver.execute_query("MATCH (r:LinkRule) WHERE r.title IS NOT NULL RETURN count(r) AS n").records
    assert foreign[0]["n"] == 1


def test_publishing_again_writes_the_same_rules(art: Database) -> None:
    for _ in range(2):
        publish(art, links(("w1", "s1", MONET, SAID, 43, 45)), model_version="v1")
        assert rules(art) == {MONET: (43, 45)}


def test_links_without_rules_are_published_as_before(art: Database) -> None:
    plain = pd.DataFrame([("w1", "hasStyle", "s1", 1.0, 1)], columns=["head", "relation", "tail", "score", "rank"])
    publish(art, plain, model_version="v1")
    assert rules(art) == {}


@pytest.mark.parametrize("name", ["predict/delete_uncited_rules", "query/list_rules", "query/list_links_of_rule"])
def test_the_links_of_a_rule_are_found_by_their_index(art: Database, name: str) -> None:
    statement = cypher.load(name)
    values = statement.bind(rule=MONET) if name.endswith("of_rule") else statement.bind()
    with art.session() as session:
        plan = str(session.run(f"EXPLAIN {statement.text}", values).consume().plan)
    assert "RelationshipIndexSeek" in plan
    assert "RelationshipTypeScan" not in plan
