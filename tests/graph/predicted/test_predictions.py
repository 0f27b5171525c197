"""Publishing: what the graph holds after it, also when the writer was killed in the middle."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError, PipelineError
from graph.connection import Address, Database
from graph.curation import decisions
from graph.curation.decision import Choice
from graph.curation.opinions import Verdict
from graph.link_key import draw
from graph.predicted import run_writer
from graph.predicted.links import check_links, save_links
from graph.predicted.predictions import publish
from graph.predicted.publication_lock import publication_lock
from graph.predicted.registry import register_model
from graph.schema import setup_schema

# A writer that kills itself without warning once its progress was reported so many times.
WRITER = """
import json, os, signal, sys
import pandas as pd
from graph.predicted import predictions, run_writer
from graph.connection import Address, connect
uri, password, links, batch, kill_at = sys.argv[1:]
run_writer.BATCH = int(batch)
calls = 0
def count(done, total, note=""):
    global calls
    calls += 1
    if calls == int(kill_at):
        os.kill(os.getpid(), signal.SIGKILL)
with connect(Address(uri, "neo4j", password)) as database:
    predictions.publish(database, pd.read_json(links), model_version="v2", progress=count)
"""


@pytest.fixture(autouse=True, params=[run_writer.PART, 1], ids=["at once", "head by head"])
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many links of a relation are written in one transaction: what holds for small ones holds for large ones."""
    monkeypatch.setattr(run_writer, "PART", request.param)
    return int(request.param)


@pytest.fixture
def art(database: Database) -> Database:
    """Four works, two styles, one artist, three facts, two registered models."""
    setup_schema(database)
    with database.session() as session:
        session.run("UNWIND ['w1', 'w2', 'w3', 'w4', 's1', 's2', 'a1'] AS id CREATE (:Entity:Vlkge {id: id})").consume()
        session.run(
            "UNWIND [['w1', 's1'], ['w2', 's2'], ['w3', 's1']] AS f "
            "MATCH (h:Entity:Vlkge {id: f[0]}), (t:Entity:Vlkge {id: f[1]}) "
            "CREATE (h)-[:hasStyle {vlkge: true, split: 'train'}]->(t)"
        ).consume()
    for version in ("v1", "v2"):
        register_model(database, version, "distmult", {}, {}, "f00d", {})
    return database


def frame(*rows: tuple[object, ...], **more: list[object]) -> pd.DataFrame:
    links = pd.DataFrame(rows, columns=["head", "relation", "tail", "score"])
    return links.assign(rank=range(1, len(links) + 1), **more)


def stored(database: Database) -> dict[tuple[str, str, str], dict[str, object]]:
    """Each predicted link's properties by head, relation and tail."""
    query = "MATCH (h)-[p:PREDICTED]->(t) RETURN h.id AS h, p.relation AS r, t.id AS t, properties(p) AS p"
    return {(r["h"], r["r"], r["t"]): r["p"] for r in database.driver.execute_query(query).records}


def decide(database: Database, link: tuple[str, str, str], verdict: Verdict) -> None:
    head, relation, tail = link
    choice = Choice(id=f"{link} {verdict}", head=head, relation=relation, tail=tail, verdict=verdict)
    decisions.decide(database, [choice], by="ana", force=True)


def dump(database: Database) -> list[str]:
    """Everything in the graph but times; a run's id is that of its model, of which it is the only run."""
    runs = database.driver.execute_query("MATCH (r:PredictionRun) RETURN r.id AS id, r.model_version AS v").records
    order = {row["id"]: f"run of {row['v']}" for row in runs}
    assert len(set(order.values())) == len(order)

    def plain(properties: dict[str, object]) -> str:
        kept = {
            k: order.get(v, v) if isinstance(v, str) else v
            for k, v in properties.items()
            if not f"_{k}".endswith("_at")
        }
        return json.dumps(kept, sort_keys=True)

    nodes = database.driver.execute_query("MATCH (n) RETURN labels(n) AS l, properties(n) AS p").records
    ends = "MATCH (h)-[r]->(t) RETURN h.id AS h, type(r) AS r, coalesce(t.id, t.version) AS t, properties(r) AS p"
    found = [f"{row['l']} {plain(row['p'])}" for row in nodes]
    found += [
        f"{order.get(r['h'], r['h'])} {r['r']} {r['t']} {plain(r['p'])}"
        for r in database.driver.execute_query(ends).records
    ]
    return sorted(found)


