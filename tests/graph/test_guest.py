"""A guest in somebody else's database: what does not have our mark is neither taken for ours nor touched."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from base.errors import InputError
from flows.retraining.model_changes import prune
from graph import health, query, vectors
from graph.connection import Address, Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.exporting.export import export, facts_of
from graph.loading.adopt import adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.loading.unadopt import unadopt
from graph.page.entities import read_profile
from graph.page.review_queue import Filters, count_left, list_choices, list_keys
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import linked, models, promote, register_model, roll_back
from graph.predicted.unlikely_facts import publish_doubts
from graph.reset import reset
from graph.schema import definitions, setup_schema
from graph.vectors import Encoder
from tests.graph.guests import AT_ADOPTED, INDEXES, LOOK_ALIKES, dump, run

pytestmark = pytest.mark.bare

MUSEUM = """
CREATE (gas:Work:Painting {wikidata: 'Q1', title: 'Gas', note: 'A pump.', number: 1, year: 1940}),
       (hawks:Painting {wikidata: 'Q2', title: 'Nighthawks', rooms: [1, 2]}), (copy:Work {number: 3}),
       (hopper:Painter {id: 'hopper', name: 'Edward Hopper'}), (monet:Painter {id: 'monet', name: 'Claude Monet'}),
       (gas)-[:PAINTED_BY {since: 1940}]->(hopper), (hawks)-[:PAINTED_BY]->(hopper), (copy)-[:COPY_OF]->(hawks)
"""
SPEC = AdoptSpec(
    labels={
        "Painting": {"id": "wikidata", "name": "title", "text": "note"},
        "Work": {"id": "number"},
        "Painter": {"id": "id", "name": "name"},
    },
    relations=["PAINTED_BY", "COPY_OF"],
)
ENTITIES = "id,label,name\nshop,Dealer,Rehn Gallery\nfair,Dealer,A fair\n"
TRIPLES = "head,relation,tail\nshop,DEALS_WITH,fair\n"


@pytest.fixture
def museum(database: Database) -> Database:
    """A museum's graph amid others that look like ours."""
    run(database, MUSEUM)
    run(database, LOOK_ALIKES)
    run(database, AT_ADOPTED)
    for index in INDEXES:
        run(database, index)
    run(database, "CALL db.awaitIndexes(300)")
    return database


