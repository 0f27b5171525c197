"""Who may come in, what they may do, and what no request can reach."""

import hashlib
import json
import socket
import stat
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from PIL import Image

from base.errors import InputError
from graph.connection import Database
from graph.link_key import link_key
from graph.pictures import PictureStore
from review.app import create_app
from review.context import Site
from review.server import Serving, check_address, check_serving
from review.users import UsersFile, read_secret
from tests.review.conftest import picture
from tests.review.test_queue_page import decisions, facts, fields, hidden, press


def log_in(client: TestClient, name: str, password: str | None = None) -> Response:
    token = hidden(client.get("/login").text, "token")
    given = {"token": token, "name": name, "password": password or f"{name}-has-a-long-one", "next": "/queue"}
    return client.post("/login", data=given)


@pytest.fixture
def visitor(make_site: Callable[..., Site], users: UsersFile) -> Callable[[], TestClient]:
    """Makes browsers that nobody has logged in with, all on one page with logins."""
    app = create_app(make_site(users))
    return lambda: TestClient(app, base_url="http://localhost", follow_redirects=False)


def test_without_a_login_every_page_leads_to_it(visitor: Callable[[], TestClient]) -> None:
    client = visitor()
    for path in ("/queue", "/batch", "/entities", "/entity?id=w00", "/models", "/models/m1", "/audit"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=%2F")
    for path in ("/api/queue", "/api/link?key=x", "/api/decisions", "/api/models", "/api/session"):
        assert client.get(path).status_code == 401


def test_the_right_password_opens_the_queue_and_logging_out_closes_it(visitor: Callable[[], TestClient]) -> None:
    client = visitor()
    assert log_in(client, "ana").headers["location"] == "/queue"
    page = client.get("/queue")
    assert "Accept" in page.text
    assert "ana" in page.text
    client.post("/logout", data={"token": hidden(page.text, "token")})
    assert client.get("/queue").status_code == 303


def test_passwords_cannot_be_tried_fast(visitor: Callable[[], TestClient]) -> None:
    client = visitor()
    assert [log_in(client, "ana", f"wrong number {n}").status_code for n in range(6)] == [401] * 5 + [429]
    refused = log_in(client, "ana")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300


def test_a_viewer_looks_and_does_not_decide(visitor: Callable[[], TestClient], gallery: Database) -> None:
    client = visitor()
    log_in(client, "vera")
    page = client.get("/queue")
    assert page.status_code == 200
    assert 'value="accepted"' not in page.text
    form = {"token": hidden(page.text, "token"), "id": str(uuid.uuid4()), "key": '["w00","hasStyle","cubism"]'}
    answer = client.post("/decide", data={**form, "verdict": "accepted"})
    assert answer.status_code == 403
    assert "needs the role curator; the role of vera is viewer" in answer.text
    token = client.get("/api/session").json()["token"]
    wish = {"id": form["id"], "head": "w00", "relation": "hasStyle", "tail": "cubism", "verdict": "accepted"}
    assert client.post("/api/decisions", json=[wish], headers={"X-CSRF-Token": token}).status_code == 403
    assert decisions(gallery) == 0


def test_only_an_admin_takes_back_what_others_decided(visitor: Callable[[], TestClient], users: UsersFile) -> None:
    users.add("ben", "curator", "ben-has-a-long-one")
    ana, ben, ada = visitor(), visitor(), visitor()
    for client, name in ((ana, "ana"), (ben, "ben"), (ada, "ada")):
        log_in(client, name)
    press(ana, ana.get("/queue"), verdict="accepted")
    made = ana.get("/api/decisions").json()[0]["decision"]["id"]
    answers = []
    for client in (ben, ada):
        token = hidden(client.get("/queue").text, "token")
        answers.append(client.post("/undo", data={"token": token, "id": str(uuid.uuid4()), "decision": made}))
    assert [answer.status_code for answer in answers] == [403, 303]


def test_nobody_takes_back_a_batch_of_another_by_joining_it(
    visitor: Callable[[], TestClient], users: UsersFile, gallery: Database
) -> None:
    """Ben sends the id of Ana's batch with a decision of his own, and then takes back "his" batch."""
    users.add("ben", "curator", "ben-has-a-long-one")
    ana, ben = visitor(), visitor()
    for client, name in ((ana, "ana"), (ben, "ben")):
        log_in(client, name)
    batch, made = str(uuid.uuid4()), {}
    for client, name, work in ((ana, "ana", "w00"), (ben, "ben", "w01")):
        token = hidden(client.get("/queue").text, "token")
        chosen = json.dumps([link_key(work, "hasStyle", "cubism"), None])
        client.post("/batch", data={"token": token, "id": batch, "verdict": "accepted", "chosen": [chosen]})
        made[name] = ben.get("/api/decisions", params={"by": name}).json()[0]["decision"]
    assert made["ana"]["batch"] == made["ben"]["batch"]
    token = hidden(ben.get("/queue").text, "token")
    for decision, status in (("ana", 403), ("ben", 303)):
        sent = {"token": token, "id": str(uuid.uuid4()), "decision": made[decision]["id"]}
        assert ben.post("/undo", data=sent).status_code == status
    assert facts(gallery) == {("w00", "cubism")}


def test_a_form_of_another_site_is_refused(client: TestClient, gallery: Database) -> None:
    page = client.get("/queue")
    for token in ("", "guessed"):
        assert press(client, page, verdict="accepted", token=token).status_code == 403
    stranger = TestClient(client.app, base_url="http://localhost", follow_redirects=False)
    assert stranger.post("/decide", data=fields(page.text, verdict="accepted")).status_code == 403
    wish = {"id": str(uuid.uuid4()), "head": "w00", "relation": "hasStyle", "tail": "cubism", "verdict": "accepted"}
    assert client.post("/api/decisions", json=[wish]).status_code == 403
    assert decisions(gallery) == 0


def test_a_new_password_or_role_ends_open_sessions(visitor: Callable[[], TestClient], users: UsersFile) -> None:
    client = visitor()
    log_in(client, "ana")
    assert client.get("/queue").status_code == 200
    users.add("ana", "curator", "another-long-password")
    assert client.get("/queue").status_code == 303
    log_in(client, "ana", "another-long-password")
    users.remove("ana")
    assert client.get("/queue").status_code == 303


def test_a_forged_session_is_none(visitor: Callable[[], TestClient]) -> None:
    client = visitor()
    log_in(client, "vera")
    ((name, signed),) = client.cookies.items()
    other = TestClient(client.app, base_url="http://localhost", follow_redirects=False)
    other.cookies.set(name, signed[:-4] + "AAAA")
    assert other.get("/queue").status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_a_login_leads_nowhere_else(visitor: Callable[[], TestClient], target: str) -> None:
    client = visitor()
    token = hidden(client.get("/login", params={"next": target}).text, "token")
    given = {"token": token, "name": "ana", "password": "ana-has-a-long-one", "next": target}
    assert client.post("/login", data=given).headers["location"] == "/queue"


def test_every_answer_carries_what_browsers_obey(client: TestClient) -> None:
    for path in ("/queue", "/nosuch", "/static/review.css", "/api/queue"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; img-src 'self'; style-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    fresh = TestClient(client.app, base_url="http://localhost")
    cookie = fresh.get("/queue").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


OWN_SCRIPTS = [{"src": f"/static/{name}.js", "defer": None} for name in ("viewer", "review")]


def test_pages_hold_no_inline_script_or_style_and_nothing_of_other_hosts(client: TestClient) -> None:
    for path in ("/queue", "/batch?relation=hasStyle", "/entities?q=pond", "/entity?id=w00", "/models/m1", "/audit"):
        page = client.get(path).text
        reader = Tags()
        reader.feed(page)
        assert {"html", "main"} <= {tag for tag, _ in reader.found}
        for tag, attributes in reader.found:
            assert tag != "style"
            assert not [name for name in attributes if name == "style" or name.startswith("on")]
            assert tag != "script" or attributes in OWN_SCRIPTS
            assert (attributes.get("src") or "/").startswith("/")
            assert (attributes.get("action") or "/").startswith("/")


class Tags(HTMLParser):
    """Collects every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8383", ""])
def test_on_loopback_the_page_goes_by_its_own_names_only(client: TestClient, host: str) -> None:
    assert client.get("/queue", headers={"host": host}).status_code == 421


def test_a_huge_request_is_refused_unread(client: TestClient) -> None:
    assert client.post("/decide", content=b"x" * 2_000_001).status_code == 413


def test_pictures_come_by_digest_smaller_and_to_be_kept(client: TestClient, store: PictureStore) -> None:
    digest = store.add(picture("teal", (4000, 2000)))
    large, small = (client.get(f"/pictures/{size}/{digest}") for size in ("large", "small"))
    assert [answer.headers["content-type"] for answer in (large, small)] == ["image/webp", "image/webp"]
    sizes = [Image.open(BytesIO(answer.content)).size for answer in (large, small)]
    assert sizes == [(1600, 800), (320, 160)]
    assert "immutable" in large.headers["cache-control"]


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/secret",
        "0" * 64,
        "A" * 64,
        "0" * 63,
        "0" * 64 + ".webp",
        "0" * 64 + "%00",
        hashlib.sha256(b"a picture that was never stored").hexdigest(),
    ],
)
def test_nothing_but_the_digest_of_a_stored_picture_gives_one(client: TestClient, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("secret")
    answer = client.get(f"/pictures/small/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace(name, "")


def test_plots_are_of_registered_models_and_of_fixed_names(client: TestClient, make_site: Callable[..., Site]) -> None:
    folder = make_site().models / "m1" / "plots"
    folder.mkdir(parents=True)
    (folder / "reliability.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "other.svg").write_text("<svg/>")
    found = client.get("/models/m1/plots/reliability.svg")
    assert found.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in found.headers["content-security-policy"]
    for path in ("m1/plots/other.svg", "m2/plots/reliability.svg", "..%2fm1/plots/reliability.svg"):
        assert client.get(f"/models/{path}").status_code == 404


@pytest.mark.parametrize(
    ("serving", "message"),
    [
        (Serving("0.0.0.0"), "0.0.0.0 demands a login and there is no user yet"),
        (Serving("::"), "demands a login"),
        (Serving("museum.example"), "demands a login"),
        (Serving("127.0.0.1", login=True), "demands a login"),
        (Serving(certificate=Path("c.pem")), "a certificate and its key go together"),
    ],
)
def test_it_refuses_to_start_where_it_would_be_open(tmp_path: Path, serving: Serving, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_serving(serving, UsersFile(tmp_path / "users.json"))


def test_it_refuses_to_send_passwords_in_the_clear(users: UsersFile) -> None:
    with pytest.raises(InputError, match="without https they could read passwords"):
        check_serving(Serving("0.0.0.0"), users)
    check_serving(Serving("0.0.0.0", proxy="127.0.0.1"), users)
    check_serving(Serving("127.0.0.1"), users)


def test_passwords_are_hashed_and_their_file_is_private(users: UsersFile, tmp_path: Path) -> None:
    text = users.path.read_text()
    assert "has-a-long-one" not in text
    assert text.count("$argon2id$") == 3
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600
    secret = tmp_path / "secret-key"
    assert read_secret(secret) == read_secret(secret)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_of_people_who_are_added_and_removed_at_once_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "review" / "users.json"
    for number in range(4):
        UsersFile(path).add(f"old{number}", "viewer", "long enough it is")
    with ThreadPoolExecutor(8) as pool:
        added = [pool.submit(UsersFile(path).add, f"new{n}", "curator", "long enough it is") for n in range(4)]
        removed = [pool.submit(UsersFile(path).remove, f"old{n}") for n in range(4)]
        for done in [*added, *removed]:
            done.result()
    assert set(UsersFile(path).all()) == {"new0", "new1", "new2", "new3"}


@pytest.mark.parametrize(
    ("name", "role", "password", "message"),
    [
        ("", "curator", "long enough it is", "allowed are 1 to 64 letters"),
        ("a b", "curator", "long enough it is", "allowed are 1 to 64 letters"),
        ("ana", "boss", "long enough it is", "allowed are viewer, curator, admin"),
        ("ana", "curator", "short", "allowed are 10 to 200"),
    ],
)
def test_a_user_that_is_not_allowed_is_explained(
    tmp_path: Path, name: str, role: str, password: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        UsersFile(tmp_path / "users.json").add(name, role, password)  # type: ignore[arg-type]


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"at 127.0.0.1, port {port}: .*; give another --port or --host"):
            check_address(Serving(port=port))
    check_address(Serving(port=port))


def test_an_address_below_another_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="under the path '/curate/' of another page it does not work"):
        check_serving(Serving(url="https://museum.example/curate/"), UsersFile(tmp_path / "users.json"))
    check_serving(Serving(url="https://page.museum.example/"), UsersFile(tmp_path / "users.json"))


def test_a_damaged_list_of_people_is_said_and_not_shown(
    visitor: Callable[[], TestClient], users: UsersFile, caplog: pytest.LogCaptureFixture
) -> None:
    client = visitor()
    assert log_in(client, "ana").status_code == 303
    token = hidden(client.get("/queue").text, "token")
    whole = users.path.read_text()
    users.path.write_text(whole[:40])
    given = {"token": token, "name": "ana", "password": "ana-has-a-long-one"}
    for answer in (client.get("/queue"), client.post("/login", data=given), client.get("/api/session")):
        assert (answer.status_code, "The list of who may log in cannot be read" in answer.text) == (500, True)
        assert str(users.path) not in answer.text
    assert f"{users.path} is not a file of users" in caplog.text
    users.path.write_text(whole)
    assert client.get("/queue").status_code == 200, "nobody was logged out by it"
