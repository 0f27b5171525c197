"""The page in German, French and Dutch: nothing stays English; sentences, numbers and dates are a language’s own."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from fastapi.testclient import TestClient
from jinja2 import nodes
from playwright.sync_api import Page, expect

from graph.connection import Database
from review import language, words
from review.language import CATALOGUES, languages, preferred
from review.rendering import TEMPLATES
from review.users import UsersFile
from tests.review.test_browser import press
from tests.review.test_queue_page import verdicts

REVIEW = Path(language.__file__).parent
OTHERS = [code for code in languages() if code != language.ENGLISH]
PLACEHOLDER = re.compile(r"%\(\w+\)[sr]|%%|\{\w+\}|<[^>]*>")
SHOWN_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")
SAME_EVERYWHERE = {"vlkge", "MRR"}


@pytest.fixture(scope="module")
def used() -> set[str | tuple[str, ...]]:
    """Every message that a template or a module asks for."""
    kinds = [("templates/**.html", "jinja2"), ("templates/**.svg", "jinja2"), ("**.py", "python")]
    options = {"templates/**": {"newstyle_gettext": "true"}}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    found = extract_from_dir(REVIEW, kinds, {**options}, keywords=keywords)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def read(code: str) -> Catalog:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_has_a_translation_with_the_same_placeholders(code: str, used: set[str | tuple[str, ...]]) -> None:
    catalogue = read(code)
    held = {message.id if isinstance(message.id, str) else tuple(message.id): message for message in catalogue}
    assert len(used) > 350
    assert used - held.keys() == set(), "extract and update the catalogue, see CONTRIBUTING.md"
    assert held.keys() - used - {""} == set(), "texts that nothing uses"
    for id_ in used:
        message, wanted = held[id_], id_ if isinstance(id_, str) else id_[-1]
        assert not message.fuzzy, id_
        assert len(forms(message)) == (1 if isinstance(id_, str) else catalogue.num_plurals), id_
        for said in forms(message):
            assert said.strip(), id_
            assert '"' not in PLACEHOLDER.sub("", said), "attributes of the page stand in such quotes"
            assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(wanted)), (id_, said)


class Shown(HTMLParser):
    """The texts of a page or template that a reader sees or hears, but for code, keys, and what says it is English."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        apart = tag in ("code", "kbd") or ("lang", "en") in attrs
        self.open = [*self.open, tag] if apart else self.open
        self.texts += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]

    def handle_endtag(self, tag: str) -> None:
        self.open = [name for name in self.open if name != tag]

    def handle_data(self, data: str) -> None:
        self.texts += [] if self.open else [data]


@pytest.mark.parametrize("name", [name for name in TEMPLATES.list_templates() if name.endswith((".html", ".svg"))])
def test_no_text_of_a_template_escapes_the_catalogues(name: str) -> None:
    source = (REVIEW / "templates" / name).read_text(encoding="utf-8")
    shown = Shown()
    shown.feed("".join(value if kind == "data" else " " for _, kind, value in TEMPLATES.lex(source)))
    said = set(re.findall(r"[^\W\d_]+", " ".join(shown.texts)))
    assert said - SAME_EVERYWHERE == set()


@pytest.mark.parametrize("name", [name for name in TEMPLATES.list_templates() if name.endswith((".html", ".svg"))])
def test_no_text_in_an_expression_escapes_them_either(name: str) -> None:
    tree = TEMPLATES.parse((REVIEW / "templates" / name).read_text(encoding="utf-8"))
    translated = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "ngettext")
        for argument in call.args
    }
    compared = {id(operand.expr) for operand in tree.find_all(nodes.Operand)}
    literals = [text for text in tree.find_all(nodes.Const) if id(text) not in translated | compared]
    texts = [text.value for text in literals if isinstance(text.value, str) and not text.value.startswith("vlkge ")]
    assert [text for text in texts if re.search(r"[a-z] [a-z]|^[A-Z][a-z]", text)] == []


def test_the_script_says_only_what_the_page_brings() -> None:
    script = (REVIEW / "static" / "review.js").read_text(encoding="utf-8")
    base = (REVIEW / "templates" / "base.html").read_text(encoding="utf-8")
    said = re.findall(r"\bsay\(([^)]*)\)", script.replace("function say(text, problem)", ""))
    keys = {key for call in said for key in re.findall(r'"(\w+)"', call)}
    assert len(keys) == 7
    assert all(f'data-{key}="{{{{ _(' in base for key in keys)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("fr-CH, de;q=0.8", "fr"),
        ("it, nl;q=0.5, de;q=0.9", "de"),
        ("de;q=0, nl", "nl"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("*", None),
        ("it, ,;;q=x, \x00", None),
        ("", None),
    ],
)
def test_the_browser_asks_for_a_language(header: str, code: str | None) -> None:
    assert preferred(header) == code


