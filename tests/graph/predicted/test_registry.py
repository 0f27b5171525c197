"""Models are registered once, one of them is champion, also when several register at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from base.errors import InputError
from graph.connection import Database
from graph.predicted.registry import (
    champion,
    count_news,
    delete,
    linked,
    model,
    models,
    newest_run,
    promote,
    record_verdict,
    register_model,
    roll_back,
    runs,
)
from graph.schema import setup_schema

CONFIG = {"scorer": "distmult", "dimension": 128}
METRICS = {"val": {"mrr": 0.31, "hits_at_10": 0.5, "relations": {"hasStyle": {"mrr": 0.4}}}, "test_mrr": 0.29}
ENCODERS = {"textual": {"name": "minilm", "digest": "ab", "dimension": 384}}


@pytest.fixture
def registry(database: Database) -> Database:
    setup_schema(database)
    return database


def register(database: Database, version: str, metrics: dict[str, object] = METRICS, fingerprint: str = "f00d"):
    return register_model(database, version, "distmult", CONFIG, metrics, fingerprint, ENCODERS)


def test_the_first_model_is_champion_and_the_second_is_not(registry: Database) -> None:
    assert register(registry, "v1").alias == "champion"
    assert register(registry, "v2").alias is None
    assert champion(registry).version == "v1"
    assert [m.version for m in models(registry)] == ["v2", "v1"]


def test_a_model_comes_back_as_it_was_registered(registry: Database) -> None:
    register(registry, "v1")
    read = model(registry, "v1")
    assert (read.config, read.metrics, read.encoders) == (CONFIG, METRICS, ENCODERS)
    assert (read.scorer, read.data_fingerprint) == ("distmult", "f00d")
    assert read.created_at.tzinfo is not None


def test_headline_numbers_are_plain_properties(registry: Database) -> None:
    register(registry, "v1")
    node = registry.driver.execute_query("MATCH (m:Model) RETURN properties(m) AS m").records[0]["m"]
    assert {k: v for k, v in node.items() if k.startswith(("val", "test"))} == {
        "val_mrr": 0.31,
        "val_hits_at_10": 0.5,
        "test_mrr": 0.29,
    }


def test_registering_again_changes_the_metrics_and_nothing_else(registry: Database) -> None:
    before = register(registry, "v1")
    again = register(registry, "v1", metrics={"test_mrr": 0.5})
    assert again.metrics == {"test_mrr": 0.5}
    assert (again.created_at, again.alias, again.config) == (before.created_at, "champion", CONFIG)
    assert len(models(registry)) == 1


def test_a_version_names_one_model_for_good(registry: Database) -> None:
    register(registry, "v1")
    with pytest.raises(InputError, match=r"'v1' is registered with another data_fingerprint"):
        register(registry, "v1", fingerprint="beef")


def test_promoting_moves_the_alias(registry: Database) -> None:
    register(registry, "v1")
    register(registry, "v2")
    assert promote(registry, "v2").alias == "champion"
    assert promote(registry, "v2").alias == "champion"
    assert champion(registry).version == "v2"
    assert model(registry, "v1").alias is None


def test_an_unknown_version_is_refused_with_the_known_ones(registry: Database) -> None:
    with pytest.raises(InputError, match="no model is registered"):
        champion(registry)
    register(registry, "v1")
    for call in (model, promote):
        with pytest.raises(InputError, match=r"no model 'v9'; known versions: 'v1' \(1 in all\)"):
            call(registry, "v9")
    assert champion(registry).version == "v1"


def test_of_models_registered_at_once_one_is_champion(registry: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: register(registry, f"v{n}"), range(8)))
        assert [m.alias for m in models(registry)].count("champion") == 1
        list(pool.map(lambda n: promote(registry, f"v{n}"), range(8)))
    assert [m.alias for m in models(registry)].count("champion") == 1
    assert len(models(registry)) == 8


def test_a_model_keeps_how_it_came_about_and_what_the_gate_said(registry: Database) -> None:
    register_model(registry, "v1", "distmult", CONFIG, METRICS, "f00d", ENCODERS, git_commit="49d08f5", warm_start="v0")
    register(registry, "v1")
    record_verdict(registry, "v1", {"passed": False, "reasons": ["all relations: refused"]})
    read = model(registry, "v1")
    assert (read.git_commit, read.warm_start) == ("49d08f5", "v0")
    assert read.verdict == {"passed": False, "reasons": ["all relations: refused"]}


def test_rolling_back_goes_from_champion_to_champion_whose_place_was_taken(registry: Database) -> None:
    for version in ("v1", "v2", "v3", "v4"):
        register(registry, version)
    promote(registry, "v2")
    promote(registry, "v4")
    promote(registry, "v4")
    assert champion(registry).predecessor == "v2"
    assert roll_back(registry).version == "v2"
    assert roll_back(registry).version == "v1"
    with pytest.raises(InputError, match="v1 took nobody's place"):
        roll_back(registry)
    assert champion(registry).version == "v1"
    assert model(registry, "v3").promoted_at is None


def test_only_models_that_never_were_champion_can_be_deleted(registry: Database) -> None:
    for version in ("v1", "v2", "v3"):
        register(registry, version)
    promote(registry, "v2")
    assert [delete(registry, version) for version in ("v1", "v2", "v3", "v3")] == [False, False, True, False]
    assert {m.version for m in models(registry)} == {"v1", "v2"}


def test_facts_and_decisions_are_counted_from_a_moment_on(registry: Database) -> None:
    with registry.session() as session:
        session.run(
            "CREATE (a:Entity:Vlkge {id: 'a'}), (b:Entity:Vlkge {id: 'b'}) "
            "CREATE (a)-[:hasStyle {vlkge: true, asserted_at: datetime('2026-03-01T00:00Z')}]->(b) "
            "CREATE (a)-[:knows {vlkge: true, asserted_at: datetime('2026-03-03T00:00Z')}]->(b) "
            "CREATE (a)-[:PREDICTED {vlkge: true, key: 'k', state: 'current', verdict: 'pending', "
            "model_version: 'v7'}]->(b) "
            "CREATE (:Decision:Vlkge {id: 'd', at: datetime('2026-03-03T00:00Z')})"
        ).consume()
    assert count_news(registry, datetime(2026, 3, 2, tzinfo=UTC)) == (1, 1)
    assert count_news(registry, datetime(2026, 2, 1, tzinfo=UTC)) == (2, 1)
    assert linked(registry) == {"v7"}


def test_the_newest_publication_is_told_with_its_model_and_state(registry: Database) -> None:
    assert newest_run(registry) is None
    with registry.session() as session:
        for number, state in enumerate(["complete", "failed"]):
            session.run(
                "CREATE (:PredictionRun:Vlkge {id: $id, model_version: 'v1', state: $state, "
                "started_at: datetime('2026-03-01T00:00Z') + duration({days: $number})})",
                id=f"r{number}", state=state, number=number,
            ).consume()  # fmt: skip
    newest = newest_run(registry)
    assert newest is not None
    assert (newest.id, newest.model_version, newest.state) == ("r1", "v1", "failed")
    assert [run.id for run in runs(registry, "v1")] == ["r1", "r0"]
