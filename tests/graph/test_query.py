"""The named queries answer what they say, by an index where they serve pages."""

from pathlib import Path

import pandas as pd
import pytest

import cypher
from base.errors import InputError
from graph import query
from graph.connection import Database
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.schema import setup_schema

ENTITIES = [
    {"id": "w1", "label": "Work", "name": "Broadway Boogie Woogie", "text": "Yellow streets", "visual": [1.0, 0.0]},
    {"id": "w2", "label": "Work", "name": "Victory Boogie Woogie", "text": "A diamond", "visual": [0.9, 0.1]},
    {"id": "w3", "label": "Work", "name": "Black Square", "text": "No streets at all", "visual": [0.0, 1.0]},
    {"id": "mondrian", "label": "Artist", "name": "Piet Mondrian"},
    {"id": "malevich", "label": "Artist", "name": "Kazimir Malevich"},
    {"id": "abstract", "label": "Style", "name": "Abstract art"},
    {"id": "neo", "label": "Style", "name": "Neoplasticism"},
    {"id": "painter", "label": "Profession", "name": "Painter"},
]
FACTS = [
    ("w1", "madeBy", "mondrian", "train"),
    ("w2", "madeBy", "mondrian", "train"),
    ("w3", "madeBy", "malevich", "test"),
    ("w1", "hasStyle", "abstract", "train"),
    ("w2", "hasStyle", "abstract", "val"),
    ("w3", "hasStyle", "abstract", "train"),
    ("w1", "hasStyle", "neo", "train"),
    ("mondrian", "isA", "painter", "train"),
    ("malevich", "isA", "painter", "train"),
]


@pytest.fixture
def art(database: Database) -> Database:
    """Three works of two artists, and links predicted by model v1."""
    setup_schema(database)
    with database.session() as session:
        session.run(
            "UNWIND $rows AS r CREATE (e:Entity:Vlkge:$(r.label)) SET e += r, e.label = null, "
            "e.primary_label = r.label",
            rows=ENTITIES,
        ).consume()
        session.run(
            "UNWIND $facts AS f MATCH (h:Entity:Vlkge {id: f[0]}), (t:Entity:Vlkge {id: f[2]}) "
            "CREATE (h)-[:$(f[1]) {vlkge: true, split: f[3]}]->(t)",
            facts=FACTS,
        ).consume()
    database.write("vectors/create_visual_index", dimension=2)
    database.write("vectors/create_textual_index", dimension=2)
    database.write("schema/await_indexes")
    register_model(database, "v1", "distmult", {}, {"test_mrr": 0.5}, "f00d", {})
    links = pd.DataFrame(
        [("w2", "hasStyle", "neo", 3.0, 1), ("w3", "hasStyle", "neo", 1.0, 2), ("w3", "madeBy", "mondrian", 2.0, 1)],
        columns=["head", "relation", "tail", "score", "rank"],
    )
    publish(database, links, model_version="v1", run_id="first")
    return database


