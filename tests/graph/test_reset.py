"""Emptying the graph of what the project wrote, and of nothing else."""

from pathlib import Path
from typing import Any

import pytest

from graph import vectors
from graph.connection import Database
from graph.loading.adopt import adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.loading.owned_properties import of_entities, of_facts
from graph.pictures import PictureStore
from graph.predicted.registry import register_model
from graph.reset import Contents, reset
from graph.schema import STATEMENTS
from graph.transactions import run_in_batches
from graph.vectors import Encoder

pytestmark = pytest.mark.bare

FOREIGN = """
CREATE (:Visitor {id: 'ann', sources: ['door']})-[:SAW {split: 'afternoon'}]->(p:Painting {id: 'Q1', title: 'Gas'}),
       (p)-[:COPY_OF]->(:Painting {id: 'Q2'}),
       (:Model {version: 'T', maker: 'Ford'}), (:Decision {id: 7}), (:Entity {id: 'theirs'}), (:Encoder {bits: 8}),
       (:PredictionRun {id: 'weather'}), (:Doubt {of: 'Thomas'}), (:CuratorNote {id: 'their own'})
"""
OURS = """
CREATE (a:Entity:Vlkge:Artwork {id: 'a', sources: ['file']})-[:hasStyle {vlkge: true, split: 'train',
         sources: ['file']}]->(:Entity:Vlkge:Style {id: 's', sources: ['file']}),
       (:Model:Vlkge {version: 'v1', scorer: 'complex', data_fingerprint: 'f', alias: 'champion'}),
       (:PredictionRun:Vlkge {id: 'r1', model_version: 'v1', state: 'complete'}),
       (:Decision:Vlkge {id: 'd1', head: 'a', relation: 'hasStyle', tail: 's', verdict: 'rejected'}),
       (:CuratorNote:Vlkge {id: 'n1', kind: 'comment', key: 'k'}),
       (:Doubt:Vlkge {key: 'k', relation: 'hasStyle', likelier: 0.9, model_version: 'v1'}),
       (:LinkRule:Vlkge {key: 'k', relation: 'hasStyle', model_version: 'v1'})
WITH a
MATCH (p:Painting {id: 'Q1'})
CREATE (a)-[:PREDICTED {vlkge: true, key: 'k'}]->(p), (p)-[:near {vlkge: true, split: 'val', sources: ['file']}]->(a)
"""


def run(database: Database, text: str) -> list[dict[str, Any]]:
    records, _, _ = database.driver.execute_query(text, database_=database.name)
    return [record.data() for record in records]


def dump(database: Database) -> Any:
    nodes = run(database, "MATCH (n) RETURN elementId(n) AS e, labels(n) AS l, properties(n) AS p")
    links = run(
        database,
        "MATCH (h)-[r]->(t) RETURN elementId(h) AS h, type(r) AS r, elementId(t) AS t, properties(r) AS p",
    )
    schema = run(database, "SHOW INDEXES YIELD name RETURN name") + run(database, "SHOW CONSTRAINTS YIELD name")
    return [sorted(repr({**row, "p": sorted(row["p"].items())}) for row in rows) for rows in (nodes, links)], schema


@pytest.fixture
def museum(database: Database) -> Database:
    """A museum's own graph, some of it under labels that this project uses too."""
    run(database, FOREIGN)
    run(database, "CREATE INDEX visitors FOR (v:Visitor) ON (v.id)")
    return database


def share(database: Database, folder: Path) -> None:
    """Adopt the paintings, and put an ingest, vectors, a model, a run and a decision of this project beside them."""
    spec = AdoptSpec({"Painting": {"id": "id", "name": "title"}}, ["COPY_OF"])
    adopt(database, spec, store=PictureStore(folder), folder=folder)
    run(database, OURS)
    vectors.activate(database, "textual", Encoder("net", "abc", 2))
    run(database, "MATCH (n:Entity:Vlkge) SET n.textual = [1.0, 2.0], n.textual_digest = 'd'")


CONTENTS = Contents(
    entities=2,
    facts=2,
    adopted=2,
    adopted_facts=1,
    predicted=1,
    models=1,
    runs=1,
    decisions=1,
    notes=1,
    doubts=1,
    rules=1,
    encoders=1,
    indexes=len(STATEMENTS) + 1,
    kept=0,
    kept_for_relationships=0,
    kept_for_properties=0,
    kept_records=0,
    facts_left=0,
    find_kept_afterwards="",
)


def test_a_reset_leaves_what_others_wrote_as_it_was(museum: Database, tmp_path: Path) -> None:
    before = dump(museum)
    share(museum, tmp_path)
    assert reset(museum) == CONTENTS
    assert dump(museum) == before


