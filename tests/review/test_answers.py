"""The right answer that nobody proposed: typed, chosen, judged by, undone; and asked for where the graph lacks it."""

import html
import re
import uuid
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.link_key import link_key
from review.app import create_app
from review.context import Site
from review.users import UsersFile
from tests.review.test_queue_page import FIRST, decisions, facts, fields, has_one_style, hidden, verdicts


@pytest.fixture(autouse=True)
def fauvism(gallery: Database) -> None:
    """A style that no run proposes for any work, and that one other work has."""
    gallery.driver.execute_query(
        "CREATE (s:Entity:Vlkge:Style {primary_label: 'Style', id: 'fauvism', name: 'Fauvisme'}) "
        "WITH s MATCH (w:Artwork {id: 'w11'}) "
        "CREATE (w)-[:hasStyle {vlkge: true, split: 'train', sources: ['museum']}]->(s)"
    )


def answers(client: TestClient, words: str) -> list[str]:
    """The names on the buttons that the words lead to, once the index has caught up."""
    client.app.state.site.database.driver.execute_query(  # type: ignore[attr-defined]
        "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()"
    )
    found = client.get("/answers", params={"key": FIRST, "q": words}).text
    return re.findall(r'name="answer".*?<span>(.*?)</span>', found, re.S)


def value(client: TestClient, words: str) -> str:
    found = client.get("/answers", params={"key": FIRST, "q": words}).text
    return html.unescape(re.findall(r'name="answer" value="([^"]*)"', found)[0])


def test_only_entities_of_the_right_kind_are_found(client: TestClient) -> None:
    assert answers(client, "fauv") == ["Fauvisme"]
    assert answers(client, "FAUVÍSME") == ["Fauvisme"]
    assert answers(client, "monet") == []
    assert answers(client, "pond") == []
    assert "Nothing of the kind Style is called so." in client.get("/answers", params={"key": FIRST, "q": "pond"}).text


def test_a_typed_answer_becomes_a_fact_and_leaves_the_proposals_open(client: TestClient, gallery: Database) -> None:
    card = client.get("/queue")
    assert answers(client, "fauv") == ["Fauvisme"]
    answer = client.post("/answer", data=fields(card.text, answer=value(client, "fauv")))
    assert facts(gallery) == {("w11", "fauvism"), ("w00", "fauvism")}
    assert verdicts(gallery) == {}
    (made,) = gallery.driver.execute_query(
        "MATCH (:Entity {id: 'w00'})-[f:hasStyle]->() MATCH (d:Decision:Vlkge) "
        "RETURN f.vlkge, f.split, f.sources, d.by, d.verdict, d.run_id, d.probability"
    ).records
    assert list(made) == [True, "train", ["prediction"], "tester", "accepted", None, None]
    after = client.get(answer.headers["location"]).text
    assert hidden(after, "key") == FIRST
    undo = {"token": hidden(after, "token"), "id": str(uuid.uuid4()), "decision": hidden(after, "decision")}
    client.post("/undo", data=undo)
    assert facts(gallery) == {("w11", "fauvism")}


def test_where_one_answer_is_right_all_proposals_for_the_question_are_rejected_and_undone_with_it(
    client: TestClient, gallery: Database
) -> None:
    has_one_style(gallery)
    card = client.get("/queue")
    assert answers(client, "fauv") == ["Fauvisme"]
    sent = fields(card.text, answer=value(client, "fauv"))
    for _ in range(2):  # a second time changes nothing
        answer = client.post("/answer", data=sent)
    assert decisions(gallery) == 4
    assert facts(gallery) == {("w11", "fauvism"), ("w00", "fauvism")}
    styles = ("impressionism", "cubism", "ukiyo-e")
    assert verdicts(gallery) == {link_key("w00", "hasStyle", style): "rejected" for style in styles}
    after = client.get(answer.headers["location"]).text
    assert "Pond number 1" in after
    undo = {"token": hidden(after, "token"), "id": str(uuid.uuid4()), "decision": hidden(after, "decision")}
    client.post("/undo", data=undo)
    assert facts(gallery) == {("w11", "fauvism")}
    assert verdicts(gallery) == {}


def test_what_was_decided_meanwhile_and_what_is_no_answer_is_refused(client: TestClient, gallery: Database) -> None:
    has_one_style(gallery)
    card = client.get("/queue")
    assert answers(client, "fauv") == ["Fauvisme"]
    wrong = client.post("/answer", data=fields(card.text, answer=f'["{link_key("w01", "hasStyle", "x")}", null]'))
    assert wrong.status_code == 400
    client.post("/decide", data=fields(client.get("/queue").text, verdict="accepted"))
    late = client.post("/answer", data=fields(card.text, answer=value(client, "fauv")))
    assert late.status_code == 409
    assert facts(gallery) == {("w11", "fauvism"), ("w00", "impressionism")}
    recorded = client.get("/answers", params={"key": FIRST, "q": "impressionism"}).text
    assert "recorded already" in recorded