def work(database: Database, folder: Path) -> list[Callable[[], object]]:
    """What the commands do in a graph that is adopted, one after the other."""
    (folder / "entities.csv").write_text(ENTITIES)
    (folder / "triples.csv").write_text(TRIPLES)
    links = pd.DataFrame(
        [("3", "PAINTED_BY", "hopper", 2.0, 1, 0.9), ("Q2", "PAINTED_BY", "monet", 1.0, 1, 0.4)],
        columns=["head", "relation", "tail", "score", "rank", "probability"],
    )
    doubts = pd.DataFrame(
        [("Q1", "PAINTED_BY", "hopper", 0.9, 0.1, 2, 2, "monet", 0.9)],
        columns=["head", "relation", "tail", "likelier", "share", "rank", "candidates", "other", "other_share"],
    )
    choices = [
        Choice(id="d1", head="3", relation="PAINTED_BY", tail="hopper", verdict="accepted"),
        Choice(id="d2", head="Q2", relation="PAINTED_BY", tail="monet", verdict="rejected"),
    ]
    encoder = Encoder("net", "abc", 2)

    def encode() -> None:
        vectors.activate(database, "textual", encoder)
        due = vectors.pending(database, "textual", encoder)
        vectors.write(database, "textual", due["id"].tolist(), np.eye(len(due), 2, dtype=np.float32) + 1, due["digest"])
        vectors.remove_stale(database, "textual")

    def train() -> None:
        for version in ("v1", "v2", "v3"):
            register_model(database, version, "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
        promote(database, "v2")
        roll_back(database)

    def ask() -> None:
        given = {"entity": "Q1", "first": "Q1", "second": "Q2", "relation": "PAINTED_BY", "label": "Painting"}
        for statement in query.list_queries():
            needed = [p.name for p in statement.parameters if p.required]
            answers = {name: {**given, "words": "gas", "by": "ana", "rule": "none"}[name] for name in needed}
            if "visual" not in statement.text:
                query.run(database, statement.name.removeprefix("query/"), **answers)

    return [
        lambda: ingest(database, read_source(folder, name="dealers"), PictureStore(folder / "pictures")),
        encode,
        train,
        lambda: publish(database, links, model_version="v1", run_id="one"),
        lambda: publish(database, links.iloc[:1], model_version="v1", run_id="two"),
        lambda: decide(database, choices, by="ana"),
        lambda: publish_doubts(database, doubts, model_version="v1", relations=["PAINTED_BY"]),
        ask,
        lambda: [list_keys(database, Filters(order=order), limit=20) for order in ("probability", "audit", "entity")],
        lambda: health.look_at_indexes(database),
        lambda: ingest(
            database, read_source(folder, name="dealers"), PictureStore(folder / "pictures"), prune=True, prune_limit=1
        ),
        lambda: prune.fn(),
    ]


def test_no_command_touches_what_others_keep_and_giving_back_leaves_the_graph_as_it_was(
    museum: Database, server: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("URI", server.uri), ("USERNAME", server.username), ("PASSWORD", server.password)):
        monkeypatch.setenv(f"NEO4J_{name}", value)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    before = dump(museum)
    adopt(museum, SPEC, store=PictureStore(tmp_path / "pictures"), folder=tmp_path)
    others = dump(museum, of_others=True, schema=False)
    assert len(others["nodes"]) == 9
    assert len(others["relationships"]) == 7
    for kind, lines in others.items():
        assert set(lines) <= set(before[kind])
    for command in work(museum, tmp_path):
        command()
        assert dump(museum, of_others=True, schema=False) == others

    assert {model.version for model in models(museum)} == {"v1", "v2"}
    assert linked(museum) == {"v1"}
    given_back = unadopt(museum)
    assert given_back.taken == {
        "entities": {"Painting": 2, "Work": 1, "Painter": 2},
        "vectors": {"textual": 4},
        "facts": {"PAINTED_BY": 2, "COPY_OF": 1},
        "other_facts": {"PAINTED_BY": 1},
        "predicted": {"PAINTED_BY": 2},
    }
    ours = {"nodes": dump(museum)["nodes"], "relationships": dump(museum)["relationships"]}
    assert set(before["nodes"]) <= set(ours["nodes"])
    assert set(before["relationships"]) <= set(ours["relationships"])
    reset(museum)
    assert dump(museum) == before


def test_what_is_read_is_ours_alone(museum: Database, tmp_path: Path) -> None:
    adopt(museum, SPEC, store=PictureStore(tmp_path / "pictures"), folder=tmp_path)
    facts = facts_of(export(museum))
    assert set(facts["relation"]) == {"PAINTED_BY", "COPY_OF"}
    assert len(facts) == 3
    assert models(museum) == []
    assert health.unfinished_runs(museum) == []
    assert vectors.active_encoders(museum) == {}
    assert (count_left(museum, Filters()), list_keys(museum, Filters(), limit=5)) == (0, [])
    assert list_choices(museum).labels == ["Painter", "Painting", "Work"]
    for name in ("list_strongest_links", "list_models", "list_runs"):
        assert query.run(museum, name).empty
    assert query.run(museum, "find_entity", words="gas")["id"].tolist() == ["Q1"]
    profile = read_profile(museum, "Q1")
    assert profile is not None
    assert [(f.relation, f.incoming) for f in profile.facts] == [("PAINTED_BY", False)]
    assert read_profile(museum, "firm") is None


def test_an_adopted_work_that_is_a_painting_is_a_painting_everywhere(museum: Database, tmp_path: Path) -> None:
    adopt(museum, SPEC, store=PictureStore(tmp_path / "pictures"), folder=tmp_path)
    run(museum, "MATCH (n {wikidata: 'Q1'}) SET n:Artefact:ZZZ")
    assert export(museum)["Painting"].id == ["Q1", "Q2"]
    assert query.run(museum, "find_entity", words="gas")["label"].tolist() == ["Painting"]
    assert query.run(museum, "list_missing_facts", label="Painting", relation="COPY_OF")["entity"].tolist() == [
        "Q1",
        "Q2",
    ]
    coverage = query.run(museum, "count_coverage", label="Painting").set_index("relation")
    assert coverage.loc["PAINTED_BY", "entities"] == 2
    profile = read_profile(museum, "Q1")
    assert profile is not None
    assert profile.entity.label == "Painting"
    # What the pipeline keeps for itself is not shown as knowledge.
    assert profile.entity.properties == {
        "wikidata": "Q1",
        "title": "Gas",
        "note": "A pump.",
        "number": "1",
        "year": "1940",
    }


TAKEN = (
    "CREATE INDEX entity_id FOR (n:Painting) ON (n.id)",
    "CREATE FULLTEXT INDEX entity_words FOR (n:Painting) ON EACH [n.title]",
)


def test_indexes_of_others_under_our_names_are_seen_before_the_first_write_and_kept(
    museum: Database, tmp_path: Path
) -> None:
    for index in TAKEN:
        run(museum, index)
    before = dump(museum)
    said = (
        r"(?s)entity_id RANGE Painting\(id\) is there, where entity_id UNIQUE Entity\(id\) is needed.*entity_words FULL"
    )
    for refused in (
        lambda: setup_schema(museum),
        lambda: adopt(museum, SPEC, store=PictureStore(tmp_path), folder=tmp_path),
        lambda: adopt(museum, SPEC, store=PictureStore(tmp_path), folder=tmp_path, dry_run=True),
    ):
        with pytest.raises(InputError, match=said):
            refused()
        assert dump(museum) == before
    assert len(health.look_at_indexes(museum).in_the_way) == 2
    reset(museum)
    assert dump(museum) == before


def test_an_index_of_others_that_does_what_ours_would_serves_and_is_kept(database: Database) -> None:
    run(database, "CREATE CONSTRAINT theirs FOR (n:Entity) REQUIRE n.id IS UNIQUE")
    run(database, "CREATE CONSTRAINT model_version FOR (n:Model) REQUIRE n.version IS UNIQUE")
    before = dump(database)
    setup_schema(database)
    setup_schema(database)
    assert health.look_at_indexes(database).missing == []
    reset(database)
    assert dump(database) == before


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        ("UNWIND [1, 2] AS i CREATE (:Model {version: '1:50'})", r"share a value of Model.version.*'1:50 \(2\)'"),
        ("UNWIND [1, 2] AS i CREATE (:Entity {id: 'x'})", r"share a value of Entity.id.*'x \(2\)'"),
        ("UNWIND [1, 2] AS i CREATE (:A)-[:PREDICTED {key: 'k'}]->(:B)", r"share a value of PREDICTED.key.*'k \(2\)'"),
        ("CREATE (:Model {alias: 'champion'})", r"of others that have a value of Model.alias.*'champion \(1\)'"),
        ("CREATE (:Work:Vlkge), (:Entity:Vlkge {id: 7})", r"only ours have: ':Entity \(1\)', ':Work \(1\)'"),
        ("CREATE (:A)-[:CITES {vlkge: true}]->(:B)", r"only ours have: '\[:CITES\] \(1\)'.*VLKGE_PREFIX=vk_"),
        ("CREATE (:Encoder {modality: 'visual'})", r"of others that have a value of Encoder.modality.*'visual \(1\)'"),
    ],
)
def test_values_of_others_that_collide_are_found_before_the_first_write(
    database: Database, theirs: str, message: str
) -> None:
    run(database, theirs)
    before = dump(database)
    with pytest.raises(InputError, match=message):
        setup_schema(database)
    assert dump(database) == before


