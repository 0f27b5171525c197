"""Taking back everything by one person, about one run's links, or of one period."""

from datetime import datetime, timedelta

import pytest

from base.errors import InputError
from graph.connection import Database
from graph.curation.decision import Choice, ConflictError
from graph.curation.decisions import decide
from graph.curation.taking_back import Wanted, find_standing, moment, take_back


@pytest.fixture
def museum(database: Database) -> Database:
    """Two works; ana accepts a fact that a source records and one that none does, and rejects one; ben rejects one."""
    database.driver.execute_query(
        "CREATE (a:Entity:Vlkge:Work {primary_label: 'Work', id: 'a', name: 'Gas'}), "
        "(b:Entity:Vlkge:Work {primary_label: 'Work', id: 'b', name: 'Ponds'}) "
        "CREATE (x:Entity:Vlkge:Style {primary_label: 'Style', id: 'x'}), "
        "(y:Entity:Vlkge:Style {primary_label: 'Style', id: 'y'}) "
        "CREATE (a)-[:hasStyle {vlkge: true, split: 'test', sources: ['museum']}]->(x), "
        "(b)-[:PREDICTED {vlkge: true, key: '[\"b\",\"hasStyle\",\"x\"]', relation: 'hasStyle', state: 'current', "
        "verdict: 'pending', run_id: 'monday'}]->(x)"
    )
    verdicts = [("a", "x", "accepted"), ("b", "y", "accepted"), ("b", "x", "rejected")]
    for head, tail, verdict in verdicts:
        decide(database, [choice(head, tail, verdict)], by="ana")
    decide(database, [choice("a", "y", "rejected")], by="ben")
    return database


def choice(head: str, tail: str, verdict: str, seen: str | None = None, id_: str | None = None) -> Choice:
    made = id_ or f"{head}-{tail}"
    return Choice(id=made, head=head, relation="hasStyle", tail=tail, verdict=verdict, seen=seen)  # type: ignore[arg-type]


def facts(database: Database) -> set[tuple[str, str, str]]:
    found = database.driver.execute_query("MATCH (h)-[r:hasStyle]->(t) RETURN h.id, t.id, r.sources").records
    return {(record[0], record[1], "+".join(record[2])) for record in found}


def test_all_by_one_person_goes_and_what_a_source_records_stays(museum: Database) -> None:
    assert facts(museum) == {("a", "x", "museum+prediction"), ("b", "y", "prediction")}
    found = find_standing(museum, Wanted(by="ana"))
    assert (found.facts_that_go, found.facts_that_stay, found.reopened, found.people) == (1, 1, 1, {"ana": 3})
    made = take_back(museum, found, by="ada", reason="she mixed the styles up")
    assert facts(museum) == {("a", "x", "museum")}
    assert {(d.by, d.verdict, d.reason, d.batch) for d in made} == {
        ("ada", "undone", "she mixed the styles up", made[0].batch)
    }
    pending = museum.driver.execute_query("MATCH ()-[p:PREDICTED]->() RETURN p.verdict").records[0][0]
    assert pending == "pending"
    assert find_standing(museum, Wanted(by="ana")).decisions == []
    assert take_back(museum, find_standing(museum, Wanted(by="ana")), by="ada") == []
    assert len(find_standing(museum, Wanted(by="ben")).decisions) == 1


def test_an_entity_that_is_gone_holds_back_nothing(museum: Database) -> None:
    """As after an ingest with --prune: what was decided about it is taken back with the rest, but not made anew."""
    museum.driver.execute_query("MATCH (b {id: 'b'}) DETACH DELETE b")
    found = find_standing(museum, Wanted(by="ana"))
    assert len(take_back(museum, found, by="ada")) == 3
    assert (facts(museum), find_standing(museum, Wanted(by="ana")).decisions) == ({("a", "x", "museum")}, [])
    with pytest.raises(InputError, match="entities that are not in the graph: 'b'"):
        decide(museum, [choice("b", "x", "accepted", id_="again")], by="ana", force=True)