def test_a_missing_value_is_asked_for_and_not_made(
    make_site: Callable[..., Site], users: UsersFile, gallery: Database
) -> None:
    people = {}
    for name in ("ana", "ada", "vera"):
        people[name] = TestClient(create_app(make_site(users)), base_url="http://localhost", follow_redirects=False)
        login = {"token": hidden(people[name].get("/login").text, "token"), "name": name}
        people[name].post("/login", data={**login, "password": f"{name}-has-a-long-one"})
    entities = "MATCH (n:Entity) RETURN count(n)"
    before = gallery.driver.execute_query(entities).records[0][0]
    card = people["ana"].get("/queue").text
    wish = fields(card, kind="value", text="Luminism")
    for _ in range(2):
        people["ana"].post("/notes", data=wish)
    assert gallery.driver.execute_query(entities).records[0][0] == before
    assert "Asks for the answer “Luminism”" in people["vera"].get("/queue", params={"card": FIRST}).text
    assert "Close</button>" not in people["vera"].get("/audit").text
    audit = people["ada"].get("/audit").text
    assert audit.count("Asks for the answer “Luminism”") == 1
    close = {name: hidden(audit, name) for name in ("token", "note")}
    theirs = {"token": hidden(card, "token"), "note": close["note"]}
    assert people["ada"].post("/notes", data=fields(people["ada"].get("/queue").text, kind="x")).status_code == 422
    assert people["ada"].post("/notes/close", data=close).status_code == 303
    assert people["ana"].post("/notes/close", data=theirs).status_code == 400  # it is closed
    assert "closed by ada" in people["ana"].get("/queue", params={"card": FIRST}).text
    people["ada"].post("/notes", data=fields(people["ada"].get("/queue").text, kind="expert"))
    others = people["ana"].post(
        "/notes/close", data={**theirs, "note": hidden(people["ada"].get("/audit").text, "note")}
    )
    assert (others.status_code, "by ana; an admin can close" in others.text) == (400, True)
    assert decisions(gallery) == 0


def test_comments_and_flags_for_an_expert_stand_on_the_card_until_they_are_closed(
    client: TestClient, gallery: Database
) -> None:
    card = client.get("/queue").text
    client.post("/notes", data=fields(card, kind="comment", text="seen at <b>Orsay</b>"))
    client.post("/notes", data=fields(client.get("/queue").text, kind="expert"))
    after = client.get("/queue").text
    assert "seen at &lt;b&gt;Orsay&lt;/b&gt;" in after
    assert "Asks an expert to look" in after
    assert client.post("/notes", data=fields(after, kind="comment", text=" ")).status_code == 400
    assert client.get("/audit").text.count("Close</button>") == 2
    assert decisions(gallery) == 0


def test_the_audit_counts_what_each_decided_and_where_they_agree(client: TestClient, gallery: Database) -> None:
    def decided(id_: str, work: str, verdict: str, by: str, seen: str | None = None) -> None:
        wish = Choice(id=id_, head=work, relation="hasStyle", tail="cubism", verdict=verdict, seen=seen)  # type: ignore[arg-type]
        decide(gallery, [wish], by=by)

    for work in ("w00", "w01", "w02"):
        decided(f"a-{work}", work, "accepted", "ana")
    decided("b-w00", "w00", "accepted", "ben", "a-w00")
    decided("b-w01", "w01", "rejected", "ben", "a-w01")
    decided("u-w02", "w02", "undone", "ana", "a-w02")
    rows = re.findall(r"<tr><td><a href=[^>]*>(ana|ben)</a></td>(.*?)</tr>", client.get("/audit").text)
    cells = {name: re.findall(r'class="number">(.*?)<', row) for name, row in rows}
    assert cells == {"ana": ["4", "3", "0", "1", "2", "50 %"], "ben": ["2", "1", "1", "0", "2", "50 %"]}


def test_it_is_typed_and_chosen_at_the_keyboard(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queue")
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("o")
    page.keyboard.type("fauv")
    expect(page.locator("#answers button").first).to_contain_text("Fauvisme")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Saved.")
    assert facts(gallery) == {("w11", "fauvism"), ("w00", "fauvism")}
    page.keyboard.press("a")
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    assert facts(gallery) == {("w11", "fauvism"), ("w00", "fauvism"), ("w00", "impressionism")}
