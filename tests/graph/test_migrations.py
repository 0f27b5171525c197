"""A graph of an earlier version is brought to this one; one of a later version is refused."""

from pathlib import Path

import pytest

from base.errors import PipelineError
from graph.connection import Database
from graph.link_key import link_key
from graph.migrations import VERSION, check_version, migrate, schema_version
from graph.reset import reset
from graph.schema import setup_schema

pytestmark = pytest.mark.bare

# As version 1 wrote it: links without `draw`, two indexes that are gone since.
VERSION_1 = (
    "CREATE CONSTRAINT entity_id FOR (n:Entity) REQUIRE n.id IS UNIQUE",
    "CREATE INDEX predicted_link FOR ()-[p:PREDICTED]-() ON (p.relation, p.state, p.verdict, p.score)",
    "CREATE INDEX predicted_score FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.score)",
    """CREATE (h:Entity:Work {id: 'Q1', sources: ['museum'], updated_at: datetime()})-[:PREDICTED {
         key: '["Q1","hasStyle","Q2"]', score: 3.5, relation: 'hasStyle', state: 'current', verdict: 'pending',
         run_id: 'r', model_version: 'v'}]->(:Entity:Style {id: 'Q2', sources: ['museum'], updated_at: datetime()})""",
)
LINK = link_key("Q1", "hasStyle", "Q2")


def run(database: Database, *statements: str) -> list[list[object]]:
    with database.session() as session:
        return [session.run(statement).values() for statement in statements][-1]


def nodes(database: Database, condition: str) -> list[list[object]]:
    """Labels in the order of the alphabet, and properties."""
    return run(
        database,
        f"MATCH (n) WHERE {condition} UNWIND labels(n) AS l WITH n, l ORDER BY l "
        "WITH n, collect(l) AS labels RETURN labels, properties(n) ORDER BY labels[0]",
    )


def links(database: Database) -> list[list[object]]:
    return run(database, "MATCH ()-[p:PREDICTED]->() RETURN p.key, p.score, p.draw")


def indexes(database: Database) -> set[object]:
    return {name for (name,) in run(database, "SHOW INDEXES YIELD name")}


def test_an_old_graph_gets_what_this_version_needs_and_loses_what_it_does_not(database: Database) -> None:
    run(database, *VERSION_1)
    assert schema_version(database) == 1
    setup_schema(database)
    assert schema_version(database) == VERSION
    # The first 53 bits of the SHA-256 of the key, as a fraction.
    assert links(database) == [[LINK, 3.5, pytest.approx(0.35976661, abs=1e-8)]]
    assert not {"predicted_link", "predicted_score"} & indexes(database)


def test_a_migration_that_was_killed_ends_in_the_same_graph(database: Database) -> None:
    run(database, *VERSION_1)
    setup_schema(database)
    once = links(database), indexes(database)
    # Killed before the version was noted, with one link still to do.
    run(database, "MATCH (s:Schema) DELETE s", "MATCH ()-[p:PREDICTED]->() REMOVE p.draw, p.priority")
    assert migrate(database) == [2, 3, 4, 5, 6, 7]
    assert (links(database), indexes(database)) == once
    assert migrate(database) == []


def test_links_of_version_2_get_a_priority_and_lose_what_was_no_probability(database: Database) -> None:
    run(
        database,
        "CREATE (:Schema {of: 'vlkge', version: 2})",
        "CREATE INDEX predicted_probability FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.probability, p.key)",
        "CREATE (h:Entity {id: 'Q1'})-[:PREDICTED {key: '[\"a\"]', run_id: 'r', model_version: 'v', draw: 0.5, "
        "score: 3.0, probability: 0.95, "
        "uncertainty: 0.3, calibrated_on: 'none'}]->(t:Entity {id: 'Q2'}), "
        "(h)-[:PREDICTED {key: '[\"b\"]', run_id: 'r', model_version: 'v', draw: 0.5, "
        "score: 3.0, probability: 0.6, uncertainty: 0.97, "
        "calibrated_on: 'pooled'}]->(t)",
    )
    setup_schema(database)
    read = "MATCH ()-[p:PREDICTED]->() RETURN p.priority, p.probability, p.uncertainty, p.calibrated_on ORDER BY p.key"
    assert run(database, read) == [[-0.125, None, None, "none"], [0.6, 0.6, 0.97, "all heads"]]  # (3/4 - 1) / 2
    assert "predicted_probability" not in indexes(database)
    assert {"predicted_priority", "predicted_relation_priority"} <= indexes(database)


