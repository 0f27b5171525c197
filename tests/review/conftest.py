"""A small gallery with proposed links, the page on it, and a real browser."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
import uvicorn
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from graph.connection import Database
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from review.app import create_app
from review.context import Site
from review.doorkeeper import Doorkeeper
from review.impatience import Impatient
from review.users import UsersFile

Serve = Callable[[Site], str]
PATIENCE = 60_000.0  # milliseconds, for a busy machine
expect.set_options(timeout=PATIENCE)
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--no-first-run",
]
HOSTILE = "<script>alert('Mona')</script>\"><img src=x onerror=alert(1)>"
WORKS = [f"w{number:02d}" for number in range(12)]
STYLES = {"impressionism": "Impressionism", "cubism": "Cubism", "ukiyo-e": "Ukiyo-e"}


def picture(colour: str, size: tuple[int, int] = (400, 300)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    return PictureStore(tmp_path / "pictures")


@pytest.fixture
def gallery(database: Database, store: PictureStore) -> Database:
    """Twelve works by one artist, three styles, three proposals for each work; the last work has a hostile name."""
    digests = [store.add(picture(colour)) for colour in ("navy", "olive", "maroon")]
    works = [
        {
            "id": id_,
            "name": HOSTILE if id_ == WORKS[-1] else f"Pond number {number}",
            "text": "A pond.",
            "url": "javascript:alert(1)" if id_ == WORKS[-1] else "https://museum.example/pond",
            "rights": "CC0",
            "sha": digests[number % 3] if number < 9 else None,
        }
        for number, id_ in enumerate(WORKS)
    ]
    database.driver.execute_query(
        "UNWIND $works AS w CREATE (e:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: w.id, name: w.name, "
        "text: w.text, url: w.url, "
        "rights: w.rights, image_sha256: w.sha, date: '1899'})",
        works=works,
    )
    database.driver.execute_query(
        "UNWIND $styles AS s CREATE (:Entity:Vlkge:Style {primary_label: 'Style', id: s[0], name: s[1]})",
        styles=list(map(list, STYLES.items())),
    )
    database.driver.execute_query(
        "CREATE (a:Entity:Vlkge:Artist {primary_label: 'Artist', id: 'monet', name: 'Claude Monet'}) "
        "WITH a MATCH (w:Artwork) "
        "CREATE (w)-[:isCreatedByArtist {vlkge: true, split: 'train', sources: ['museum'], "
        "asserted_at: datetime()}]->(a)"
    )
    register_model(database, "m1", "complex", {}, METRICS, "f00d", {})
    publish(database, proposals(), model_version="m1", run_id="monday")
    return database


METRICS = {
    "validation_mrr": 0.31,
    "test": {
        "mrr": 0.365,
        "hits_at_1": 0.29,
        "hits_at_10": 0.5,
        "relations": {"hasStyle": {"queries": 40, "mrr": 0.42, "hits_at_1": 0.3, "hits_at_10": 0.6}},
    },
    "popularity": {"test": {"mrr": 0.22}},
    "calibration": {
        "ece": 0.02,
        "bins": [{"from": 0.9, "to": 1.0, "count": 50, "predicted": 0.94, "observed": 0.92}],
        "yields": [{"probability": 0.9, "links": 50, "correct": 46, "precision": 0.92}],
    },
}


RULE = "Of 45 artworks created by artist Monet whose style is known, 43 have style Impressionism."


def proposals() -> pd.DataFrame:
    """Probabilities of work n: 0.95 - n/50 for its first style, half of that and a tenth of that for the others."""
    rows = []
    for number, work in enumerate(WORKS):
        first = 0.95 - number / 50
        for rank, (style, share) in enumerate(zip(STYLES, (1.0, 0.5, 0.1), strict=True), 1):
            path = json.dumps([work, ">isCreatedByArtist", "monet", "<isCreatedByArtist", "w00", ">hasStyle", style])
            rows.append(
                {
                    "head": work,
                    "relation": "hasStyle",
                    "tail": style,
                    "score": first * share,
                    "rank": rank,
                    "probability": first * share,
                    "uncertainty": 1 - abs(first * share - 0.5),
                    "calibrated_on": "relation",
                    "similar": ["w00", "w01"],
                    "similarity": [0.9, 0.8],
                    "paths": [path],
                    "path_counts": [43],
                    "rule": RULE,
                    "rule_key": json.dumps(["hasStyle", style, ">isCreatedByArtist", "monet"]),
                    "rule_support": 43,
                    "rule_of": 45,
                    "rule_confidence": 0.8742,
                    "more_rules": ["Of 9 works by another path, 7 are so."],
                    "share_structural": 0.5,
                    "share_visual": 0.3,
                    "share_textual": 0.15,
                    "share_facts": 0.05,
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def three_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their file: to hash a password takes long by design."""
    file = UsersFile(tmp_path_factory.mktemp("people") / "users.json")
    file.add("vera", "viewer", "vera-has-a-long-one")
    file.add("ana", "curator", "ana-has-a-long-one")
    file.add("ada", "admin", "ada-has-a-long-one")
    return file.path


@pytest.fixture
def users(three_people: Path, tmp_path: Path) -> UsersFile:
    """Three people; each one's password is their name and `-has-a-long-one`."""
    path = tmp_path / "review" / "users.json"
    path.parent.mkdir()
    shutil.copy(three_people, path)
    return UsersFile(path)


@pytest.fixture
def make_site(gallery: Database, store: PictureStore, tmp_path: Path) -> Callable[..., Site]:
    def make(users: UsersFile | None = None, name: str = "tester") -> Site:
        return Site(
            database=gallery,
            pictures=store,
            thumbnails=tmp_path / "thumbnails",
            models=tmp_path / "models",
            secret="a secret of the tests",
            users=users,
            local_name=name,
            door=Doorkeeper(tmp_path / "review" / "door.sqlite"),
            hosts=frozenset({"localhost", "127.0.0.1"}),
        )

    return make


@pytest.fixture
def client(make_site: Callable[..., Site]) -> TestClient:
    """A browser without scripts, on a page without logins."""
    return TestClient(create_app(make_site()), base_url="http://localhost", follow_redirects=False)


@pytest.fixture
def serve() -> Iterator[Callable[[Site], str]]:
    """Serves a site on a free port and gives its address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(site: Site) -> str:
        server = uvicorn.Server(uvicorn.Config(create_app(site), http=Impatient, log_level="error", lifespan="off"))
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        running.append((server, thread))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        pytest.skip(f"there is no browser at {CHROMIUM}; Debian's package chromium brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A tab in which any error of a script, or anything the policy refused, fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    tab.on("dialog", lambda dialog: wrong.append(f"a dialog said {dialog.message}"))
    yield tab
    context.close()
    assert wrong == []


@pytest.fixture
def address(serve: Serve, make_site: Callable[..., Site]) -> str:
    return serve(make_site())
