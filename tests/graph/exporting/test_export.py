"""The graph as HeteroData, and back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import torch

from base.errors import InputError, PipelineError
from graph.connection import Database
from graph.exporting.export import export, facts_of
from graph.exporting.export_reader import read_entities
from models.triples.knowledge_graph import KnowledgeGraph

ENTITIES = [
    ("nighthawks", "Artwork", "Nighthawks"),
    ("gas", "Artwork", "Gas"),
    ("wave", "Artwork", "神奈川沖浪裏"),
    ("hopper", "Artist", "Edward Hopper"),
    ("hokusai", "Artist", "Hokusai"),
    ("realism", "Style", "Realism"),
    ("ukiyo-e", "Style", "Ukiyo-e"),
]
FACTS = [
    ("nighthawks", "isBy", "hopper", "train"),
    ("gas", "isBy", "hopper", "val"),
    ("wave", "isBy", "hokusai", "train"),
    ("nighthawks", "hasStyle", "realism", "train"),
    ("wave", "hasStyle", "ukiyo-e", "test"),
    ("hopper", "hasStyle", "realism", "train"),
    ("hokusai", "knows", "hokusai", "train"),
    ("hokusai", "admires", "hokusai", "train"),
]


@pytest.fixture
def art(database: Database) -> Database:
    """Three paintings, two painters, two styles; styles are worn by paintings and painters."""
    load(database, ENTITIES, FACTS)
    return database


def load(database: Database, entities: list[tuple[str, str, str]], facts: list[tuple[str, str, str, str]]) -> None:
    run(
        database,
        "UNWIND $rows AS row CREATE (n:Entity:Vlkge {id: row[0], name: row[2], sources: ['test']}) "
        "SET n:$(row[1]), n.primary_label = row[1]",
        rows=[list(row) for row in entities],
    )
    run(
        database,
        "UNWIND $rows AS row MATCH (h:Entity:Vlkge {id: row[0]}) MATCH (t:Entity:Vlkge {id: row[2]}) "
        "CREATE (h)-[r:$(row[1]) {vlkge: true, split: row[3], sources: ['test']}]->(t)",
        rows=[list(row) for row in facts],
    )


def run(database: Database, text: str, **parameters: Any) -> None:
    database.driver.execute_query(text, parameters, database_=database.name)


def decide(database: Database, head: str, relation: str, tail: str, verdict: str, minute: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    run(
        database,
        "CREATE (:Decision:Vlkge {id: $id, head: $head, relation: $relation, tail: $tail, verdict: $verdict, at: $at})",
        id=f"d{minute}", head=head, relation=relation, tail=tail, verdict=verdict, at=at,
    )  # fmt: skip


def triples(data: Any) -> set[tuple[str, ...]]:
    return set(facts_of(data).itertuples(index=False, name=None))


def test_rights_go_with_the_entities_that_have_some(art: Database) -> None:
    before = export(art)
    run(art, "MATCH (n:Entity {id: 'wave'}) SET n.rights = 'CC BY 4.0'")
    data = export(art)
    assert dict(zip(data["Artwork"].id, data["Artwork"].rights, strict=True)) == {
        "gas": "", "nighthawks": "", "wave": "CC BY 4.0",
    }  # fmt: skip
    assert "rights" not in data["Artist"]
    assert data.fingerprint == before.fingerprint, "a model learns nothing from them"


def test_mapped_back_it_is_the_same_set_of_facts(art: Database) -> None:
    assert triples(export(art)) == set(FACTS)


def test_node_types_are_labels_and_edge_types_are_what_relations_join(art: Database) -> None:
    data = export(art)
    assert {kind: data[kind].id for kind in data.node_types} == {
        "Artist": ["hokusai", "hopper"],
        "Artwork": ["gas", "nighthawks", "wave"],
        "Style": ["realism", "ukiyo-e"],
    }
    assert data["Artwork"].name == ["Gas", "Nighthawks", "神奈川沖浪裏"]
    assert data["Artwork"].num_nodes == 3
    assert set(data.edge_types) == {
        ("Artwork", "isBy", "Artist"),
        ("Artwork", "hasStyle", "Style"),
        ("Artist", "hasStyle", "Style"),
        ("Artist", "knows", "Artist"),
        ("Artist", "admires", "Artist"),
    }
    store = data["Artwork", "isBy", "Artist"]
    assert store.edge_index.tolist() == [[0, 1, 2], [1, 1, 0]]
    assert store.train_mask.tolist() == [False, True, True]
    assert store.val_mask.tolist() == [True, False, False]
    assert store.test_mask.tolist() == [False, False, False]
    assert data.validate()


def test_predictions_and_bookkeeping_stay_out(art: Database) -> None:
    before = export(art)
    run(
        art,
        "MATCH (a {id: 'gas'}), (b {id: 'realism'}) "
        "CREATE (a)-[:PREDICTED {vlkge: true, relation: 'hasStyle', split: 'train'}]->(b)",
    )
    run(art, "MATCH (a {id: 'gas'}), (b {id: 'realism'}) CREATE (a)-[:looksLike]->(b)")
    run(
        art,
        "CREATE (:Model:Vlkge {version: 'v1'}), (:PredictionRun:Vlkge {id: 'r'}), "
        "(:Person {id: 'p'})-[:isBy {vlkge: true, split: 'train'}]->(:Person)",
    )
    run(art, "MATCH (a {id: 'gas'}) CREATE (a)-[:isBy {vlkge: true, split: 'train'}]->(:Person {id: 'p2'})")
    after = export(art)
    assert triples(after) == set(FACTS)
    assert after.node_types == before.node_types
    assert after.fingerprint == before.fingerprint


def test_the_gate_takes_validation_facts_only_and_about_half(database: Database) -> None:
    load(
        database,
        [(f"w{i:04}", "Artwork", "") for i in range(600)] + [("s", "Style", "")],
        [(f"w{i:04}", "hasStyle", "s", ("train", "val", "val")[i % 3]) for i in range(600)],
    )
    store = export(database)["Artwork", "hasStyle", "Style"]
    assert not (store.gate_mask & ~store.val_mask).any()
    assert int(store.val_mask.sum()) == 400
    assert 150 < int(store.gate_mask.sum()) < 250
    assert torch.equal(export(database)["Artwork", "hasStyle", "Style"].gate_mask, store.gate_mask)


def test_a_part_by_labels_keeps_the_facts_between_them(art: Database) -> None:
    data = export(art, labels=["Artwork", "Style"])
    assert data.node_types == ["Artwork", "Style"]
    assert triples(data) == {
        ("nighthawks", "hasStyle", "realism", "train"),
        ("wave", "hasStyle", "ukiyo-e", "test"),
    }


def test_a_part_by_relations_keeps_all_entities_of_the_types_they_join(art: Database) -> None:
    data = export(art, relations=["isBy"])
    assert triples(data) == {fact for fact in FACTS if fact[1] == "isBy"}
    assert data.node_types == ["Artist", "Artwork"]
    # "gas" has no style: it is what a style would be predicted for.
    assert export(art, relations=["hasStyle"])["Artwork"].id == ["gas", "nighthawks", "wave"]
    assert triples(export(art, relations=["hasStyle"], labels=["Artist", "Style"])) == {
        ("hopper", "hasStyle", "realism", "train")
    }


def test_a_neighbourhood_goes_both_ways_and_ends_after_its_hops(art: Database) -> None:
    def ids(**part: Any) -> set[str]:
        data = export(art, **part)
        return {id_ for kind in data.node_types for id_ in data[kind].id}

    assert ids(around=["gas"], hops=0) == {"gas"}
    assert ids(around=["gas"], hops=1) == {"gas", "hopper"}
    assert ids(around=["gas"]) == {"gas", "hopper", "nighthawks", "realism"}
    assert ids(around=["gas"], hops=9) == {"gas", "hopper", "nighthawks", "realism"}
    assert ids(around=["gas"], hops=9, relations=["isBy"]) == {"gas", "hopper", "nighthawks"}
    assert ids(around=["gas", "wave"], hops=1) == {"gas", "hopper", "wave", "hokusai", "ukiyo-e"}
    assert triples(export(art, around=["gas"])) == {
        ("nighthawks", "isBy", "hopper", "train"),
        ("gas", "isBy", "hopper", "val"),
        ("nighthawks", "hasStyle", "realism", "train"),
        ("hopper", "hasStyle", "realism", "train"),
    }


def test_vectors_stand_at_their_entities_and_zeros_where_there_is_none(art: Database) -> None:
    assert "visual" not in export(art)["Artwork"]
    run(art, "CREATE (:Encoder:Vlkge {modality: 'visual', name: 'net', digest: 'abc', dimension: 3})")
    run(art, "MATCH (n {id: 'nighthawks'}) CALL db.create.setNodeVectorProperty(n, 'visual', [0.1, -2.0, 3.5])")
    data = export(art)
    assert data.encoders == {"visual": {"name": "net", "digest": "abc", "dimension": 3}}
    assert data["Artwork"].visual.dtype == torch.float32
    assert torch.equal(data["Artwork"].visual, torch.tensor([[0.0, 0, 0], [0.1, -2.0, 3.5], [0, 0, 0]]))
    assert data["Artwork"].visual_mask.tolist() == [False, True, False]
    assert data["Style"].visual.shape == (2, 3)
    assert not data["Style"].visual_mask.any()
    assert "textual" not in data["Artwork"]
    joined = KnowledgeGraph.from_hetero(data).features["visual"].vectors
    assert torch.equal(joined, torch.cat([data[kind].visual for kind in sorted(data.node_types)]))
    assert joined.data_ptr() == data["Artist"].visual.data_ptr()  # in memory once


def test_a_vector_of_another_length_is_named(art: Database) -> None:
    run(art, "CREATE (:Encoder:Vlkge {modality: 'visual', name: 'net', digest: 'abc', dimension: 3})")
    run(art, "MATCH (n {id: 'gas'}) SET n.visual = [1.0, 2.0]")
    with pytest.raises(PipelineError, match=r"not of dimension 3.*'gas' \(1 in all\)"):
        export(art)


def test_held_out_entities_are_marked(art: Database) -> None:
    run(art, "MATCH (n {id: 'wave'}) SET n.held_out = 'test'")
    assert export(art)["Artwork"].held_out.tolist() == [False, False, True]


def test_the_newest_decision_counts_and_a_recorded_fact_is_no_negative(art: Database) -> None:
    decide(art, "gas", "hasStyle", "ukiyo-e", "rejected", 1)
    decide(art, "wave", "hasStyle", "realism", "rejected", 2)
    decide(art, "wave", "hasStyle", "realism", "undone", 3)
    decide(art, "nighthawks", "hasStyle", "ukiyo-e", "accepted", 4)
    decide(art, "nighthawks", "hasStyle", "ukiyo-e", "rejected", 5)
    decide(art, "nighthawks", "hasStyle", "realism", "rejected", 6)  # a recorded fact: a dispute
    decide(art, "gone", "hasStyle", "realism", "rejected", 7)
    data = export(art)
    assert data["Artwork", "hasStyle", "Style"].rejected_edge_index.tolist() == [[0, 1], [1, 1]]
    assert data["Artwork", "isBy", "Artist"].rejected_edge_index.shape == (2, 0)
    assert triples(data) == set(FACTS)


def test_a_node_that_is_only_an_entity_and_one_with_several_labels(art: Database) -> None:
    run(art, "CREATE (:Entity:Vlkge {id: 'x', sources: ['art']})")
    run(art, "CREATE (:Entity:Vlkge:Zebra:Animal {id: 'y', primary_label: 'Animal'})")
    run(art, "CREATE (:Entity:Vlkge:Print:Artwork {id: 'z', primary_label: 'Print'})")
    data = export(art)
    assert data["Entity"].id == ["x"]
    assert data["Entity"].name == ["x"]
    assert data["Animal"].id == ["y"]
    assert data["Print"].id == ["z"]
    assert "Zebra" not in data.node_types


def test_the_fingerprint_follows_the_facts(art: Database) -> None:
    first = export(art)
    assert export(art).fingerprint == first.fingerprint
    run(art, "MATCH ({id: 'hopper'})-[r:hasStyle]->() SET r.split = 'val'")
    assert export(art).fingerprint != first.fingerprint


def test_a_fact_recorded_twice_in_parallel_is_one(art: Database) -> None:
    run(
        art,
        "MATCH (a {id: 'gas'}), (b {id: 'hopper'}) "
        "CREATE (a)-[:isBy {vlkge: true, split: 'val', sources: ['adopted']}]->(b)",
    )
    assert len(facts_of(export(art))) == len(FACTS)


def test_what_the_graph_does_not_have_is_an_error_with_what_it_has(art: Database) -> None:
    with pytest.raises(InputError, match=r"no label 'Artworks' .*allowed are: Artist, Artwork, Style"):
        export(art, labels=["Artworks", "Style"])
    with pytest.raises(InputError, match=r"no relation 'PREDICTED' .*allowed are: admires, hasStyle, isBy, knows"):
        export(art, relations=["PREDICTED"])
    with pytest.raises(InputError, match=r"no entity in the graph has the id 'Gas' \(1 in all\)"):
        export(art, around=["Gas", "gas"])
    with pytest.raises(InputError, match="hops is -1"):
        export(art, around=["gas"], hops=-1)
    with pytest.raises(InputError, match="'Style'; give a list"):
        export(art, labels="Style")
    with pytest.raises(InputError, match="the list of relations is empty"):
        export(art, relations=[])


def test_an_empty_graph_says_what_to_type(database: Database) -> None:
    with pytest.raises(InputError, match="vlkge ingest DIR"):
        export(database)


def test_entities_without_an_id_are_counted(art: Database) -> None:
    run(art, "CREATE (:Entity:Vlkge {name: 'nobody', sources: ['a']}), (:Entity:Vlkge {id: 7, sources: ['a']})")
    with pytest.raises(InputError, match="2 of 9 nodes labelled Entity have no id"):
        export(art)


def test_a_split_of_another_name_is_an_error(art: Database) -> None:
    run(art, "MATCH ({id: 'gas'})-[r:isBy]->() SET r.split = 'dev'")
    with pytest.raises(PipelineError, match=r"'isBy' has the split 'dev'; allowed are: \('train', 'val', 'test'\)"):
        export(art)


def test_a_graph_of_several_pages_is_whole(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.exporting.export_reader.ENTITIES_PER_PAGE", 7)
    monkeypatch.setattr("graph.exporting.export_reader.FACTS_PER_PAGE", 10)
    monkeypatch.setattr("graph.exporting.export_reader.VECTORS_PER_PAGE", 4)
    facts = [(f"n{i:02}", "next", f"n{(i + step) % 60:02}", "train") for i in range(60) for step in (1, 5)]
    load(database, [(f"n{i:02}", "Stop", "") for i in range(60)], facts)
    run(database, "CREATE (:Encoder:Vlkge {modality: 'textual', name: 'net', digest: 'abc', dimension: 2})")
    run(database, "MATCH (n:Stop) WITH n, toInteger(substring(n.id, 1)) AS i SET n.textual = [toFloat(i), 1.0]")
    pages: list[str] = []

    def count(done: int, total: int, note: str = "") -> None:
        assert 0 < done <= total
        pages.append(note)

    data = export(database, progress=count)
    assert triples(data) == set(facts)
    assert data["Stop"].textual[:, 0].tolist() == list(range(60))
    assert pages.count("facts") > 5
    assert pages.count("textual vectors") == 15


def add_work(database: Database, name: str) -> None:
    """A work whose id stands before all others, and its fact: an export that has begun has passed its place."""
    load(database, [(name, "Artwork", name)], [(name, "isBy", "hopper", "train")])


def test_what_is_written_while_pages_are_read_is_in_the_export_as_a_whole(art: Database) -> None:
    due = ["automat"]
    data = export(art, progress=lambda *_: add_work(art, due.pop()) if due else None)
    assert not due
    assert data.one_state
    assert "automat" in data["Artwork"].id
    assert ("automat", "isBy", "hopper", "train") in triples(data)
    assert data.fingerprint == export(art).fingerprint


def test_an_export_tells_that_others_never_stopped_writing(art: Database) -> None:
    names = iter([f"{number}-work" for number in range(100)])
    data = export(art, progress=lambda *_: add_work(art, next(names)))
    assert not data.one_state
    assert {"nighthawks", "0-work"} <= set(data["Artwork"].id)
    assert export(art).one_state


def test_entities_that_are_added_meanwhile_are_not_taken_for_such_without_id(
    art: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Database.read

    def write_first(self: Database, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        if statement == "export/count_entities" and not added:
            added.append(add_work(self, "automat"))
        return read(self, statement, **parameters)

    added: list[None] = []
    entities = read_entities(art)
    monkeypatch.setattr(Database, "read", write_first)
    assert read_entities(art) == entities
    assert added


@pytest.mark.parametrize("id_", [None, 7, ""])
def test_nodes_without_a_text_for_an_id_are_named(art: Database, id_: object) -> None:
    run(art, "CREATE (n:Entity:Vlkge {name: 'nobody', sources: ['test']}) SET n.id = $id", id=id_)
    with pytest.raises(InputError, match="1 of 8 nodes labelled Entity have no id"):
        export(art)
