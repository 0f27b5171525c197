"""Vectors on the nodes of a real Neo4j."""

from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from base.errors import InputError
from graph import vectors
from graph.connection import Database
from graph.vectors import Activation, Encoder, text_of

NET = Encoder("net", "abc", 3)
OTHER = Encoder("other", "def", 2)


@pytest.fixture
def art(database: Database) -> Database:
    """Two works with a picture, three with a text, one (Q4) with neither."""
    run(
        database,
        "CREATE (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'Q1', name: 'Nighthawks', "
        "text: 'A diner at night.', image_sha256: 'p1'}),"
        "       (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'Q2', name: 'Gas', image_sha256: 'p2'}),"
        "       (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'Q3', text: 'A wave.'}),"
        "       (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'Q4', name: 'Q4'})",
    )
    return database


def run(database: Database, text: str, **parameters: Any) -> list[dict[str, Any]]:
    records, _, _ = database.driver.execute_query(text, parameters, database_=database.name)
    return [record.data() for record in records]


def encode(database: Database, modality: str, encoder: Encoder, stop_after: int | None = None) -> int:
    """Encode what is due with made-up vectors, `stop_after` many where it is to be cut off."""
    vectors.activate(database, modality, encoder)
    due = vectors.pending(database, modality, encoder)[:stop_after]
    made = np.array([vector(encoder, digest) for digest in due["digest"]], np.float32).reshape(-1, encoder.dimension)
    return vectors.write(database, modality, due["id"].tolist(), made, due["digest"].tolist())


def vector(encoder: Encoder, digest: str) -> list[float]:
    return [1.0 + byte for byte in bytes.fromhex(digest)[: encoder.dimension]]


def dump(database: Database) -> Any:
    nodes = run(database, "MATCH (n) RETURN labels(n) AS labels, properties(n) AS p")
    indexes = run(
        database, "SHOW VECTOR INDEXES YIELD name, state, options RETURN name, state, options.indexConfig AS c"
    )
    return sorted(map(repr, nodes)), sorted(map(repr, indexes))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Gas", "A pump.", "Gas. A pump."),
        ("Gas", "", "Gas"),
        ("", "A pump.", "A pump."),
        ("Q2", "A pump.", "A pump."),
        ("Q2", "", ""),
        ("", "", ""),
    ],
)
def test_the_text_is_name_and_description(name: str, text: str, said: str) -> None:
    assert text_of("Q2", name, text) == said


def test_what_has_content_is_due_once(art: Database) -> None:
    due = vectors.pending(art, "textual", NET)
    assert due[["id", "text"]].values.tolist() == [
        ["Q1", "Nighthawks. A diner at night."],
        ["Q2", "Gas"],
        ["Q3", "A wave."],
    ]
    assert due["digest"][1] == sha256(b"net\0abc\x003\0Gas").hexdigest()
    assert encode(art, "textual", NET) == 3
    assert vectors.pending(art, "textual", NET).empty
    assert vectors.pending(art, "visual", NET)[["id", "image_sha256"]].values.tolist() == [["Q1", "p1"], ["Q2", "p2"]]


def test_only_what_changed_is_due_again(art: Database) -> None:
    encode(art, "textual", NET)
    run(art, "MATCH (n {id: 'Q2'}) SET n.text = 'A pump.'")
    assert vectors.pending(art, "textual", NET)["text"].tolist() == ["Gas. A pump."]
    encode(art, "textual", NET)
    run(art, "MATCH (n {id: 'Q1'}) REMOVE n.textual")
    assert vectors.pending(art, "textual", NET)["id"].tolist() == ["Q1"]
    assert len(vectors.pending(art, "textual", Encoder("net", "newer weights", 3))) == 3


def test_the_index_finds_what_was_written(art: Database) -> None:
    vectors.activate(art, "visual", NET)
    due = vectors.pending(art, "visual", NET)
    made = np.array([[1, 0, 0], [0.6, 0.8, 0]], dtype=np.float32)
    assert vectors.write(art, "visual", due["id"].tolist(), made, due["digest"].tolist()) == 2
    found = run(
        art,
        "CALL db.index.vector.queryNodes('entity_visual', 2, [1.0, 0, 0]) YIELD node, score "
        "RETURN node.id AS id, score",
    )
    # Neo4j gives (1 + cosine) / 2.
    assert [row["id"] for row in found] == ["Q1", "Q2"]
    assert [row["score"] for row in found] == pytest.approx([1.0, 0.8], abs=1e-6)
    assert run(art, "MATCH (n {id: 'Q2'}) RETURN n.visual AS v")[0]["v"] == pytest.approx([0.6, 0.8, 0])


