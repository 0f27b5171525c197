"""A single link is given to a person, and what people say about links leaves the page as CSV and JSON."""

import csv
import io
import uuid

from fastapi.testclient import TestClient

from graph.connection import Database
from tests.review.test_queue_page import FIRST, fields, hidden, press
from tests.review.test_second_opinion import people, token

__all__ = ["people"]
GIVEN = "/queue?order=given"


def test_a_link_waits_for_the_person_to_whom_it_was_given_until_they_decide(
    people: dict[str, TestClient], gallery: Database
) -> None:
    ana, ada = people["ana"], people["ada"]
    refused = ana.post("/notes", data=fields(ana.get("/queue").text, kind="assigned", assigned_to="ben"))
    assert (refused.status_code, "An admin sets goals and gives work to others" in refused.text) == (403, True)
    ada.post("/notes", data=fields(ada.get("/queue").text, kind="assigned", assigned_to="ana", text="look at the hat"))
    assert "Given to you 1" in ana.get("/queue").text
    assert "Given to you" not in people["ben"].get("/queue").text
    waiting = ana.get(GIVEN)
    assert hidden(waiting.text, "key") == FIRST
    assert "For ana to decide: look at the hat" in waiting.text
    press(ana, waiting, verdict="accepted")
    assert "Given to you" not in ana.get("/queue").text
    nobody = ada.post("/notes", data=fields(ada.get("/queue").text, kind="assigned", assigned_to=" "))
    assert (nobody.status_code, "one person by name" in nobody.text) == (400, True)
    assert gallery.read("review/list_given", **NARROW, by="ana") == []


NARROW = {
    **dict.fromkeys(["near", "answer", "relation", "label", "run", "pictured", "decade"]),
    **{"dated": [], "low": -1.0, "high": 1.0, "key": "", "limit": 9},
}


def test_notes_leave_as_csv_and_json_and_scripts_write_them(people: dict[str, TestClient]) -> None:
    ana = people["ana"]
    wish = {"head": "w00", "relation": "hasStyle", "tail": "impressionism", "kind": "comment", "text": "=seen"}
    sent = ana.post("/api/notes", json={**wish, "id": str(uuid.uuid4())}, headers={"X-CSRF-Token": token(ana)})
    assert [(note["text"], note["by"], note["key"]) for note in sent.json()] == [("=seen", "ana", FIRST)]
    taken = {**wish, "id": str(uuid.uuid4()), "kind": "assigned", "text": "", "assigned_to": "ana"}
    ana.post("/api/notes", json=taken, headers={"X-CSRF-Token": token(ana)})
    other = {**taken, "id": str(uuid.uuid4()), "assigned_to": "ben"}
    assert ana.post("/api/notes", json=other, headers={"X-CSRF-Token": token(ana)}).status_code == 403
    assert [note["kind"] for note in ana.get("/api/notes", params={"key": FIRST}).json()] == ["assigned", "comment"]
    rows = list(csv.DictReader(io.StringIO(ana.get("/notes.csv").text)))
    assert [(r["kind"], r["assigned_to"], r["text"], r["head_name"]) for r in rows] == [
        ("assigned", "ana", "", "Pond number 0"), ("comment", "", "'=seen", "Pond number 0"),
    ]  # fmt: skip


