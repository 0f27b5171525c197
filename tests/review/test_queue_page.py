"""The queue without scripts: what a card shows, what each button does to the graph, and what happens twice."""

import html
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from graph.connection import Address, Database, connect
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.link_key import link_key
from graph.predicted.predictions import publish
from review.app import create_app
from review.context import Site
from review.queue_page import warm
from tests.review.conftest import HOSTILE, RULE, WORKS, proposals

FIRST = link_key("w00", "hasStyle", "impressionism")


def hidden(page: str, name: str, form: int = 0) -> str:
    """The value of a hidden field: of the first form that has one, or of a later one."""
    return html.unescape(re.findall(rf'name="{name}" value="([^"]*)"', page)[form])


def fields(page: str, **more: str) -> dict[str, str]:
    return {**{name: hidden(page, name) for name in ("token", "id", "filters", "key", "seen")}, **more}


def press(client: TestClient, page: Response, **more: str) -> Response:
    return client.post("/decide", data=fields(page.text, **more))


def facts(database: Database) -> set[tuple[str, str]]:
    records = database.driver.execute_query("MATCH (h)-[:hasStyle]->(t) RETURN h.id, t.id").records
    return {(record[0], record[1]) for record in records}


def verdicts(database: Database) -> dict[str, str]:
    records = database.driver.execute_query(
        "MATCH ()-[p:PREDICTED]->() WHERE p.verdict <> 'pending' RETURN p.key, p.verdict"
    ).records
    return {record[0]: record[1] for record in records}


def decisions(database: Database) -> int:
    return int(database.driver.execute_query("MATCH (d:Decision) RETURN count(d)").records[0][0])


def test_cards_are_read_when_the_page_starts_and_nothing_is_written(make_site: Callable[..., Site]) -> None:
    site = make_site()
    warm(site)
    kept = site.recent.get("choices", lambda: pytest.fail("nothing was read"))
    assert kept.relations
    assert decisions(site.database) == 0


def test_the_most_probable_link_comes_first_with_what_speaks_for_it(client: TestClient) -> None:
    page = client.get("/queue")
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
    assert page.status_code == 200
    assert "Pond number 0 has style Impressionism?" in text
    assert "95 % · almost certain, if there is an answer · first choice of the model" in text
    assert "If there is an unrecorded answer to “has style”, 95 in 100 links like this one are right." in text
    assert "Whether there is one is not known." in text
    assert "36 left · 0 today" in text
    assert "43 such ways" in text
    assert "Through facts that the model reads. Ways through entities with very many facts are not counted." in text
    assert "structure 50 % picture 30 % text 15 % facts 5 %" in text.replace("  ", " ")
    assert "is created by artist Claude Monet" in text
    assert "CC0" in text
    assert 'href="https://museum.example/pond"' in page.text


def test_a_number_of_an_earlier_version_claims_nothing_of_links_like_it(client: TestClient, gallery: Database) -> None:
    gallery.driver.execute_query("MATCH ()-[p:PREDICTED]->() SET p.calibrated_on = 'all heads'")
    shown = client.get("/queue").text
    assert "95 %" in shown
    assert "An earlier version gave this number" in shown
    assert not re.search("links like this one are right|almost certain|if there is an answer", shown)


def test_the_card_says_the_rules_in_sentences(client: TestClient) -> None:
    page = client.get("/queue").text
    (said,) = re.findall(r'<ul class="rules">(.*?)</ul>', page, re.S)
    assert re.findall(r'<li lang="en">(.*?)</li>', said) == [RULE, "Of 9 works by another path, 7 are so."]


def test_accepting_makes_the_fact_and_shows_the_next_card(client: TestClient, gallery: Database) -> None:
    answer = press(client, client.get("/queue"), verdict="accepted")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert "Pond number 1" in re.search(r"<title>(.*?)</title>", page.text)[1]  # type: ignore[index]
    assert facts(gallery) == {("w00", "impressionism")}
    assert verdicts(gallery) == {FIRST: "accepted"}
    assert "<strong>35</strong> of 36 left · <strong>1</strong> today" in page.text


def test_rejecting_keeps_the_reason_and_makes_no_fact(client: TestClient, gallery: Database) -> None:
    press(client, client.get("/queue"), verdict="rejected", reason="too general")
    assert facts(gallery) == set()
    made = gallery.driver.execute_query("MATCH (d:Decision) RETURN d.verdict, d.reason, d.by, d.queue").records[0]
    assert list(made) == ["rejected", "too general", "tester", "review"]