def test_another_encoder_drops_the_vectors_of_the_first(art: Database) -> None:
    assert vectors.activate(art, "textual", NET) == Activation(None, 0)
    encode(art, "textual", NET)
    encode(art, "visual", NET)
    assert vectors.activate(art, "textual", NET) == Activation(NET, 0)
    assert vectors.activate(art, "textual", OTHER) == Activation(NET, 3)
    assert run(art, "MATCH (n) WHERE n.textual IS NOT NULL OR n.textual_digest IS NOT NULL RETURN n") == []
    assert vectors.active_encoders(art) == {"textual": OTHER, "visual": NET}
    assert len(run(art, "MATCH (n) WHERE n.visual IS NOT NULL RETURN n")) == 2
    assert encode(art, "textual", OTHER) == 3
    (index,) = run(art, "SHOW VECTOR INDEXES YIELD name, state, options WHERE name = 'entity_textual'")
    assert index["state"] == "ONLINE"
    assert index["options"]["indexConfig"]["vector.dimensions"] == 2
    assert index["options"]["indexConfig"]["vector.similarity_function"].lower() == "cosine"


def test_cut_off_and_run_again_it_is_the_same_graph(art: Database) -> None:
    encode(art, "textual", NET)
    encode(art, "textual", OTHER)
    whole = dump(art)

    vectors.activate(art, "textual", NET)
    encode(art, "textual", NET, stop_after=1)
    # As far as a switch gets that is killed before it records the new encoder.
    art.write("schema/drop_index", name="entity_textual")
    run(art, "MATCH (n {id: 'Q1'}) REMOVE n.textual")
    encode(art, "textual", OTHER, stop_after=2)
    encode(art, "textual", OTHER)
    assert dump(art) == whole


def test_a_vector_goes_with_its_content(art: Database) -> None:
    encode(art, "textual", NET)
    encode(art, "visual", NET)
    run(art, "MATCH (n {id: 'Q1'}) REMOVE n.image_sha256 SET n.name = 'Q1' REMOVE n.text")
    assert vectors.remove_stale(art, "visual") == 1
    assert vectors.remove_stale(art, "textual") == 1
    (left,) = run(art, "MATCH (n {id: 'Q1'}) RETURN keys(n) AS keys")
    assert sorted(left["keys"]) == ["id", "name", "primary_label"]
    assert vectors.remove_stale(art, "textual") == 0


def test_an_entity_that_is_gone_takes_no_vector(art: Database) -> None:
    vectors.activate(art, "visual", NET)
    made = np.ones((2, 3), dtype=np.float32)
    assert vectors.write(art, "visual", ["Q1", "gone"], made, ["d1", "d2"]) == 1


def test_wrong_vectors_are_refused_before_any_is_written(art: Database) -> None:
    with pytest.raises(InputError, match="modality is 'audio'; allowed are: visual, textual"):
        vectors.activate(art, "audio", NET)
    with pytest.raises(InputError, match="no visual encoder is active"):
        vectors.write(art, "visual", ["Q1"], np.ones((1, 3), np.float32), ["d"])
    vectors.activate(art, "visual", NET)
    with pytest.raises(InputError, match=r"shape \(1, 2\) for 1 ids; net needs 1 and \(1, 3\)"):
        vectors.write(art, "visual", ["Q1"], np.ones((1, 2), np.float32), ["d"])
    bad = np.array([[1, 2, 3], [0, 0, 0], [1, np.nan, 0]], dtype=np.float32)
    with pytest.raises(InputError, match=r"zero or not finite: 'Q2', 'Q3' \(2 in all\)"):
        vectors.write(art, "visual", ["Q1", "Q2", "Q3"], bad, ["a", "b", "c"])
    assert run(art, "MATCH (n) WHERE n.visual IS NOT NULL RETURN n") == []


def test_many_entities_are_read_and_written_in_pages(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "ENTITIES_PER_PAGE", 4)
    monkeypatch.setattr(vectors, "VECTORS_PER_BATCH", 3)
    run(database, "UNWIND range(1, 10) AS i CREATE (:Entity:Vlkge {id: 'n' + i, name: 'name ' + i})")
    assert encode(database, "textual", NET) == 10
    for row in run(database, "MATCH (n:Entity) RETURN n.name AS name, n.textual AS vector, n.textual_digest AS digest"):
        assert row["digest"] == NET.digest_of(row["name"])
        assert row["vector"] == vector(NET, row["digest"])


def test_vectors_made_elsewhere_are_due_by_id_until_they_are_written(art: Database) -> None:
    files = Encoder("files:art_tf.pkl", "123", 3)
    assert vectors.pending_ids(art, "textual", files, ["Q4", "Q1", "Q9"]) == (["Q1", "Q4"], {"Q1", "Q4"})
    vectors.activate(art, "textual", files)
    vectors.write(art, "textual", ["Q4"], np.ones((1, 3), np.float32), [files.digest_of("Q4")])
    assert vectors.pending_ids(art, "textual", files, ["Q4", "Q1", "Q9"]) == (["Q1"], {"Q1", "Q4"})
    changed = Encoder("files:art_tf.pkl", "456", 3)
    assert vectors.pending_ids(art, "textual", changed, ["Q4"]) == (["Q4"], {"Q4"})
