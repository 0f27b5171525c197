"""The queue in parts, as addresses; how often the model was right so far; and the grid of one answer."""

import html
import re
from collections.abc import Callable

from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from graph.connection import Database
from graph.curation.audit_sample import read_sample
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.link_key import link_key
from review.app import create_app
from review.context import Site
from review.users import UsersFile
from tests.review.conftest import WORKS
from tests.review.test_queue_page import decisions, facts, fields, hidden, verdicts


def parts(text: str) -> list[tuple[str, int, int]]:
    rows = re.findall(r'<tr><td><a href="[^"]*">(.*?)</a></td>(.*?)</tr>', text)
    return [(name, *map(int, re.findall(r'class="number">(\d+)<', cells)[:2])) for name, cells in rows]  # type: ignore[misc]


def targets(text: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<tr><td><a href="([^"]*)"', text)]


def walk(client: TestClient, start: str) -> list[str]:
    """The keys of all cards of a queue, by its links to the next card."""
    seen, target = [], start
    while target:
        text = client.get(target).text
        seen.append(hidden(text, "key"))
        following = re.findall(r'id="next" href="([^"]*)"', text)
        target = html.unescape(following[0]) if following else ""
    return seen


def test_the_queue_is_divided_by_what_works_have_a_relation_to(client: TestClient, gallery: Database) -> None:
    gallery.driver.execute_query(
        "CREATE (m:Entity:Vlkge:Museum {primary_label: 'Museum', id: 'orsay', name: 'Orsay'}) "
        "WITH m MATCH (w:Artwork) WHERE w.id IN ['w03', 'w04'] "
        "CREATE (w)-[:locatedIn {vlkge: true, split: 'train', sources: ['museum']}]->(m) SET w.date = '1870s'"
    )
    assert parts(client.get("/queues").text) == [("Claude Monet", 36, 12)]
    assert parts(client.get("/queues?by=locatedIn").text) == [("Orsay", 6, 2)]
    assert parts(client.get("/queues?by=decade").text) == [("1870s", 6, 2), ("1890s", 30, 10)]
    answers = client.get("/queues?by=answer").text
    assert parts(answers) == [("Cubism", 12, 12), ("Impressionism", 12, 12), ("Ukiyo-e", 12, 12)]
    assert client.get("/queues?by=weight").status_code == 400

    (museum,) = targets(client.get("/queues?by=locatedIn").text)
    assert "<strong>6</strong> left" in client.get(museum).text
    assert "about Orsay" in client.get(museum).text
    styles = ("impressionism", "cubism", "ukiyo-e")
    for order in ("", "&order=uncertainty", "&order=audit", "&order=entity"):
        keys = walk(client, museum + order)
        assert sorted(keys) == sorted(link_key(work, "hasStyle", style) for work in ("w03", "w04") for style in styles)
    assert walk(client, museum)[:2] == [link_key(work, "hasStyle", "impressionism") for work in ("w03", "w04")]
    decade = targets(client.get("/queues?by=decade").text)[0]
    assert len(walk(client, decade)) == 6
    cubism = targets(answers)[0]
    assert walk(client, cubism) == [link_key(work, "hasStyle", "cubism") for work in WORKS]
    pictured, bare = (walk(client, f"{cubism}&{what}=on") for what in ("picture", "unpictured"))
    assert (len(pictured), len(bare)) == (9, 3)


def test_a_part_says_how_many_there_are_and_how_many_are_decided(client: TestClient) -> None:
    page = client.get("/queue?answer=cubism")
    client.post("/decide", data=fields(page.text, verdict="accepted"))
    after = client.get("/queue?answer=cubism").text
    assert "<strong>11</strong> of 12 left" in after
    assert "<strong>35</strong> of 36 left" in client.get("/queue").text
    assert hidden(after, "filters") == "answer=cubism"


def test_after_ten_of_the_sample_the_page_says_how_often_the_model_was_right(
    client: TestClient, gallery: Database
) -> None:
    for number in range(10):
        page = client.get("/queue?order=audit")
        assert "The sample so far" not in page.text
        client.post("/decide", data=fields(page.text, verdict="accepted" if number < 8 else "rejected"))
    shown = client.get("/queue?order=audit").text
    found = read_sample(gallery).estimate()
    assert found is not None
    assert f"8 of 10 right; weighted back, of all links {100 * found.share:.0f} % (" in shown
    # A skipped link is said and does not stop the figures.
    page = client.get(html.unescape(re.findall(r'id="next" href="([^"]*)"', shown)[0]))
    client.post("/decide", data=fields(page.text, verdict="rejected"))
    shown = client.get("/queue?order=audit").text
    assert "8 of 11 right" in shown
    assert "1 skipped" in shown
    assert "The sample so far" not in client.get("/queue").text
    assert decisions(gallery) == 11


