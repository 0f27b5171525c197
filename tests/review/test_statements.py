"""How many statements a card and a decision ask the database, and that what is kept for a while shows nothing wrong."""

from types import SimpleNamespace
from typing import Any

import neo4j
import pytest
from fastapi.testclient import TestClient

from graph.page import recent, review_queue
from review import queue_page
from review.proposals_page import NEWS
from review.queue_page import SCRIPT_HEADER
from tests.review.test_queue_page import FIRST, fields

SCRIPT = {SCRIPT_HEADER: "1"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that reach the driver from now on."""
    texts: list[str] = []
    run = neo4j.ManagedTransaction.run

    def count(self: neo4j.ManagedTransaction, query: Any, *arguments: Any, **parameters: Any) -> neo4j.Result:
        texts.append(str(query))
        return run(self, query, *arguments, **parameters)

    monkeypatch.setattr(neo4j.ManagedTransaction, "run", count)
    return texts


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What is kept ages by this clock alone."""
    held = SimpleNamespace(now=100.0)
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: held.now))
    return held


def test_a_card_asks_five_statements_and_a_decision_with_the_next_card_ten(
    client: TestClient, asked: list[str]
) -> None:
    first = client.get("/queue")
    asked.clear()
    again = client.get("/queue", params={"card": FIRST})
    assert len(asked) == 5, "the card, the next key, names, the person, the count"
    asked.clear()
    after = client.post("/decide", data=fields(first.text, verdict="accepted"), headers=SCRIPT)
    assert len(asked) == 10, "lock, what is known, decision, fact; place, next keys; and as above but a key"
    assert "36</strong> left" in again.text
    assert "35</strong> of 36 left · <strong>1</strong> today" in after.text


def test_a_count_is_kept_only_while_no_decision_shows_in_it(
    client: TestClient, asked: list[str], clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (review_queue, queue_page):
        monkeypatch.setattr(module, "MOST_COUNTED", 30)
    monkeypatch.setattr(review_queue, "SPARE", 5)
    page = client.get("/queue")
    shown = []
    for turn in range(7):
        clock.now += recent.SECONDS if turn == 4 else 0
        asked.clear()
        page = client.post("/decide", data=fields(page.text, verdict="accepted"), headers=SCRIPT)
        shown.append((page.text.split('class="counts"><strong>')[1].split("<")[0], len(asked)))
    kept, counted = [("30+", 9)] * 4, [("30+", 11), ("30+", 10), ("29", 10)]
    assert shown == kept + counted, (
        "35 to 32 left are surely more than 30; the choices are read again with the first count"
    )


def test_pages_that_ask_for_proposals_in_vain_share_one_statement(
    client: TestClient, asked: list[str], clock: SimpleNamespace
) -> None:
    for seconds, statements in ((0, 1), (0, 1), (NEWS, 2)):
        clock.now += seconds
        assert client.get("/proposals", params={"card": FIRST}).status_code == 204
        assert len(asked) == statements