def test_a_new_link_carries_what_the_run_says(art: Database) -> None:
    links = frame(("w4", "hasStyle", "s1", 2.5), probability=[0.75], nearest=[["w1", "w3"]])
    done = publish(art, links, model_version="v1", run_id="monday")
    link = stored(art)["w4", "hasStyle", "s1"]
    assert link.pop("created_at") is not None
    assert link == {
        "vlkge": True,
        "key": '["w4","hasStyle","s1"]',
        "relation": "hasStyle",
        "score": 2.5,
        "rank": 1,
        "probability": 0.75,
        "priority": 0.75,
        "uncertainty": pytest.approx(0.811278, abs=1e-6),  # -(3/4 log2 3/4 + 1/4 log2 1/4)
        "draw": draw('["w4","hasStyle","s1"]'),
        "sampling_weight": 1.0,
        "nearest": ["w1", "w3"],
        "state": "current",
        "verdict": "pending",
        "run_id": "monday",
        "model_version": "v1",
    }
    assert done.run_id == "monday"
    assert done.counts.to_dict("records") == [
        {"relation": "hasStyle", "current": 1, "stale": 0, "decided": 0, "facts": 0}
    ]


def test_the_next_run_remembers_the_previous_values_and_makes_the_rest_stale(art: Database) -> None:
    first = frame(("w4", "hasStyle", "s1", 1.0), ("w4", "hasStyle", "s2", 0.5), probability=[0.6, 0.2], why=["x", "y"])
    publish(art, first, model_version="v1", run_id="one")
    publish(art, frame(("w4", "hasStyle", "s1", 2.0), probability=[0.9]), model_version="v2", run_id="two")
    links = stored(art)
    again, gone = links["w4", "hasStyle", "s1"], links["w4", "hasStyle", "s2"]
    assert (again["score"], again["probability"], again["run_id"]) == (2.0, 0.9, "two")
    assert (again["previous_score"], again["previous_probability"], again["previous_run_id"]) == (1.0, 0.6, "one")
    assert (again["previous_rank"], gone["rank"]) == (1, 2)
    assert again["moved"] == pytest.approx(0.3)
    assert "why" not in again, "evidence of an earlier run must not stand beside the new run's figures"
    assert (gone["state"], gone["run_id"], gone["score"]) == ("stale", "one", 0.5)

    publish(art, frame(("w4", "hasStyle", "s2", 0.7)), model_version="v1", run_id="three")
    links = stored(art)
    assert links["w4", "hasStyle", "s1"]["state"] == "stale"
    back = links["w4", "hasStyle", "s2"]
    assert (back["state"], back["previous_run_id"], back["previous_score"]) == ("current", "one", 0.5)
    assert (back["priority"], back["calibrated_on"]) == (pytest.approx((0.7 / 1.7 - 1) / 2), "none")
    assert not {"probability", "uncertainty"}.intersection(back), "without a calibration there is no probability"


def test_only_the_relations_that_the_run_covers_become_stale(art: Database) -> None:
    first = frame(("w4", "hasStyle", "s1", 1.0), ("w4", "madeBy", "a1", 0.5))
    publish(art, first, model_version="v1")
    publish(art, frame(("w4", "hasStyle", "s2", 1.0)), model_version="v1")
    assert stored(art)["w4", "madeBy", "a1"]["state"] == "current"
    publish(art, frame(), model_version="v1", relations=["madeBy"])
    assert stored(art)["w4", "madeBy", "a1"]["state"] == "stale"
    with pytest.raises(InputError, match="relations that the run does not cover: 'hasStyle'"):
        publish(art, frame(("w4", "hasStyle", "s2", 1.0)), model_version="v1", relations=["madeBy"])


@pytest.mark.parametrize("verdict", ["accepted", "rejected"])
def test_what_a_curator_decided_is_not_touched_until_undone(art: Database, verdict: Verdict) -> None:
    links = frame(("w4", "hasStyle", "s1", 1.0), ("w2", "hasStyle", "s1", 0.5))
    publish(art, links, model_version="v1", run_id="one")
    decide(art, ("w4", "hasStyle", "s1"), verdict)
    before = stored(art)["w4", "hasStyle", "s1"]
    done = publish(art, links, model_version="v2", run_id="two")
    assert stored(art)["w4", "hasStyle", "s1"] == before
    assert done.counts.loc[0, ["current", "stale", "decided"]].tolist() == [1, 0, 1]
    decide(art, ("w4", "hasStyle", "s1"), "undone")
    done = publish(art, links, model_version="v2", run_id="three")
    assert stored(art)["w4", "hasStyle", "s1"]["run_id"] == "three"
    assert done.counts.loc[0, ["current", "decided"]].tolist() == [2, 0]