def test_a_grid_decides_what_is_ticked_as_wrong_and_the_rest_as_right(client: TestClient, gallery: Database) -> None:
    grid = client.get("/grid?answer=ukiyo-e&relation=hasStyle").text
    shown = [html.unescape(value) for value in re.findall(r'name="shown" value="([^"]*)"', grid)]
    assert len(shown) == 12
    sent = {name: hidden(grid, name) for name in ("token", "id", "answer", "relation")}
    decide(gallery, [Choice(id="d", head="w00", relation="hasStyle", tail="ukiyo-e", verdict="rejected")], by="ben")
    answer = client.post("/grid", data={**sent, "shown": shown, "wrong": shown[2:4]})
    after = client.get(answer.headers["location"]).text
    assert "<strong>11 decided in one batch.</strong>" in after
    assert "Decided by somebody else meanwhile" in after
    assert facts(gallery) == {(work, "ukiyo-e") for work in WORKS if work not in ("w00", "w02", "w03")}
    assert sum(verdict == "rejected" for verdict in verdicts(gallery).values()) == 3
    undo = {"token": hidden(after, "token"), "id": hidden(after, "id"), "decision": hidden(after, "decision")}
    client.post("/undo", data=undo)
    assert facts(gallery) == set()
    assert client.post("/grid", data={**sent, "shown": shown * 3}).status_code == 400
    assert client.get("/grid?answer=nothing&relation=hasStyle").status_code == 404


def test_a_grid_works_at_the_keyboard(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queues?by=answer")
    page.get_by_role("link", name="Grid of Cubism").click()
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Ticked are wrong").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("12 decided in one batch")
    assert facts(gallery) == {(work, "cubism") for work in WORKS[1:]}


def test_a_queue_is_kept_under_a_name_with_its_goal_and_whose_work_it_is(
    make_site: Callable[..., Site], users: UsersFile, gallery: Database
) -> None:
    app = create_app(make_site(users))
    ana, ada, vera = (TestClient(app, base_url="http://localhost", follow_redirects=False) for _ in range(3))
    for browser, name in ((ana, "ana"), (ada, "ada"), (vera, "vera")):
        token = hidden(browser.get("/login").text, "token")
        browser.post("/login", data={"token": token, "name": name, "password": f"{name}-has-a-long-one"})

    def save(browser: TestClient, address: str, **more: str) -> int:
        page = browser.get(address).text
        form = page[page.index('action="/queues/save"') :]
        wish = {name: hidden(form, name) for name in ("token", "id", "filters")}
        return browser.post("/queues/save", data={**wish, **more}).status_code

    assert save(ana, "/queue?answer=cubism", name="Cubists", goal="4") == 403, "goals are set by an admin"
    assert save(ana, "/queue?answer=cubism", name="Cubists", assigned_to="ada") == 403
    assert save(ana, "/queue?answer=cubism", name=" ") == 400
    assert save(ada, "/queue?answer=cubism", name="Cubists", goal="many") == 400
    assert save(ada, "/queue?answer=cubism", name="Cubists", goal="0") == 400
    assert save(ada, "/queue?answer=cubism", name="Cubists", goal="4", assigned_to="ana") == 303
    assert save(ana, "/queue?order=audit", name="My sample", assigned_to="ana") == 303
    page = ana.get("/queue?answer=cubism")
    ana.post("/decide", data=fields(page.text, verdict="accepted"))

    saved = {row["name"]: row for row in vera.get("/api/queues").json()}
    assert [(saved["Cubists"][name]) for name in ("goal", "assigned_to", "by", "left", "decided")] == [
        *(4, "ana", "ada", 11, 1)
    ]
    assert (saved["My sample"]["left"], saved["My sample"]["decided"]) == (35, 1)
    shown = ana.get("/queues").text
    assert "25 % of 4" in shown
    assert shown.count("<strong>you</strong>") == 2
    assert html.unescape(targets(shown)[0]) == "/queue?answer=cubism"

    close = {"token": hidden(shown, "token"), "queue": saved["Cubists"]["id"]}
    assert ana.post("/queues/close", data=close).status_code == 400, "ada saved it"
    token = hidden(ada.get("/queues").text, "token")
    assert ada.post("/queues/close", data={"token": token, "queue": saved["Cubists"]["id"]}).status_code == 303
    assert [row["name"] for row in ana.get("/api/queues").json()] == ["My sample"]
    assert len(gallery.driver.execute_query("MATCH (q:CuratorQueue) RETURN q").records) == 2, "it stays in the graph"
