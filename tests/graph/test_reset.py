"""Emptying the graph of what the project wrote, and of nothing else."""

from pathlib import Path
from typing import Any

import pytest

from graph import vectors
from graph.connection import Database
from graph.loading.adopt import adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.pictures import PictureStore
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
MATCH (p:Painting {id: 'Q1'}), (v:Visitor)
CREATE (a)-[:PREDICTED {vlkge: true, key: 'k'}]->(p), (p)-[:near {vlkge: true, split: 'val', sources: ['file']}]->(a),
       (v)-[:SAW]->(a)
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
    foreign=1,
    models=1,
    runs=1,
    decisions=1,
    notes=1,
    doubts=1,
    rules=1,
    encoders=1,
    indexes=len(STATEMENTS) + 1,
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
    assert reset(database) == Contents(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("done", [1, 2, 3])
def test_cut_off_and_run_again_it_ends_in_the_same_graph(museum: Database, tmp_path: Path, done: int) -> None:
    before = dump(museum)
    share(museum, tmp_path)
    for statement in ("adopt/release_facts", "reset/delete_links", "reset/delete_entities")[:done]:
        run_in_batches(museum, statement)
    reset(museum)
    assert dump(museum) == before
