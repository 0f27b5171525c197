"""The random sample on the page: what counts as decided in its order, and what was chosen beside it."""

import html
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from graph.connection import Database
from graph.curation.audit_sample import read_sample
from tests.review.test_queue_page import fields, hidden, press


def queues(database: Database) -> dict[str, str]:
    records = database.driver.execute_query("MATCH (d:Decision) RETURN d.key, d.queue").records
    return {record[0]: record[1] for record in records}


def another(page: str) -> dict[str, str]:
    return {"instead": html.unescape(re.findall(r'name="instead" value="([^"]*)"', page)[0])}


def none(page: str) -> dict[str, str]:
    return {"none": html.unescape(re.findall(r'name="none" value="([^"]*)"', page)[0])}


@pytest.mark.parametrize("beside", [another, none])
def test_other_answers_were_not_drawn(
    client: TestClient, gallery: Database, beside: Callable[[str], dict[str, str]]
) -> None:
    """Their places in the order are anywhere: counted, the sample would reach all links before them."""
    gallery.driver.execute_query("MATCH (r:PredictionRun) SET r.functional = ['hasStyle']")
    page = client.get("/queue?order=audit")
    key = hidden(page.text, "key")
    press(client, page, **beside(page.text))
    made = queues(gallery)
    assert made.pop(key) == "audit"
    assert set(made.values()) == {"review"}
    sample = read_sample(gallery)
    assert (sample.decided["head"].tolist(), sample.skipped) == ([key.split('"')[1]], 0)


def test_a_typed_answer_counts_for_the_sample_no_more_than_a_key_does(client: TestClient, gallery: Database) -> None:
    """Nor at all where the order was narrowed."""
    page = client.get("/queue?order=audit&from=50")
    key = hidden(page.text, "key")
    head = key.split('"')[1]
    answer = f'["[\\"{head}\\",\\"hasStyle\\",\\"cubism\\"]", null]'
    client.post("/answer", data=fields(page.text, answer=answer))
    assert set(queues(gallery).values()) == {"review"}