def ids(answer: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(answer[["head", "relation", "tail"]].itertuples(index=False, name=None))


def test_each_query_answers_with_the_columns_of_its_header(art: Database) -> None:
    needed = {"entity": "w3", "first": "mondrian", "second": "malevich", "words": "boogie"}
    needed |= {"by": "ana", "relation": "hasStyle", "label": "Work", "rule": "none"}
    for statement in query.list_queries():
        given = {p.name: needed[p.name] for p in statement.parameters if p.required}
        with art.session() as session:
            columns = session.run(statement.text, statement.bind(**given)).keys()
        assert tuple(columns) == statement.returns, statement.name
        assert tuple(query.run(art, statement.name.removeprefix("query/"), **given).columns) == statement.returns


def test_the_strongest_links_come_first_and_by_pages(art: Database) -> None:
    everything = [("w2", "hasStyle", "neo"), ("w3", "madeBy", "mondrian"), ("w3", "hasStyle", "neo")]
    assert ids(query.run(art, "list_strongest_links")) == everything
    page = query.run(art, "list_strongest_links", limit="2")
    assert ids(page) == everything[:2]
    last = page.iloc[-1]
    assert (last["head_name"], last["tail_name"], last["score"]) == ("Black Square", "Piet Mondrian", 2.0)
    rest = query.run(art, "list_strongest_links", after_priority=str(last["priority"]), after_key=last["key"])
    assert ids(rest) == everything[2:]


def test_the_likeliest_come_first_by_both_probabilities_and_links_without_any_last(art: Database) -> None:
    """.8 · .5 is less than .6, of which nothing more is known; without a probability a link is last, or left out."""
    rows = {"head": ["w1", "w2", "w3"], "relation": "near", "tail": "neo", "score": [9.0, 1.0, 1.0], "rank": 1}
    known = {"probability": [None, 0.8, 0.6], "answer_probability": [None, 0.5, None]}
    publish(art, pd.DataFrame(rows | known), model_version="v1")
    found = query.run(art, "list_links_of_relation", relation="near")
    assert found["head"].tolist() == ["w3", "w2", "w1"]
    assert found["priority"].tolist() == pytest.approx([0.6, 0.4, (9 / 10 - 1) / 2])
    assert query.run(art, "list_links_of_relation", relation="near", least=0.5)["head"].tolist() == ["w3"]
    older = query.run(art, "list_links_of_relation", relation="near", after_probability=0.6, after_key=found["key"][0])
    assert older["head"].tolist() == ["w2", "w1"]


def test_pages_part_links_of_equal_priority(art: Database) -> None:
    links = pd.DataFrame({"head": ["w1", "w2", "w3"], "relation": "near", "tail": "neo", "score": 1.5, "rank": 1})
    publish(art, links, model_version="v1")
    seen, after = [], {}
    while len(page := query.run(art, "list_links_of_relation", relation="near", limit=1, **after)):
        seen += page["head"].tolist()
        assert page["probability"][0] is None
        after = {"after_priority": float(page["priority"][0]), "after_key": page["key"][0]}
    assert seen == ["w3", "w2", "w1"]


def test_decided_and_stale_links_are_out_of_the_queue_but_can_be_asked_for(art: Database) -> None:
    art.driver.execute_query("MATCH ({id: 'w2'})-[p:PREDICTED]->() SET p.verdict = 'accepted'")
    publish(
        art,
        pd.DataFrame(columns=["head", "relation", "tail", "score", "rank"]),
        model_version="v1",
        relations=["madeBy"],
    )
    assert ids(query.run(art, "list_strongest_links")) == [("w3", "hasStyle", "neo")]
    accepted = query.run(art, "list_links_of_relation", relation="hasStyle", verdict="accepted")
    assert ids(accepted) == [("w2", "hasStyle", "neo")]
    stale = query.run(art, "list_links_of_relation", relation="madeBy", state="stale")
    assert ids(stale) == [("w3", "madeBy", "mondrian")]


def test_the_links_of_an_entity_are_found_from_both_ends(art: Database) -> None:
    assert ids(query.run(art, "list_links_of_entity", entity="neo")) == [
        ("w2", "hasStyle", "neo"),
        ("w3", "hasStyle", "neo"),
    ]
    assert ids(query.run(art, "list_links_of_entity", entity="w3", limit=1)) == [
        ("w3", "hasStyle", "neo"),
        ("w3", "madeBy", "mondrian"),
    ]


def test_similar_pictures_leave_out_the_picture_itself(art: Database) -> None:
    alike = query.run(art, "list_similar_pictures", entity="w1", limit=1)
    assert alike[["id", "label"]].to_numpy().tolist() == [["w2", "Work"]]
    # (1 + cos) / 2 with cos = 0.9 / sqrt(0.82)
    assert alike["similarity"][0] == pytest.approx(0.99694, abs=1e-4)
    assert query.run(art, "list_similar_pictures", entity="neo").empty


def test_two_artists_share_a_profession_and_the_style_of_their_works(art: Database) -> None:
    shared = query.run(art, "compare_entities", first="mondrian", second="malevich")
    rows = shared[["via", "relation", "id", "first_count", "second_count"]].astype(object)
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        [None, "isA", "painter", 1, 1],
        ["madeBy", "hasStyle", "abstract", 2, 1],
    ]


def test_facts_and_links_are_counted_by_relation_and_status(art: Database) -> None:
    counts = query.run(art, "count_facts").itertuples(index=False, name=None)
    assert list(counts) == [
        ("hasStyle", "fact", "train", 3),
        ("hasStyle", "fact", "val", 1),
        ("hasStyle", "predicted", "current pending", 2),
        ("isA", "fact", "train", 2),
        ("madeBy", "fact", "test", 1),
        ("madeBy", "fact", "train", 2),
        ("madeBy", "predicted", "current pending", 1),
    ]