def test_a_run_may_cover_only_some_heads(art: Database) -> None:
    first = frame(("w4", "hasStyle", "s1", 1.0), ("w4", "hasStyle", "s2", 0.5), ("w2", "hasStyle", "s1", 0.5))
    publish(art, first, model_version="v1")
    done = publish(art, frame(("w4", "hasStyle", "s2", 0.7)), model_version="v1", heads=["w4"], run_id="new")
    states = {ends[::2]: (p["state"], p["run_id"] == "new") for ends, p in stored(art).items()}
    assert states[("w4", "s2")] == ("current", True)
    assert states[("w4", "s1")] == ("stale", False)
    assert states[("w2", "s1")] == ("current", False), "links of other heads stay as they are"
    assert done.counts.loc[0, ["current", "stale"]].tolist() == [1, 1]
    with pytest.raises(InputError, match="links of heads that the run does not cover: 'w2'"):
        publish(art, frame(("w2", "hasStyle", "s1", 0.7)), model_version="v1", heads=["w4"])


def test_the_models_figures_are_one_hop_from_the_run_of_a_link(art: Database) -> None:
    publish(art, frame(("w4", "hasStyle", "s1", 1.0)), model_version="v2")
    query = (
        "MATCH ()-[p:PREDICTED]->() MATCH (:PredictionRun:Vlkge {id: p.run_id})-[:OF]->(m:Model) "
        "RETURN m.version AS v, m.scorer AS s"
    )
    assert art.driver.execute_query(query).records[0].data() == {"v": "v2", "s": "distmult"}


def test_a_decision_made_while_its_link_is_written_is_on_the_link(art: Database) -> None:
    link = ("w4", "hasStyle", "s1")
    publish(art, frame(("w4", "madeBy", "a1", 1.0), ("w2", "hasStyle", "s1", 1.0)), model_version="v1")

    def reject(done: int, total: int, note: str = "") -> None:  # noqa: ARG001
        if note == "hasStyle published":
            art.driver.execute_query(
                'MATCH ()-[p:PREDICTED {vlkge: true, key: \'["w4","hasStyle","s1"]\'}]->() SET p.key = \'x\''
            )
            decide(art, link, "rejected")
            art.driver.execute_query(
                'MATCH ()-[p:PREDICTED {vlkge: true, key: \'x\'}]->() SET p.key = \'["w4","hasStyle","s1"]\''
            )

    publish(art, frame((*link, 1.0)), model_version="v1", progress=reject)
    assert stored(art)[link]["verdict"] == "rejected"


def test_facts_are_not_predicted(art: Database) -> None:
    links = frame(("w1", "hasStyle", "s1", 9.0), ("w1", "hasStyle", "s2", 1.0), ("w1", "madeBy", "s1", 1.0))
    done = publish(art, links, model_version="v1")
    assert set(stored(art)) == {("w1", "hasStyle", "s2"), ("w1", "madeBy", "s1")}
    assert done.counts.set_index("relation")["facts"].to_dict() == {"hasStyle": 1, "madeBy": 0}


def test_what_others_recorded_between_entities_is_not_predicted(art: Database) -> None:
    art.driver.execute_query("MATCH (h {id: 'w4'}), (t {id: 's1'}) CREATE (h)-[:hasStyle {by: 'them'}]->(t)")
    done = publish(art, frame(("w4", "hasStyle", "s1", 1.0), ("w4", "hasStyle", "s2", 1.0)), model_version="v1")
    assert set(stored(art)) == {("w4", "hasStyle", "s2")}
    assert done.counts["facts"].tolist() == [1]


def test_a_link_that_became_a_fact_is_stale_when_the_same_run_is_taken_up(art: Database) -> None:
    links = frame(("w4", "hasStyle", "s1", 1.0))
    publish(art, links, model_version="v1")
    art.driver.execute_query("MATCH (h {id: 'w4'}), (t {id: 's1'}) CREATE (h)-[:hasStyle]->(t)")
    publish(art, links, model_version="v1")
    assert stored(art)["w4", "hasStyle", "s1"]["state"] == "stale"


