"""Constraints and indexes; set up on every run, which changes nothing where they are there already."""

from base.errors import InputError, shorten
from cypher.prefix import VARIABLE
from graph import owned_indexes
from graph.connection import Database, Row
from graph.migrations import VERSION, check_version, migrate
from graph.owned_indexes import Definition, definition_of

STATEMENTS = (
    "schema/create_version_key",
    "schema/create_entity_key",
    "schema/create_kind_index",
    "schema/create_picture_index",
    "schema/create_model_key",
    "schema/create_champion_key",
    "schema/create_run_key",
    "schema/create_decision_key",
    "schema/create_decision_order",
    "schema/create_batch_index",
    "schema/create_decision_time_index",
    "schema/create_decision_relation_index",
    "schema/create_decision_person_index",
    "schema/create_decision_queue_index",
    "schema/create_decision_ends_index",
    "schema/create_decision_tail_index",
    "schema/create_decision_waiting_index",
    "schema/create_note_key",
    "schema/create_note_link_index",
    "schema/create_queue_key",
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
    "schema/create_run_index",
    "schema/create_words_index",
)
# What settles most of what stands in the way.
WITH_PREFIX = f"with the environment variable {VARIABLE}=vk_, ours are called otherwise and theirs stay"
VECTOR_INDEXES = ("vectors/create_visual_index", "vectors/create_textual_index")


def definitions() -> list[Definition]:
    """All that may be ours, vector indexes too."""
    return [definition_of(statement) for statement in (*STATEMENTS, *VECTOR_INDEXES)]


def setup_schema(database: Database) -> None:
    """Create the constraints and indexes that are missing, wait until they can be used, and migrate an older graph.

    Vector indexes are not among them: their dimension is known only with an encoder.

    Raises InputError, before anything is written, where indexes or data of others stand in the way; PipelineError for a
    graph of a newer program.
    """
    version = check_version(database)
    if version is not None and version < VERSION:
        owned_indexes.claim(database, definitions())
        database.write("schema/record_version", version=version)
    if problems := find_collisions(database):
        raise InputError("what others keep in this graph stands in the way:\n" + "\n".join(problems))
    if missing := owned_indexes.missing(database, STATEMENTS):
        owned_indexes.create(database, *missing)
        database.write("schema/await_indexes")
    migrate(database)


def find_collisions(database: Database) -> list[str]:
    """What indexes and data of others keep our schema from being set up, a sentence each; nothing is written."""
    problems = owned_indexes.collisions(database, (*STATEMENTS, *VECTOR_INDEXES))
    if owned_indexes.missing(database, STATEMENTS):
        problems += _in_words("nodes or relationships that share", database.read("schema/find_equal_values"))
    # Until an older graph is migrated, its own nodes do not have the mark yet.
    version = check_version(database)
    if version in (None, VERSION):
        problems += _in_words("nodes of others that have", database.read("schema/find_needed_values"))
    if version is None and (marked := database.read("schema/find_foreign_marks")):
        told = shorten([f"{row['what']} ({row['count']})" for row in marked])
        problems.append(f"nodes or relationships of others with the mark that only ours have: {told}; {WITH_PREFIX}")
    return problems


def _in_words(what: str, rows: list[Row]) -> list[str]:
    by_property: dict[str, list[str]] = {}
    for row in rows:
        by_property.setdefault(row["what"], []).append(f"{row['value']} ({row['count']})")
    return [
        f"{what} a value of {name}, which only one may have: {shorten(values)}" for name, values in by_property.items()
    ]
