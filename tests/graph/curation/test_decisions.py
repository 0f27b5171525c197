"""What people decide: what it does to facts and links, what two of them see, and what is kept."""

import threading
import uuid

import pandas as pd
import pytest

from base.errors import InputError
from graph.connection import Database
from graph.curation.audit_sample import audited
from graph.curation.decision import Choice, ConflictError, Decision
from graph.curation.decisions import decide, history
from graph.curation.disagreements import list_disagreements
from graph.curation.opinions import Verdict
from graph.curation.taking_back import undo_batch
from graph.loading.owned_properties import of_facts
from graph.outage import UnreachableError
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.query import refuse_unknown_relation
from graph.schema import setup_schema

LINK = ("wave", "hasStyle", "ukiyo-e")


@pytest.fixture
def art(database: Database) -> Database:
    """Three works, two styles; one style is a fact of the catalogue; two links are predicted."""
    setup_schema(database)
    database.driver.execute_query(
        "UNWIND ['wave', 'fuji', 'gas', 'ukiyo-e', 'realism'] AS id CREATE (:Entity:Vlkge {id: id})"
    )
    database.driver.execute_query(
        "MATCH (h {id: 'gas'}), (t {id: 'realism'}) "
        "CREATE (h)-[:hasStyle {vlkge: true, split: 'test', sources: ['catalogue'], asserted_at: datetime()}]->(t)"
    )
    register_model(database, "v1", "distmult", {}, {}, "f00d", {})
    links = pd.DataFrame(
        [("wave", "hasStyle", "ukiyo-e", 3.0, 1, 0.9), ("fuji", "hasStyle", "ukiyo-e", 2.0, 1, 0.8)],
        columns=["head", "relation", "tail", "score", "rank", "probability"],
    )
    publish(database, links, model_version="v1", run_id="monday")
    return database


def choose(verdict: Verdict, link: tuple[str, str, str] = LINK, seen: Decision | None = None, **more: str) -> Choice:
    head, relation, tail = link
    return Choice(
        id=more.pop("id", str(uuid.uuid4())), head=head, relation=relation, tail=tail, verdict=verdict,
        seen=seen.id if seen else None, **more,
    )  # fmt: skip


