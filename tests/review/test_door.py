"""The door: how many passwords are tried, when a session ends, and what cannot hold the page up."""

import html
import json
import re
import socket
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from base.errors import InputError
from graph.connection import Database
from graph.link_key import link_key
from graph.predicted.registry import register_model
from review.app import create_app
from review.context import Site
from review.doorkeeper import ATTEMPTS_PER_ADDRESS, Doorkeeper
from review.impatience import Impatient, raise_file_limit
from review.server import Serving, check_serving, serve
from review.users import UsersFile
from tests.review.test_access import log_in
from tests.review.test_queue_page import FIRST, decisions, fields, hidden, verdicts


def browser(site: Site) -> TestClient:
    return TestClient(create_app(site), base_url="http://localhost", follow_redirects=False)


@pytest.mark.parametrize("given", ["notanaddress", "*", "127.0.0.1,", "10.0.0.1/8"])
def test_a_proxy_is_told_by_its_address(users: UsersFile, given: str) -> None:
    with pytest.raises(InputError, match=r"it must be the address from which its requests come, such as 127\.0"):
        check_serving(Serving(proxy=given), users)
    check_serving(Serving(proxy="127.0.0.1, 172.18.0.0/16, ::1"), users)


def test_a_proxy_demands_a_login(users: UsersFile, tmp_path: Path) -> None:
    serving = Serving(proxy="127.0.0.1")
    assert serving.demands_login
    with pytest.raises(InputError, match=r"--proxy 127.0.0.1 demands a login and there is no user yet"):
        check_serving(serving, UsersFile(tmp_path / "nobody.json"))
    check_serving(serving, users)
    assert not Serving().demands_login


@pytest.mark.parametrize(
    ("serving", "left_out"),
    [
        (Serving(proxy="127.0.0.1"), "--proxy"),
        (Serving(login=True), "--login"),
        (Serving("0.0.0.0"), "--host"),
        (Serving("0.0.0.0", proxy="127.0.0.1"), "--proxy and --host"),
    ],
)
def test_who_has_no_users_is_told_what_to_leave_out(serving: Serving, left_out: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"or leave {left_out} out to serve this machine alone"):
        check_serving(serving, UsersFile(tmp_path / "nobody.json"))


@pytest.mark.parametrize(
    ("serving", "allowed"),
    [
        (Serving(), {"localhost", "127.0.0.1", "[::1]"}),
        (Serving("192.168.1.7"), {"localhost", "127.0.0.1", "[::1]", "192.168.1.7"}),
        (
            Serving("0.0.0.0", url="https://Page.museum.example/"),
            {"localhost", "127.0.0.1", "[::1]", "page.museum.example"},
        ),
        (Serving(proxy="10.0.0.1", url="https://a.example"), {"localhost", "127.0.0.1", "[::1]", "a.example"}),
        (Serving("0.0.0.0"), None),
    ],
)
def test_hosts_are_checked_against_the_address_given(serving: Serving, allowed: set[str] | None) -> None:
    assert serving.hosts == allowed


def test_a_certificate_that_is_none_is_refused(make_site: Callable[..., Site], tmp_path: Path) -> None:
    file = tmp_path / "page.pem"
    file.write_text("no certificate")
    with pytest.raises(InputError, match=r"page.pem are no certificate with its key \(PEM\)"):
        serve(make_site(), Serving(certificate=file, key=file))


def test_an_address_that_is_none_is_refused(users: UsersFile) -> None:
    with pytest.raises(InputError, match=r"it must be like https://page.museum.example"):
        check_serving(Serving(url="page.museum.example"), users)


def test_of_200_guesses_at_once_five_are_tried(make_site: Callable[..., Site], users: UsersFile) -> None:
    """Also by two processes: each guess is counted in the file before the password is looked at."""
    tried = []
    check = users.check
    users.check = lambda name, password: tried.append(password) or check(name, password)  # type: ignore[func-returns-value, method-assign]
    site = make_site(users)
    clients = [browser(site), browser(replace(site, door=Doorkeeper(site.door.path)))]

    def guess(number: int) -> int:
        given = {"name": "ana", "password": f"guess {number}"}
        return clients[number % 2].post("/api/session", json=given).status_code

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(guess, range(200)))
    assert len(tried) == 5
    assert sorted(answers) == [401] * 5 + [429] * 195
    # Others of the same house still come in.
    assert clients[0].post("/api/session", json={"name": "ada", "password": "ada-has-a-long-one"}).status_code == 200


