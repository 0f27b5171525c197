"""The schema on a real server."""

import pytest
from neo4j.exceptions import ConstraintError

from base.errors import InputError
from graph.connection import Database
from graph.schema import setup_schema

pytestmark = pytest.mark.bare


def _names(database: Database) -> set[str]:
    with database.session() as session:
        rows = session.run("SHOW INDEXES YIELD name, type, state WHERE type <> 'LOOKUP' AND state = 'ONLINE'").data()
    return {row["name"] for row in rows}


def test_a_second_set_up_changes_nothing(database: Database) -> None:
    setup_schema(database)
    first = _names(database)
    setup_schema(database)
    assert _names(database) == first
    assert {"entity_id", "predicted_key", "predicted_draw", "entity_words", "model_alias"} <= first


@pytest.mark.parametrize(
    "twice",
    [
        "CREATE (:Entity {id: 'Q1'}), (:Entity {id: 'Q1'})",
        "CREATE (:Model {version: 1, alias: 'champion'}), (:Model {version: 2, alias: 'champion'})",
        "CREATE (a:Entity {id: 'a'}) CREATE (a)-[:PREDICTED {key: 'k'}]->(a) CREATE (a)-[:PREDICTED {key: 'k'}]->(a)",
        "CREATE (:PredictionRun {id: 'r'}), (:PredictionRun {id: 'r'})",
        "CREATE (:Decision {id: 'd'}), (:Decision {id: 'd'})",
    ],
)
def test_what_is_unique_cannot_be_written_twice(database: Database, twice: str) -> None:
    setup_schema(database)
    with database.session() as session, pytest.raises(ConstraintError):
        session.run(twice).consume()


def test_names_and_texts_are_found_by_a_word(database: Database) -> None:
    setup_schema(database)
    with database.session() as session:
        session.run("CREATE (:Entity {id: 'Q1', name: 'Sunflowers'}), (:Entity {id: 'Q2', text: 'A wheat field'})")
        session.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
        found = session.run(
            "CALL db.index.fulltext.queryNodes('entity_words', 'wheat') YIELD node RETURN node.id AS id"
        )
        assert [row["id"] for row in found] == ["Q2"]


def test_a_graph_that_breaks_a_constraint_is_refused_in_words(database: Database) -> None:
    with database.session() as session:
        session.run("CREATE (:Entity {id: 'Q1'}), (:Entity {id: 'Q1'})").consume()
    with pytest.raises(InputError, match=r"(?s)share a value of Entity.id, which only one may have: 'Q1 \(2\)'"):
        setup_schema(database)
