"""Doubts about recorded facts: kept beside the facts, replaced by the next judgement, and asked for."""

from typing import Any

import pandas as pd
import pytest

from base.errors import InputError
from graph import query
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.exporting.export import export
from graph.predicted.registry import register_model
from graph.predicted.unlikely_facts import COLUMNS, publish_doubts
from graph.schema import setup_schema

FACTS = [
    ("w1", "madeBy", "mondrian"),
    ("w2", "madeBy", "mondrian"),
    ("w3", "madeBy", "mondrian"),
    ("w1", "hasStyle", "cubism"),
]
GRAPH = """
UNWIND ['w1', 'w2', 'w3'] AS id
CREATE (:Entity:Vlkge:Work {primary_label: 'Work', id: id, name: 'Work ' + id, sources: ['museum']})
WITH count(*) AS works
UNWIND ['mondrian', 'malevich'] AS id
CREATE (:Entity:Vlkge:Artist {primary_label: 'Artist', id: id, name: toUpper(id), sources: ['museum']})
WITH count(*) AS artists
CREATE (:Entity:Vlkge:Style {primary_label: 'Style', id: 'cubism', sources: ['museum']})
WITH artists
UNWIND $facts AS f
MATCH (h:Entity:Vlkge {id: f[0]}), (t:Entity:Vlkge {id: f[2]})
CREATE (h)-[:$(f[1]) {vlkge: true, split: 'train', sources: ['museum'], asserted_at: datetime('2026-01-01')}]->(t)
"""


@pytest.fixture
def museum(database: Database) -> Database:
    """Three works, all recorded as by Mondrian; model v1."""
    setup_schema(database)
    run(database, GRAPH, facts=FACTS)
    register_model(database, "v1", "distmult", {}, {}, "f00d", {})
    return database


def run(database: Database, text: str, **parameters: Any) -> list[dict[str, Any]]:
    records, _, _ = database.driver.execute_query(text, parameters, database_=database.name)
    return [record.data() for record in records]


def doubts(*likelier: tuple[str, float], relation: str = "madeBy", tail: str = "mondrian") -> pd.DataFrame:
    """Doubtful facts as (head, likelier), where the model would rather say Malevich."""
    rows = [(head, relation, tail, value, 0.01, 2, 2, "malevich", 0.9) for head, value in likelier]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def heads(database: Database, **parameters: Any) -> list[str]:
    found: list[str] = query.run(database, "list_unlikely_facts", relation="madeBy", **parameters)["head"].tolist()
    return found


def test_the_least_likely_fact_comes_first_with_what_the_model_would_rather_say(museum: Database) -> None:
    found = doubts(("w1", 0.5), ("w3", 0.9))
    assert publish_doubts(museum, found, model_version="v1", relations=["madeBy"]) == {"madeBy": 2}
    answer = query.run(museum, "list_unlikely_facts", relation="madeBy")
    assert answer["head"].tolist() == ["w3", "w1"]
    first = answer.iloc[0]
    assert (first["head_name"], first["tail_name"], first["other_name"]) == ("Work w3", "MONDRIAN", "MALEVICH")
    assert (first["likelier"], first["share"], first["other_share"], first["rank"]) == (0.9, 0.01, 0.9, 2)
    assert (first["sources"], first["model_version"]) == (["museum"], "v1")
    assert heads(museum, least=0.6) == ["w3"]


def test_pages_part_facts_of_equal_standing(museum: Database) -> None:
    publish_doubts(museum, doubts(("w1", 0.5), ("w2", 0.5), ("w3", 0.7)), model_version="v1", relations=["madeBy"])
    seen, after = [], {}
    while len(page := query.run(museum, "list_unlikely_facts", relation="madeBy", limit=1, **after)):
        seen += page["head"].tolist()
        after = {"after_likelier": float(page["likelier"][0]), "after_key": page["key"][0]}
    assert seen == ["w3", "w2", "w1"]


def test_a_judgement_replaces_that_of_the_same_relations_only(museum: Database) -> None:
    first = pd.concat([doubts(("w1", 0.5)), doubts(("w1", 0.5), relation="hasStyle", tail="cubism")])
    publish_doubts(museum, first, model_version="v1", relations=["madeBy", "hasStyle"])
    publish_doubts(museum, doubts(("w2", 0.4)), model_version="v1", relations=["madeBy"])
    assert heads(museum) == ["w2"]
    assert len(query.run(museum, "list_unlikely_facts", relation="hasStyle")) == 1
    publish_doubts(museum, doubts(), model_version="v1", relations=["madeBy"])
    assert heads(museum) == []


def test_the_facts_and_their_fingerprint_stay_as_they_were(museum: Database) -> None:
    statement = "MATCH (h)-[r]->(t) RETURN h.id AS h, type(r) AS r, t.id AS t, properties(r) AS p ORDER BY h, r, t"
    before, fingerprint = run(museum, statement), export(museum).fingerprint
    publish_doubts(museum, doubts(("w1", 0.5)), model_version="v1", relations=["madeBy"])
    assert run(museum, statement) == before
    assert export(museum).fingerprint == fingerprint


def test_facts_that_were_corrected_or_confirmed_are_no_longer_listed(museum: Database) -> None:
    publish_doubts(museum, doubts(("w1", 0.5), ("w2", 0.6), ("w3", 0.7)), model_version="v1", relations=["madeBy"])
    run(museum, "MATCH ({id: 'w1'})-[r:madeBy]->() DELETE r")
    decide(museum, [Choice(id="1", head="w3", relation="madeBy", tail="mondrian", verdict="accepted")], by="ana")
    assert heads(museum) == ["w2"]


def test_a_model_that_is_not_registered_doubts_nothing(museum: Database) -> None:
    with pytest.raises(InputError, match="there is no model 'v2'"):
        publish_doubts(museum, doubts(("w1", 0.5)), model_version="v2", relations=["madeBy"])
    with pytest.raises(InputError, match="not covered: 'madeBy'"):
        publish_doubts(museum, doubts(("w1", 0.5)), model_version="v1", relations=["hasStyle"])