def test_an_address_that_guesses_many_names_is_locked_out(tmp_path: Path) -> None:
    door = Doorkeeper(tmp_path / "door.sqlite")
    waits = [door.reserve(f"name {number}", "10.0.0.7") for number in range(ATTEMPTS_PER_ADDRESS + 1)]
    assert waits[:-1] == [0] * ATTEMPTS_PER_ADDRESS
    assert 290 < waits[-1] <= 300
    assert door.reserve("ana", "10.0.0.8") == 0
    assert door.path.stat().st_mode & 0o777 == 0o600


def test_after_logging_out_a_kept_cookie_opens_nothing(make_site: Callable[..., Site], users: UsersFile) -> None:
    client = browser(make_site(users))
    log_in(client, "ana")
    ((name, kept),) = client.cookies.items()
    thief = browser(make_site(users))
    thief.cookies.set(name, kept)
    page = thief.get("/queue")
    assert page.status_code == 200
    client.post("/logout", data={"token": hidden(client.get("/queue").text, "token")})
    thief.cookies.clear()
    thief.cookies.set(name, kept)
    assert thief.get("/queue").status_code == 303
    assert thief.get("/api/queue").status_code == 401


def test_two_homes_on_one_host_have_cookies_of_their_own(make_site: Callable[..., Site]) -> None:
    site = make_site()
    other = replace(site, secret="of another home")
    assert site.cookie != other.cookie
    client = browser(site)
    client.get("/queue")
    assert site.cookie in client.cookies


@pytest.mark.parametrize(("who", "saved"), [("ana", 1), ("ada", 0)])
def test_what_was_decided_after_a_session_ended_is_sent_after_the_login(
    make_site: Callable[..., Site], users: UsersFile, gallery: Database, who: str, saved: int
) -> None:
    """Unless it is somebody else who logs in."""
    site = make_site(users)
    client = browser(site)
    log_in(client, "ana")
    page = client.get("/queue")
    site.door.path.unlink()  # as when the ten hours are over
    assert "ended=on" in client.get("/queue").headers["location"]
    asked = client.post("/decide", data=fields(page.text, verdict="accepted"))
    assert asked.status_code == 401
    assert "Your session has ended." in asked.text
    given = {name: hidden(asked.text, name) for name in ("token", "next", "again")}
    entered = client.post("/login", data={**given, "name": who, "password": f"{who}-has-a-long-one"})
    if saved:
        sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', entered.text.partition("data-again")[2]))
        client.post("/decide", data={name: html.unescape(value) for name, value in sent.items()})
    else:
        assert entered.headers["location"] == "/queue"
    assert decisions(gallery) == saved
    assert verdicts(gallery) == ({FIRST: "accepted"} if saved else {})


@pytest.mark.parametrize("path", ["/grid", "/answer", "/notes", "/queues/save"])
def test_every_form_that_is_recorded_once_is_sent_after_the_login(
    make_site: Callable[..., Site], users: UsersFile, gallery: Database, path: str
) -> None:
    site = make_site(users)
    client = browser(site)
    log_in(client, "ana")
    card = fields(client.get("/queue").text)
    other = json.dumps([link_key("w00", "hasStyle", "cubism"), None])
    forms = {
        "/grid": {"answer": "cubism", "relation": "hasStyle", "shown": other},
        "/answer": {"key": FIRST, "answer": other},
        "/notes": {"key": FIRST, "kind": "comment", "text": "by two hands"},
        "/queues/save": {"name": "ponds"},
    }
    site.door.path.unlink()
    form = {"token": card["token"], "id": card["id"], "filters": "", **forms[path]}
    asked = client.post(path, data=form)
    assert "it is sent when you have logged in" in asked.text
    given = {name: hidden(asked.text, name) for name in ("token", "next", "again")}
    entered = client.post("/login", data={**given, "name": "ana", "password": "ana-has-a-long-one"})
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', entered.text.partition("data-again")[2]))
    client.post(path, data={name: html.unescape(value) for name, value in sent.items()})
    query = "MATCH (n) WHERE n:Decision OR n:CuratorNote OR n:CuratorQueue RETURN count(n)"
    assert gallery.driver.execute_query(query).records[0][0] == 1