def test_publishing_the_same_links_again_changes_nothing(art: Database) -> None:
    publish(art, frame(("w4", "hasStyle", "s2", 0.4)), model_version="v2")
    links = frame(("w4", "hasStyle", "s1", 1.0), ("w4", "hasStyle", "s2", 0.5))
    first = publish(art, links, model_version="v1")
    before = dump(art)
    again = publish(art, links.sample(frac=1, random_state=0), model_version="v1")
    assert dump(art) == before
    assert again.run_id == first.run_id
    assert publish(art, links, model_version="v2").run_id != first.run_id


def test_the_run_is_recorded(art: Database) -> None:
    links = frame(("w4", "hasStyle", "s1", 1.0), ("w1", "hasStyle", "s1", 0.5), ("w4", "madeBy", "a1", 0.5))
    publish(art, links, model_version="v1", run_id="one")
    run = dict(art.driver.execute_query("MATCH (r:PredictionRun) RETURN r").records[0]["r"])
    assert (run["id"], run["state"], run["model_version"]) == ("one", "complete", "v1")
    assert (run["current"], run["stale"], run["decided"], run["facts"]) == (2, 0, 0, 1)
    assert json.loads(run["counts"])["madeBy"] == {"current": 1, "stale": 0, "decided": 0, "facts": 0}
    assert run["started_at"] <= run["finished_at"]


def test_keys_differ_whatever_the_ids_hold(art: Database) -> None:
    odd = ['a"', "a", '","', "]", "\\", "a b", "é", "日本"]
    art.driver.execute_query("UNWIND $ids AS id CREATE (:Entity:Vlkge {id: id})", ids=odd)
    links = frame(*((h, 'r`e"l', t, 1.0) for h in odd for t in odd))
    publish(art, links, model_version="v1")
    written = stored(art)
    assert len(written) == len({p["key"] for p in written.values()}) == 64
    assert all(json.loads(str(p["key"])) == list(ends) for ends, p in written.items())


def test_an_unknown_entity_is_refused_before_any_write(art: Database) -> None:
    links = frame(("w4", "aRelation", "s1", 1.0), ("w4", "hasStyle", "s1", 1.0), ("w9", "hasStyle", "s1", 1.0))
    before = dump(art)
    with pytest.raises(InputError, match=r"entities that are not in the graph: 'w9' \(1 in all\)"):
        publish(art, links, model_version="v1")
    assert dump(art) == before


def test_an_unknown_model_is_refused(art: Database) -> None:
    with pytest.raises(InputError, match="no model 'v7'; known versions: 'v2', 'v1'"):
        publish(art, frame(("w4", "hasStyle", "s1", 1.0)), model_version="v7")


def test_a_run_id_names_one_publication(art: Database) -> None:
    publish(art, frame(("w4", "hasStyle", "s1", 1.0)), model_version="v1", run_id="one")
    with pytest.raises(InputError, match="run 'one' has published other links"):
        publish(art, frame(("w4", "hasStyle", "s2", 1.0)), model_version="v1", run_id="one")


def test_a_failed_run_says_so_and_leaves_the_relation_as_it_was(art: Database) -> None:
    publish(art, frame(("w4", "hasStyle", "s1", 1.0)), model_version="v1", run_id="one")
    before = stored(art)

    def stop(*_: object) -> None:
        raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        publish(art, frame(("w4", "hasStyle", "s2", 1.0)), model_version="v1", run_id="two", progress=stop)
    assert stored(art) == before
    state = art.driver.execute_query("MATCH (r:PredictionRun:Vlkge {id: 'two'}) RETURN r.state AS s").records[0]["s"]
    assert state == "failed"


def test_a_second_writer_waits_and_is_refused_when_the_first_does_not_end(art: Database) -> None:
    links = frame(("w4", "hasStyle", "s1", 1.0))
    with publication_lock(art, wait=5), pytest.raises(PipelineError, match=r"is being published to .* within 0.5 s"):
        publish(art, links, model_version="v1", wait=0.5)
    assert stored(art) == {}
    assert publish(art, links, model_version="v1", wait=5).counts.loc[0, "current"] == 1