def test_audit_says_how_far_people_agree(people: dict[str, TestClient], gallery: Database) -> None:
    """Twelve links that both decided: ten alike, of these six accepted; each accepts seven: 10/12, by chance 74/144."""
    works = gallery.driver.execute_query("MATCH (w:Artwork) RETURN w.id ORDER BY w.id").records
    for name, accepts in (("ana", range(7)), ("ben", [*range(6), 7])):
        wishes = [
            {"id": str(uuid.uuid4()), "head": work[0], "relation": "hasStyle", "tail": "cubism",
             "verdict": "accepted" if n in accepts else "rejected", "seen": seen(gallery, work[0])}
            for n, work in enumerate(works)
        ]  # fmt: skip
        made = people[name].post("/api/decisions", json=wishes, headers={"X-CSRF-Token": token(people[name])})
        assert made.status_code == 200
    found = people["ana"].get("/api/agreement").json()
    kappa = (10 / 12 - 74 / 144) / (1 - 74 / 144)
    assert [(p["first"], p["second"], p["links"], round(p["kappa"], 6)) for p in found["pairs"]] == [
        ("ana", "ben", 12, round(kappa, 6))
    ]
    shown = people["ana"].get("/audit").text
    assert "How far people agree" in shown
    assert '<td>ana, ben</td><td class="number">12</td><td class="number">83 %</td>' in shown
    assert f'<td class="number">{kappa:.2f}</td>' in shown


def seen(gallery: Database, work: str) -> str | None:
    query = "MATCH (d:Decision {head: $work, tail: 'cubism'}) RETURN d.id"
    records = gallery.driver.execute_query(query, work=work).records
    return records[0][0] if records else None


def test_work_is_given_only_to_somebody_who_can_log_in_and_decide(people: dict[str, TestClient]) -> None:
    ada = people["ada"]
    for name in ("anna", "vera"):  # there is no anna, and vera only looks
        card = ada.get("/queue").text
        refused = ada.post("/notes", data=fields(card, kind="assigned", assigned_to=name))
        assert (refused.status_code, "there are: ada, ana, ben" in refused.text) == (400, True)
        kept = {"token": hidden(card, "token"), "id": str(uuid.uuid4()), "name": "Mine", "assigned_to": name}
        assert ada.post("/queues/save", data=kept).status_code == 400
    assert (ada.get("/api/notes").json(), ada.get("/api/queues").json()) == ([], [])


def test_a_kept_queue_of_what_was_given_counts_it_for_whoever_looks(people: dict[str, TestClient]) -> None:
    ana, ada = people["ana"], people["ada"]
    ada.post("/notes", data=fields(ada.get("/queue").text, kind="assigned", assigned_to="ana"))
    kept = {"token": token(ana), "id": str(uuid.uuid4()), "name": "Mine", "filters": "order=given"}
    assert ana.post("/queues/save", data=kept).status_code == 303
    assert [(row["left"], row["decided"]) for row in ana.get("/api/queues").json()] == [(1, None)]
    assert [row["left"] for row in people["ben"].get("/api/queues").json()] == [0]
    assert "Mine" in ana.get("/queues").text


def test_a_link_whose_answer_is_gone_does_not_stop_the_queue_of_what_was_given(
    people: dict[str, TestClient], gallery: Database
) -> None:
    ada, ana = people["ada"], people["ana"]
    for tail in ("cubism", "impressionism"):
        wish = {"id": str(uuid.uuid4()), "kind": "assigned", "head": "w00", "relation": "hasStyle", "tail": tail}
        sent = ada.post("/api/notes", json={**wish, "assigned_to": "ana"}, headers={"X-CSRF-Token": token(ada)})
        assert sent.status_code == 200
    gallery.driver.execute_query("MATCH (t {id: 'cubism'}) DETACH DELETE t")
    page = ana.get(GIVEN).text
    assert "Given to you 1" in page
    assert hidden(page, "key") == FIRST


def test_the_id_of_a_note_stands_for_one_note(people: dict[str, TestClient]) -> None:
    ana = people["ana"]
    wish = {"id": str(uuid.uuid4()), "head": "w00", "relation": "hasStyle", "tail": "cubism", "kind": "comment"}
    header = {"X-CSRF-Token": token(ana)}
    statuses = [
        ana.post("/api/notes", json={**wish, "text": text}, headers=header).status_code
        for text in ("a hat", "a hat", "no hat")
    ]
    assert statuses == [200, 200, 400]
    assert [note["text"] for note in ana.get("/api/notes").json()] == ["a hat"]