def test_undo_takes_back_the_newest_decision_and_shows_its_card(client: TestClient, gallery: Database) -> None:
    next_page = client.get(press(client, client.get("/queue"), verdict="accepted").headers["location"])
    undo = {"token": hidden(next_page.text, "token"), "id": str(uuid.uuid4()), "filters": ""}
    answer = client.post("/undo", data={**undo, "decision": hidden(next_page.text, "decision")})
    assert "Pond number 0" in client.get(answer.headers["location"]).text
    assert facts(gallery) == set()
    assert verdicts(gallery) == {}
    assert decisions(gallery) == 2


def test_sending_a_form_twice_decides_once(client: TestClient, gallery: Database) -> None:
    page = client.get("/queue")
    answers = [press(client, page, verdict="accepted") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert decisions(gallery) == 1


def has_one_style(database: Database) -> None:
    """The newest run knows that a work has one style."""
    publish(database, proposals(), model_version="m1", run_id="monday", functional=["hasStyle"])


def test_where_several_answers_can_be_right_another_one_rejects_nothing(client: TestClient, gallery: Database) -> None:
    page = client.get("/queue")
    assert "Several answers can be right" in page.text
    assert 'name="instead"' not in page.text
    other = html.unescape(re.findall(r'name="also" value="([^"]*)"', page.text)[0])
    answer = press(client, page, also=other)
    after = client.get(answer.headers["location"])
    assert hidden(after.text, "key") == FIRST
    assert verdicts(gallery) == {link_key("w00", "hasStyle", "cubism"): "accepted"}
    # What is left keeps its key: 1 is the accepted one's still.
    assert re.findall(r'name="also"[^>]*data-key="(\d)"', after.text) == ["2"]
    press(client, after, verdict="accepted")
    assert facts(gallery) == {("w00", "cubism"), ("w00", "impressionism")}


def test_rejections_that_came_with_another_answer_are_listed_and_taken_back_alone(
    client: TestClient, gallery: Database
) -> None:
    page = client.get("/queue")
    press(client, page, instead=json.dumps([link_key("w00", "hasStyle", "cubism"), None]))  # as the page once did
    audit = client.get("/audit").text
    assert "Rejected only because another answer was chosen" in audit
    undo = {name: hidden(audit, name) for name in ("token", "id", "decision", "then", "alone")}
    client.post("/undo", data=undo)
    assert verdicts(gallery) == {link_key("w00", "hasStyle", "cubism"): "accepted"}
    assert "Rejected only because" not in client.get("/audit").text


def test_another_answer_is_accepted_and_the_proposed_one_rejected_and_both_are_undone(
    client: TestClient, gallery: Database
) -> None:
    has_one_style(gallery)
    page = client.get("/queue")
    assert "There is one answer to “has style”" in page.text
    other = html.unescape(re.findall(r'name="instead" value="([^"]*)"', page.text)[0])
    after = client.get(press(client, page, instead=other).headers["location"])
    assert facts(gallery) == {("w00", "cubism")}
    assert verdicts(gallery) == {FIRST: "rejected", link_key("w00", "hasStyle", "cubism"): "accepted"}
    undo = {"token": hidden(after.text, "token"), "id": str(uuid.uuid4()), "decision": hidden(after.text, "decision")}
    client.post("/undo", data=undo)
    assert facts(gallery) == set()
    assert verdicts(gallery) == {}


def test_none_of_these_rejects_all_candidates(client: TestClient, gallery: Database) -> None:
    page = client.get("/queue")
    others = [html.unescape(value) for value in re.findall(r'name="none" value="([^"]*)"', page.text)]
    client.post("/decide", data={**fields(page.text), "none": others})
    expected = {link_key("w00", "hasStyle", style): "rejected" for style in ("impressionism", "cubism", "ukiyo-e")}
    assert verdicts(gallery) == expected


def test_two_curators_at_once_both_see_what_happened(
    client: TestClient, make_site: Callable[..., Site], gallery: Database
) -> None:
    ben = TestClient(create_app(make_site(name="ben")), base_url="http://localhost", follow_redirects=False)
    mine, his = client.get("/queue"), ben.get("/queue")
    press(ben, his, verdict="rejected", reason="too general")
    answer = press(client, mine, verdict="accepted")
    assert answer.status_code == 409
    assert 'ben: <span class="verdict rejected">rejected</span>' in answer.text
    assert "too general" in answer.text
    assert facts(gallery) == set()
    # Having seen it, the first may still decide otherwise; both are then listed as disagreeing.
    assert press(client, answer, verdict="accepted").status_code == 303
    assert facts(gallery) == {("w00", "impressionism")}
    assert "people disagree" in client.get("/audit").text
    german = client.get("/audit", headers={"Accept-Language": "de"}).text
    assert "ben: abgelehnt, tester: angenommen" in german


def test_skipping_leads_through_the_whole_queue_once(client: TestClient) -> None:
    seen, target = [], "/queue"
    while True:
        page = client.get(target).text
        seen.append(hidden(page, "key"))
        following = re.search(r'id="next" href="([^"]*)"', page)
        if following is None:
            break
        target = html.unescape(following[1])
    assert len(seen) == 36
    assert len(set(seen)) == 36
    assert seen[0] == FIRST


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("from=40&to=45", "Pond number 3 has style Cubism?"),
        ("order=uncertainty", "Pond number 0 has style Cubism?"),
        ("order=entity", "Pond number 0 has style Cubism?"),
        ("label=Artwork&relation=hasStyle&run=monday&picture=on", "Pond number 0 has style Impressionism?"),
    ],
)
def test_the_address_holds_filters_and_order(client: TestClient, query: str, title: str) -> None:
    page = client.get(f"/queue?{query}")
    assert f"<title>{title}" in page.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("relation=noSuch", "The newest runs propose no 'noSuch'; they propose: hasStyle."),
        ("label=Ship", "No entity is of the kind 'Ship'; there are: Artist, Artwork, Style."),
        ("run=tuesday", "'tuesday' is none of the newest runs: monday."),
        ("near=nobody&answer=cubism", "There is no entity 'nobody'."),
        ("order=given&relation=noSuch", "The newest runs propose no 'noSuch'; they propose: hasStyle."),
        ("relation=isCreatedByArtist", "The newest runs propose no 'isCreatedByArtist'; they propose: hasStyle."),
        ("label=Style", None),
        ("from=99", None),
        ("decade=1660", None),
    ],
)
def test_filters_that_leave_nothing_say_so(client: TestClient, query: str, said: str | None) -> None:
    page = client.get(f"/queue?{query}")
    there = said is None or "isCreatedByArtist" in query
    assert page.status_code == (200 if there else 400)
    assert "Nothing " in page.text
    paragraphs = [html.unescape(text) for text in re.findall(r"<p>([^<]*)</p>", page.text.split('class="state"')[1])]
    assert [text for text in paragraphs if "'" in text] == ([said] if said else [])


