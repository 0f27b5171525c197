"""Where a fact is from: its source and since when, or who accepted it."""

import html
import re
from datetime import UTC, datetime

from fastapi.testclient import TestClient

from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from tests.review.test_queue_page import fields, has_one_style


def text(page: str, part: str) -> str:
    (found,) = re.findall(rf"<dt>[^/]*{part}.*?</dt>\s*<dd>(.*?)</dd>", page, re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found)).split()).replace(" ,", ",")


def test_a_card_and_an_entity_say_who_recorded_a_fact_and_who_accepted_it(
    client: TestClient, gallery: Database
) -> None:
    has_one_style(gallery)
    gallery.driver.execute_query(
        "MATCH (:Artwork {id: 'w01'})-[f:isCreatedByArtist]->() SET f.asserted_at = datetime('2020-05-04T12:00:00Z')"
    )
    choice = Choice(id="d1", head="w01", relation="hasStyle", tail="cubism", verdict="accepted")
    decide(gallery, [choice], by="ana")
    today = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    for path in ("/queue?order=entity&card=" + '["w01","hasStyle","impressionism"]', "/entity?id=w01"):
        page = client.get(path).text
        assert text(page, "is created by artist") == "Claude Monet museum, 2020-05-04"
        assert text(page, "has style") == f"Cubism accepted by ana, {today}"
        assert page.count('class="value accepted"') == 1
    works = client.get("/entity?id=cubism").text
    assert f"✓ accepted by ana, {today}" in works


def test_an_accepted_fact_that_a_source_records_too_says_both(client: TestClient, gallery: Database) -> None:
    gallery.driver.execute_query(
        "MATCH (w:Artwork {id: 'w01'}), (s:Style) WHERE s.id <> 'ukiyo-e' "
        "CREATE (w)-[:hasStyle {vlkge: true, split: 'train', "
        "sources: [CASE s.id WHEN 'cubism' THEN 'museum' ELSE 'archive' END], "
        "asserted_at: datetime('2020-05-04')}]->(s)"
    )
    choice = Choice(id="d1", head="w01", relation="hasStyle", tail="cubism", verdict="accepted")
    decide(gallery, [choice], by="ana")
    said = text(client.get("/entity?id=w01").text, "has style")
    assert re.fullmatch(r"Cubism accepted by ana, \S+ museum, 2020-05-04, Impressionism archive, 2020-05-04", said)
    profile = client.get("/api/entity?id=w01").json()
    (styles,) = [part["others"] for part in profile["facts"] if part["relation"] == "hasStyle"]
    assert [(style["accepted"], style["sources"]) for style in styles] == [
        (True, ["museum", "prediction"]),
        (False, ["archive"]),
    ]
    # Taken back, it is as its source records it.
    page = client.get("/queue").text
    client.post("/undo", data={**fields(page), "decision": "d1"})
    assert 'class="value accepted"' not in client.get("/entity?id=w01").text
