"""The questions that curators ask: conflicts, gaps, movements, look-alikes, and what they decided themselves."""

import pandas as pd
import pytest

from graph import query
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.schema import setup_schema
from tests.graph.guests import run

WORKS = {
    "poppies": ("Poppy Field near Argenteuil", [1.0, 0.0], [1.0, 0.0]),
    "poppies2": ("Poppy Field near Vétheuil", [0.99, 0.01], [0.99, 0.01]),
    "bridge": ("The Japanese Bridge", [0.98, 0.05], [0.0, 1.0]),
    "square": ("Black Square", [0.0, 1.0], None),
}
FACTS = [
    ("poppies", "madeBy", "monet"),
    ("poppies2", "madeBy", "renoir"),
    ("bridge", "madeBy", "monet"),
    ("square", "madeBy", "malevich"),
    ("square", "madeBy", "monet"),
    ("poppies", "hasStyle", "impressionism"),
]


def links(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["head", "relation", "tail", "probability"])
    return frame.assign(score=frame["probability"] * 10, rank=1)


@pytest.fixture
def art(database: Database) -> Database:
    """Four works; one has two artists, three lack a style; two runs proposed styles."""
    setup_schema(database)
    rows = [{"id": id_, "name": name, "visual": v, "textual": t} for id_, (name, v, t) in WORKS.items()]
    database.driver.execute_query(
        "UNWIND $rows AS r CREATE (e:Entity:Vlkge:Work) SET e = r, e.primary_label = 'Work'", rows=rows
    )
    database.driver.execute_query(
        "UNWIND ['monet', 'renoir', 'malevich', 'impressionism', 'suprematism', 'cubism'] AS id "
        "CREATE (:Entity:Vlkge:Thing {primary_label: 'Thing', id: id, name: id})"
    )
    database.driver.execute_query(
        "UNWIND $facts AS f MATCH (h {id: f[0]}), (t {id: f[2]}) "
        "CREATE (h)-[:$(f[1]) {vlkge: true, split: 'train', sources: ['catalogue']}]->(t)",
        facts=FACTS,
    )
    for name in ("visual", "textual"):
        database.write(f"vectors/create_{name}_index", dimension=2)
    database.write("schema/await_indexes")
    register_model(database, "v1", "distmult", {}, {}, "f00d", {})
    first = [("bridge", "hasStyle", "impressionism", 0.5), ("square", "hasStyle", "suprematism", 0.7)]
    publish(database, links(*first), model_version="v1", run_id="one")
    second = [
        ("bridge", "hasStyle", "impressionism", 0.9),
        ("square", "hasStyle", "suprematism", 0.75),
        ("square", "hasStyle", "cubism", 0.6),
        ("poppies2", "hasStyle", "cubism", 0.2),
    ]
    publish(database, links(*second), model_version="v1", run_id="two")
    return database


def rows(database: Database, name: str, *columns: str, **parameters: object) -> list[tuple[object, ...]]:
    found = query.run(database, name, **parameters).astype(object)
    return list(found.where(found.notna(), None)[list(columns)].itertuples(index=False, name=None))


def test_a_work_with_two_artists_is_found(art: Database) -> None:
    found = rows(art, "list_conflicting_facts", "entity", "values", "sources", relation="madeBy")
    assert found == [("square", ["malevich", "monet"], ["catalogue"])]
    assert rows(art, "list_conflicting_facts", "entity", relation="madeBy", after="square") == []


def test_a_value_that_an_owner_recorded_twice_is_one_value(art: Database) -> None:
    run(
        art,
        "MATCH (h:Entity {id: 'bridge'})-[r:madeBy]->(t) "
        "CREATE (h)-[:madeBy {vlkge: true, split: 'train', sources: ['adopted']}]->(t), "
        "(:Doubt:Vlkge {key: 'k', relation: 'madeBy', head: h.id, tail: t.id, likelier: 0.9})",
    )
    assert len(run(art, "MATCH ({id: 'bridge'})-[r:madeBy]->(t) RETURN t")) == 2
    assert [row[0] for row in rows(art, "list_conflicting_facts", "entity", relation="madeBy")] == ["square"]
    (doubt,) = rows(art, "list_unlikely_facts", "head", "sources", relation="madeBy")
    assert sorted(doubt[1]) == ["adopted", "catalogue"]
    shared = rows(art, "compare_entities", "via", "first_count", "second_count", first="bridge", second="poppies")
    assert (None, 1, 1) in shared


