"""An admin takes back what one person decided, after seeing what changes."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from review.app import create_app
from review.context import Site
from review.users import UsersFile
from tests.review.test_queue_page import decisions, facts, hidden, verdicts


@pytest.fixture
def people(make_site: Callable[..., Site], users: UsersFile, gallery: Database) -> dict[str, TestClient]:
    """A curator and an admin who are logged in; ana has accepted a style and rejected one."""
    site = make_site(users)
    clients = {}
    for name in ("ana", "ada"):
        clients[name] = TestClient(create_app(site), base_url="http://localhost", follow_redirects=False)
        login = {"token": hidden(clients[name].get("/login").text, "token"), "name": name}
        clients[name].post("/login", data={**login, "password": f"{name}-has-a-long-one"})
    for tail, verdict in (("impressionism", "accepted"), ("cubism", "rejected")):
        wish = Choice(id=tail, head="w00", relation="hasStyle", tail=tail, verdict=verdict)  # type: ignore[arg-type]
        decide(gallery, [wish], by="ana")
    return clients


def test_an_admin_sees_what_changes_and_takes_it_back(people: dict[str, TestClient], gallery: Database) -> None:
    preview = people["ada"].get("/takeback?by=ana").text
    assert "<dt>facts that go</dt><dd>1</dd>" in preview
    assert "<dt>rejections that end</dt><dd>1</dd>" in preview
    assert decisions(gallery) == 2
    sent = {name: hidden(preview, name) for name in ("token", "newest", "count", "by", "run", "since", "until")}
    done = people["ada"].post("/takeback", data={**sent, "reason": "wrong catalogue"})
    assert done.headers["location"] == "/takeback?done=2"
    assert facts(gallery) == set()
    assert verdicts(gallery) == {}
    assert "Nothing to take back" in people["ada"].get("/takeback?by=ana").text
    assert "wrong catalogue" in people["ada"].get("/audit?verdict=undone").text


def test_what_is_not_as_it_was_shown_is_shown_again(people: dict[str, TestClient], gallery: Database) -> None:
    preview = people["ada"].get("/takeback?by=ana").text
    sent = {name: hidden(preview, name) for name in ("token", "newest", "count", "by", "run", "since", "until")}
    decide(gallery, [Choice(id="n", head="w01", relation="hasStyle", tail="cubism", verdict="accepted")], by="ana")
    again = people["ada"].post("/takeback", data=sent)
    assert again.status_code == 409
    assert "<dt>facts that go</dt><dd>2</dd>" in again.text
    assert decisions(gallery) == 3


def test_it_is_for_admins_and_needs_a_wish(people: dict[str, TestClient], gallery: Database) -> None:
    assert people["ana"].get("/takeback?by=ana").status_code == 403
    token = {"token": hidden(people["ana"].get("/queue").text, "token")}
    assert people["ana"].post("/takeback", data={**token, "newest": "", "count": "0", "by": "ana"}).status_code == 403
    wrong = people["ada"].get("/takeback?since=soon")
    assert wrong.status_code == 400
    assert "must be like 2026-11-29" in wrong.text
    assert decisions(gallery) == 2
