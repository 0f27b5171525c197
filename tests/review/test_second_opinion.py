"""A second opinion: an admin asks for it, a second person gives it without seeing the first, an admin settles."""

import json
import re
import uuid
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from graph.connection import Database
from graph.curation.opinions import require
from graph.link_key import link_key
from review.app import create_app
from review.context import Site
from review.users import UsersFile
from tests.review.test_queue_page import FIRST, decisions, facts, fields, hidden, press, verdicts

SECOND = "/queue?order=second"


@pytest.fixture
def people(make_site: Callable[..., Site], users: UsersFile) -> dict[str, TestClient]:
    """Two curators and an admin, logged in."""
    users.add("ben", "curator", "ben-has-a-long-one")
    site = make_site(users)
    clients = {}
    for name in ("ana", "ben", "ada"):
        clients[name] = TestClient(create_app(site), base_url="http://localhost", follow_redirects=False)
        login = {"token": hidden(clients[name].get("/login").text, "token"), "name": name}
        clients[name].post("/login", data={**login, "password": f"{name}-has-a-long-one"})
    return clients


def test_an_admin_asks_for_it_and_the_first_acceptance_waits(people: dict[str, TestClient], gallery: Database) -> None:
    page = people["ada"].get("/queues").text
    sent = {"token": hidden(page, "token"), "relation": "hasStyle"}
    assert people["ana"].post("/queues/opinions", data={**sent, "token": token(people["ana"])}).status_code == 403
    assert people["ada"].post("/queues/opinions", data=sent).headers["location"] == "/queues#opinions"
    assert "Require a second opinion" not in people["ana"].get("/queues").text

    card = people["ana"].get("/queue")
    assert "Two people must agree on “has style”: yours is the first opinion." in card.text
    press(people["ana"], card, verdict="accepted", reason="signed by him")
    assert (facts(gallery), verdicts(gallery)) == (set(), {FIRST: "opinion"})
    assert "Second opinion" not in people["ana"].get("/queue").text, "not shown to the first"
    assert 'title="others have said what they think">Second opinion 1</a>' in people["ben"].get("/queue").text
    assert "order=second" in people["ben"].get("/queue").text

    waiting = people["ben"].get(SECOND)
    assert hidden(waiting.text, "key") == FIRST
    assert "You see it once you have said what you do." in waiting.text
    assert "ana" not in re.sub(r"<[^>]+>", " ", waiting.text), "what the first said is hidden"
    assert "signed by him" not in waiting.text
    press(people["ben"], waiting, verdict="accepted")
    assert (facts(gallery), verdicts(gallery)) == ({("w00", "impressionism")}, {FIRST: "accepted"})
    assert "Nothing waits here" in people["ben"].get(SECOND).text
    assert "signed by him" in people["ben"].get("/queue", params={"card": FIRST}).text, "seen afterwards"
    # Ben takes it back: the first opinion waits again.
    page = people["ben"].get("/queue").text
    newest = re.findall(r'name="decision" value="([^"]*)"', page)[0]
    people["ben"].post("/undo", data={"token": token(people["ben"]), "id": str(uuid.uuid4()), "decision": newest})
    assert (facts(gallery), verdicts(gallery)) == (set(), {FIRST: "opinion"})


def test_what_differs_is_for_an_admin_and_undo_is_for_everybody(
    people: dict[str, TestClient], gallery: Database
) -> None:
    require(gallery, "hasStyle", by="ada")
    press(people["ana"], people["ana"].get("/queue"), verdict="accepted")
    press(people["ben"], people["ben"].get(SECOND), verdict="rejected")
    assert verdicts(gallery) == {FIRST: "contested"}
    assert "To settle" not in people["ben"].get("/queue").text
    page = people["ada"].get("/queue").text
    assert "To settle 1" in page
    card = people["ada"].get("/queue?order=contested")
    shown = " ".join(re.sub(r"<[^>]+>", " ", card.text).split())
    assert "Opinions differ: ana for , ben against . Your decision settles it." in shown
    assert "opinions differ; nobody has settled it" in people["ana"].get("/audit").text
    press(people["ada"], card, verdict="rejected")
    assert verdicts(gallery) == {FIRST: "rejected"}
    assert people["ana"].get("/api/opinions").json()["contested"] == 0
    refused = press(people["ben"], people["ben"].get("/queue", params={"card": FIRST}), verdict="accepted")
    assert refused.status_code == 400
    assert "lastly by ada" in refused.text


