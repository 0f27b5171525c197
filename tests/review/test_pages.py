"""The other pages: batches, entities, models, the audit."""

import csv
import html
import io
import json
import re
import uuid
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from graph.connection import Database
from graph.link_key import link_key
from graph.predicted.registry import register_model
from tests.review.conftest import WORKS
from tests.review.test_queue_page import decisions, facts, hidden, press, verdicts


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def chosen(page: str) -> list[str]:
    return [html.unescape(value) for value in re.findall(r'name="chosen" value="([^"]*)"', page)]


def test_all_links_of_a_relation_above_a_threshold_are_one_undoable_batch(
    client: TestClient, gallery: Database
) -> None:
    page = client.get("/batch?relation=hasStyle&from=85").text
    rows = chosen(page)
    assert len(rows) == 6  # 0.95, 0.93, … 0.85
    form = {"token": hidden(page, "token"), "id": hidden(page, "id"), "relation": "hasStyle", "verdict": "accepted"}
    answers = [client.post("/batch", data={**form, "chosen": rows[1:]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert facts(gallery) == {(work, "impressionism") for work in WORKS[1:6]}
    assert decisions(gallery) == 5
    after = client.get(answers[0].headers["location"]).text
    assert "5 decided in one batch." in text(after)
    undo = {name: hidden(after, name) for name in ("token", "decision", "then")}
    client.post("/undo", data={**undo, "id": str(uuid.uuid4())})
    assert facts(gallery) == set()
    assert verdicts(gallery) == {}


def test_all_works_of_an_artist_are_previewed(client: TestClient) -> None:
    page = client.get("/batch?near=monet").text
    assert len(chosen(page)) == 36
    assert "What is created by artist Claude Monet" in text(page)
    assert "Claude Monet, 1899" in text(page)  # the maker and the date of each work
    assert len(chosen(client.get("/batch?near=monet&from=90").text)) == 3


def test_a_batch_is_what_its_title_says(client: TestClient, gallery: Database) -> None:
    """That w00 is about Monet too is another relation; its links are in a batch of their own."""
    gallery.driver.execute_query(
        "MATCH (w {id: 'w00'}), (a {id: 'monet'}) CREATE (w)-[:depicts {vlkge: true, sources: ['m']}]->(a)"
    )
    gallery.driver.execute_query("MATCH (:Entity {id: 'w01'})-[r:isCreatedByArtist]->() DELETE r")
    assert len(chosen(client.get("/batch?near=monet&via=isCreatedByArtist").text)) == 33
    page = client.get("/batch?near=monet&via=depicts").text
    assert "What depicts Claude Monet" in text(page)
    assert {json.loads(json.loads(value)[0])[0] for value in chosen(page)} == {"w00"}


def test_nothing_is_ticked_below_the_probability_that_was_chosen(client: TestClient) -> None:
    def ticked(query: str) -> int:
        return len(re.findall(r'name="chosen"[^>]* checked', client.get(f"/batch?relation=hasStyle{query}").text))

    assert [ticked(""), ticked("&tick=90"), ticked("&tick=0")] == [0, 3, 36]  # 0.95, 0.93, 0.91
    assert client.get("/batch?relation=hasStyle&tick=most").status_code == 400


def test_a_conflict_holds_back_its_row_and_not_the_batch(client: TestClient, gallery: Database) -> None:
    page = client.get("/batch?relation=hasStyle&from=85").text
    press(client, client.get("/queue"), verdict="rejected")
    form = {"token": hidden(page, "token"), "id": hidden(page, "id"), "verdict": "accepted"}
    after = text(client.get(client.post("/batch", data={**form, "chosen": chosen(page)}).headers["location"]).text)
    assert "left as they are: Pond number 0 has style Impressionism rejected" in after
    assert "5 decided in one batch." in after
    assert facts(gallery) == {(work, "impressionism") for work in WORKS[1:6]}


def test_an_empty_batch_is_explained(client: TestClient) -> None:
    page = client.get("/batch?relation=hasStyle").text
    form = {"token": hidden(page, "token"), "id": hidden(page, "id"), "verdict": "accepted"}
    answer = client.post("/batch", data=form)
    assert answer.status_code == 400
    assert "tick at least one" in answer.text


def test_an_entity_shows_facts_proposals_and_decisions(client: TestClient) -> None:
    press(client, client.get("/queue"), verdict="accepted", reason="")
    said = text(client.get("/entity?id=w00").text)
    assert "is created by artist Claude Monet" in said
    assert "has style Impressionism accepted" in said
    assert "has style Cubism" in said
    assert "tester" in said
    assert "12" in text(client.get("/entity?id=monet").text)


def test_decisions_about_an_id_that_begins_alike_are_not_taken_for_its_own(client: TestClient) -> None:
    press(client, client.get("/queue"), verdict="accepted")
    assert "tester accepted" not in text(client.get("/entity?id=w0").text)


def test_search_finds_names_and_texts(client: TestClient, gallery: Database) -> None:
    gallery.driver.execute_query("CALL db.awaitIndexes(60)")
    said = text(client.get("/entities", params={"q": "monet"}).text)
    assert "1 found" in said
    assert "Claude Monet" in said
    assert "Nothing found" in client.get("/entities", params={"q": 'zzz" OR (name:*'}).text
    assert "Claude Monet" in client.get("/entities", params={"q": "Mönét"}).text
    assert "Look something up" in client.get("/entities").text


def test_the_models_pages_tell_the_registered_figures(client: TestClient) -> None:
    assert "m1 champion" in text(client.get("/models").text)
    said = text(client.get("/models/m1").text)
    for part in (
        "test MRR 0.365",
        "of the popularity baseline 0.220",
        "has style 40 0.420 30 % 60 %",
        "90 % 50 46 92 %",
    ):
        assert part in said
    assert "90 % to 100 % 50 94 % 92 %" in said
    assert client.get("/models/none").status_code == 404


def test_a_model_says_that_its_curve_is_of_one_part_of_it(client: TestClient, gallery: Database) -> None:
    metrics = {"validation_mrr": 0.41, "history": [{"epoch": 1, "loss": 2.0, "validation_mrr": 0.31}]}
    for version, experts in [("whole", ["structure"]), ("single", [])]:
        register_model(gallery, version, "complex", {"experts": experts}, metrics, "f00d", {})
    whole, single = (text(client.get(f"/models/{version}").text) for version in ("whole", "single"))
    assert "validation MRR 0.410" in whole
    assert "The validation MRR at the top of this page is that of the whole model" in whole
    assert "at the top of this page" not in single


def test_mrr_over_the_versions_is_drawn_beside_the_table(client: TestClient, gallery: Database) -> None:
    assert "<polyline" not in client.get("/models").text  # one version is no line
    register_model(gallery, "m2", "complex", {"seed": 2}, {}, "f00d", {})
    register_model(gallery, "<m3>", "complex", {"seed": 3}, {"test": {"mrr": 0.5}, "validation_mrr": 0.4}, "f00d", {})
    page = client.get("/models").text
    drawing = ElementTree.fromstring(page[page.index('<svg class="versions"') : page.index("</svg>") + len("</svg>")])
    assert drawing.get("aria-labelledby") == "versions-title versions-desc"
    assert drawing.findtext("title") == "MRR over 2 versions"
    assert drawing.findtext("desc") == (
        "Test MRR: 0.365 for the oldest, 0.500 for the newest, at most 0.500 for <m3>. "
        "Validation MRR: 0.310 for the oldest, 0.400 for the newest, at most 0.400 for <m3>. The champion is m1."
    )
    (old, better) = [mark for mark in drawing.findall("circle") if mark.get("class") == "test"]
    assert float(old.get("cx", "")) < float(better.get("cx", ""))
    assert float(old.get("cy", "")) > float(better.get("cy", ""))
    (champion, _) = [mark for mark in drawing.findall("circle") if mark.get("class") == "champion"]
    assert champion.get("cx") == old.get("cx")
    assert "0.500" in text(page[page.index("<table>") :])


def test_the_audit_filters_pages_and_exports(client: TestClient) -> None:
    """A batch has one moment; its rows are told apart by id, so that pages neither lose nor repeat any."""
    page = client.get("/batch?relation=hasStyle").text
    form = {"token": hidden(page, "token"), "id": hidden(page, "id"), "verdict": "rejected", "reason": "=1+1"}
    client.post("/batch", data={**form, "chosen": chosen(page)})
    press(client, client.get("/queue", params={"card": link_key("w00", "hasStyle", "cubism")}), verdict="accepted")
    assert "accepted" in text(client.get("/audit?verdict=accepted").text)
    assert "Nobody has decided anything of this kind" in client.get("/audit?by=nobody").text
    pages, after = [], None
    while rows := client.get("/api/decisions", params={"limit": 7, **({"after": after} if after else {})}).json():
        pages += [row["decision"]["id"] for row in rows]
        after = pages[-1]
    assert len(pages) == len(set(pages)) == 37
    table = list(csv.DictReader(io.StringIO(client.get("/audit.csv").text)))
    assert [row["id"] for row in table] == pages
    assert table[0]["verdict"] == "accepted"
    assert table[1]["reason"] == "'=1+1"
    assert client.get("/audit?after=none").status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nosuch", 404), ("/entity?id=nobody", 404), ("/entity", 422), ("/decide", 405), ("/models/x/plots/y.svg", 404)],
)
def test_what_is_not_there_has_a_page(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert 'class="state"' in answer.text


@pytest.mark.parametrize("address", ["http://[", "https://a]b/iiif/info.json", 5, ["http://[", "x"]])
def test_an_address_that_is_none_stops_no_page(client: TestClient, gallery: Database, address: object) -> None:
    """As an adopted graph may hold them; its texts may be numbers, and several."""
    gallery.driver.execute_query(
        "MATCH (w {id: 'w00'}) SET w.image = $it, w.url = $it, w.rights = ['CC0', 'CC BY'], w.name = 1899, w.text = 7",
        it=address,
    )
    for path in ("/queue", "/entity?id=w00", "/look?id=w00", "/api/entity?id=w00"):
        assert client.get(path).status_code == 200
    assert "CC0, CC BY" in client.get("/queue").text
