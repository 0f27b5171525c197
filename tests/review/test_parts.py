"""The queue in parts, as addresses; how often the model was right so far; and the grid of one answer."""

import html
import re

from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from graph.connection import Database
from graph.curation.decisions import Choice, decide
from graph.link_key import link_key
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
    # Wilson for 8 of 10: (0.8 + 0.19207 -+ 1.96 * sqrt(0.016 + 0.0096)) / 1.38415 = 0.4902 and 0.9433
    expected = "The sample so far: <strong>8 of 10 right: 80 % (49 % to 94 %)</strong>"
    assert expected in client.get("/queue?order=audit").text
    assert "The sample so far" not in client.get("/queue").text
    assert decisions(gallery) == 10


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
