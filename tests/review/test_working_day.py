"""A working day in a real Chromium: two curators and an admin, a hundred decisions, four queues, two languages."""

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from graph.connection import Database
from graph.curation.opinions import require
from graph.predicted.predictions import publish
from review.context import Site
from review.users import UsersFile
from tests.review.conftest import PATIENCE, Serve
from tests.review.test_browser import log_in, press
from tests.review.test_queue_page import facts, verdicts

COLOURS = {"blue": "Blue", "green": "Green", "red": "Red"}


@pytest.fixture
def collection(gallery: Database) -> Database:
    """Beside the 36 styles of the gallery, 36 proposals of colours: a relation that requires a second opinion."""
    gallery.driver.execute_query(
        "UNWIND $colours AS c CREATE (:Entity:Vlkge:Colour {primary_label: 'Colour', id: c[0], name: c[1]})",
        colours=list(map(list, COLOURS.items())),
    )
    works = [
        record[0] for record in gallery.driver.execute_query("MATCH (w:Artwork) RETURN w.id ORDER BY w.id").records
    ]
    rows = [
        {"head": work, "relation": "hasColour", "tail": colour, "score": 0.9 - n / 100, "rank": rank,
         "probability": (0.9 - n / 100) / rank, "uncertainty": 0.5, "calibrated_on": "relation"}
        for n, work in enumerate(works)
        for rank, colour in enumerate(COLOURS, 1)
    ]  # fmt: skip
    publish(gallery, pd.DataFrame(rows), model_version="m1", run_id="colours", relations=["hasColour"])
    require(gallery, "hasColour", by="ada")
    return gallery


@pytest.fixture
def tabs(
    chromium: Browser, serve: Serve, make_site: Callable[..., Site], users: UsersFile
) -> Iterator[dict[str, Page]]:
    """Ana works in German, Ben and the admin Ada in English; each in a browser of their own, logged in."""
    users.add("ben", "curator", "ben-has-a-long-one")
    address = serve(make_site(users))
    found = {}
    for name in ("ana", "ben", "ada"):
        context = chromium.new_context(base_url=address)
        found[name] = context.new_page()
        found[name].set_default_timeout(PATIENCE)
        log_in(found[name], address, name)
    found["ana"].context.add_cookies([{"name": "vlkge_language", "value": "de", "url": address}])
    yield found
    for tab in found.values():
        tab.context.close()


def decide(page: Page, keys: str, queue: str) -> None:
    page.goto(queue)
    for key in keys:
        press(page, key)


def test_a_hundred_decisions_in_four_queues(collection: Database, tabs: dict[str, Page]) -> None:
    ana, ben, ada = tabs["ana"], tabs["ben"], tabs["ada"]
    # The first queue: styles by probability. Ana decides 20 and takes one back.
    decide(ana, "aaraaraaraaraaraaraa" + "a", "/queue?relation=hasStyle")
    expect(ana.locator("h2", has_text="Was bekannt ist")).to_be_visible()
    press(ana, "u")
    # The second: Ana's first opinions on 28 colours, one after the other.
    decide(ana, "a" * 14 + "r" * 14, "/queue?relation=hasColour&order=entity")
    assert list(verdicts(collection).values()).count("opinion") == 28
    # The third: Ben's second opinions in a tab that shows nothing of the first; he differs on four.
    ben.goto("/queue")
    ben.get_by_role("link", name="Second opinion 28").click()
    expect(ben.locator("#question")).to_be_visible()
    for key in "a" * 12 + "r" * 2 + "r" * 12 + "a":
        press(ben, key)
    ben.keyboard.press("a")
    expect(ben.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    found = list(verdicts(collection).values())
    assert (found.count("contested"), found.count("opinion")) == (4, 0)
    # The fourth: the admin settles; and Ben goes on with the styles, the most uncertain first, beside Ana.
    ada.goto("/queue")
    ada.get_by_role("link", name="To settle 4").click()
    expect(ada.get_by_text("Your decision settles it.")).to_be_visible()
    for key in "aar":
        press(ada, key)
    ada.keyboard.press("r")
    expect(ada.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    decide(ben, "r" * 14, "/queue?relation=hasStyle&order=uncertainty")
    decide(ana, "a" * 6, "/queue?relation=hasColour")

    made = collection.driver.execute_query("MATCH (d:Decision) RETURN d.by AS by, count(d) AS n ORDER BY by").records
    assert [tuple(record) for record in made] == [("ada", 4), ("ana", 56), ("ben", 42)]
    found = list(verdicts(collection).values())
    assert (found.count("contested"), found.count("opinion")) == (0, 6)
    colours = collection.driver.execute_query("MATCH ()-[:hasColour]->() RETURN count(*)").records[0][0]
    assert colours == 14, "12 on which both agree, and two that were settled"
    assert len(facts(collection)) == 14
    ana.goto("/audit")
    expect(ana.get_by_role("heading", name="Wie weit man übereinstimmt")).to_be_visible()