WRONG = [
    ("low=7", "There is no filter 'low'; allowed are relation, label, run, order, picture, unpictured, near, answer"),
    ("from=lots", "“from” is 'lots'; allowed is a percentage, 0 to 100."),
    ("from=NaN", "“from” is 'NaN'; allowed is a percentage, 0 to 100."),
    ("from=-1", "“from” is '-1'; allowed is a percentage, 0 to 100."),
    ("to=101", "“to” is '101'; allowed is a percentage, 0 to 100."),
    ("from=80&to=20", "“from” is '80' and “to” is '20'; “from” must not be the larger one."),
    ("order=backwards", "There is no order 'backwards'; allowed are probability, uncertainty, entity, audit, second"),
    ("decade=1895", "The decade is '1895'; allowed is a year from 0 to 9990 that ends in 0, such as 1890."),
    ("decade=lots", "The decade is 'lots'; allowed is a year from 0 to 9990 that ends in 0, such as 1890."),
    ("picture=perhaps", "“picture” is 'perhaps'; allowed is “on”."),
    ("picture=on&unpictured=on", "Links are wanted with a picture and without one; allowed is one of the two."),
]


@pytest.mark.parametrize(("query", "said"), WRONG)
def test_wrong_filters_are_explained(client: TestClient, query: str, said: str) -> None:
    page = client.get(f"/queue?{query}")
    assert page.status_code == 400
    assert "This cannot be done" in page.text
    assert said in html.unescape(page.text)