@pytest.mark.parametrize(
    ("code", "number", "figure", "share", "day"),
    [
        ("en", "12,345", "0.123", "95 %", "2026-03-09"),
        ("de", "12.345", "0,123", "95\xa0%", "09.03.2026"),
        ("fr", "12\u202f345", "0,123", "95\xa0%", "9 mars 2026"),
        ("nl", "12.345", "0,123", "95%", "9 mrt 2026"),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(
    code: str, number: str, figure: str, share: str, day: str
) -> None:
    language.set_language(code)
    try:
        at = datetime(2026, 3, 9, 12, tzinfo=UTC)
        assert (words.number(12345), words.figure(0.1234), words.percent(0.95)) == (number, figure, share)
        assert words.day(at) == day
        assert day in words.moment(at)
    finally:
        language.set_language(language.ENGLISH)


def test_plural_forms_are_those_of_the_language() -> None:
    said = {}
    for code in OTHERS:
        language.set_language(code)
        said[code] = [language.ngettext("%(count)s link", "%(count)s links", n, count=n) for n in (0, 1, 2)]
    language.set_language(language.ENGLISH)
    assert said["de"] == ["0 Verknüpfungen", "1 Verknüpfung", "2 Verknüpfungen"]
    assert said["fr"] == ["0 lien", "1 lien", "2 liens"]
    assert said["nl"] == ["0 koppelingen", "1 koppeling", "2 koppelingen"]


def token(client: TestClient) -> str:
    return client.get("/api/session").json()["token"]


def test_a_choice_on_the_page_counts_before_the_browser(client: TestClient) -> None:
    german = {"Accept-Language": "de-AT"}
    page = client.get("/queue", headers=german).text
    assert '<html lang="de">' in page
    assert "Annehmen" in page
    assert "so sind" in page
    chosen = client.post("/language", data={"code": "fr", "then": "/queue?order=entity", "token": token(client)})
    assert chosen.headers["location"] == "/queue?order=entity"
    assert "Accepter" in client.get("/queue", headers=german).text
    refused = client.post("/language", data={"code": "xx", "token": token(client)})
    assert refused.status_code == 400
    assert "C’est impossible" in refused.text


def test_errors_are_told_in_the_language_and_programs_are_answered_in_english(client: TestClient) -> None:
    german = {"Accept-Language": "de"}
    assert "Es gibt keine Entität &#39;nobody&#39;." in client.get("/entity?id=nobody", headers=german).text
    assert "Diese Seite gibt es nicht." in client.get("/nosuch", headers=german).text
    assert client.post("/api/decisions/none/undo", headers=german).json()["detail"].startswith("This form is from")
    unknown = client.get("/queue", headers={**german, "Host": "elsewhere.example"})
    assert unknown.text == "Unbekannter Rechnername."


@pytest.mark.parametrize("code", OTHERS)
def test_every_page_is_drawn_in_every_language(client: TestClient, code: str) -> None:
    for path in ("/queue?order=audit", "/batch?relation=hasStyle", "/entities?q=pond", "/entity?id=monet", "/models"):
        page = client.get(path, headers={"Accept-Language": code})
        assert page.status_code == 200
        assert f'<html lang="{code}">' in page.text
    for path in ("/models/m1", "/queues?by=answer", "/grid?answer=cubism&relation=hasStyle", "/audit", "/takeback"):
        assert client.get(path, headers={"Accept-Language": code}).status_code == 200


def test_a_reason_is_shown_in_the_language_and_kept_in_one(client: TestClient) -> None:
    form = {"id": "7c0e54a6-54c1-4c2c-9a3a-0e9d6a6cbb11", "key": '["w00","hasStyle","cubism"]', "verdict": "rejected"}
    client.post("/decide", data={**form, "reason": "too general", "token": token(client)})
    assert "zu allgemein" in client.get("/audit", headers={"Accept-Language": "de"}).text
    assert "too general" in client.get("/audit.csv", headers={"Accept-Language": "de"}).text


def test_two_curators_work_in_two_languages_and_one_changes_hers(page: Page, address: str, gallery: Database) -> None:
    page.set_extra_http_headers({"Accept-Language": "nl"})
    page.goto(f"{address}/queue?relation=hasStyle")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    expect(page.get_by_role("button", name="Accepteren")).to_be_visible()
    press(page, "a")
    expect(page.locator("#said")).to_have_text("Opgeslagen.")
    page.locator(".languages summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#question")).to_contain_text("Pond number 1")
    press(page, "r")
    expect(page.locator("#said")).to_have_text("Gespeichert.")
    expect(page.locator(".counts")).to_have_text("noch 34 von 36 · 2 heute")
    assert sorted(verdicts(gallery).values()) == ["accepted", "rejected"]


def test_the_language_can_be_chosen_before_the_login(page: Page, users: UsersFile, serve, make_site) -> None:  # type: ignore[no-untyped-def]
    page.goto(f"{serve(make_site(users))}/queue")
    page.locator(".languages summary").click()
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_label("Mot de passe")).to_be_visible()
