"""Models are registered once, one of them is champion, also when several register at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from graph.connection import Database
from graph.errors import InputError
from graph.registry import champion, model, models, promote, register_model
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
