"""The whole life of a guest by its commands, under a prefix, in a graph whose owner has each of our names."""

import json
from ast import literal_eval
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cypher import prefix
from graph.connection import Database
from tests.flows.typed import Done, vlkge
from tests.graph import snapshots
from tests.graph.guests import INDEXES, LOOK_ALIKES, dump, run

pytestmark = pytest.mark.bare

# Twenty-four works by four artists; style follows artist, and six works have none. All is called as ours is.
COLLECTION = """
UNWIND range(0, 3) AS k
CREATE (:Painter {id: 'p' + k, name: 'Painter ' + k}), (:Style {id: 's' + k, name: 'School ' + k})
WITH count(*) AS made
UNWIND range(0, 23) AS i
MATCH (p:Painter {id: 'p' + (i % 4)}), (s:Style {id: 's' + (i % 2)})
CREATE (w:Work:Entity:Vlkge {no: i, id: i, title: 'Landscape ' + i, name: ['Land', 'scape'], text: 7, image: true,
  sources: 'register', visual: 'dark', textual: [1], adopted: 2001, vlkge: false, primary_label: 'Oil', split: 1})
CREATE (w)-[:PAINTED_BY {vlkge: true, split: 'none', sources: 4, asserted_at: date('2020-01-01')}]->(p)
FOREACH (_ IN CASE WHEN i < 18 THEN [1] ELSE [] END | CREATE (w)-[:PREDICTED {key: 'k', state: i, vlkge: 1}]->(s))
"""
BESIDE = """
MATCH (w:Work {no: 1}), (p:Painter {id: 'p2'}), (firm:Company {id: 'firm'})
CREATE (w)-[:CITES {vlkge: true, split: 'train', sources: ['thesis']}]->(p), (firm)-[:PAINTED_BY {vlkge: true}]->(p),
       (:Model:Vlkge {version: '1:100'}), (:Model {alias: 'champion'}), (:LinkRule {key: 'a'}), (:LinkRule {key: 'a'})
"""
# Indexes and constraints under our names, and of each kind that we make.
TAKEN = (
    "CREATE INDEX entity_id FOR (n:Work) ON (n.id)",
    "CREATE FULLTEXT INDEX entity_words FOR (n:Entity) ON EACH [n.title]",
    "CREATE CONSTRAINT model_version FOR (m:Model) REQUIRE m.scale IS UNIQUE",
    "CREATE INDEX predicted_key FOR ()-[r:PREDICTED]-() ON (r.key)",
    "CREATE VECTOR INDEX entity_visual FOR (n:Style) ON (n.colour) "
    "OPTIONS {indexConfig: {`vector.dimensions`: 2, `vector.similarity_function`: 'cosine'}}",
)
ADOPT = """
relations = ["PAINTED_BY", "PREDICTED"]
[labels.Work]
id = "no"
id_prefix = "work/"
name = "title"
[labels.Painter]
id = "id"
name = "name"
[labels.Style]
id = "id"
name = "name"
"""
NIGHT = "MATCH (w:Work) WHERE w.no % 3 = 0 SET w = {no: w.no, id: w.id, title: w.title + '!'}"
VERDICTS = ("accepted", "rejected")
SMALL = ("dimension=8", "epochs=2", "patience=null", 'modalities=["structural","textual"]')


@pytest.fixture
def owned(database: Database, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The graph of the owner, before we come; a folder of ours with what to adopt and what to ingest."""
    assert own_home.parent == tmp_path
    for text in (COLLECTION, LOOK_ALIKES, BESIDE, *INDEXES, *TAKEN):
        run(database, text)
    run(database, "CALL db.awaitIndexes(60)")
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    monkeypatch.chdir(tmp_path)
    Path("adopt.toml").write_text(ADOPT)
    dealers = Path("dealers")
    dealers.mkdir()
    (dealers / "entities.csv").write_text("id,label,name\nshop,Dealer,Rehn Gallery\nfair,Dealer,A fair\n")
    (dealers / "triples.csv").write_text("head,relation,tail\nshop,DEALS_WITH,fair\n")
    Path("night.toml").write_text("attempts = 1\n[gate]\nmargin = 1.0\nrelation_margin = 1.0\n")
    return database


class Guest:
    """Types commands; after each, what its owner keeps in the graph is what it was."""

    def __init__(self, database: Database) -> None:
        self.database, self.before = database, snapshots.take(database)

    def types(self, *line: str) -> Any:
        done: Done = vlkge(*line, "--json")
        assert done.returncode == 0, (line, done.stderr)
        assert snapshots.harm(self.before, snapshots.take(self.database)) == [], line
        return json.loads(done.stdout)


def overwritten(before: snapshots.Snapshot) -> snapshots.Snapshot:
    """What the owner has after NIGHT."""
    nodes = dict(before.nodes)
    for element, (labels, held) in before.nodes.items():
        if "Work" in labels and int(held["no"]) % 3 == 0:
            title = repr(literal_eval(held["title"]) + "!")
            nodes[element] = (labels, {"no": held["no"], "id": held["id"], "title": title})
    return replace(before, nodes=nodes)


def test_a_whole_life_under_a_prefix_leaves_the_owners_graph_as_it_was(owned: Database) -> None:
    settings = [part for setting in SMALL for part in ("--set", setting)]
    untouched, guest = dump(owned), Guest(owned)
    assert guest.types("adopt", "adopt.toml", "--dry-run")["changed"] == 32
    assert dump(owned) == untouched
    adopted = guest.types("adopt", "adopt.toml")
    assert adopted["facts"] == {"PAINTED_BY": 24, "PREDICTED": 18}
    assert guest.types("ingest", "dealers")["facts"]["added"] == 1
    assert sum(part["encoded"] for part in guest.types("encode")) == 34
    version = guest.types("train", *settings)["version"]
    assert guest.types("evaluate")["queries"] > 0
    guest.types("detect-errors", "--limit", "5")
    assert guest.types("predict", "--top-k", "1")["links"] > 0
    links = guest.types("query", "list_links_of_relation", "relation=PREDICTED", "limit=2")
    rows = [
        [*(link[end] for end in ("head", "relation", "tail")), verdict]
        for link, verdict in zip(links, VERDICTS, strict=True)
    ]
    pd.DataFrame(rows, columns=["head", "relation", "tail", "verdict"]).to_csv("decided.csv", index=False)
    guest.types("decisions", "import", "decided.csv", "--by", "ana")
    guest.types("train", *settings, "--seed", "7")

    # A night: its owner overwrites nodes; a challenger is trained and its links are published.
    run(owned, NIGHT)
    guest.before = overwritten(guest.before)
    night = guest.types("retrain", "--adopt", "adopt.toml", "--config", "night.toml", "--set", "train.epochs=2")
    assert night["adopted"]["healed"] == 8
    guest.types("models", "prune", "--yes")
    assert version in {model["version"] for model in guest.types("models", "list")}
    for line in (
        "doctor", "query list_strongest_links", "query find_entity words=landscape", "rules", "links export links.csv",
        "backup saved --files-only", "restore saved --files-only --force",
    ):  # fmt: skip
        guest.types(*line.split())

    assert guest.types("unadopt", "--yes")["entities"] == 32
    guest.types("reset", "--yes")
    assert snapshots.take(owned) == guest.before
