"""Looking closely: tiles of stored originals, two pictures side by side, and museums' IIIF services behind the page."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Page, expect

from graph.connection import Database
from graph.download import Limits
from graph.page.withheld import Withheld
from graph.pictures import PictureStore
from graph.rights import pattern_of
from review import tiles
from review.app import create_app
from review.context import Site
from review.errors import NotFoundError
from review.museums import Museums, museum_address
from tests.loopback import serving
from tests.review.conftest import Serve

WIDTH, HEIGHT = 1500, 700


def painted() -> Image.Image:
    """Red tells the column and green the row, in steps of 8 pixels."""
    y, x = np.indices((HEIGHT, WIDTH)) // 8
    return Image.fromarray(np.stack([x, y, 0 * x], axis=-1).astype(np.uint8))


@pytest.fixture
def digest(store: PictureStore) -> str:
    content = BytesIO()
    painted().save(content, "PNG")
    return store.add(content.getvalue())


class Museum(BaseHTTPRequestHandler):
    """An image service of version 3 and a manifest; whatever it was asked for is kept."""

    asked: list[str] = []  # noqa: RUF012  # one list for all requests of a server

    def do_GET(self) -> None:
        self.asked.append(self.path)
        base = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        service = {"id": f"{base}/iiif/wave", "type": "ImageService3", "width": WIDTH, "height": HEIGHT}
        if self.path == "/iiif/wave/info.json":
            context = {"@context": "http://iiif.io/api/image/3/context.json", "protocol": "http://iiif.io/api/image"}
            known = {**service, **context, "profile": "level2", "tiles": [{"width": 512, "scaleFactors": [1, 2, 4]}]}
            self._send(json.dumps({**known, "evil": "<script>"}).encode())
        elif self.path == "/manifest":
            body = {"id": f"{base}/full.jpg", "type": "Image", "service": [service]}
            page = {"items": [{"items": [{"motivation": "painting", "body": body}]}]}
            self._send(
                json.dumps({"@context": "http://iiif.io/api/presentation/3/context.json", "items": [page]}).encode()
            )
        elif self.path.startswith("/iiif/wave/full/max"):
            self._send(b"<html>")
        elif self.path.startswith("/iiif/wave/"):
            content = BytesIO()
            painted().resize((64, 64)).save(content, "JPEG")
            self._send(content.getvalue())
        else:
            self.send_error(404)

    def _send(self, content: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def museum() -> Iterator[str]:
    Museum.asked.clear()
    with serving(Museum) as address:
        yield address


def serves(site: Site) -> TestClient:
    return TestClient(create_app(site), base_url="http://localhost", follow_redirects=False)


def test_tiles_of_all_levels_show_the_original_s_pixels_and_are_made_once(
    store: PictureStore, digest: str, tmp_path: Path
) -> None:
    made = tiles.pyramid(store, tmp_path / "tiles", digest)
    assert tiles.describe(made, "/x")["tiles"] == [{"width": 512, "scaleFactors": [1, 2, 4]}]
    assert sorted(str(file.relative_to(made)) for file in made.rglob("*.jpg")) == [
        *("1/0_0.jpg", "1/0_1.jpg", "1/1_0.jpg", "1/1_1.jpg", "1/2_0.jpg", "1/2_1.jpg"),
        *("2/0_0.jpg", "2/1_0.jpg", "4/0_0.jpg"),
    ]
    for region, size, place in (
        ("1024,512,476,188", "476,188", (1024 + 100, 512 + 100)),
        ("0,0,1024,700", "512,350", (200, 200)),
        ("full", "375,175", (400, 400)),
    ):
        file = Image.open(tiles.tile(made, region, size))
        assert file.size == tuple(map(int, size.split(",")))
        left, top = (0, 0) if region == "full" else map(int, region.split(",")[:2])
        factor = 1 if region.startswith("1024") else 2 if region.startswith("0") else 4
        red, green, _ = file.getpixel(((place[0] - left) // factor, (place[1] - top) // factor))  # type: ignore[misc]
        assert (red, green) == pytest.approx((place[0] / 8, place[1] / 8), abs=4)
    before = made.stat().st_mtime_ns
    (store.path(digest)).unlink()
    assert tiles.pyramid(store, tmp_path / "tiles", digest).stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("region", "size"),
    [("1,0,512,512", "512,512"), ("0,0,512,512", "511,512"), ("full", "max"), ("-1,0,9,9", "9,9"), ("../..", "max"),
     ("1536,0,512,512", "512,512"), ("0,0,512", "512,512"), ("full", "1500,700"), ("²,0,1,1", "1,1")],
)  # fmt: skip
def test_what_is_no_tile_is_refused(store: PictureStore, digest: str, tmp_path: Path, region: str, size: str) -> None:
    made = tiles.pyramid(store, tmp_path / "tiles", digest)
    with pytest.raises(NotFoundError, match="no such tile"):
        tiles.tile(made, region, size)


def test_transparency_and_greys_of_sixteen_bits_lie_on_white_and_keep_their_brightness(
    client: TestClient, store: PictureStore
) -> None:
    ink = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (0, 0, 20, 40))
    grey = Image.fromarray(np.full((40, 40), 32768, np.uint16))
    shown = []
    for image in (ink, grey):
        content = BytesIO()
        image.save(content, "PNG")
        digest = store.add(content.getvalue())
        for address in (f"/pictures/large/{digest}", f"/iiif/stored/{digest}/full/max/0/default.jpg"):
            answer = Image.open(BytesIO(client.get(address).content))
            shown.append((answer.mode, answer.getpixel((35, 20))))
    assert [mode for mode, _ in shown] == ["RGB"] * 4
    assert [levels for _, levels in shown] == [(255,) * 3, (255,) * 3, (128,) * 3, (128,) * 3]


def test_a_withheld_picture_has_no_tiles(make_site: Callable[..., Site], gallery: Database, museum: str) -> None:
    pattern = pattern_of("CC0*")
    assert pattern is not None
    digest = gallery.read("review/read_names", ids=["w00"])[0]["picture"]
    gallery.driver.execute_query(
        "MATCH (w:Artwork {id: 'w11'}) SET w.image = $address", address=f"{museum}/iiif/wave/info.json"
    )
    client = serves(
        replace(make_site(), withheld=Withheld(gallery, pattern), museums=Museums(Limits(allow_private=True)))
    )
    for address in (f"/iiif/stored/{digest}", museum_address("w11")):
        assert client.get(f"{address}/info.json").status_code == 404
    assert Museum.asked == []


@pytest.mark.parametrize("path", ["/manifest", "/iiif/wave/info.json", "/iiif/wave/full/!1024,1024/0/default.jpg"])
def test_a_museum_s_service_is_asked_in_the_page_s_name(
    make_site: Callable[..., Site], gallery: Database, museum: str, path: str
) -> None:
    gallery.driver.execute_query("MATCH (w:Artwork {id: 'w00'}) SET w.image = $address", address=museum + path)
    client, here = serves(replace(make_site(), museums=Museums(Limits(allow_private=True)))), museum_address("w00")
    known = client.get(f"{here}/info.json").json()
    assert (known["id"], known["width"], "evil" in known) == (here, WIDTH, False)
    tile = client.get(f"{here}/512,0,512,512/512,512/0/default.jpg")
    assert (tile.status_code, tile.headers["content-type"]) == (200, "image/jpeg")
    assert Museum.asked[-1] == "/iiif/wave/512,0,512,512/512,512/0/default.jpg"
    assert sum(asked.endswith("info.json") for asked in Museum.asked) == (2 if path.endswith("info.json") else 1)
    count = len(Museum.asked)
    for wrong in ("full/max/0/gray.tif", "pct:1,1,1,1/max/0/default.jpg", "full/!9,9/0/default.jpg"):
        assert client.get(f"{here}/{wrong}").status_code == 404
    assert len(Museum.asked) == count, "nothing else is asked for"
    assert client.get(f"{here}/full/max/0/default.jpg").status_code == 404, "what comes is a picture"


def test_private_addresses_and_other_entities_are_not_asked(client: TestClient, gallery: Database, museum: str) -> None:
    gallery.driver.execute_query("MATCH (w:Artwork {id: 'w00'}) SET w.image = $address", address=f"{museum}/manifest")
    for id_ in ("w00", "w01", "nobody"):
        answer = client.get(f"{museum_address(id_)}/info.json")
        assert answer.status_code == 404
    assert client.get("/iiif/museum/%ff%ff/info.json").status_code == 404
    assert Museum.asked == []


def test_pictures_are_zoomed_and_laid_side_by_side(page: Page, address: str) -> None:
    page.goto(f"{address}/queue?relation=hasStyle")
    expect(page.locator("html.scripted")).to_be_attached()
    with page.expect_response("**/iiif/stored/**/default.jpg") as tile:
        page.keyboard.press("z")
    assert tile.value.ok
    expect(page.locator("#zoomed .deep.opened")).to_have_count(1)
    page.get_by_role("button", name="Zoom in: Pond number 0").click()
    page.get_by_role("navigation", name="Beside it").get_by_role("link", name="Pond number 1").click()
    expect(page.locator("#zoomed .deep.opened")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#zoomed .deep")).to_have_count(0)
    page.keyboard.press("c")
    expect(page.locator("#zoomed .deep.opened")).to_have_count(2)
    expect(page.locator("#zoomed figcaption").nth(1)).to_contain_text("Pond number 1 · CC0")
    page.goto(f"{address}/look?id=w00&beside=w01")
    expect(page.locator(".deep.opened")).to_have_count(2)


def test_a_museum_s_picture_opens_in_the_same_viewer_and_the_copy_where_it_is_away(
    page: Page, serve: Serve, make_site: Callable[..., Site], gallery: Database, museum: str
) -> None:
    address = serve(replace(make_site(), museums=Museums(Limits(allow_private=True))))
    gallery.driver.execute_query(
        "MATCH (w:Artwork) WHERE w.id IN ['w00', 'w01'] SET w.image = $address + w.id",
        address=f"{museum}/iiif/",
    )
    gallery.driver.execute_query(
        "MATCH (w:Artwork {id: 'w00'}) SET w.image = $address", address=f"{museum}/iiif/wave/info.json"
    )
    with page.expect_response("**/iiif/museum/**/default.jpg") as tile:
        page.goto(f"{address}/look?id=w00")
    assert tile.value.ok
    expect(page.locator(".deep.opened")).to_have_count(1)
    page.goto(f"{address}/look?id=w01")
    expect(page.locator(".deep.opened")).to_have_count(1)
    assert "/iiif/w01" in Museum.asked