def facts(database: Database, relation: str = "hasStyle") -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Split and sources of each fact."""
    rows = database.driver.execute_query(
        "MATCH (h)-[r]->(t) WHERE type(r) = $relation RETURN h.id AS h, t.id AS t, r.split AS split, r.sources AS s",
        relation=relation,
    ).records
    return {(row["h"], row["t"]): (row["split"], row["s"]) for row in rows}


def verdict_of(database: Database, head: str) -> str:
    query = "MATCH ({id: $head})-[p:PREDICTED]->() RETURN p.verdict AS v"
    return str(database.driver.execute_query(query, head=head).records[0]["v"])


CATALOGUE_LINK = ("gas", "hasStyle", "realism")
CATALOGUE = {("gas", "realism"): ("test", ["catalogue"])}


def test_an_accepted_link_becomes_a_training_fact_and_undoing_takes_it_away(art: Database) -> None:
    (made,) = decide(art, [choose("accepted", reason="signed")], by="ana")
    assert (made.number, made.by, made.reason, made.queue) == (1, "ana", "signed", "review")
    assert (made.run_id, made.model_version, made.probability) == ("monday", "v1", 0.9)
    assert facts(art) == {**CATALOGUE, ("wave", "ukiyo-e"): ("train", ["prediction"])}
    assert verdict_of(art, "wave") == "accepted"
    decide(art, [choose("undone", seen=made)], by="ben")
    assert facts(art) == CATALOGUE
    assert verdict_of(art, "wave") == "pending"
    assert [(d.number, d.verdict, d.by) for d in history(art, *LINK)] == [(1, "accepted", "ana"), (2, "undone", "ben")]


def test_undoing_leaves_what_another_source_asserted_meanwhile(art: Database) -> None:
    (made,) = decide(art, [choose("accepted")], by="ana")
    row = {"head": "wave", "relation": "hasStyle", "tail": "ukiyo-e", "split": "train"}
    art.write("ingest/merge_facts", rows=[row], source="museum")
    decide(art, [choose("undone", seen=made)], by="ana")
    assert facts(art)["wave", "ukiyo-e"] == ("train", ["museum"])
    art.write("ingest/release_facts", rows=[row], source="museum", properties=of_facts({}))
    assert facts(art) == CATALOGUE


def test_accepting_a_recorded_fact_adds_a_source_which_undoing_takes_back(art: Database) -> None:
    link = ("gas", "hasStyle", "realism")
    (made,) = decide(art, [choose("accepted", link)], by="ana")
    assert facts(art) == {("gas", "realism"): ("test", ["catalogue", "prediction"])}
    decide(art, [choose("undone", link, seen=made)], by="ana")
    assert facts(art) == CATALOGUE


def test_a_relationship_that_no_source_asserts_stays_as_it_was(art: Database) -> None:
    art.driver.execute_query("MATCH (h {id: 'wave'}), (t {id: 'ukiyo-e'}) CREATE (h)-[:hasStyle {note: 'mine'}]->(t)")
    (made,) = decide(art, [choose("accepted")], by="ana")
    decide(art, [choose("undone", seen=made)], by="ana")
    assert facts(art) == {**CATALOGUE, ("wave", "ukiyo-e"): (None, None)}


def test_a_relation_that_only_others_use_is_no_relation_of_ours(art: Database) -> None:
    art.driver.execute_query(
        "MATCH (h {id: 'gas'}), (t {id: 'realism'}) "
        "CREATE (h)-[:LIKES]->(t), (h)-[:shows {vlkge: true, sources: ['a']}]->(t)"
    )
    with pytest.raises(InputError, match=r"no fact and no prediction has the relation 'LIKES'"):
        decide(art, [choose("accepted", ("wave", "LIKES", "realism"))], by="ana", any_kinds=True)
    with pytest.raises(InputError, match=r"there is no relation 'LIKES'; the query count_facts lists"):
        refuse_unknown_relation(art, "LIKES")
    for relation in ("shows", "hasStyle"):
        decide(art, [choose("accepted", ("wave", relation, "realism"))], by="ana", any_kinds=True)


def test_rejecting_after_accepting_takes_the_fact_away(art: Database) -> None:
    (made,) = decide(art, [choose("accepted")], by="ana")
    decide(art, [choose("rejected", seen=made, reason="a copy")], by="ana")
    assert facts(art) == CATALOGUE
    assert verdict_of(art, "wave") == "rejected"
    assert [(r["head"], r["tail"]) for r in art.read("export/list_rejections")] == [("wave", "ukiyo-e")]
    decide(art, [choose("undone", seen=history(art, *LINK)[-1])], by="ana")
    assert art.read("export/list_rejections") == []


def test_the_same_id_again_changes_nothing(art: Database) -> None:
    choice = choose("accepted")
    first = decide(art, [choice], by="ana")
    assert decide(art, [choice], by="ana") == first
    assert len(history(art, *LINK)) == 1
    with pytest.raises(InputError, match="another decision has this id already"):
        decide(art, [choice.model_copy(update={"verdict": "rejected"})], by="ana")


def test_what_was_not_seen_is_a_conflict_and_nothing_of_the_call_is_recorded(art: Database) -> None:
    (anas,) = decide(art, [choose("accepted")], by="ana")
    other = choose("accepted", ("fuji", "hasStyle", "ukiyo-e"))
    with pytest.raises(ConflictError, match="wave hasStyle ukiyo-e: accepted by ana") as caught:
        decide(art, [other, choose("rejected")], by="ben")
    assert caught.value.conflicts == [anas]
    assert history(art, "fuji", "hasStyle", "ukiyo-e") == []
    assert verdict_of(art, "fuji") == "pending"
    decide(art, [other, choose("rejected", seen=anas)], by="ben")
    assert (verdict_of(art, "fuji"), verdict_of(art, "wave")) == ("accepted", "rejected")
    decide(art, [choose("accepted")], by="cy", force=True)
    assert verdict_of(art, "wave") == "accepted"


def test_of_two_curators_at_once_one_is_told_of_the_other(art: Database) -> None:
    start = threading.Barrier(2)
    outcomes: dict[str, Decision | ConflictError] = {}

    def curate(name: str, verdict: Verdict) -> None:
        start.wait()
        try:
            (outcomes[name],) = decide(art, [choose(verdict)], by=name)
        except ConflictError as error:
            outcomes[name] = error

    for _ in range(10):
        decide(art, [choose("undone")], by="eve", force=True) if history(art, *LINK) else None
        art.driver.execute_query("MATCH (d:Decision) DELETE d")
        threads = [threading.Thread(target=curate, args=args) for args in (("ana", "accepted"), ("ben", "rejected"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = history(art, *LINK)
        loser = "ben" if winner.by == "ana" else "ana"
        assert outcomes[winner.by] == winner
        conflict = outcomes[loser]
        assert isinstance(conflict, ConflictError)
        assert conflict.conflicts == [winner]
        assert verdict_of(art, "wave") == winner.verdict
        assert (("wave", "ukiyo-e") in facts(art)) == (winner.verdict == "accepted")


def test_a_link_that_was_never_published_can_be_decided_and_is_not_predicted_then(art: Database) -> None:
    accepted, rejected = ("fuji", "hasStyle", "realism"), ("wave", "hasStyle", "realism")
    made = decide(art, [choose("accepted", accepted), choose("rejected", rejected)], by="ana")
    assert [d.run_id for d in made] == [None, None]
    assert facts(art)["fuji", "realism"] == ("train", ["prediction"])
    links = pd.DataFrame(
        [(*accepted, 1.0, 1), (*rejected, 1.0, 1)], columns=["head", "relation", "tail", "score", "rank"]
    )
    done = publish(art, links, model_version="v1")
    assert done.counts.loc[0, ["current", "decided", "facts"]].tolist() == [0, 2, 0]
    decide(art, [choose("undone", rejected, seen=made[1])], by="ana")
    assert publish(art, links, model_version="v1", run_id="two").counts.loc[0, "current"] == 1


def test_a_batch_is_undone_but_for_what_was_decided_since(art: Database) -> None:
    links = [("wave", "hasStyle", "ukiyo-e"), ("fuji", "hasStyle", "ukiyo-e")]
    made = decide(art, [choose("accepted", link) for link in links], by="ana", queue="batch", batch="b1")
    decide(art, [choose("rejected", links[0], seen=made[0])], by="ben")
    undone = undo_batch(art, "b1", of="ana", by="ana")
    assert [(d.head, d.verdict, d.batch) for d in undone] == [("fuji", "undone", "b1")]
    assert (verdict_of(art, "wave"), verdict_of(art, "fuji")) == ("rejected", "pending")
    assert facts(art) == CATALOGUE
    assert undo_batch(art, "b1", of="ana", by="ana") == []
    with pytest.raises(InputError, match="no batch 'b2'"):
        undo_batch(art, "b2", of="ana", by="ana")


def test_disagreements_and_disputes_are_listed(art: Database) -> None:
    assert list_disagreements(art).empty
    (anas,) = decide(art, [choose("accepted")], by="ana")
    (bens,) = decide(art, [choose("rejected", seen=anas)], by="ben")
    decide(art, [choose("rejected", ("gas", "hasStyle", "realism"))], by="ana")
    found = list_disagreements(art).set_index("head")[["kind", "verdict", "by", "verdicts", "sources"]]
    assert found.loc["wave"].tolist() == ["disagreement", "rejected", "ben", ["ana: accepted", "ben: rejected"], []]
    assert found.loc["gas"].tolist() == ["dispute", "rejected", "ana", ["ana: rejected"], ["catalogue"]]
    assert [r["head"] for r in art.read("export/list_rejections")] == ["wave"], "a disputed fact is no negative"
    decide(art, [choose("accepted", seen=bens)], by="ben")
    assert list_disagreements(art)["head"].tolist() == ["gas"]


def test_the_audit_is_the_decided_prefix_of_the_random_order(art: Database) -> None:
    art.driver.execute_query("UNWIND range(0, 3) AS i CREATE (:Entity:Vlkge {id: 'w' + i})")
    art.driver.execute_query(
        "UNWIND range(0, 3) AS i MATCH (h {id: 'w' + i}), (t {id: 'realism'}) CREATE "
        "(h)-[:PREDICTED {vlkge: true, key: "
        "'[\"w' + i + '\",\"hasStyle\",\"realism\"]', relation: 'hasStyle', state: 'current', verdict: 'pending', "
        "draw: i / 1000000.0}]->(t)"
    )
    for head, verdict in (("w0", "accepted"), ("w1", "rejected"), ("w3", "accepted")):
        decide(art, [choose(verdict, (head, "hasStyle", "realism"))], by="ana")  # type: ignore[arg-type]
    assert audited(art)[["head", "correct"]].to_numpy().tolist() == [["w0", True], ["w1", False]]


def test_a_wrong_choice_is_refused_and_nothing_is_recorded(art: Database) -> None:
    wrong = {
        "entities that are not in the graph: 'cubism'": [choose("accepted", ("wave", "hasStyle", "cubism"))],
        "entities that are not in the graph: 'tide'": [choose("accepted", ("tide", "hasStyle", "realism"))],
        "no prediction has the relation 'hasStile'": [choose("accepted", ("wave", "hasStile", "realism"))],
        "each link may be decided once in one call": [choose("accepted"), choose("rejected")],
        "each id may be decided once": [choose("accepted", id="a"), choose("accepted", CATALOGUE_LINK, id="a")],
        "nothing stands that could be undone": [choose("accepted", CATALOGUE_LINK), choose("undone")],
        "'x', which was seen, is no decision about": [choose("accepted").model_copy(update={"seen": "x"})],
    }
    for message, choices in wrong.items():
        with pytest.raises(InputError, match=message):
            decide(art, choices, by="ana")
    with pytest.raises(InputError, match="needs the name"):
        decide(art, [choose("accepted")], by=" ")
    assert art.driver.execute_query("MATCH (d:Decision) RETURN d").records == []
    assert facts(art) == CATALOGUE


def test_who_takes_back_a_rejection_of_what_another_accepted_leaves_it_accepted(art: Database) -> None:
    (accepted,) = decide(art, [choose("accepted")], by="ana")
    (rejected,) = decide(art, [choose("rejected", seen=accepted)], by="ben")
    assert LINK[::2] not in facts(art)
    (undone,) = decide(art, [choose("undone", seen=rejected)], by="ben")
    assert (undone.undoes, undone.restores, undone.leaves) == (rejected.id, accepted.id, "accepted")
    assert facts(art)[LINK[::2]] == ("train", ["prediction"])
    assert verdict_of(art, "wave") == "accepted"
    # It is ana's again: she takes it back by its own id, and nothing is left.
    decide(art, [choose("undone", seen=accepted)], by="ana", others=False)
    assert LINK[::2] not in facts(art)
    assert verdict_of(art, "wave") == "pending"
    with pytest.raises(InputError, match="nothing stands that could be undone"):
        decide(art, [choose("undone", seen=history(art, *LINK)[-1])], by="ana")


def test_undoing_an_acceptance_brings_back_what_another_rejected_but_not_ones_own_word(art: Database) -> None:
    (rejected,) = decide(art, [choose("rejected")], by="ben")
    (first,) = decide(art, [choose("accepted", seen=rejected)], by="ana")
    (second,) = decide(art, [choose("rejected", seen=first)], by="ana")
    (undone,) = decide(art, [choose("undone", seen=second)], by="ana")
    assert (undone.restores, verdict_of(art, "wave")) == (rejected.id, "rejected")
    assert [row["head"] for row in art.read("export/list_rejections")] == ["wave"]
    standing = [row["properties"]["id"] for row in art.read("exchange/page_decisions") if row["stands"]]
    assert standing == [rejected.id, undone.id]
    (alone,) = decide(art, [choose("accepted", ("fuji", "hasStyle", "ukiyo-e"))], by="ana")
    (changed,) = decide(art, [choose("rejected", ("fuji", "hasStyle", "ukiyo-e"), seen=alone)], by="ana")
    decide(art, [choose("undone", ("fuji", "hasStyle", "ukiyo-e"), seen=changed)], by="ana")
    assert verdict_of(art, "fuji") == "pending"


def test_a_decision_gives_up_where_another_transaction_holds_its_link(art: Database) -> None:
    impatient = Database(art.driver, art.address, limit=1.0)
    choice = choose("accepted")
    with art.driver.session() as session, session.begin_transaction() as held:
        held.run("MATCH (h {id: 'wave'}) SET h.touched = true").consume()
        with pytest.raises(UnreachableError, match="took too long, perhaps because another one holds what it needs"):
            decide(impatient, [choice], by="ana")
        held.rollback()
    (made,) = decide(art, [choice], by="ana")
    assert [d.id for d in history(art, *LINK)] == [made.id]
