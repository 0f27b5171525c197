"""Each page in each language, from a graph that people work on: none of our English words are left on it."""

import re
import uuid

from fastapi.testclient import TestClient

from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.curation.notes import Kind, write_note
from graph.curation.opinions import Verdict, require
from graph.link_key import link_key
from graph.page.review_queue import Filters
from graph.page.saved_queues import save_queue
from review.language import ENGLISH
from tests.review.conftest import WORKS
from tests.review.test_browser import PAGES
from tests.review.test_language import OTHERS, Shown, forms, read
from tests.review.test_queue_page import WRONG

LINK = ("hasStyle", "impressionism")
TAG = re.compile(r"<[^>]*>")
PLACEHOLDER = re.compile(r"%\(\w+\)[sr]|%%|\{\w+\}")
LETTERS = re.compile(r"[^\W\d_]{2}")
# The page in other states, beside those of PAGES: wrong addresses, what waits for people, a card that was decided.
STATES = [
    *(f"/queue?{query}" for query, _ in WRONG),
    *(f"/queue?order={order}" for order in ("audit", "second", "contested", "given")),
    *("/queue?relation=noSuch&label=Ship&run=x&near=y", "/queue?card=gone", "/login?ended=on", "/entities?q=zzz"),
    *(
        "/batch",
        "/batch?near=monet&done=batch-1",
        "/queues?by=nothing",
        '/answers?q=zzz&key=["w00","hasStyle","cubism"]',
    ),
    "/queue?relation=hasStyle&label=Artwork&run=monday&near=monet&decade=1890&unpictured=on",
    *(f"/queue?card={link_key(work, *LINK)}" for work in WORKS[:2]),
]


def segments(said: str) -> list[list[str]]:
    """The words of a message as texts of a page hold them: apart at tags, and there at placeholders."""
    found = [[piece.strip() for piece in PLACEHOLDER.split(text) if LETTERS.search(piece)] for text in TAG.split(said)]
    return [pieces for pieces in found if pieces]


def whole(words: str) -> str:
    """A pattern of these words where they are no parts of longer ones."""
    before, after = r"(?<!\w)" if words[0].isalnum() else "", r"(?!\w)" if words[-1].isalnum() else ""
    return before + re.escape(words) + after


def foreign(code: str) -> list[tuple[str, re.Pattern[str]]]:
    """The English messages that a language says otherwise, each with what finds it in a text.

    A single word counts only where it is all of the text: the other language may have it too."""
    found = []
    for message in read(code):
        own = [pieces for form in forms(message) for pieces in segments(form)]
        for english in [message.id] if isinstance(message.id, str) else list(message.id):
            for pieces in segments(english):
                words = ".*?".join(map(whole, pieces))
                alone = len(" ".join(pieces).split()) == 1
                if pieces not in own:
                    found.append((english, re.compile(rf"[\W\d]*{words}[\W\d]*$" if alone else f".*?{words}")))
    return found


def texts(client: TestClient, code: str) -> dict[str, str]:
    """What the pages show in a language, each text with a page that shows it."""
    found: dict[str, str] = {}
    for path in [*PAGES, *STATES]:
        shown = Shown()
        shown.feed(client.get(path, headers={"Accept-Language": code}).text.replace('<html lang="en">', "<html>"))
        found |= {" ".join(text.split()): path for text in shown.texts if LETTERS.search(text)}
    return found


def work_on(database: Database) -> None:
    """Decisions with a reason and a disagreement, a batch, notes of all kinds, a saved queue, opinions that differ."""
    _say(database, WORKS[:1], "accepted", by="tester")
    _say(database, WORKS[1:2], "rejected", by="ben", reason="too general")
    _say(database, WORKS[1:2], "accepted", by="tester")
    _say(database, WORKS[3:5], "rejected", by="tester", batch="batch-1")
    _note(database, WORKS[0], "comment", "Look again.")
    _note(database, WORKS[0], "expert", "")
    _note(database, WORKS[0], "value", "Pointillism")
    _note(database, WORKS[8], "assigned", "", assigned_to="tester")
    save_queue(database, str(uuid.uuid4()), "Styles", Filters(relation="hasStyle"), by="ben", goal=9, assigned_to="ana")
    require(database, "hasStyle", by="ada")
    _say(database, WORKS[5:7], "accepted", by="ben")
    _say(database, WORKS[6:7], "rejected", by="ana")


def _say(
    database: Database,
    works: list[str],
    verdict: Verdict,
    *,
    by: str,
    reason: str | None = None,
    batch: str | None = None,
) -> None:
    choices = [
        Choice(id=str(uuid.uuid4()), head=work, relation=LINK[0], tail=LINK[1], verdict=verdict, reason=reason)
        for work in works
    ]
    decide(database, choices, by=by, batch=batch, force=True)


def _note(database: Database, work: str, kind: Kind, text: str, assigned_to: str | None = None) -> None:
    write_note(database, str(uuid.uuid4()), kind, (work, *LINK), text, by="ben", assigned_to=assigned_to)


def test_no_page_shows_english_words_of_ours_in_another_language(client: TestClient, gallery: Database) -> None:
    work_on(gallery)
    for code in OTHERS:
        said = foreign(code)
        shown = texts(client, code)
        assert [(at, text, words) for text, at in shown.items() for words, pattern in said if pattern.match(text)] == []
    # On the English pages they are found, so the pages say most of what there is to say.
    shown = texts(client, ENGLISH)
    assert sum(any(map(pattern.match, shown)) for _, pattern in foreign(OTHERS[0])) > 300
