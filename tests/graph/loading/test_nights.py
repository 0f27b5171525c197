"""A life together: an owner changes the graph night after night, we take it up each day, and give it back."""

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from base.errors import InputError
from cypher import prefix
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.curation.disagreements import list_disagreements
from graph.curation.exchange import read_decisions
from graph.exporting import hetero_file
from graph.exporting.export import export, facts_of
from graph.loading.adopt import Adoption, adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.unadopt import unadopt
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from tests.graph.guests import run
from tests.graph.owners import MOVIES, OWNERS, Owner, contents

pytestmark = pytest.mark.bare


class Guest:
    """We, in a folder of ours."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    def adopt(self, spec: AdoptSpec, **options: Any) -> Adoption:
        return adopt(self.database, spec, store=PictureStore(self.folder / "p"), folder=self.folder, **options)

    def curate(self, links: tuple[tuple[str, str, str], ...]) -> None:
        """Predict the links, and accept them."""
        frame = pd.DataFrame([(*link, 1.0, 1, 0.8) for link in links])
        frame.columns = pd.Index(["head", "relation", "tail", "score", "rank", "probability"])
        register_model(self.database, "v1", "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
        publish(self.database, frame, model_version="v1", run_id="one")
        choices = [
            Choice(id=f"d{i}", head=h, relation=r, tail=t, verdict="accepted") for i, (h, r, t) in enumerate(links)
        ]
        decide(self.database, choices, by="ana")


@pytest.fixture
def guest(database: Database, tmp_path: Path) -> Guest:
    return Guest(database, tmp_path)


def make(database: Database, owner: Owner) -> None:
    for statement in owner.made:
        run(database, statement)
    run(database, "CALL db.awaitIndexes(60)")


def read(database: Database) -> list[list[str]]:
    """All that the graph holds, and its indexes and constraints."""
    nodes = run(database, "MATCH (n) RETURN labels(n) AS l, properties(n) AS p")
    links = run(
        database,
        "MATCH (h)-[r]->(t) RETURN labels(h) AS hl, properties(h) AS h, type(r) AS r, properties(r) AS p, "
        "labels(t) AS tl, properties(t) AS t",
    )
    indexes = run(database, "SHOW INDEXES YIELD name, type, labelsOrTypes AS on, properties RETURN *")
    return [contents(rows) for rows in (nodes, links, indexes)]


@pytest.mark.parametrize("kind", OWNERS)
def test_after_a_week_of_nights_the_graph_is_what_its_owner_made_of_it(
    kind: str, guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, database = OWNERS[kind], guest.database
    monkeypatch.setenv(prefix.VARIABLE, owner.prefix)
    make(database, owner)
    guest.adopt(owner.spec)
    guest.curate(owner.links)
    for night in owner.nights:
        run(database, night)
        guest.adopt(owner.spec)
    unadopt(database, records=True)
    given_back = read(database)

    with database.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
    kept = [statement for statement in owner.made if not statement.startswith("CREATE CONSTRAINT")]
    for statement in [*kept, *owner.nights]:
        run(database, statement)
    assert given_back == read(database)


def test_each_night_is_seen_told_and_healed(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    database, spec, nights = guest.database, MOVIES.spec, iter(MOVIES.nights)
    make(database, MOVIES)
    first = guest.adopt(spec)
    assert (first.entities, first.without_id) == ({"Movie": 2, "Person": 3}, {"Movie": 1})
    assert (first.facts, first.left_out) == ({"ACTED_IN": 2, "DIRECTED": 1}, {"ACTED_IN": 1})
    guest.curate(MOVIES.links)
    assert guest.adopt(spec).changed == 0

    run(database, next(nights))
    with pytest.raises(InputError, match=r"lost what they were given: 2 .*run `vlkge adopt` again"):
        export(database)
    wiped = guest.adopt(spec)
    assert (wiped.healed, wiped.changed, wiped.new_facts) == (2, 2, 0)
    assert export(database)["Movie"].name == ["The Matrix!", "Speed!"]

    run(database, next(nights))
    assert (
        guest.adopt(AdoptSpec({"Director": spec.labels["Person"], **spec.labels}, spec.relations, ["Movie"])).changed
        == 1
    )
    assert export(database)["Director"].id == ["person/2"]

    run(database, next(nights))
    added = guest.adopt(spec)
    assert (added.entities["Movie"], added.changed, added.new_facts) == (3, 2, 1)

    run(database, next(nights))
    moved = guest.adopt(spec)
    assert moved.renamed == {"movie/2": "movie/20"}
    assert run(database, "MATCH ()-[p:vk_PREDICTED]->(t) WHERE t.id = 20 RETURN p.key AS key") == [
        {"key": '["person/1","ACTED_IN","movie/20"]'}
    ]
    assert read_decisions(database)["tail"].tolist() == ["movie/20", "movie/1"]

    run(database, next(nights))
    again = guest.adopt(spec)
    assert again.renamed == {"person/3": "person/30"}
    assert read_decisions(database)["head"].tolist() == ["person/1", "person/30"]
    assert again.lost == ["person/30 DIRECTED movie/1: the fact is gone"]
    assert guest.adopt(spec, restore_facts=True).restored == 1

    run(database, next(nights))
    lost = guest.adopt(spec)
    assert lost.lost == ["person/1 ACTED_IN movie/20: the fact is gone"]
    assert list_disagreements(database)[["kind", "head", "verdict"]].to_numpy().tolist() == [
        ["lost", "person/1", "accepted"]
    ]
    assert guest.adopt(spec, restore_facts=True).restored == 1
    assert list_disagreements(database).empty

    run(database, next(nights))
    gone = guest.adopt(spec)
    assert (gone.entities["Movie"], gone.lost) == (2, [])


def test_ids_may_change_places(guest: Guest) -> None:
    run(
        guest.database,
        "CREATE (a:Work {no: 'a', title: 'A'})-[:NEAR]->(b:Work {no: 'b', title: 'B'})-[:NEAR]->(:Work {no: 'c'})",
    )
    spec = AdoptSpec({"Work": {"id": "no", "name": "title"}}, ["NEAR"])
    guest.adopt(spec)
    guest.curate((("a", "NEAR", "c"), ("b", "NEAR", "a")))
    run(guest.database, "MATCH (a {no: 'a'}), (b {no: 'b'}) SET a.no = 'b', b.no = 'a'")
    assert guest.adopt(spec).renamed == {"a": "b", "b": "a"}
    rows = run(guest.database, "MATCH (h)-[p:PREDICTED]->(t) RETURN p.key AS key, h.id AS h, t.id AS t ORDER BY key")
    assert [tuple(row.values()) for row in rows] == [('["a","NEAR","b"]', "a", "b"), ('["b","NEAR","c"]', "b", "c")]
    assert sorted(read_decisions(guest.database)["head"]) == ["a", "b"]
    assert guest.adopt(spec).changed == 0


def test_what_a_narrower_specification_drops_is_released(guest: Guest) -> None:
    run(
        guest.database,
        "UNWIND range(1, 9) AS i CREATE (:Work {no: i, shown: i < 8})-[:BY]->(:Artist {no: -i})"
        "-[:IN {sure: i < 5}]->(:Town {no: 90 + i})",
    )
    names = {label: {"id": "no"} for label in ("Work", "Artist", "Town")}
    guest.adopt(AdoptSpec(names, ["BY", "IN"]))
    shown = {**names, "Work": {"id": "no", "where": {"shown": True}}}
    narrow = AdoptSpec(shown, ["BY"], facts={"IN": {"where": {"sure": True}}})
    assert guest.adopt(narrow).released == 2
    narrowed = (
        "MATCH (n:Work) WHERE NOT n:Entity UNWIND keys(n) AS k WITH n, k ORDER BY k RETURN n.no AS no, collect(k) AS k"
    )
    assert run(guest.database, narrowed + " ORDER BY no") == [{"no": no, "k": ["no", "shown"]} for no in (8, 9)]
    assert facts_of(export(guest.database))["relation"].value_counts().to_dict() == {"BY": 7, "IN": 4}
    narrower = AdoptSpec({"Town": names["Town"]})
    with pytest.raises(InputError, match=r"does not want 16 of 25 adopted nodes .*at most 20% .*--release"):
        guest.adopt(narrower)
    assert guest.adopt(narrower, dry_run=True).released == 16
    assert guest.adopt(narrower, release_limit=1).released == 16
    assert len(facts_of(export(guest.database))) == 0


def test_accepted_facts_may_be_left_to_the_owner(guest: Guest) -> None:
    run(guest.database, "CREATE (:Work {no: 1})-[:BY {since: 1}]->(:Artist {no: 2}), (:Work {no: 3})")
    guest.adopt(AdoptSpec({"Work": {"id": "no"}, "Artist": {"id": "no"}}, ["BY"]))
    guest.curate((("3", "BY", "2"),))
    assert unadopt(guest.database, keep_facts=True, records=True, dry_run=True).kept == 1
    done = unadopt(guest.database, keep_facts=True, records=True)
    assert (done.kept, done.other_facts, done.facts, done.taken["records"]["decisions"]) == (1, 0, 1, 1)
    rows = run(
        guest.database, "MATCH (h)-[r]->(t) RETURN h.no AS h, type(r) AS r, properties(r) AS p, t.no AS t ORDER BY h"
    )
    assert [tuple(row.values()) for row in rows] == [(1, "BY", {"since": 1}, 2), (3, "BY", {}, 2)]
    assert run(guest.database, "MATCH (n) RETURN DISTINCT labels(n) AS l ORDER BY l") == [
        {"l": ["Artist"]},
        {"l": ["Work"]},
    ]
    assert run(guest.database, "SHOW CONSTRAINTS") == []


def test_records_stay_where_an_ingest_brought_entities(guest: Guest) -> None:
    run(guest.database, "CREATE (:Entity:Vlkge:Work {id: 'x', sources: ['files']})")
    with pytest.raises(InputError, match=r"the graph holds 1 entities that an ingest brought.*leave --records out"):
        unadopt(guest.database, records=True)


def test_names_of_namespaces_and_words_make_no_warnings(guest: Guest, tmp_path: Path) -> None:
    run(guest.database, "CREATE (:`crm__E22 thing` {no: 1})-[:`crm:P45 consists of`]->(:crm__E57 {no: 2})")
    names = {"crm__E22 thing": {"id": "no"}, "crm__E57": {"id": "no"}}
    guest.adopt(AdoptSpec(names, ["crm:P45 consists of"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = export(guest.database)
        hetero_file.save(data, tmp_path / "graph.safetensors")
        again = hetero_file.load(tmp_path / "graph.safetensors")
    assert again.edge_types == [("crm__E22 thing", "crm:P45 consists of", "crm__E57")]
