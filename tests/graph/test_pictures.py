"""The picture store, and pictures from a folder and from a web server on loopback."""

import gzip
import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from base.errors import PipelineError
from graph import download as downloads
from graph.download import Limits, PictureError, download
from graph.pictures import PictureStore, check_picture, gather_pictures
from tests.loopback import serving

ALLOWED = Limits(allow_private=True)


def picture(form: str = "PNG", colour: str = "red", size: tuple[int, int] = (32, 24)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, form)
    return content.getvalue()


class Handler(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012  # one list for all requests of a server

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/redirect"):
            self.send_response(302)
            self.send_header("Location", {"/redirect-loop": "/redirect-loop"}.get(self.path, "/red.png"))
            self.end_headers()
        elif self.path == "/file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(2400):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path == "/red.png":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(picture())
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def web() -> Iterator[str]:
    Handler.asked.clear()
    with serving(Handler) as address:
        yield address


@pytest.mark.parametrize(("form", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_picture_is_kept_under_its_digest(tmp_path: Path, form: str, ending: str) -> None:
    content = picture(form)
    digest = PictureStore(tmp_path).add(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert PictureStore(tmp_path).path(digest) == tmp_path / digest[:2] / f"{digest}.{ending}"
    assert PictureStore(tmp_path).path(digest).read_bytes() == content
    assert [path.name for path in tmp_path.rglob("*.*")] == [f"{digest}.{ending}"]


def test_a_picture_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="the picture abc is not in"):
        PictureStore(tmp_path).path("abc")


def test_what_is_not_a_whole_picture_is_refused(tmp_path: Path) -> None:
    jpeg, store = picture("JPEG", size=(300, 300)), PictureStore(tmp_path)
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    for content in (b"", b"<html>", svg, jpeg[: len(jpeg) // 2], picture("PPM")):
        with pytest.raises(PictureError, match="not a whole picture"):
            store.add(content)
    assert not list(tmp_path.iterdir())


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    content = BytesIO()
    Image.new("1", (9_000, 9_000)).save(content, "PNG")
    with pytest.raises(PictureError, match="9000 x 9000 pixels are more than 80,000,000"):
        check_picture(content.getvalue())


def test_paths_stay_inside_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "source"
    (inside / "images").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(picture(colour="blue"))
    (inside / "images" / "red.png").write_bytes(picture())
    (inside / "out.png").symlink_to(tmp_path / "secret.png")
    (inside / "in.png").symlink_to(inside / "images" / "red.png")
    (inside / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    good = ["images/red.png", "images\\red.png", "in.png", "images/../images/red.png"]
    outside = ["../secret.png", "out.png", str(tmp_path / "secret.png"), "..\\secret.png"]
    (inside / "circle.png").symlink_to(inside / "circle.png")
    bad = ["absent.png", "images", "broken.jpg", "nul\0.png", "circle.png", "s3://bucket/a.png", "x" * 5_000]
    seen: list[tuple[int, int, str]] = []
    gathered = gather_pictures(
        PictureStore(tmp_path / "store"),
        inside,
        [*good, *outside, *bad, *good],
        progress=lambda done, total, note="": seen.append((done, total, note)),
    )
    assert gathered.digests == dict.fromkeys(good, hashlib.sha256(picture()).hexdigest())
    assert set(gathered.broken) == {*outside, *bad}
    assert all("leads out of" in gathered.broken[path] for path in outside)
    assert "no such file" in gathered.broken["absent.png"]
    assert "not a whole picture" in gathered.broken["broken.jpg"]
    assert gathered.broken["images"] == "it is a folder"
    assert "nor an http or https address" in gathered.broken["s3://bucket/a.png"]
    assert "cannot be read" in gathered.broken["circle.png"]
    assert seen[-1] == (15, 15, "11 left out")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "the file is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "it is a Git LFS pointer"),
        (b'{"error": "not found"}', "it is JSON"),
        (b" \n<svg xmlns='x'/>", "it is an SVG drawing"),
        (b"\0\0\0\x18ftypheic" + 40 * b"\0", "it is of the kind heic"),
        (gzip.compress(b"<svg/>", mtime=0), "it is packed by gzip"),
        (b"\0\0\0\x1cftypavif" + 40 * b"\0", "it begins like one, and is cut off or broken"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif" + 40 * b"\0", "it begins like one, and is cut off or broken"),
        (b"GIF89a", "it begins like one, and is cut off or broken"),
        (b"Not Found", "its first bytes are no picture's"),
    ],
)
def test_what_is_no_picture_is_called_by_its_kind(content: bytes, kind: str) -> None:
    with pytest.raises(PictureError, match=re.escape(kind)):
        check_picture(content)


def test_pillows_own_warnings_are_not_shown() -> None:
    code = "from graph.pictures import check_picture; check_picture(b'II*\\0\\x08\\0\\0\\0')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "it begins like one, and is cut off or broken" in done.stderr
    assert "Warning" not in done.stderr


def test_without_the_web_files_are_looked_at_and_nothing_is_kept(tmp_path: Path, web: str) -> None:
    (tmp_path / "red.png").write_bytes(picture())
    (tmp_path / "cut.png").write_bytes(picture()[:60])
    (tmp_path / "iiif.json").write_text(json.dumps({"@context": "http://iiif.io/api/image/2/context.json", "@id": web}))
    Handler.asked.clear()
    store = PictureStore(tmp_path / "store", keep=False)
    images = ["red.png", "cut.png", "iiif.json", f"{web}/red.png"]
    gathered = gather_pictures(store, tmp_path, images, limits=ALLOWED, web=False)
    assert set(gathered.digests) == {"red.png"}
    assert set(gathered.broken) == {"cut.png"}
    assert not store.folder.exists()
    assert not Handler.asked


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    store = PictureStore(tmp_path / "store")
    (tmp_path / "a.png").write_bytes(picture(colour="red"))
    first = gather_pictures(store, tmp_path, ["a.png"]).digests
    (tmp_path / "a.png").write_bytes(picture(colour="blue"))
    second = gather_pictures(store, tmp_path, ["a.png"], known=first).digests
    assert second == {"a.png": hashlib.sha256(picture(colour="blue")).hexdigest()}


def test_a_picture_from_the_web_is_fetched_once(tmp_path: Path, web: str) -> None:
    store, address = PictureStore(tmp_path), f"{web}/red.png"
    first = gather_pictures(store, tmp_path, [address], limits=ALLOWED)
    again = gather_pictures(store, tmp_path, [address], known=first.digests, limits=ALLOWED)
    assert first.digests == again.digests == {address: hashlib.sha256(picture()).hexdigest()}
    assert Handler.asked == ["/red.png"]


def test_a_picture_that_could_not_be_had_is_tried_again(tmp_path: Path, web: str) -> None:
    addresses = [f"{web}/none.png", "http://127.0.0.1:9/x.png", "http://no-such-host.invalid/x.png", "http://"]
    gathered = gather_pictures(PictureStore(tmp_path), tmp_path, addresses, limits=ALLOWED)
    assert not gathered.digests
    assert gathered.broken[addresses[0]] == "the server answers 404"
    assert "ConnectError" in gathered.broken[addresses[1]]
    assert "no-such-host.invalid is unknown" in gathered.broken[addresses[2]]
    gather_pictures(PictureStore(tmp_path), tmp_path, addresses[:1], known=gathered.digests, limits=ALLOWED)
    assert Handler.asked == ["/none.png"] * 2


def test_redirects_are_followed_but_not_for_ever_nor_to_files(web: str) -> None:
    assert download(f"{web}/redirect", ALLOWED) == picture()
    with pytest.raises(PictureError, match="more than 5 redirects"):
        download(f"{web}/redirect-loop", ALLOWED)
    with pytest.raises(PictureError, match="not an http or https address"):
        download(f"{web}/file", ALLOWED)


def test_size_and_time_are_bounded(web: str) -> None:
    with pytest.raises(PictureError, match="larger than 50 bytes"):
        download(f"{web}/red.png", Limits(max_bytes=50, allow_private=True))
    start = time.monotonic()
    with pytest.raises(PictureError, match=r"slower than 0.3 seconds|Timeout"):
        download(f"{web}/slow", Limits(seconds=0.3, allow_private=True))
    assert time.monotonic() - start < 60  # of the two minutes that it would take


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]",
     "[fe80::1]", "[::ffff:127.0.0.1]", "2130706433"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(host: str) -> None:
    with pytest.raises(PictureError, match="which is not a public address"):
        download(f"http://{host}/x.png", Limits())


def test_a_redirect_to_an_address_that_is_not_public_is_refused(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first step stands for a public server: only the redirect target is judged by the real rule.
    real, steps = downloads._resolve, iter([True])
    monkeypatch.setattr(downloads, "_resolve", lambda url, allow: real(url, next(steps, allow)))
    with pytest.raises(PictureError, match=r"127\.0\.0\.1, which is not a public address"):
        download(f"{web}/redirect", Limits())
    assert Handler.asked == ["/redirect"]