def test_who_waits_for_another_writer_is_told_so(art: Database) -> None:
    told: list[str] = []
    links = frame(("w4", "hasStyle", "s1", 1.0))
    with publication_lock(art, wait=5), pytest.raises(PipelineError, match=r"did not end within 1.5 s"):
        publish(art, links, model_version="v1", wait=1.5, notify=told.append)
    assert told == ["another run is being published; waiting for it, 1.5 s at most …"]
    publish(art, links, model_version="v1", wait=5, notify=told.append)
    assert len(told) == 1


def test_two_writers_at_once_come_one_after_the_other(art: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "BATCH", 1)
    spoke: list[str] = []
    relations = [f"r{n}" for n in range(5)]

    def write(name: str, tail: str) -> None:
        links = frame(*(("w4", relation, tail, 1.0) for relation in relations))
        publish(art, links, model_version="v1", run_id=name, progress=lambda *_: spoke.append(name))

    threads = [threading.Thread(target=write, args=args) for args in (("one", "s1"), ("two", "s2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spoke in (["one"] * 10 + ["two"] * 10, ["two"] * 10 + ["one"] * 10)
    current = {p["run_id"] for p in stored(art).values() if p["state"] == "current"}
    assert current == {spoke[-1]}


def test_a_killed_writer_is_completed_by_the_same_call(art: Database, server: Address, tmp_path: Path) -> None:
    """Killed within each relation, between them, and before the run is complete: the graph becomes the same."""
    earlier = frame(("w4", "hasStyle", "s2", 0.1), ("w2", "hasStyle", "s1", 0.2), ("w4", "madeBy", "a1", 0.3))
    links = frame(
        *(("w4", "hasStyle", tail, 1.0) for tail in ("s1", "s2", "a1")),
        *((head, "madeBy", "a1", 2.0) for head in ("w1", "w2", "w3", "w4")),
        ("w1", "hasStyle", "s1", 3.0),
    )

    def start_over() -> None:
        art.driver.execute_query("MATCH ()-[p:PREDICTED]->() DELETE p")
        art.driver.execute_query("MATCH (r:PredictionRun|Decision) DETACH DELETE r")
        publish(art, earlier, model_version="v1")
        decide(art, ("w4", "madeBy", "a1"), "rejected")

    start_over()
    publish(art, links, model_version="v2")
    uninterrupted = dump(art)
    file = tmp_path / "links.json"
    links.to_json(file)
    for kill_at in range(1, 7):
        start_over()
        arguments = [server.uri, server.password, str(file), "2", str(kill_at)]
        writer = subprocess.run([sys.executable, "-c", WRITER, *arguments], cwd=Path(run_writer.__file__).parents[2])
        assert writer.returncode == -signal.SIGKILL
        assert dump(art) != uninterrupted
        publish(art, links, model_version="v2")
        assert dump(art) == uninterrupted, f"killed at report {kill_at}"


@pytest.mark.usefixtures("part")
def test_a_large_relation_is_cut_between_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "PART", 3)
    rows = [
        (head, "hasStyle", f"s{i}", 1.0) for head, of in (("a", 2), ("b", 2), ("c", 1), ("d", 5)) for i in range(of)
    ]
    cut = [part["head"].to_pylist() for part in run_writer.cut_by_heads(check_links(frame(*rows)))]
    assert cut == [["a", "a"], ["b", "b", "c"], ["d"] * 5]
    assert [len(part) for part in run_writer.cut_by_heads(check_links(frame(*rows[:3])))] == [3]


def test_links_are_kept_as_parquet_and_can_be_published_from_it(art: Database, tmp_path: Path) -> None:
    links = frame(("w4", "hasStyle", "s2", 0.5), ("w4", "hasStyle", "s1", 1.0), why=[["a"], None])
    run = publish(art, links, model_version="v1")
    path = save_links(links, tmp_path / "links", run.run_id, ["hasStyle"])
    assert path == tmp_path / "links" / f"{run.run_id}.parquet"
    assert list(path.parent.iterdir()) == [path]
    publish(art, frame(("w2", "hasStyle", "s1", 1.0)), model_version="v1")
    publish(art, pd.read_parquet(path), model_version="v1", run_id=run.run_id)
    current = {ends for ends, p in stored(art).items() if p["state"] == "current"}
    assert current == {("w4", "hasStyle", "s1"), ("w4", "hasStyle", "s2")}
    assert stored(art)["w4", "hasStyle", "s2"]["why"] == ["a"]