def test_entities_are_found_by_words_of_their_names_then_texts(art: Database) -> None:
    art.driver.execute_query("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    assert query.run(art, "find_entity", words="BOOGIE (woogie)!")["id"].tolist() == ["w1", "w2"]
    assert query.run(art, "find_entity", words="streets")["id"].tolist() == ["w1", "w3"]
    for odd in ("", '"', "a:b AND (", "\\", "*", "-", "NOT", "[1 TO", "'; MATCH (n) DETACH DELETE n //", "a~b^c/d"):
        query.run(art, "find_entity", words=odd)


def test_entities_are_found_by_accents_left_out_typos_beginnings_numbers_and_ids(art: Database) -> None:
    art.driver.execute_query(
        "UNWIND [['Q5580', 'Albrecht Dürer', 'x'], ['Q558', 'Nymphéas', 'NG 1973.12'], ['n3', 'Night Watch', 'Oslo']] "
        "AS e CREATE (:Entity:Vlkge {primary_label: 'Artwork', id: e[0], name: e[1], inventory: e[2]})"
    )
    art.driver.execute_query("CALL db.awaitIndexes(60)")

    def found(words: str) -> list[str]:
        return list(query.run(art, "find_entity", words=words)["id"])

    for words, id_ in {
        "durer": "Q5580",
        "DÜR": "Q5580",
        "nympheas": "Q558",
        "Durrer": "Q5580",
        "ng 1973.12": "Q558",
        "oslo": "n3",
        "night wa": "n3",
    }.items():
        assert found(words)[:1] == [id_], words
    assert found("Q558") == ["Q558", "Q5580"]
    assert found("zzzz") == []


def test_runs_and_models_tell_their_figures(art: Database) -> None:
    (run,) = query.run(art, "list_runs").to_dict("records")
    assert (run["id"], run["model_version"], run["state"], run["current"]) == ("first", "v1", "complete", 3)
    assert run["started_at"] <= run["finished_at"]
    (model,) = query.run(art, "list_models").to_dict("records")
    assert (model["version"], model["alias"], model["test_mrr"]) == ("v1", "champion", 0.5)
    assert pd.isna(model["val_mrr"])


def test_an_answer_without_rows_still_has_columns(art: Database) -> None:
    answer = query.run(art, "list_links_of_relation", relation="isA")
    assert answer.empty
    assert list(answer.columns)[:3] == ["head", "head_name", "relation"]


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("strongest_links", {}, "no query 'strongest_links'; did you mean: list_strongest_links"),
        ("zzz", {}, "no query 'zzz'; there are: compare_entities, count_coverage"),
        ("list_strongest_links", {"limit": "ten"}, "list_strongest_links: limit is 'ten', it must be of type integer"),
        ("list_strongest_links", {"limit": 2.5}, "list_strongest_links: limit is 2.5, it must be of type integer"),
        ("list_strongest_links", {"after_probability": "x"}, "after_probability is 'x', it must be of type float"),
        ("list_strongest_links", {"top": "1"}, "list_strongest_links has no parameter top; it takes: least, limit"),
        ("list_links_of_relation", {}, r"list_links_of_relation needs the parameter relation \(string\)"),
    ],
)
def test_a_wrong_question_is_refused(name: str, parameters: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        query.run(None, name, **parameters)  # type: ignore[arg-type]  # refused before the database is asked


def test_an_unknown_entity_is_refused(art: Database) -> None:
    with pytest.raises(InputError, match=r"no entity 'picasso' \(1 in all\); find its id with the query find_entity"):
        query.run(art, "compare_entities", first="mondrian", second="picasso")


@pytest.mark.parametrize(
    ("relation", "hint"),
    [("hasStil", "did you mean: hasStyle"), ("zzz", "the query count_facts lists those that are there")],
)
def test_a_relation_that_nothing_has_is_refused(art: Database, relation: str, hint: str) -> None:
    with pytest.raises(InputError, match=f"there is no relation '{relation}'; {hint}"):
        query.run(art, "list_links_of_relation", relation=relation)
    # Every work lacks what is not there, so that a misspelt relation would look like a gap.
    with pytest.raises(InputError, match=f"there is no relation '{relation}'"):
        query.run(art, "list_missing_facts", label="Work", relation=relation)


def test_a_label_that_no_entity_has_is_refused(art: Database) -> None:
    for name, more in [("count_coverage", {}), ("list_missing_facts", {"relation": "hasStyle"})]:
        with pytest.raises(
            InputError, match="no entity has the label 'Wrok'; there are: Artist, Profession, Style, Work"
        ):
            query.run(art, name, label="Wrok", **more)
    assert query.run(art, "list_missing_facts", label="Work", relation="hasStyle").empty


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"state": "nosuch"}, "list_links_of_relation: state is 'nosuch', it must be one of current, stale"),
        (
            {"verdict": "undone"},
            "verdict is 'undone', it must be one of pending, opinion, contested, accepted, rejected",
        ),
        ({"limit": "0"}, "list_links_of_relation: limit is 0, it must be 1 or more"),
        ({"limit": "-5"}, "limit is -5, it must be 1 or more"),
    ],
)
def test_a_value_that_can_find_nothing_is_refused(art: Database, wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        query.run(art, "list_links_of_relation", relation="hasStyle", **wrong)


def test_lists_maps_and_booleans_are_read_from_text(
    art: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "query").mkdir()
    (tmp_path / "query" / "show_values.cypher").write_text(
        "// Shows what it was given.\n// $some (list): a\n// $more (list): b\n// $pairs (map): c\n"
        "// $yes (boolean): d\n// Returns: some, more, pairs, yes\n"
        "RETURN $some AS some, $more AS more, $pairs AS pairs, $yes AS yes"
    )
    monkeypatch.setattr(cypher, "FOLDER", tmp_path)
    answer = query.run(art, "show_values", some="a, b", more='["a, b", 1]', pairs='{"k": 1}', yes="True")
    assert answer.to_dict("records") == [{"some": ["a", "b"], "more": ["a, b", 1], "pairs": {"k": 1}, "yes": True}]
    with pytest.raises(InputError, match="show_values: yes is 'maybe', it must be of type boolean"):
        query.run(art, "show_values", some="a", more="b", pairs="{}", yes="maybe")
