"""Pruning in a graph in which others work too: what they keep at ours stays, is told, and is not predicted on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cypher.prefix import VARIABLE
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.exporting.export import export, facts_of
from graph.loading.files import read_source
from graph.loading.ingest import IngestResult, ingest
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from tests.graph.guests import run

Bring = Callable[..., IngestResult]
ENTITIES = "id,label,name,room\na,W,A,1\nb,W,B,2\nc,W,C,3\nd,W,D,4\ne,W,E,5\nf,W,F,6\n"
TRIPLES = "head,relation,tail,page\na,r,b,1\na,r,c,2\na,r,d,3\na,r,e,4\n"


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    def bring(entities: str, triples: str, **options: Any) -> IngestResult:
        (tmp_path / "entities.csv").write_text(entities)
        (tmp_path / "triples.csv").write_text(triples)
        source = read_source(tmp_path, name="museum")
        return ingest(database, source, PictureStore(tmp_path / "pictures"), **options)

    return bring


def leave(bring: Bring, *ids: str) -> IngestResult:
    """Ingest again without these entities and the facts at them."""
    entities, triples = (
        "\n".join(line for line in text.splitlines() if not set(ids) & set(line.split(","))) + "\n"
        for text in (ENTITIES, TRIPLES)
    )
    return prune(bring, entities, triples)


def prune(bring: Bring, entities: str, triples: str) -> IngestResult:
    """Ingest with pruning, after a dry run that foretells what becomes of it."""
    foretold = bring(entities, triples, prune=True, prune_limit=1, dry_run=True)
    done = bring(entities, triples, prune=True, prune_limit=1)
    assert (foretold.taken_away, foretold.notes) == (done.taken_away, done.notes)
    return done


def entities(database: Database) -> dict[str, dict[str, Any]]:
    return {row["n"]["id"]: row["n"] for row in run(database, "MATCH (n:Entity:Vlkge) RETURN properties(n) AS n")}


def test_what_others_keep_at_an_entity_stays_with_it_and_is_told(bring: Bring, database: Database) -> None:
    bring(ENTITIES, TRIPLES)
    run(database, "MATCH (n:Entity {id: 'b'}) SET n.x_note = 'mine'")
    run(database, "MATCH (n:Entity {id: 'c'}) SET n:XCollection")
    run(database, "MATCH (n:Entity {id: 'd'}) CREATE (:Visitor)-[:SAW]->(n)")
    result = leave(bring, "b", "c", "d", "e", "f")
    left = entities(database)
    assert set(left) == {"a", "b", "c", "d"}
    assert left["b"]["x_note"] == "mine"
    assert run(database, "MATCH (n:XCollection) RETURN n.id AS id") == [{"id": "c"}]
    done = result.taken_away
    assert done is not None
    assert (done.entities_deleted, done.entities_kept) == (2, 3)
    assert (done.kept_for_properties, done.kept_for_relationships, done.kept_for_facts) == (2, 1, 0)
    assert result.notes[0].startswith(
        "3 entities that no source asserts stay in the graph (1 with relationships of others, "
        "2 with properties or labels of others)"
    )
    assert {row["n"]["id"] for row in run(database, done.find)} == {"b", "c", "d"}


def test_a_fact_with_properties_of_others_keeps_its_ends(bring: Bring, database: Database) -> None:
    bring(ENTITIES, TRIPLES)
    run(database, "MATCH ()-[r:r]->(:Entity {id: 'e'}) SET r.x_comment = 'sure?'")
    done = leave(bring, "b", "e").taken_away
    assert done is not None
    assert (done.entities_deleted, done.entities_kept, done.kept_for_relationships) == (1, 1, 1)
    assert (done.facts_deleted, done.facts_left) == (1, 1)
    again = leave(bring, "b", "e", "f").taken_away
    assert again is not None
    assert (again.entities_deleted, again.entities_kept) == (1, 1)


def test_a_column_that_leaves_with_its_entities_is_no_property_of_others(bring: Bring, database: Database) -> None:
    bring(ENTITIES, TRIPLES)
    done = prune(bring, "id,label\na,W\n", "head,relation,tail\n").taken_away
    assert done is not None
    assert (done.entities_deleted, done.entities_kept, done.facts_deleted, done.facts_left) == (5, 0, 4, 0)
    assert set(entities(database)["a"]) == {"id", "primary_label", "sources", "updated_at"}


def test_properties_of_others_at_a_fact_stay_as_a_relationship_of_theirs(bring: Bring, database: Database) -> None:
    bring(ENTITIES, TRIPLES)
    run(database, "MATCH ()-[r:r]->(:Entity {id: 'e'}) SET r.x_comment = 'sure?'")
    result = prune(bring, ENTITIES, "head,relation,tail,page\na,r,b,1\n")
    assert result.taken_away is not None
    assert (result.taken_away.facts_deleted, result.taken_away.facts_left) == (2, 1)
    assert "1 facts that no source asserts have properties of others" in result.notes[0]
    assert run(database, "MATCH ()-[r:r]->(t) RETURN t.id AS tail, properties(r) AS has ORDER BY tail")[1:] == [
        {"tail": "e", "has": {"x_comment": "sure?"}}
    ]
    assert facts_of(export(database))["tail"].tolist() == ["b"]


def test_undoing_a_decision_leaves_what_others_wrote_at_its_fact(bring: Bring, database: Database) -> None:
    bring(ENTITIES, TRIPLES)
    decide(database, [Choice(id="1", head="b", relation="r", tail="c", verdict="accepted")], by="ana", any_kinds=True)
    run(database, "MATCH (:Entity {id: 'b'})-[r:r]->() SET r.x_comment = 'sure?'")
    decide(database, [Choice(id="2", head="b", relation="r", tail="c", verdict="undone", seen="1")], by="ana")
    assert run(database, "MATCH (:Entity {id: 'b'})-[r:r]->() RETURN properties(r) AS has") == [
        {"has": {"x_comment": "sure?"}}
    ]


def test_what_no_source_asserts_is_neither_trained_on_nor_predicted_and_can_be_decided(
    bring: Bring, database: Database
) -> None:
    bring(ENTITIES, TRIPLES)
    register_model(database, "v1", "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
    links = pd.DataFrame(
        [("b", "r", "f", 1.0, 1), ("c", "r", "b", 1.0, 1)], columns=["head", "relation", "tail", "score", "rank"]
    )
    publish(database, links, model_version="v1", run_id="one")
    decide(database, [Choice(id="1", head="f", relation="r", tail="a", verdict="accepted")], by="ana", any_kinds=True)
    done = leave(bring, "f").taken_away
    assert done is not None
    assert (done.entities_kept, done.kept_for_facts) == (1, 1)
    data = export(database)
    assert data["W"].id == ["a", "b", "c", "d", "e"]
    assert "f" not in {*facts_of(data)["head"], *facts_of(data)["tail"]}
    states = run(database, "MATCH ()-[p:PREDICTED]->() RETURN p.key AS key, p.state AS state ORDER BY key")
    assert [row["state"] for row in states] == ["stale", "current"]
    decide(database, [Choice(id="2", head="b", relation="r", tail="f", verdict="rejected")], by="ana", any_kinds=True)
    # Who asserts it again finds it as it was.
    bring(ENTITIES, TRIPLES)
    assert export(database)["W"].id == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.bare
def test_under_a_prefix_ours_are_told_from_others_too(
    bring: Bring, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "vk_")
    bring(ENTITIES, TRIPLES)
    run(database, "MATCH (n:vk_Entity {vk_id: 'b'}) SET n.name = 'theirs'")
    done = leave(bring, "b", "c").taken_away
    assert done is not None
    assert (done.entities_deleted, done.entities_kept, done.kept_for_properties) == (1, 1, 1)
    assert [row["n"]["name"] for row in run(database, done.find)] == ["theirs"]
