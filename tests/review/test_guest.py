"""The page, its API and the commands that read, on somebody else's graph: what its owner keeps there stays as it is."""

import json
import uuid
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from cypher import prefix
from flows.runtime.services import graph_address
from flows.runtime.settings import Settings
from graph.connection import Address, Database
from graph.loading.adopt import adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.unadopt import unadopt
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from review.app import create_app
from review.server import Serving, open_site
from tests.flows.typed import vlkge
from tests.graph import snapshots
from tests.graph.guests import AT_ADOPTED, INDEXES, LOOK_ALIKES, run

pytestmark = pytest.mark.bare

MUSEUM = """
CREATE (gas:Painting {wikidata: 'Q1', title: 'Gas', note: 'A pump.'}), (:Painting {wikidata: 'Q2', title: 'Eel'}),
       (hopper:Painter {id: 'hopper', name: 'Edward Hopper'}), (:Painter {id: 'homer', name: 'Winslow Homer'}),
       (gas)-[:PAINTED_BY {since: 1940}]->(hopper)
"""
# What only a prefix keeps apart.
ALIKE = """
MATCH (w:Painting)
SET w:Entity:Vlkge, w.id = 7, w.name = ['Gas', 'Benzin'], w.text = 7, w.image = true, w.sources = 'register',
    w.visual = 'dark', w.textual = [1], w.adopted = 2001, w.vlkge = false, w.image_sha256 = 'f00',
    w.primary_label = 'Oil'
"""
TAKEN = ("CREATE INDEX entity_id FOR (n:Painting) ON (n.id)", "CREATE INDEX entity_words FOR (n:Painting) ON (n.title)")
SPEC = AdoptSpec(
    {"Painting": {"id": "wikidata", "name": "title", "text": "note"}, "Painter": {"id": "id", "name": "name"}},
    ["PAINTED_BY"],
)
COMMANDS = (
    "upgrade", "doctor", "models list", "models show v1", "query list_models", "query list_runs", "query count_facts",
    "query list_strongest_links", "query find_entity words=gas", "query count_coverage label=Painting",
    "links export links.csv", "decisions export decisions.csv", "decisions import decisions.csv --by ben",
    "backup saved --files-only", "restore saved --files-only --force",
)  # fmt: skip


@pytest.fixture
def museum(database: Database, server: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    for name, value in (("URI", server.uri), ("USERNAME", server.username), ("PASSWORD", server.password)):
        monkeypatch.setenv(f"NEO4J_{name}", value)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for text in (MUSEUM, LOOK_ALIKES, AT_ADOPTED, *INDEXES, "CREATE INDEX entity_text FOR (n:Painting) ON (n.note)"):
        run(database, text)
    return database


@pytest.mark.parametrize("alike", [False, True], ids=["beside", "prefixed"])
def test_neither_the_page_nor_a_command_touches_what_the_owner_keeps(
    alike: bool, museum: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if alike:
        monkeypatch.setenv(prefix.VARIABLE, "vk_")
        for text in (ALIKE, *TAKEN):
            run(museum, text)
    before = snapshots.take(museum)
    adopt(museum, SPEC, store=PictureStore(tmp_path / "pictures"), folder=tmp_path)
    register_model(museum, "v1", "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
    links = [("Q2", "PAINTED_BY", "hopper", 2.0, 1, 0.9), ("Q2", "PAINTED_BY", "homer", 1.0, 2, 0.4)]
    frame = pd.DataFrame(links, columns=["head", "relation", "tail", "score", "rank", "probability"])
    publish(museum, frame, model_version="v1", run_id="one")
    curate(tmp_path / "home")
    assert snapshots.harm(before, snapshots.take(museum)) == []

    for line in COMMANDS:
        done = vlkge(*line.split(), "--json")
        # A model without its folder is what `doctor` finds wrong.
        assert done.returncode == (line == "doctor"), (line, done.stderr)
        assert snapshots.harm(before, snapshots.take(museum)) == [], line
    assert [model["version"] for model in json.loads(vlkge("models", "list", "--json").stdout)] == ["v1"]
    assert set(pd.read_csv("links.csv")["tail"]) <= {"hopper", "homer"}
    unadopt(museum, records=True)
    assert snapshots.take(museum) == before


def curate(home: Path) -> None:
    """What a script and a person see of the page; one link is accepted, one rejected, and that taken back."""
    site = open_site(graph_address(Settings()), home, Serving())
    page = TestClient(create_app(site), base_url="http://localhost")
    with site.database:
        headers = {"X-CSRF-Token": page.get("/api/session").json()["token"]}
        links = page.get("/api/queue", params={"relation": "PAINTED_BY"}).json()["links"]
        assert [(link["head"], link["tail"]) for link in links] == [("Q2", "hopper"), ("Q2", "homer")]
        for verdict, link in zip(("accepted", "rejected"), links, strict=True):
            wish = {"id": str(uuid.uuid4()), "verdict": verdict} | {e: link[e] for e in ("head", "relation", "tail")}
            assert page.post("/api/decisions", json=[wish], headers=headers).status_code == 200
        undone = page.post(f"/api/decisions/{wish['id']}/undo", params={"new_id": str(uuid.uuid4())}, headers=headers)
        assert undone.status_code == 200
        for path in (
            "/api/queue?order=audit", "/api/queue?label=Painting", f"/api/link?key={links[1]['key']}", "/api/decisions",
            "/api/entities?q=gas", "/api/entity?id=Q1", "/api/models", "/queue", "/audit", "/audit.csv", "/batch",
            "/models", "/entities?q=gas", "/entity?id=Q1",
        ):  # fmt: skip
            assert page.get(path).status_code == 200, path