def test_a_new_graph_is_of_this_version_from_the_start(database: Database) -> None:
    assert schema_version(database) is None
    setup_schema(database)
    assert schema_version(database) == VERSION
    assert migrate(database) == []


def test_a_graph_of_a_later_program_is_refused_and_left_alone(database: Database) -> None:
    run(database, f"CREATE (:Schema {{of: 'vlkge', version: {VERSION + 1}}})")
    with pytest.raises(PipelineError, match=f"has schema version {VERSION + 1}, this program knows {VERSION}: upgrade"):
        check_version(database)
    with pytest.raises(PipelineError, match="upgrade the program"):
        setup_schema(database)
    assert "entity_id" not in indexes(database)


def test_a_node_of_others_with_that_label_is_not_taken_for_ours(database: Database) -> None:
    run(database, "CREATE (:Schema {version: 99}), (:Entity {id: 'Q1'})")
    assert schema_version(database) is None


def load_version_2(database: Database) -> None:
    """A graph as the program of version 2 left it, with nodes and relationships of others amid it."""
    lines = Path(__file__).with_name("version_2.cypher").read_text(encoding="utf-8").splitlines()
    run(database, *"\n".join(lines[1:]).strip().removeprefix(";").split("\n;\n"))


def test_a_graph_of_version_2_gets_our_mark_on_what_is_ours_and_on_nothing_else(database: Database) -> None:
    load_version_2(database)
    assert schema_version(database) == 2
    setup_schema(database)
    assert schema_version(database) == VERSION
    kinds = run(database, "MATCH (n:Entity:Vlkge) RETURN n.id, n.primary_label ORDER BY n.id")
    assert kinds == [["A1", "Painter"], ["P1", "Painting"], ["fair", "Place"], ["shop", "Dealer"]]
    assert run(database, "MATCH (n:Vlkge) RETURN count(n)") == [[12]]
    assert nodes(database, "NOT n:Vlkge") == [
        [["Company", "Entity"], {"name": "No id"}],
        [["Decision"], {"id": 7, "verdict": "guilty"}],
        [["Model"], {"version": "1:50", "name": "Ship model"}],
    ]
    assert run(database, "MATCH ()-[r {vlkge: true}]->() RETURN type(r), count(r) ORDER BY type(r)") == [
        ["OF", 1],
        ["PAINTED_BY", 2],
        ["PREDICTED", 2],
        ["SOLD_AT", 1],
    ]
    assert run(database, "MATCH ()-[r]->() WHERE r.vlkge IS NULL RETURN type(r), properties(r) ORDER BY type(r)") == [
        ["PREDICTED", {"by": "critic", "score": 1.0}],
        ["SEEN_BY", {"split": "train", "sources": ["door"]}],
    ]


def test_a_graph_of_version_2_can_be_reset_to_what_its_owner_had(database: Database) -> None:
    load_version_2(database)
    setup_schema(database)
    reset(database)
    assert nodes(database, "true") == [
        [["Company", "Entity"], {"name": "No id"}],
        [["Decision"], {"id": 7, "verdict": "guilty"}],
        [["Model"], {"version": "1:50", "name": "Ship model"}],
        [["Painter"], {"inventory": "A1", "title": "Hopper"}],
        [["Painting", "Work"], {"inventory": "P1", "title": "Gas"}],
    ]
    assert run(database, "MATCH ()-[r]->() RETURN type(r), properties(r) ORDER BY type(r)") == [
        ["PAINTED_BY", {}],
        ["PREDICTED", {"by": "critic", "score": 1.0}],
        ["SEEN_BY", {"split": "train", "sources": ["door"]}],
    ]
    assert run(database, "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name") == []