def test_the_audit_goes_by_the_draw_and_is_told_apart(client: TestClient, gallery: Database) -> None:
    first = gallery.driver.execute_query("MATCH ()-[p:PREDICTED]->() RETURN p.key ORDER BY p.draw LIMIT 1").records
    page = client.get("/queue?order=audit")
    assert hidden(page.text, "key") == first[0][0]
    answer = press(client, page, verdict="accepted")
    assert "order=audit" in answer.headers["location"]
    assert gallery.driver.execute_query("MATCH (d:Decision) RETURN d.queue").records[0][0] == "audit"
    assert "In the random sample: 1 of 1 right; weighted back, of all links 100 % (" in client.get("/audit").text


def test_an_empty_queue_says_what_to_do_next(client: TestClient, gallery: Database) -> None:
    links = gallery.driver.execute_query("MATCH (h)-[p:PREDICTED]->(t) RETURN h.id, p.relation, t.id").records
    choices = [
        Choice(id=str(uuid.uuid4()), head=h, relation=r, tail=t, verdict="rejected") for h, r, t in map(tuple, links)
    ]
    decide(gallery, choices, by="tester")
    page = client.get("/queue")
    assert "The queue is empty" in page.text
    assert "36 of them by you today" in page.text
    assert "vlkge predict" in page.text


def test_what_a_source_says_is_text_and_never_markup(client: TestClient) -> None:
    key = link_key(WORKS[-1], "hasStyle", "impressionism")
    for page in (client.get("/queue", params={"card": key}), client.get("/entity", params={"id": WORKS[-1]})):
        assert HOSTILE not in page.text
        assert html.escape(HOSTILE) in page.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
        assert "javascript:" not in page.text
        assert "<script>" not in page.text


@pytest.mark.parametrize(
    "more",
    [
        {"verdict": "perhaps"},
        {"verdict": "accepted", "id": "7"},
        {"verdict": "accepted", "key": "no key"},
        {"verdict": "accepted", "key": '["w00","hasStyle","nobody"]'},
        {"verdict": "accepted", "key": '["w00","noSuchRelation","w01"]'},
        {"instead": "[]"},
    ],
)
def test_a_form_that_is_wrong_changes_nothing(client: TestClient, gallery: Database, more: dict[str, str]) -> None:
    answer = press(client, client.get("/queue"), **more)
    assert answer.status_code == 400
    assert decisions(gallery) == 0


def test_why_says_where_the_vectors_make_no_use_of_the_paths(client: TestClient, gallery: Database) -> None:
    assert "make no use of them" not in client.get("/queue").text
    gallery.driver.execute_query("MATCH ()-[p:PREDICTED {key: $key}]->() SET p.share_structural = 0.0", key=FIRST)
    assert "The vectors make no use of them." in client.get("/queue").text


def test_a_link_that_is_gone_has_a_page(client: TestClient) -> None:
    page = client.get("/queue", params={"card": link_key("a", "b", "c")})
    assert page.status_code == 404
    assert "No such link" in page.text


def test_a_lost_database_is_told_and_the_same_form_can_be_sent_again(
    make_site: Callable[..., Site], gallery: Database, server: Address
) -> None:
    """The page speaks to the server through a gate that is shut for a while, as a network would be."""
    from tests.review.gate import Gate

    with Gate(server) as gate, connect(gate.address, patience=0.5) as database:
        site = make_site()
        lost: Any = Site(**{**vars(site), "database": database})
        client = TestClient(create_app(lost), base_url="http://localhost", follow_redirects=False)
        page = client.get("/queue")
        gate.shut()
        answer = press(client, page, verdict="accepted")
        assert answer.status_code == 503
        assert "The database is away" in answer.text
        assert "has not been saved yet" in answer.text
        away = client.get("/queue?relation=hasStyle&order=audit")
        assert away.status_code == 503
        assert 'href="/queue?relation=hasStyle&amp;order=audit">Try again' in away.text
        assert decisions(gallery) == 0
        again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
        gate.open()
        again = {name: html.unescape(value) for name, value in again.items()}
        assert [client.post("/decide", data=again).status_code for _ in range(2)] == [303, 303]
    assert facts(gallery) == {("w00", "impressionism")}
    assert decisions(gallery) == 1
