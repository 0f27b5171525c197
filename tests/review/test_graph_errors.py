"""What the graph's wing refuses is said in the language of the page; each sentence is one that it says."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from base.errors import PipelineError
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.curation.notes import close_note, write_note
from graph.curation.opinions import lift, require
from graph.curation.taking_back import moment
from graph.page.review_queue import Filters
from graph.page.saved_queues import close_queue, save_queue
from review.graph_errors import SENTENCES, translated
from review.language import ENGLISH, set_language
from tests.review.test_queue_page import fields

LINK = {"head": "w00", "relation": "hasStyle", "tail": "cubism"}


@pytest.fixture
def german() -> Iterator[None]:
    set_language("de")
    yield
    set_language(ENGLISH)


def choice(id_: str, verdict: str, **other: str) -> list[Choice]:
    return [Choice(id=id_, verdict=verdict, **{**LINK, **other})]  # type: ignore[arg-type]


@pytest.mark.usefixtures("german")
def test_each_sentence_is_said_by_the_graph_and_known_in_german(gallery: Database) -> None:
    link = ("w00", "hasStyle", "cubism")
    require(gallery, "hasStyle", by="ada")
    decide(gallery, choice("1", "accepted"), by="ana")
    decide(gallery, choice("2", "accepted"), by="ben")
    acts: list[Callable[[], object]] = [
        lambda: decide(gallery, choice("3", "accepted", tail="nobody"), by="ana"),
        lambda: decide(gallery, choice("3", "accepted", tail="monet"), by="ana"),
        lambda: decide(gallery, choice("3", "accepted", relation="hasHat"), by="ana"),
        lambda: decide(gallery, choice("3", "rejected"), by="cem", force=True),
        lambda: decide(gallery, choice("3", "undone", tail="ukiyo-e"), by="cem"),
        lambda: decide(gallery, choice("3", "rejected"), by="cem"),
        lambda: decide(gallery, choice("3", "undone"), by="cem", force=True, others=False),
        lambda: write_note(gallery, "n", "comment", link, " ", by="ana"),
        lambda: write_note(gallery, "n", "comment", link, "x" * 2001, by="ana"),
        lambda: close_note(gallery, "n", by="ana", of="ana"),
        lambda: close_note(gallery, "n", by="ana"),
        lambda: close_queue(gallery, "q", by="ana", of="ana"),
        lambda: close_queue(gallery, "q", by="ana"),
        lambda: save_queue(gallery, "q", "", Filters(), by="ana"),
        lambda: save_queue(gallery, "q", "name", Filters(), by="ana", goal=0),
        lambda: lift(gallery, "hasHat", by="ada"),
        lambda: moment("soon"),
    ]
    said = []
    for act in acts:
        with pytest.raises(PipelineError) as error:
            act()
        said.append(translated(str(error.value)))
    assert None not in said
    assert len(set(said)) == len(SENTENCES)
    assert said[3] == (
        '["w00","hasStyle","cubism"]: schon angenommen, zuletzt von ben; nur die Administration kann anders entscheiden'
    )
    assert translated("what nobody knows") is None
    set_language(ENGLISH)
    assert translated("the note is empty; say something in it") is None


def test_the_page_says_it_in_the_readers_language(client: TestClient) -> None:
    card = client.get("/queue").text
    client.cookies.set("vlkge_language", "fr")
    refused = client.post("/notes", data=fields(card, kind="comment", text=" "))
    assert refused.status_code == 400
    assert "<p>La note est vide ; écrivez quelque chose</p>" in refused.text
