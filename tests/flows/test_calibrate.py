"""Probabilities through the flows: graphs with too little to learn them from, declarations, and the random sample."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError
from flows.evaluate import evaluate
from flows.explain import explain
from flows.predict import predict
from flows.runtime.prefect_server import PrefectServer
from flows.train import train
from graph.connection import Address, Database
from graph.curation.audit_sample import audited
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.pictures import PictureStore
from models.calibration.calibration import HELD_BACK, UNTESTED, Calibration

SETTINGS = {"scorer": "distmult", "epochs": 1, "dimension": 8, "negatives": 5, "patience": None}
CASES = Path(__file__).parents[3] / "shared" / "cases"
Trained = Callable[[list[tuple[str, str, str, str]]], str]


@pytest.fixture
def trained(
    server: Address, database: Database, prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Trained:
    """Loads facts (head, relation, tail, split) and trains a model on them."""
    assert prefect_server
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password or "none")

    def load(facts: list[tuple[str, str, str, str]]) -> str:
        pd.DataFrame(facts, columns=["head", "relation", "tail", "split"]).to_csv(tmp_path / "triples.csv", index=False)
        ids = sorted({end for fact in facts for end in (fact[0], fact[2])})
        labels = [{"w": "Work", "s": "Style"}[identity[0]] for identity in ids]
        pd.DataFrame({"id": ids, "label": labels}).to_csv(tmp_path / "entities.csv", index=False)
        ingest(database, read_source(tmp_path), PictureStore(tmp_path / "pictures"))
        return train(config=SETTINGS).version

    return load


def of_case(name: str) -> list[tuple[str, str, str, str]]:
    """The facts of a case; its ids are made such as `trained` labels: works, and whatever else as styles."""
    file = CASES / name / "triples.csv"
    if not file.exists():
        pytest.skip(f"there is no {file}")
    facts = pd.read_csv(file, dtype=str)
    for end in ("head", "tail"):
        facts[end] = facts[end].where(facts[end].str.startswith("W"), "s" + facts[end]).str.replace("W", "w")
    return [(h, r, t, split) for h, r, t, split in facts[["head", "relation", "tail", "split"]].to_numpy().tolist()]


def styles(works: int) -> list[tuple[str, str, str, str]]:
    """Works of one of three styles, every fourth one hidden, half of these as test."""
    splits = ["train", "train", "train", "val", "train", "train", "train", "test"]
    return [(f"w{i:03}", "hasStyle", f"s{i % 3}", splits[i % 8]) for i in range(works)]


def links(database: Database) -> pd.DataFrame:
    rows, _, _ = database.driver.execute_query(
        "MATCH (h)-[p:PREDICTED {state: 'current'}]->(t) RETURN h.id AS head, p.relation AS relation, t.id AS tail, "
        "p.probability AS probability, p.answer_probability AS answer, p.priority AS priority, p.score AS score, "
        "p.calibrated_on AS calibrated_on, p.uncertainty AS uncertainty"
    )
    return pd.DataFrame([dict(row) for row in rows])


def test_without_anything_to_calibrate_on_both_go_on_and_say_so(trained: Trained, database: Database) -> None:
    """`a` and its inverse `b`, both functional: whatever is hidden of one the other tells."""
    facts = []
    for i in range(40):
        other = f"w{(7 * i + 3) % 40 + 40:03}"
        facts += [(f"w{i:03}", "a", other, "val" if i % 4 == 0 else "test" if i % 4 == 1 else "train")]
        facts += [(other, "b", f"w{i:03}", "train")]
    facts += [(f"w{i:03}", "near", f"w{i + 1:03}", "train") for i in range(30)]
    trained(facts)
    evaluated = evaluate()
    assert evaluated.report.queries == 20
    assert evaluated.calibration is None
    published = predict(top_k=2)
    assert not published.calibrated
    found = links(database)
    assert len(found) == published.links > 0
    assert found["probability"].isna().all()
    assert found["uncertainty"].isna().all()
    assert set(found["calibrated_on"]) == {"none"}
    assert found["priority"].between(-1, 0, inclusive="neither").all()
    assert found.sort_values("priority")["score"].is_monotonic_increasing
    with pytest.raises(InputError, match=r"precision 0\.9 cannot be promised\. Links get no probability"):
        predict(precision=0.9)


def test_an_explanation_leaves_the_probabilities_of_the_run_in_force_as_they_are(
    trained: Trained, database: Database
) -> None:
    trained([*styles(120), *[(f"w{i:03}", "near", f"w{i + 1:03}", "train") for i in range(200, 204)]])
    file = Path(predict().file).with_name("calibration.json")
    before = file.read_bytes()
    rejected = links(database).iloc[0]
    choice = Choice(
        id=str(uuid.uuid4()), **rejected[["head", "relation", "tail"]].to_dict(), verdict="rejected", seen=None
    )
    decide(database, [choice], by="ana")
    told = explain("w200", "hasStyle", "s0")
    assert told.probability is not None
    assert file.read_bytes() == before


def test_of_a_relation_that_was_never_trained_nothing_is_published(trained: Trained, database: Database) -> None:
    hidden = [(f"w{i:03}", "near", f"w{i + 1:03}", "val" if i % 2 else "test") for i in range(30)]
    bare = [(f"w{i:03}", "beside", f"w{i + 1:03}", "train") for i in range(200, 240)]
    trained(styles(120) + hidden + bare)
    evaluated = evaluate()
    published = predict()
    assert published.untrained == ["near"]
    assert published.calibrated
    assert evaluated.calibration is not None
    assert evaluated.calibration.links > 0
    folder = Path(published.file).parent
    kept = {hidden: Calibration.load(folder, hidden) for hidden in (HELD_BACK, UNTESTED)}
    assert {hidden: found and found.hidden for hidden, found in kept.items()} == {key: key for key in kept}
    found = links(database)
    assert "hasStyle" in set(found["relation"])
    assert "near" not in set(found["relation"])
    assert found["probability"].between(0, 1).all()
    assert found["answer"].isna().all()


def test_the_case_of_a_relation_that_was_never_trained(trained: Trained, database: Database) -> None:
    trained(of_case("03x-relation-never-trained"))
    published = predict()
    assert published.untrained == ["teacherOf"]
    assert "teacherOf" not in set(links(database)["relation"])
    assert published.links > 0


def test_the_case_of_inverses_that_tell_every_hidden_fact(trained: Trained, database: Database) -> None:
    trained(of_case("05-inverse-functional"))
    evaluated = evaluate()
    assert evaluated.report.queries == 30  # 15 test facts, both sides
    assert evaluated.calibration is None
    assert evaluated.report.inverse["in_train"].queries == 30
    published = predict()
    assert (published.calibrated, published.links) == (False, 0)  # every head has its one tail
    assert links(database).empty


def test_whether_there_is_an_answer_is_declared_or_learned_from_the_random_sample(
    trained: Trained, database: Database, tmp_path: Path
) -> None:
    """Forty works without a style; a person goes through the random sample and finds every fifth link right."""
    bare = [(f"w{i:03}", "near", f"w{i + 1:03}", "train") for i in range(200, 240)]
    trained(styles(160) + bare)
    predict(relations=["hasStyle"], top_k=1)
    (tmp_path / "patterns.toml").write_text('complete = ["hasStyle"]\n')
    declared = predict(relations=["hasStyle"], top_k=1, patterns=str(tmp_path / "patterns.toml"))
    assert [share.decisions for share in declared.answers] == [None]
    found = links(database)
    assert set(found["answer"]) == {1.0}
    assert found["priority"].tolist() == found["probability"].tolist()

    order = database.driver.execute_query(
        "MATCH (h)-[p:PREDICTED {state: 'current'}]->(t) RETURN h.id AS head, t.id AS tail ORDER BY p.draw"
    ).records
    choices = [
        Choice(
            id=f"d{number}",
            head=row["head"],
            relation="hasStyle",
            tail=row["tail"],
            verdict="accepted" if number % 5 == 0 else "rejected",
        )
        for number, row in enumerate(order[:35])
    ]
    decide(database, choices, by="ana", queue="audit")
    sample = audited(database)
    assert len(sample) == 35
    assert sample["probability"].notna().all()
    (tmp_path / "patterns.toml").write_text("")
    learned = predict(relations=["hasStyle"], top_k=1, patterns=str(tmp_path / "patterns.toml"))
    (share,) = learned.answers
    assert (share.relation, share.has_known_tail, share.decisions) == ("hasStyle", False, 35)
    expected = sample["probability"].sum()
    assert share.probability == pytest.approx(min(1, 7 / expected), abs=0.2)
    left = links(database)
    left = left[left["head"].isin({row["head"] for row in order[35:]})]
    assert left["priority"].to_numpy() == pytest.approx(left["probability"].to_numpy() * share.probability)
