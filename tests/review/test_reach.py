"""Whoever sees a small part of the page, or has no mouse, decides as others do."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect

from graph.connection import Database
from graph.link_key import link_key
from graph.page.review_queue import Filters
from graph.page.saved_queues import save_queue
from review.app import PARTS
from review.context import Site
from review.users import UsersFile
from tests.review.conftest import Serve
from tests.review.test_browser import PAGES, log_in, press
from tests.review.test_queue_page import decisions, facts, has_one_style, verdicts

SMALL = [(360, 640), (640, 400)]  # a phone; a window of 1280 by 800 at 200 %
LONG = "A pond with water lilies under a Japanese footbridge, seen from the garden in the evening. " * 12
KEPT_ID = "7f0f1f0e-0000-4000-8000-000000000001"


@pytest.fixture
def kinds(gallery: Database) -> dict[str, str]:
    """Addresses of cards: with a picture, without one, with a long text and name, of one answer, decided, refused."""
    has_one_style(gallery)
    gallery.driver.execute_query(
        "MATCH (w:Artwork {id: 'w10'}) SET w.text = $text, w.name = 'The Japanese Footbridge and the Water Lily Pond'",
        text=LONG,
    )
    keys = {"picture": "w01", "no picture": "w09", "long": "w10", "decided": "w00"}
    return {kind: f"/queue?card={link_key(work, 'hasStyle', 'impressionism')}" for kind, work in keys.items()}


@pytest.mark.parametrize(("width", "height"), SMALL)
def test_question_decision_and_undo_are_in_sight_on_each_kind_of_card(
    page: Page, address: str, kinds: dict[str, str], width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/queue")
    press(page, "a")
    hidden = []
    for kind, path in kinds.items():
        page.goto(address + path)
        expect(page.locator("html.scripted")).to_be_attached()
        page.wait_for_load_state("load")
        page.evaluate("new Promise(requestAnimationFrame)")
        bar = page.locator(".actions").bounding_box()
        assert bar is not None
        parts = {name: page.locator(".actions").get_by_role("button", name=name, exact=True).first for name in
                 ("Accept", "Reject", "Undo")}  # fmt: skip
        for name, part in {**parts, "question": page.locator("#question")}.items():
            box = part.bounding_box()
            bottom = bar["y"] if name == "question" else height
            if box is None or box["y"] < 0 or box["y"] + box["height"] > bottom or box["x"] + box["width"] > width:
                hidden.append((kind, name, box))
    assert hidden == []


def test_saved_queues_are_read_on_a_phone_without_scrolling_sideways(
    page: Page, address: str, gallery: Database
) -> None:
    name = "Works of Claude Monet in the National Gallery that lack a style"
    save_queue(gallery, KEPT_ID, name, Filters(relation="hasStyle"), by="tester", goal=500, assigned_to="somebody-else")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{address}/queues")
    region = page.get_by_role("region", name="Saved queues")
    expect(region).to_contain_text(name)
    assert region.evaluate("box => box.scrollWidth <= box.clientWidth")
    expect(region.locator("[data-heading=Goal]")).to_be_in_viewport()


def test_letters_can_be_changed_and_mean_nothing_else(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queue")
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("?")
    field = page.get_by_label("Key for: accept")
    field.focus()
    page.keyboard.type("r")  # which rejects
    expect(field).to_have_value("A")
    page.keyboard.type("5")
    expect(field).to_have_value("A")
    page.keyboard.type("y")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Accept")).to_have_text("Y Accept")
    page.keyboard.press("a")
    press(page, "y")
    page.reload()
    press(page, "Y")
    assert facts(gallery) == {("w00", "impressionism"), ("w01", "impressionism")}
    page.keyboard.press("?")
    page.get_by_role("button", name="Keys as delivered").click()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("y")
    press(page, "a")
    assert decisions(gallery) == 3


def test_a_day_with_the_keyboard_alone(
    page: Page, serve: Serve, make_site: Callable[..., Site], users: UsersFile, gallery: Database
) -> None:
    """Tab and Enter alone, no letters: log in, filter, accept, reject with a reason, look closely, undo."""
    address = serve(make_site(users))
    page.goto(f"{address}/queue")

    def reach(role: str, name: str) -> None:
        """Press Tab until the element has the focus, which can be seen."""
        wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        expect(wanted).to_be_visible()
        for _ in range(80):
            if wanted.evaluate("e => e === document.activeElement"):
                assert wanted.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach the {role} {name}")

    for role, name, typed in (("textbox", "Name", "ana"), ("textbox", "Password", "ana-has-a-long-one")):
        reach(role, name)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_contain_text("Pond number 0")
    expect(page.locator("html.scripted")).to_be_attached()
    reach("link", "Look closely")
    page.keyboard.press("Enter")
    expect(page.locator("#zoomed .deep.opened")).to_have_count(1)
    reach("button", "Zoom in: Pond number 0")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    reach("button", "Accept")
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    page.locator("#reasons summary").focus()
    page.keyboard.press("Enter")
    reach("button", "too general")
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_contain_text("Pond number 2")
    assert verdicts(gallery)[link_key("w01", "hasStyle", "impressionism")] == "rejected"
    reach("button", "Undo")
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    assert verdicts(gallery) == {link_key("w00", "hasStyle", "impressionism"): "accepted"}


def test_axe_is_asked_about_every_page(client: TestClient) -> None:
    """What answers with a page is in the list, by its parameters or without; a fragment has no page of its own."""
    routes = [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]
    paths = {route.path for route in routes if "GET" in route.methods}
    pages = {path for path in paths if client.get(path).headers.get("content-type", "").startswith("text/html")}
    known = {urlsplit(path).path.replace("/m1", "/{version}") for path in PAGES} | {"/login", "/nosuch"}
    named = {path for path in pages if not path.startswith(("/pictures/", "/iiif/"))}
    assert named - known - {"/proposals", "/models/{version}/plots/{name}.svg"} == set()
    assert known - named == {"/nosuch"}


def test_axe_finds_nothing_in_the_dialogs_the_saved_queues_and_at_the_door(
    chromium: Browser, serve: Serve, make_site: Callable[..., Site], users: UsersFile, gallery: Database
) -> None:
    save_queue(gallery, KEPT_ID, "Styles", Filters(relation="hasStyle"), by="ana", goal=500)
    address = serve(make_site(users))
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    found = {}

    def check(name: str) -> None:
        violations = Axe().run(page).response["violations"]
        found[name] = [(wrong["id"], wrong["nodes"][0]["html"]) for wrong in violations]

    page.goto(f"{address}/login")
    check("login")
    log_in(page, address, "ana")
    expect(page.locator("html.scripted")).to_be_attached()
    for key, dialog in (("?", "Keys"), ("c", "Picture")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        check(dialog)
        page.keyboard.press("Escape")
    page.goto(f"{address}/queues")
    check("queues")
    context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