def test_a_dry_run_says_the_same_and_changes_nothing(museum: Database, tmp_path: Path) -> None:
    share(museum, tmp_path)
    before = dump(museum)
    assert reset(museum, dry_run=True) == CONTENTS
    assert dump(museum) == before


def test_an_empty_graph_has_nothing_to_reset(database: Database) -> None:
    assert reset(database) == Contents(*[0] * 18, "")


@pytest.mark.parametrize("done", [1, 2, 3])
def test_cut_off_and_run_again_it_ends_in_the_same_graph(museum: Database, tmp_path: Path, done: int) -> None:
    before = dump(museum)
    share(museum, tmp_path)
    links, entities = {"properties": of_facts({})}, {"properties": of_entities({}), "vague": "Thing"}
    steps = {"adopt/release_facts": {}, "reset/delete_links": links, "reset/delete_entities": entities}
    for statement, parameters in list(steps.items())[:done]:
        run_in_batches(museum, statement, **parameters)
    reset(museum)
    assert dump(museum) == before


ANNOTATED = """
CREATE (visitor:Visitor)
WITH visitor
MATCH (a:Entity {id: 'a'})-[ab:r]->(b:Entity {id: 'b'}), (c:Entity {id: 'c'}), (d:Entity {id: 'd'}), (m:Model)
CREATE (visitor)-[:SAW {on: 'Monday'}]->(a), (visitor)-[:CITES]->(m)
SET b.x_note = 'mine', c:XCollection, ab.x_comment = 'sure?'
"""


@pytest.mark.parametrize("done", [0, 2])
def test_what_others_keep_at_ours_stays_and_a_later_ingest_finds_it(
    database: Database, tmp_path: Path, done: int
) -> None:
    (tmp_path / "entities.csv").write_text("id,label,name,room\na,W,A,1\nb,W,B,2\nc,W,C,3\nd,W,D,4\n")
    (tmp_path / "triples.csv").write_text("head,relation,tail\na,r,b\na,r,c\nc,r,d\n")
    source = read_source(tmp_path, name="museum")
    ingest(database, source, PictureStore(tmp_path / "pictures"))
    register_model(database, "v1", "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
    run(database, ANNOTATED)
    told = reset(database, dry_run=True)
    assert (told.entities, told.kept, told.kept_for_relationships, told.kept_for_properties) == (1, 3, 2, 2)
    assert (told.facts, told.facts_left, told.kept_records) == (2, 1, 1)
    # Cut off after some steps, it ends in the same graph.
    links, entities = {"properties": of_facts({})}, {"properties": [*of_entities({}), "room"], "vague": "Thing"}
    for statement, parameters in [("reset/delete_links", links), ("reset/delete_entities", entities)][:done]:
        run_in_batches(database, statement, **parameters)
    done_now = reset(database)
    assert done_now == told if done == 0 else done_now.kept == 3
    rows = run(database, "MATCH (n:Entity) RETURN labels(n) AS l, properties(n) AS p ORDER BY n.id")
    common = {"primary_label": "W", "sources": []}
    assert [row["p"] for row in rows] == [
        {"id": "a", "name": "A", **common},
        {"id": "b", "name": "B", "x_note": "mine", **common},
        {"id": "c", "name": "C", **common},
    ]
    assert "XCollection" in rows[2]["l"]
    links_left = run(database, "MATCH ()-[r]->(t) RETURN type(r) AS type, properties(r) AS p ORDER BY type")
    assert [(row["type"], row["p"]) for row in links_left] == [
        ("CITES", {}),
        ("SAW", {"on": "Monday"}),
        ("r", {"x_comment": "sure?"}),
    ]
    assert len(run(database, told.find_kept_afterwards)) == 4
    assert len(run(database, "SHOW INDEXES YIELD type WHERE type <> 'LOOKUP'")) == 0
    again = reset(database)
    assert (again.entities, again.facts, again.kept, again.kept_records, again.indexes) == (0, 0, 3, 1, 0)
    ingest(database, source, PictureStore(tmp_path / "pictures"))
    found = run(database, "MATCH (n:Entity) RETURN n.id AS id, n.room AS room, n.x_note AS note ORDER BY id")
    assert [(row["id"], row["room"], row["note"]) for row in found] == [
        ("a", "1", None),
        ("b", "2", "mine"),
        ("c", "3", None),
        ("d", "4", None),
    ]


def test_properties_of_others_at_a_fact_of_an_adopted_node_stay(museum: Database, tmp_path: Path) -> None:
    share(museum, tmp_path)
    run(museum, "MATCH ()-[r:near]->() SET r.x_comment = 'sure?'")
    told = reset(museum)
    assert (told.kept, told.kept_for_relationships, told.facts_left) == (1, 1, 1)
    assert run(museum, "MATCH (:Painting)-[r:near]->(n) RETURN properties(r) AS r, n.id AS id") == [
        {"r": {"x_comment": "sure?"}, "id": "a"}
    ]