def test_no_way_goes_around_it(people: dict[str, TestClient], gallery: Database) -> None:
    """A batch, the grid, another answer, a typed one, and the API: each gives an opinion only."""
    require(gallery, "hasStyle", by="ada")
    gallery.driver.execute_query(
        "CREATE (:Entity:Vlkge:Style {primary_label: 'Style', id: 'rococo', name: 'Rococo'}) "
        "WITH 1 AS one MATCH (r:PredictionRun) SET r.functional = ['hasStyle']"
    )
    ana = people["ana"]
    chosen = json.dumps([link_key("w01", "hasStyle", "cubism"), None])
    note = "what you decide is an opinion until somebody else agrees"
    assert note in ana.get("/batch?relation=hasStyle").text
    ana.post("/batch", data={"token": token(ana), "id": str(uuid.uuid4()), "verdict": "accepted", "chosen": chosen})
    grid = ana.get("/grid?answer=ukiyo-e&relation=hasStyle").text
    assert note in grid
    shown = json.dumps([link_key("w02", "hasStyle", "ukiyo-e"), None])
    form = {"token": token(ana), "id": str(uuid.uuid4()), "answer": "ukiyo-e", "relation": "hasStyle", "shown": shown}
    ana.post("/grid", data=form)
    card = ana.get("/queue", params={"card": link_key("w03", "hasStyle", "impressionism")})
    press(ana, card, instead=json.dumps([link_key("w03", "hasStyle", "cubism"), None]))
    card = ana.get("/queue", params={"card": link_key("w04", "hasStyle", "impressionism")})
    typed = json.dumps([link_key("w04", "hasStyle", "rococo"), None])
    ana.post("/answer", data=fields(card.text, answer=typed))
    link = {"head": "w05", "relation": "hasStyle", "tail": "cubism", "verdict": "accepted"}
    sent = ana.post("/api/decisions", json=[{**link, "id": str(uuid.uuid4())}], headers={"X-CSRF-Token": token(ana)})
    assert (sent.json()[0]["verdict"], sent.json()[0]["waiting"]) == ("for", "opinion")
    assert facts(gallery) == set()
    assert set(verdicts(gallery).values()) == {"opinion"}
    assert decisions(gallery) == 9  # batch, grid, two of w03, the typed one with three displaced, the API

    # A second person without scripts agrees with the typed answer on its own card, though no run proposed it.
    rococo = people["ben"].get("/queue", params={"card": link_key("w04", "hasStyle", "rococo"), "order": "second"})
    assert "No run proposed this; a person did." in rococo.text or "You see it once" in rococo.text
    press(people["ben"], rococo, verdict="accepted")
    assert facts(gallery) == {("w04", "rococo")}


def test_scripts_ask_for_it_too(people: dict[str, TestClient]) -> None:
    ada, ben = people["ada"], people["ben"]
    wish = {"relation": "hasStyle", "required": True}
    assert ben.put("/api/opinions", params=wish, headers={"X-CSRF-Token": token(ben)}).status_code == 403
    answer = ada.put("/api/opinions", params=wish, headers={"X-CSRF-Token": token(ada)}).json()
    assert [(row["relation"], row["by"]) for row in answer] == [("hasStyle", "ada")]
    press(people["ana"], people["ana"].get("/queue"), verdict="accepted")
    assert {**ben.get("/api/opinions").json(), "required": 1} == {
        "required": 1,
        "second": 1,
        "contested": 0,
        "given": 0,
    }
    assert [row["key"] for row in ben.get("/api/queue?order=second").json()["links"]] == [FIRST]
    wrong = ada.put("/api/opinions", params={**wish, "relation": "hasStile"}, headers={"X-CSRF-Token": token(ada)})
    assert (wrong.status_code, "there is no relation" in wrong.json()["detail"]) == (400, True)
    assert (
        ada.put("/api/opinions", params={**wish, "required": False}, headers={"X-CSRF-Token": token(ada)}).json() == []
    )


def test_what_another_person_decided_only_an_admin_takes_back(people: dict[str, TestClient], gallery: Database) -> None:
    """Nor by way of an undo of one's own, under which somebody else's opinion has come to be the newest."""
    ana, ben, ada = people["ana"], people["ben"], people["ada"]
    link = {"head": "w00", "relation": "hasStyle", "tail": "impressionism"}

    def send(client: TestClient, verdict: str, seen: str | None = None) -> Response:
        wish = {"id": str(uuid.uuid4()), "verdict": verdict, "seen": seen, **link}
        return client.post("/api/decisions", json=[wish], headers={"X-CSRF-Token": token(client)})

    accepted = send(ana, "accepted").json()[0]["id"]
    refused = send(ben, "undone", accepted)
    assert (refused.status_code, "decided by ana; only they or an admin" in refused.json()["detail"]) == (403, True)
    taken = send(ada, "undone", accepted)
    assert (taken.status_code, verdicts(gallery)) == (200, {})

    require(gallery, "hasStyle", by="ada")
    send(ana, "accepted", taken.json()[0]["id"])
    agreed = send(ben, "accepted").json()[0]["id"]
    assert send(ana, "undone", agreed).status_code == 403
    own = send(ben, "undone", agreed).json()[0]["id"]
    assert send(ben, "undone", own).status_code == 403
    again = {"new_id": str(uuid.uuid4())}
    headers = {"X-CSRF-Token": token(ben)}
    assert ben.post(f"/api/decisions/{own}/undo", params=again, headers=headers).status_code == 403
    assert verdicts(gallery) == {FIRST: "opinion"}
    newest = ben.get("/api/decisions").json()[0]["decision"]
    assert (newest["undoes"], newest["waiting"]) == (agreed, "opinion")


def token(client: TestClient) -> str:
    return str(client.get("/api/session").json()["token"])
