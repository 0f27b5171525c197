"""The page in a real Chromium: a curator at the keyboard, another one at the same time, a reader of the screen."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from graph.connection import Database
from graph.link_key import link_key
from graph.predicted.registry import register_model
from review.context import Site
from review.users import UsersFile
from tests.review.conftest import WORKS, Serve
from tests.review.test_queue_page import decisions, facts, has_one_style, verdicts

PAGES = [
    "/queue",
    "/queue?order=entity&from=1",
    "/queue?relation=none",
    "/batch?relation=hasStyle",
    "/entities?q=pond",
    "/entity?id=monet",
    "/models",
    "/models/m1",
    "/queues?by=answer",
    "/grid?answer=cubism&relation=hasStyle",
    "/queue?near=monet&answer=cubism",
    "/audit",
    "/takeback?by=tester",
    '/answers?q=cub&key=["w00","hasStyle","impressionism"]',
    "/look?id=w00&beside=w01",
    "/look?id=monet",
    "/nosuch",
]


def press(page: Page, key: str) -> None:
    """A key, and the card that comes after it; a key that comes before the script means nothing."""
    expect(page.locator("html.scripted")).to_be_attached()
    before = page.locator("#card").get_attribute("data-key")
    page.keyboard.press(key)
    expect(page.locator(f"#card:not([data-key='{before}'])")).to_be_visible()


def log_in(page: Page, address: str, name: str, password: str | None = None) -> None:
    page.goto(f"{address}/queue")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password or f"{name}-has-a-long-one")
    page.get_by_role("button", name="Log in").click()


def test_ten_links_are_decided_by_keyboard_and_the_graph_holds_what_was_pressed(
    page: Page, address: str, gallery: Database
) -> None:
    page.goto(f"{address}/queue?relation=hasStyle")
    expected = {}
    for key in "aararrasra":
        link = page.locator("#card").get_attribute("data-key")
        if key != "s":
            expected[link] = {"a": "accepted", "r": "rejected"}[key]
        press(page, key)
    assert len(expected) == 9
    press(page, "a")
    expected[link_key("w10", "hasStyle", "impressionism")] = "accepted"
    assert verdicts(gallery) == expected
    accepted = {(work, "impressionism") for number, work in enumerate(WORKS[:11]) if number in (0, 1, 3, 6, 9, 10)}
    assert facts(gallery) == accepted
    expect(page.locator(".counts")).to_have_text("26 of 36 left · 10 today")
    expect(page).to_have_url(re.compile("card="))


def test_undo_works_after_a_reload_and_the_arrow_goes_back(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queue")
    press(page, "a")
    page.reload()
    press(page, "u")
    expect(page.locator("#question")).to_contain_text("Pond number 0")
    assert facts(gallery) == set()
    press(page, "ArrowRight")
    press(page, "ArrowLeft")
    expect(page.locator("#question")).to_contain_text("Pond number 0")
    page.go_back()
    expect(page.locator("#question")).to_contain_text("Pond number 1")


def test_each_of_the_three_newest_decisions_can_be_undone(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queue?relation=hasStyle")
    for key in "aaraa":
        press(page, key)
    newest = page.get_by_role("list", name="Your newest decisions").get_by_role("listitem")
    expect(newest).to_have_count(3)
    expect(newest.nth(2)).to_contain_text("rejected Pond number 2 has style Impressionism")
    newest.nth(2).get_by_role("button").click()
    expect(page.locator("#question")).to_contain_text("Pond number 2")
    expect(newest.nth(2)).to_contain_text("accepted Pond number 1")
    assert facts(gallery) == {(work, "impressionism") for work in ("w00", "w01", "w03", "w04")}
    assert verdicts(gallery).get(link_key("w02", "hasStyle", "impressionism")) is None


def test_letters_can_be_turned_off_as_keys(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queue")
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("?")
    page.get_by_label("Letters and digits decide").uncheck()
    page.get_by_role("button", name="Close").click()
    for key in "ar1?eo":
        page.keyboard.press(key)
    page.reload()
    expect(page.locator("html.keyless")).to_be_attached()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Accept")).to_have_accessible_name("Accept")
    press(page, "ArrowRight")
    assert decisions(gallery) == 0
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Letters and digits decide").check()
    page.get_by_role("button", name="Close").click()
    press(page, "a")
    assert decisions(gallery) == 1


def test_another_answer_a_reason_zoom_and_help_have_keys(page: Page, address: str, gallery: Database) -> None:
    has_one_style(gallery)
    page.goto(f"{address}/queue")
    press(page, "1")
    assert facts(gallery) == {("w00", "cubism")}
    page.keyboard.press("e")
    page.keyboard.press("a")  # means nothing while the reasons are open
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    page.keyboard.press("3")
    expect(page.locator("#question")).to_contain_text("Pond number 2")
    reasons = gallery.driver.execute_query("MATCH (d:Decision {head: 'w01'}) RETURN d.reason").records
    assert [record[0] for record in reasons] == ["too general"]
    page.keyboard.press("z")
    expect(page.locator("#zoomed .deep")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    assert decisions(gallery) == 3


def test_a_key_right_after_a_dialog_goes_to_the_card(page: Page, address: str, gallery: Database) -> None:
    """The keys arrive within one frame, in which the closed dialog still has the focus."""
    page.goto(f"{address}/queue")
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("?")
    page.evaluate("""() => {
      const keys = document.getElementById("keys");
      const field = keys.querySelector("[data-remap]");
      field.focus();
      keys.close();
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true, cancelable: true }));
    }""")
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    assert decisions(gallery) == 1


def hold(page: Page, addresses: str) -> list[Route]:
    """What the page asks for at such addresses from now on; it waits for its answer until `release`."""
    held: list[Route] = []
    page.route(addresses, lambda route: held.append(route))
    return held


def release(page: Page, held: list[Route]) -> None:
    while not held:
        page.wait_for_timeout(10)
    held.pop().continue_()


def test_keys_that_come_before_the_next_card_decide_nothing(page: Page, address: str, gallery: Database) -> None:
    """The answer to the first key is held back; the page's clock moves only where the test says so."""
    page.clock.install()
    page.goto(f"{address}/queue")
    expect(page.locator("html.scripted")).to_be_attached()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))
    held = hold(page, "**/decide")
    page.keyboard.type("aor")
    release(page, held)
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    page.keyboard.type("ra")
    page.clock.run_for(400)
    page.keyboard.type("r")
    release(page, held)
    expect(page.locator("#question")).to_contain_text("Pond number 2")
    first, second = (link_key(work, "hasStyle", "impressionism") for work in WORKS[:2])
    assert verdicts(gallery) == {first: "accepted", second: "rejected"}
    assert held == []


