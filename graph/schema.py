"""Constraints and indexes; set up on every run, which changes nothing where they are there already."""

from graph.connection import Database

STATEMENTS = (
    "schema/create_entity_key",
    "schema/create_model_key",
    "schema/create_champion_key",
    "schema/create_run_key",
    "schema/create_decision_key",
    "schema/create_decision_order",
    "schema/create_batch_index",
    "schema/create_decision_time_index",
    "schema/create_decision_relation_index",
    "schema/create_encoder_key",
    "schema/create_predicted_key",
    "schema/create_link_index",
    "schema/create_score_index",
    "schema/create_draw_index",
    "schema/create_probability_index",
    "schema/create_relation_probability_index",
    "schema/create_uncertainty_index",
    "schema/create_relation_uncertainty_index",
    "schema/create_text_index",
)


def setup_schema(database: Database) -> None:
    """Create the constraints and indexes that are missing and wait until they can be used.

    Vector indexes are not among them: their dimension is known only with an encoder.
    Raises GraphError where data that is already there breaks a constraint.
    """
    for statement in STATEMENTS:
        database.write(statement)
    database.write("schema/await_indexes")
