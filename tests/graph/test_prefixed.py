"""Under a prefix: a graph whose owner has each of our names for something else is adopted, used and given back."""

from pathlib import Path

import pytest

from base.errors import InputError
from cypher import prefix
from graph import health, query
from graph.connection import Address, Database
from graph.curation.exchange import read_decisions, read_links
from graph.exporting.export import export, facts_of
from graph.loading.adopt import adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.unadopt import unadopt
from graph.page.card import read_card
from graph.page.entities import read_profile
from graph.pictures import PictureStore
from graph.predicted.registry import models
from graph.reset import reset
from graph.schema import setup_schema
from tests.graph.guests import AT_ADOPTED, INDEXES, LOOK_ALIKES, dump, run
from tests.graph.test_guest import work

pytestmark = pytest.mark.bare

# Everything is called as ours is: integers for ids, names that are lists, labels, a type, marks, indexes.
MUSEUM = """
CREATE (gas:Entity:Vlkge:Painting {id: 1, wikidata: 'Q1', name: ['Gas', 'Benzin'], title: 'Gas', text: 7,
         note: 'A pump.', sources: 'register', visual: 'dark', adopted: 2001, vlkge: false, updated_at: 'today'}),
       (hawks:Entity:Painting {id: 2, wikidata: 'Q2', title: 'Nighthawks', split: 'left'}),
       (copy:Vlkge:Work {id: 1, number: 3}),
       (hopper:Painter {id: 'hopper', name: 'Edward Hopper', primary_label: 'Oil'}), (:Painter {id: 'monet'}),
       (gas)-[:PAINTED_BY {vlkge: true, split: 'none', sources: 4}]->(hopper), (hawks)-[:PAINTED_BY]->(hopper),
       (copy)-[:PREDICTED {vlkge: true, key: 'k', state: 'current', verdict: 'pending', relation: 'COPY_OF'}]->(hawks)
"""
THEIRS = (
    *INDEXES,
    "CREATE INDEX entity_id FOR (n:Painting) ON (n.id)",
    "CREATE FULLTEXT INDEX entity_words FOR (n:Entity) ON EACH [n.title]",
    "CREATE CONSTRAINT model_version FOR (m:Model) REQUIRE m.scale IS UNIQUE",
)
SPEC = {
    "Painting": {"id": "wikidata", "name": "title", "text": "note"},
    "Work": {"id": "number"},
    "Painter": {"id": "id", "name": "name"},
}


@pytest.fixture
def museum(database: Database, server: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    for statement in (
        MUSEUM,
        LOOK_ALIKES,
        AT_ADOPTED,
        "CREATE (:Model {version: '1:50'}), (:Model {alias: 'champion'})",
    ):
        run(database, statement)
    for index in THEIRS:
        run(database, index)
    run(database, "CALL db.awaitIndexes(300)")
    for name, value in (("URI", server.uri), ("USERNAME", server.username), ("PASSWORD", server.password)):
        monkeypatch.setenv(f"NEO4J_{name}", value)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    return database


def test_every_command_works_beside_a_graph_of_our_names_and_gives_it_back(museum: Database, tmp_path: Path) -> None:
    before = dump(museum)
    spec = AdoptSpec(SPEC, ["PAINTED_BY", "PREDICTED"])
    adoption = adopt(museum, spec, store=PictureStore(tmp_path / "pictures"), folder=tmp_path)
    assert adoption.entities == {"Painting": 2, "Work": 1, "Painter": 2}
    assert adoption.facts == {"PAINTED_BY": 2, "PREDICTED": 2}
    assert adopt(museum, spec, store=PictureStore(tmp_path / "pictures"), folder=tmp_path).changed == 0
    others = dump(museum, of_others=True, schema=False)
    assert len(others["nodes"]) == 11
    for kind, lines in others.items():
        assert set(lines) <= set(before[kind])
    for command in work(museum, tmp_path):
        command()
        assert dump(museum, of_others=True, schema=False) == others

    assert {model.version for model in models(museum)} == {"v1", "v2"}
    assert health.look_at_indexes(museum).missing == []
    exported = export(museum)
    assert set(facts_of(exported)["relation"]) == {"PAINTED_BY", "PREDICTED", "DEALS_WITH"}
    assert exported["Painting"].textual_mask.tolist() == [True, True]
    assert query.run(museum, "find_entity", words="gas")["id"].tolist() == ["Q1"]
    assert read_decisions(museum)["head"].tolist() == ["3", "Q2"]
    links = read_links(museum, state=None)
    assert links[["head", "verdict"]].to_numpy().tolist() == [["3", "accepted"], ["Q2", "rejected"]]
    assert "vk_vlkge" not in links.columns
    card = read_card(museum, '["3","PAINTED_BY","hopper"]')
    assert card is not None
    assert (card.head.id, card.head.label, card.tail.name) == ("3", "Work", "Edward Hopper")
    profile = read_profile(museum, "Q1")
    assert profile is not None
    assert (profile.entity.name, profile.entity.text) == ("Gas", "A pump.")
    # What the owner calls as we call ours is shown as the owner's.
    assert (
        profile.entity.properties | {"id": "1", "name": "Gas, Benzin", "adopted": "2001"} == profile.entity.properties
    )

    unadopt(museum)
    given_back = dump(museum, schema=False)
    assert set(before["nodes"]) <= set(given_back["nodes"])
    assert set(before["relationships"]) <= set(given_back["relationships"])
    reset(museum)
    assert dump(museum) == before


def test_a_graph_has_one_prefix(museum: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    setup_schema(museum)
    for other in ("", "v_"):
        monkeypatch.setenv(prefix.VARIABLE, other)
        with pytest.raises(InputError, match=f"have the prefix 'vk_' .1 in all., and VLKGE_PREFIX is '{other}'"):
            setup_schema(museum)
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    setup_schema(museum)
    reset(museum)
    monkeypatch.setenv(prefix.VARIABLE, "v_")
    setup_schema(museum)
