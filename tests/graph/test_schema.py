"""The schema on a real server."""

import pytest
from neo4j.exceptions import ConstraintError

from base.errors import InputError
from graph import owned_indexes, vectors
from graph.connection import Database
from graph.migrations import VERSION, schema_version
from graph.predicted.registry import register_model
from graph.reset import reset
from graph.schema import setup_schema
from graph.vectors import Encoder

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


def test_an_empty_graph_that_an_earlier_version_encoded_can_be_used(database: Database) -> None:
    for modality in vectors.MODALITIES:
        owned_indexes.create(database, f"vectors/create_{modality}_index", dimension=2)
        database.write("vectors/record_encoder", modality=modality, name="bundled", digest="abc", dimension=2)
    assert schema_version(database) is None
    setup_schema(database)
    assert schema_version(database) == VERSION
    assert set(vectors.active_encoders(database)) == set(vectors.MODALITIES)


def test_encoders_and_models_are_written_into_a_graph_that_knows_its_version(database: Database) -> None:
    """As after a bulk import into a server of one's own, which writes no schema."""
    with database.session() as session:
        session.run("CREATE (:Entity:Vlkge:Work {id: 'w', primary_label: 'Work', sources: ['a']})").consume()
    vectors.activate(database, "textual", Encoder("net", "abc", 2))
    assert schema_version(database) == VERSION
    reset(database)
    register_model(database, "v1", "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
    assert schema_version(database) == VERSION