def test_one_run_and_one_period(museum: Database) -> None:
    assert [row["id"] for row in find_standing(museum, Wanted(run="monday")).decisions] == ["b-x"]
    assert find_standing(museum, Wanted(run="tuesday")).decisions == []
    now = datetime.now().astimezone()
    assert len(find_standing(museum, Wanted(since=now - timedelta(hours=1))).decisions) == 4
    assert find_standing(museum, Wanted(until=now - timedelta(hours=1))).decisions == []
    museum.driver.execute_query("MATCH (d:Decision {id: 'a-x'}) SET d.at = datetime('2020-05-04T23:30:00Z')")
    (old,) = find_standing(
        museum, Wanted(since=moment("2020-05-04T23:30:00+00:00"), until=now - timedelta(1))
    ).decisions
    assert (old["id"], old["head_name"], old["sources"]) == ("a-x", "Gas", 1)


def test_what_was_decided_again_is_left_and_what_changes_meanwhile_stops_it(museum: Database) -> None:
    found = find_standing(museum, Wanted(by="ana"))
    decide(museum, [choice("b", "y", "rejected", seen="b-y", id_="again")], by="ben")
    with pytest.raises(ConflictError):
        take_back(museum, found, by="ada")
    assert ("a", "x", "museum+prediction") in facts(museum)
    found = find_standing(museum, Wanted(by="ana"))
    assert {row["id"] for row in found.decisions} == {"a-x", "b-x"}


def test_a_day_counts_with_all_its_hours(museum: Database) -> None:  # noqa: ARG001
    assert moment("2026-11-29") == datetime(2026, 11, 29).astimezone()
    assert moment("2026-11-29", end=True) == datetime(2026, 11, 30).astimezone()
    assert moment("2026-11-29T14:30", end=True) == datetime(2026, 11, 29, 14, 30).astimezone()
    for wrong in ("yesterday", "2026-13-01", "29.11.2026"):
        with pytest.raises(InputError, match=f"'{wrong}' is no time; it must be like 2026-11-29"):
            moment(wrong)
    with pytest.raises(InputError, match="say whose decisions"):
        Wanted()
    with pytest.raises(InputError, match="is empty"):
        Wanted(since=moment("2026-11-29"), until=moment("2026-11-29"))


def test_what_others_had_decided_before_stands_again(museum: Database) -> None:
    """carla turns round what ana and ben had said; when all of hers is taken back, theirs holds, and is told before."""
    decide(museum, [choice("b", "y", "rejected", seen="b-y", id_="c1")], by="carla")
    decide(museum, [choice("b", "x", "accepted", seen="b-x", id_="c2")], by="carla")
    decide(museum, [choice("a", "y", "accepted", seen="a-y", id_="c3")], by="carla")
    assert facts(museum) == {("a", "x", "museum+prediction"), ("b", "x", "prediction"), ("a", "y", "prediction")}
    found = find_standing(museum, Wanted(by="carla"))
    assert {row["id"]: row["again"] for row in found.decisions} == {
        "c1": "accepted",
        "c2": "rejected",
        "c3": "rejected",
    }
    assert (found.facts_that_go, found.reopened, found.stand_again) == (0, 0, 3)
    take_back(museum, found, by="ada")
    assert facts(museum) == {("a", "x", "museum+prediction"), ("b", "y", "prediction")}
    assert {row["id"] for row in find_standing(museum, Wanted(by="ana")).decisions} == {"a-x", "b-y", "b-x"}


def test_of_a_period_nothing_stands_again_that_is_taken_back_too(museum: Database) -> None:
    decide(museum, [choice("b", "y", "rejected", seen="b-y", id_="c1")], by="carla")
    found = find_standing(museum, Wanted(since=moment("2020-01-01")))
    assert found.stand_again == 0
    take_back(museum, found, by="ada")
    assert facts(museum) == {("a", "x", "museum")}
    assert find_standing(museum, Wanted(since=moment("2020-01-01"))).decisions == []