def test_two_likely_styles_of_one_work_compete(art: Database) -> None:
    columns = ("head", "tail", "probability", "other", "other_probability")
    assert rows(art, "list_competing_links", *columns, relation="hasStyle") == [
        ("square", "suprematism", 0.75, "cubism", 0.6)
    ]
    assert rows(art, "list_competing_links", "head", relation="hasStyle", least=0.7) == []


def test_works_without_a_style_and_what_is_proposed(art: Database) -> None:
    found = rows(art, "list_missing_facts", "entity", "proposed", "probability", label="Work", relation="hasStyle")
    assert found == [("bridge", "impressionism", 0.9), ("poppies2", "cubism", 0.2), ("square", "suprematism", 0.75)]
    columns = ("relation", "entities", "have", "lack", "proposed")
    assert rows(art, "count_coverage", *columns, label="Work") == [
        ("madeBy", 4, 4, 0, 0),
        ("hasStyle", 4, 1, 3, 2),
    ]


def test_links_that_the_last_run_moved(art: Database) -> None:
    columns = ("head", "previous_probability", "probability", "previous_run_id")
    assert rows(art, "list_moved_links", *columns) == [("bridge", 0.5, 0.9, "one")]
    moved = rows(art, "list_moved_links", "head", least=0.01)
    assert moved == [("bridge",), ("square",)]


def test_duplicates_are_near_in_every_modality_and_in_name(art: Database) -> None:
    (found,) = rows(art, "list_probable_duplicates", "entity", "other", "names_alike", "label")
    # poppy field near are three of the five words in the two names
    assert found == ("poppies", "poppies2", pytest.approx(3 / 5), "Work")
    assert rows(art, "list_probable_duplicates", "entity", names=0.7) == []


def test_pictures_alike_by_different_artists(art: Database) -> None:
    found = rows(art, "list_similar_attributions", "entity", "value", "other", "other_value", relation="madeBy")
    assert found == [("bridge", "monet", "poppies2", "renoir"), ("poppies", "monet", "poppies2", "renoir")]


def test_what_a_person_decided_and_what_of_it_stands(art: Database) -> None:
    def choose(head: str, tail: str, verdict: str, seen: str | None = None) -> str:
        id_ = f"{head} {verdict}"
        choice = Choice(id=id_, head=head, relation="hasStyle", tail=tail, verdict=verdict, seen=seen)  # type: ignore[arg-type]
        decide(art, [choice], by="ben" if seen else "ana")
        return id_

    first = choose("bridge", "impressionism", "accepted")
    choose("square", "cubism", "rejected")
    choose("bridge", "impressionism", "undone", seen=first)
    columns = ("head", "verdict", "probability", "stands")
    assert rows(art, "list_decisions", *columns, by="ana") == [
        ("square", "rejected", 0.6, True),
        ("bridge", "accepted", 0.9, False),
    ]
    assert [row[0] for row in rows(art, "list_decisions", "head", by="ben")] == ["bridge"]


def test_the_links_of_a_work_come_with_their_evidence(art: Database) -> None:
    frame = links(("poppies2", "hasStyle", "impressionism", 0.95)).assign(
        similar=[["poppies"]], similarity=[[0.99]], paths=[['["poppies2",">madeBy","renoir"]']], share_visual=[0.75]
    )
    publish(art, frame, model_version="v1", run_id="three")
    columns = ("tail", "similar", "similarity", "paths", "share_visual", "run_id")
    assert rows(art, "list_links_of_entity", *columns, entity="poppies2") == [
        ("impressionism", ["poppies"], [0.99], ['["poppies2",">madeBy","renoir"]'], 0.75, "three")
    ]