def test_no_value_of_others_keeps_a_constraint_from_being_made_unseen(database: Database) -> None:
    unique = [definition for definition in definitions() if definition.kind == "UNIQUE"]
    for definition in unique:
        of, names = definition.on.strip(")").split("(")
        held = ", ".join(f"{name}: 1" for name in names.split(", "))
        made = f"(:A)-[:{of[1:-1]} {{{held}}}]->(:B)" if of.startswith("[") else f"(:{of} {{{held}}})"
        run(database, f"CREATE {made}, {made}")
    before = dump(database)
    with pytest.raises(InputError) as refused:
        setup_schema(database)
    for definition in unique:
        of, names = definition.on.strip(")").replace("[", "").replace("]", "").split("(")
        assert f"a value of {of}.{names.replace(', ', ' and ')}," in str(refused.value)
    assert dump(database) == before


def test_an_ingest_refuses_the_id_of_a_node_of_others(museum: Database, tmp_path: Path) -> None:
    (tmp_path / "entities.csv").write_text("id,label\nfirm,Dealer\n")
    (tmp_path / "triples.csv").write_text("head,relation,tail\nfirm,knows,firm\n")
    before = dump(museum)
    with pytest.raises(InputError, match=r"ids that nodes of others labelled Entity have in the graph: 'firm'"):
        ingest(museum, read_source(tmp_path), PictureStore(tmp_path / "pictures"))
    assert dump(museum) == before


def test_pruning_keeps_an_entity_that_others_have_linked(database: Database, tmp_path: Path) -> None:
    (tmp_path / "entities.csv").write_text(ENTITIES)
    (tmp_path / "triples.csv").write_text(TRIPLES)
    ingest(database, read_source(tmp_path, name="a"), PictureStore(tmp_path / "pictures"))
    run(database, "MATCH (n {id: 'fair'}) CREATE (:Visitor)-[:PREDICTED {by: 'me'}]->(n)")
    (tmp_path / "entities.csv").write_text("id,label\nnew,Dealer\n")
    (tmp_path / "triples.csv").write_text("head,relation,tail\nnew,DEALS_WITH,new\n")
    ingest(database, read_source(tmp_path, name="a"), PictureStore(tmp_path / "pictures"), prune=True, prune_limit=1)
    left = run(database, "MATCH (n:Entity) RETURN n.id AS id ORDER BY id")
    assert [row["id"] for row in left] == ["fair", "new"]