def test_a_search_is_typed_on_while_the_next_card_comes(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queue")
    expect(page.locator("html.scripted")).to_be_attached()
    held = hold(page, "**/queue?*")
    page.keyboard.type("s/mon")
    release(page, held)
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    page.keyboard.type("et ar")
    expect(page.get_by_label("Search for an entity")).to_have_value("monet ar")
    assert decisions(gallery) == 0


def test_typing_in_a_field_decides_nothing(page: Page, address: str, gallery: Database) -> None:
    page.goto(f"{address}/queue")
    page.keyboard.press("/")
    page.keyboard.type("monet arsu 12")
    expect(page.get_by_label("Search for an entity")).to_have_value("monet arsu 12")
    page.get_by_label("Search for an entity").fill("monet")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Claude Monet").click()
    page.get_by_role("link", name="Decide together: what is created by artist Claude Monet").click()
    page.get_by_label("Pond number 3 has style Ukiyo-e").check()
    page.get_by_role("button", name="Reject the ticked").click()
    expect(page.get_by_role("status").first).to_contain_text("1 decided in one batch")
    assert verdicts(gallery) == {link_key("w03", "hasStyle", "ukiyo-e"): "rejected"}
    page.get_by_role("button", name="Undo the batch").click()
    expect(page.get_by_role("heading", name="What is created by artist Claude Monet")).to_be_visible()
    assert verdicts(gallery) == {}


def test_two_curators_at_once(
    chromium: Browser, serve: Serve, make_site: Callable[..., Site], users: UsersFile, gallery: Database
) -> None:
    users.add("ben", "curator", "ben-has-a-long-one")
    address = serve(make_site(users))
    ana, ben = (chromium.new_context().new_page() for _ in range(2))
    for page, name in ((ana, "ana"), (ben, "ben")):
        log_in(page, address, name)
        expect(page.locator("#question")).to_contain_text("Pond number 0")
    press(ben, "r")
    ana.keyboard.press("a")
    expect(ana.get_by_role("alert")).to_contain_text("ben: rejected.")
    assert facts(gallery) == set()
    press(ana, "a")
    assert facts(gallery) == {("w00", "impressionism")}
    ben.goto(f"{address}/audit")
    expect(ben.get_by_role("region", name="Conflicts")).to_contain_text("ben: rejected, ana: accepted")
    for page in (ana, ben):
        page.context.close()


def test_a_wrong_password_is_refused_and_a_viewer_cannot_decide(
    page: Page, serve: Serve, make_site: Callable[..., Site], users: UsersFile, gallery: Database
) -> None:
    address = serve(make_site(users))
    log_in(page, address, "vera", "not her password")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    log_in(page, address, "vera")
    expect(page.locator("#question")).to_be_visible()
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    page.keyboard.press("a")
    press(page, "ArrowRight")
    assert decisions(gallery) == 0


def test_a_hostile_name_is_only_a_name(page: Page, address: str) -> None:
    page.goto(f"{address}/entity?id={WORKS[-1]}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert('Mona')</script>")
    assert page.evaluate("document.querySelectorAll('img[onerror], main script').length") == 0


def test_it_works_without_scripts(chromium: Browser, address: str, gallery: Database) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/queue")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    page.get_by_text("Reject because…").click()
    page.get_by_label("In your own words").fill("a copy by a pupil")
    page.get_by_role("button", name="Reject", exact=True).last.click()
    expect(page.locator("#question")).to_contain_text("Pond number 2")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    context.close()
    assert facts(gallery) == {("w00", "impressionism")}
    assert verdicts(gallery) == {link_key("w00", "hasStyle", "impressionism"): "accepted"}


def test_open_reasons_leave_the_question_in_sight_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{address}/queue?relation=hasStyle")
    expect(page.locator("html.scripted")).to_be_attached()
    page.get_by_text("Reject because").click()
    page.wait_for_function("document.getElementById('question').getBoundingClientRect().top < 100")
    question, actions = page.locator("#question").bounding_box(), page.locator(".actions").bounding_box()
    assert question is not None
    assert actions is not None
    assert 0 <= question["y"] <= actions["y"] - question["height"]


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 400)])
def test_the_question_and_the_buttons_are_in_sight_on_a_phone_and_at_twice_the_size(
    page: Page, address: str, width: int, height: int
) -> None:
    """640 by 400 is what a window of 1280 by 800 shows at 200 %."""
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/queue?relation=hasStyle")
    press(page, "a")
    buttons = [page.get_by_role("button", name=name).first for name in ("Accept", "Reject", "Undo")]
    boxes = [part.bounding_box() for part in (page.locator("#question"), *buttons)]
    question, *pressed = [box for box in boxes if box is not None]
    assert len(pressed) == 3
    top = min(box["y"] for box in pressed)
    assert 0 <= question["y"] <= top - 40
    assert all(0 <= box["x"] <= width - box["width"] and box["y"] + box["height"] <= height for box in pressed)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, address: str, gallery: Database, width: int, scheme: str
) -> None:
    """360 pixels are also what a window of 720 shows at 200 %; with two models there is a plot of them."""
    register_model(gallery, "m2", "complex", {"seed": 2}, {"test": {"mrr": 0.4}}, "f00d", {})
    context = chromium.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    found = {}
    page.goto(f"{address}/queue")
    press(page, "a")
    for path in PAGES:
        page.goto(address + path)
        violations = Axe().run(page).response["violations"]
        found[path] = [(wrong["id"], wrong["nodes"][0]["html"]) for wrong in violations]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_what_happened_is_told_to_a_screen_reader(page: Page, address: str) -> None:
    page.goto(f"{address}/queue")
    press(page, "a")
    expect(page.locator("#said")).to_have_text("Saved.")
    assert page.locator("#said").get_attribute("aria-live") == "polite"
    assert page.evaluate("document.activeElement.id") == "question"
