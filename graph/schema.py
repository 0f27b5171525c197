"""Constraints and indexes; set up on every run, which changes nothing where they are there already."""

import re

import cypher
from graph.connection import Database
from graph.migrations import check_version, migrate

STATEMENTS = (
    "schema/create_version_key",
    "schema/create_entity_key",
    "schema/create_model_key",
    "schema/create_champion_key",
    "schema/create_run_key",
    "schema/create_decision_key",
    "schema/create_decision_order",
    "schema/create_batch_index",
    "schema/create_decision_time_index",
    "schema/create_decision_relation_index",
    "schema/create_decision_person_index",
    "schema/create_encoder_key",
    "schema/create_doubt_key",
    "schema/create_doubt_index",
    "schema/create_rule_key",
    "schema/create_predicted_key",
    "schema/create_draw_index",
    "schema/create_priority_index",
    "schema/create_relation_priority_index",
    "schema/create_uncertainty_index",
    "schema/create_relation_uncertainty_index",
    "schema/create_movement_index",
    "schema/create_rule_index",
    "schema/create_text_index",
)


_CREATED = re.compile(r"CREATE (?:\w+ )?(?:INDEX|CONSTRAINT) (\w+)")


def created_name(statement: str) -> str:
    """What the index or constraint is called that a statement creates, e.g. ``schema/create_entity_key``."""
    match = _CREATED.search(cypher.load(statement).text)
    if match is None:
        raise ValueError(f"{statement} creates no index and no constraint")
    return match[1]


def setup_schema(database: Database) -> None:
    """Create the constraints and indexes that are missing, wait until they can be used, and migrate an older graph.

    Vector indexes are not among them: their dimension is known only with an encoder.
    Raises GraphError where data that is already there breaks a constraint, and for a graph of a newer program.
    """
    check_version(database)
    usable = {row["name"] for row in database.read("schema/list_usable_indexes")}
    missing = [statement for statement in STATEMENTS if created_name(statement) not in usable]
    for statement in missing:
        database.write(statement)
    if missing:
        database.write("schema/await_indexes")
    migrate(database)