def test_what_is_not_sent_again_is_not_promised(make_site: Callable[..., Site], users: UsersFile) -> None:
    site = make_site(users)
    client = browser(site)
    log_in(client, "ada")
    token = hidden(client.get("/queue").text, "token")
    site.door.path.unlink()
    asked = client.post("/queues/close", data={"token": token, "queue": "one"})
    assert "it is sent when you have logged in" not in asked.text
    given = {name: hidden(asked.text, name) for name in ("token", "next")}
    entered = client.post("/login", data={**given, "name": "ada", "password": "ada-has-a-long-one"})
    assert entered.headers["location"] == "/queue"


def test_a_form_of_another_site_is_not_sent_after_a_login(make_site: Callable[..., Site], users: UsersFile) -> None:
    site = make_site(users)
    client = browser(site)
    log_in(client, "ana")
    page = client.get("/queue")
    site.door.path.unlink()
    asked = client.post("/decide", data=fields(page.text, verdict="accepted", token="guessed"))
    assert asked.status_code == 401
    assert 'name="again"' not in asked.text


def test_half_open_connections_do_not_stop_the_page(
    serve: Callable[[Site], str], make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,100 that send nothing, or the beginning of a request; they are closed, and meanwhile the page answers."""
    monkeypatch.setattr(Impatient, "seconds", 3.0)
    raise_file_limit(8_192)
    address = serve(make_site())
    port = int(address.rpartition(":")[2])
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(1_100)]
    try:
        for connection in idle[::2]:
            connection.sendall(b"GET /queue HTTP/1.1\r\nHost: local")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
            asking.sendall(b"GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert asking.recv(64).startswith(b"HTTP/1.1 200")
        for connection in idle[:2]:
            connection.settimeout(20)
            assert connection.recv(64) == b""
    finally:
        for connection in idle:
            connection.close()


def test_a_number_that_is_none_is_shown_as_missing(client: TestClient, gallery: Database) -> None:
    gallery.driver.execute_query(
        "MATCH ()-[p:PREDICTED {key: $key}]->() SET p.probability = 0.0 / 0.0, p.uncertainty = 1.0 / 0.0, "
        "p.share_visual = 0.0 / 0.0",
        key=FIRST,
    )
    gallery.driver.execute_query("MATCH (w {id: 'w00'}) SET w.height = 0.0 / 0.0")
    register_model(gallery, "m2", "complex", {}, {"test": {"mrr": float("nan")}}, "f00d", {})
    for path in ("/queue", "/batch?relation=hasStyle", "/entity?id=w00", "/models", "/models/m2", "/audit"):
        assert client.get(path, params={"card": FIRST} if path == "/queue" else None).status_code == 200, path
    assert client.get("/api/link", params={"key": FIRST}).json()["probability"] is None
    for path in ("/api/queue", "/api/models", "/api/entity?id=w00"):
        assert client.get(path).status_code == 200, path


def test_a_lone_surrogate_is_refused_and_told(client: TestClient) -> None:
    token = {"X-CSRF-Token": client.get("/api/session").json()["token"], "Content-Type": "application/json"}
    for body in (b'[{"id": "\\ud800"}]', b'[{"head": "\\ud800", "id": "%s"}]' % str(uuid.uuid4()).encode()):
        assert client.post("/api/decisions", content=body, headers=token).status_code == 422
    for name in (b"\\ud800", b"ana"):
        body = b'{"name": "%s", "password": "\\udfff"}' % name
        assert client.post("/api/session", content=body, headers=token).status_code == 422
    assert client.get("/api/link?key=%ED%A0%80").status_code == 404
    assert client.post("/login", data={"token": "x"}, params={"next": "/"}).status_code == 403
    assert client.get("/queue", params={"card": link_key("w00", "hasStyle", "\ufffd")}).status_code == 404


def test_a_database_that_cannot_answer_yet_is_away_and_not_broken(
    client: TestClient, gallery: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Neo4j says while it starts: the door is open, and the database is not."""
    from neo4j.exceptions import Neo4jError

    def refuse(*_: object, **__: object) -> None:
        raise Neo4jError._hydrate_neo4j(
            code="Neo.TransientError.General.DatabaseUnavailable", message="The database is not currently available"
        )

    monkeypatch.setattr(gallery.driver, "session", refuse)
    answer = client.get("/queue")
    assert answer.status_code == 503
    assert "The database is away" in answer.text
