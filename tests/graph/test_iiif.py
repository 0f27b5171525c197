"""IIIF manifests and image services as pictures, fetched from loopback in one size."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from graph.download import Limits
from graph.iiif import find_picture
from graph.pictures import PictureStore, gather_pictures
from tests.graph.test_pictures import picture

SAMPLES = Path(__file__).parents[3] / "shared/data/museums/iiif"
SERVICE: dict[str, Any] = {
    "@context": "http://iiif.io/api/image/2/context.json",
    "@id": "https://m.example/iiif/2/wave/",
    "protocol": "http://iiif.io/api/image",
    "width": 6000,
    "height": 4000,
    "profile": ["http://iiif.io/api/image/2/level2.json"],
}
SECOND = {
    "@context": "http://iiif.io/api/presentation/2/context.json",
    "@type": "sc:Manifest",
    "sequences": [{"canvases": [{"images": []}, {"images": [{"resource": {"@id": "https://m.example/wave.jpg"}}]}]}],
}


def find(document: dict[str, Any]) -> str | None:
    return find_picture(json.dumps(document).encode())


def test_one_size_of_an_image_service_is_asked_for() -> None:
    base = "https://m.example/iiif/2/wave/full"
    assert find(SERVICE) == f"{base}/!1024,1024/0/default.jpg"
    assert find({**SERVICE, "width": 600, "height": 400}) == f"{base}/!600,600/0/default.jpg", "nothing is enlarged"
    assert find({**SERVICE, "maxWidth": 400}) == f"{base}/!400,400/0/default.jpg"
    sizes = [{"width": 150, "height": 100}, {"width": 900, "height": 600}, {"width": 6000, "height": 4000}]
    fixed = {**SERVICE, "profile": "http://iiif.io/api/image/2/level0.json", "sizes": sizes}
    assert find(fixed) == f"{base}/900,/0/default.jpg", "a server of level 0 has only its own sizes"
    third = {**fixed, "@context": "http://iiif.io/api/image/3/context.json", "profile": "level0"}
    assert find(third) == f"{base}/900,600/0/default.jpg"


def test_a_manifest_of_version_2_without_a_service_gives_its_picture() -> None:
    assert find(SECOND) == "https://m.example/wave.jpg"


def test_other_bytes_are_no_iiif_and_a_collection_shows_nothing() -> None:
    assert find_picture(picture()) is None
    assert find_picture(b'{"a": 1}') is None
    assert find_picture(b"{broken") is None
    with pytest.raises(ValueError, match="a IIIF collection"):
        find({"@context": "http://iiif.io/api/presentation/3/context.json", "type": "Collection", "items": []})
    with pytest.raises(ValueError, match="shows no picture"):
        find({**SECOND, "sequences": []})


@pytest.mark.parametrize(
    "document",
    [
        {**SERVICE, "@id": None},
        {**SERVICE, "width": [600]},
        {**SERVICE, "profile": "level0", "sizes": [{"width": "wide", "height": 9}]},
        {**SECOND, "sequences": ["none"]},
        {**SECOND, "sequences": [{"canvases": [{"images": [None]}]}]},
    ],
)
def test_a_document_of_any_shape_is_a_picture_that_could_not_be_had(tmp_path: Path, document: dict[str, Any]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document))
    gathered = gather_pictures(PictureStore(tmp_path / "store"), tmp_path, ["a.json"])
    assert gathered.broken["a.json"].startswith("no picture in IIIF: ")


def test_sizes_without_a_height_are_passed_over() -> None:
    fixed = {**SERVICE, "profile": "level0", "sizes": [{"width": 900}, {"width": 150, "height": 100}]}
    assert (find(fixed) or "").endswith("/full/150,/0/default.jpg")
    assert find_picture(b'{"a":' + b"[" * 100_000) is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/data/museums is not there")
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("0001-mvm-image", "https://iiif.io/api/presentation/2.1/example/fixtures/resources/page1-full.png"),
        ("0005-image-service", "918ecd18c2592080851777620de9bcb5-gottingen/full/!1024,1024/0/default.jpg"),
        ("0009-book-1", "gallica_ark_12148_bpt6k1526005v_f18/full/!1024,1024/0/default.jpg"),
        ("0021-tagging", "918ecd18c2592080851777620de9bcb5-gottingen/full/!1024,1024/0/default.jpg"),
        ("0033-choice", "421e65be2ce95439b3ad6ef1f2ab87a9-dee-natural/full/!1024,1024/0/default.jpg"),
    ],
)  # fmt: skip
def test_the_samples_show_their_first_picture(name: str, address: str) -> None:
    assert (find_picture((SAMPLES / f"{name}.json").read_bytes()) or "").endswith(address)


@pytest.fixture
def museum() -> Iterator[str]:
    """A server with a manifest, its image service, and one picture in the size that is to be asked for."""

    class Museum(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            base = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
            service = {"id": f"{base}/wave", "type": "ImageService3", "width": 6000, "height": 4000}
            body = {"id": f"{base}/full.jpg", "type": "Image", "service": [service]}
            page = {"items": [{"motivation": "painting", "body": body}]}
            context = "http://iiif.io/api/presentation/3/context.json"
            manifest = {"@context": context, "type": "Manifest", "items": [{"items": [page]}]}
            answers = {
                "/manifest": json.dumps(manifest).encode(),
                "/wave/full/!1024,1024/0/default.jpg": picture("JPEG"),
            }
            self.send_response(200 if self.path in answers else 404)
            self.end_headers()
            self.wfile.write(answers.get(self.path, b""))

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Museum)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_manifest_is_kept_as_the_address_and_its_picture_in_the_store(tmp_path: Path, museum: str) -> None:
    store, address = PictureStore(tmp_path / "store"), f"{museum}/manifest"
    gathered = gather_pictures(store, tmp_path, [address], limits=Limits(allow_private=True))
    assert gathered.broken == {}
    assert gathered.digests[address] in store
    refused = gather_pictures(PictureStore(tmp_path / "other"), tmp_path, [address])
    assert "not a public address" in refused.broken[address]


def test_a_manifest_in_the_folder_may_lead_to_public_addresses_only(tmp_path: Path, museum: str) -> None:
    manifest = json.dumps({**SECOND, "sequences": [{"canvases": [{"images": [{"resource": {"@id": f"{museum}/x"}}]}]}]})
    (tmp_path / "wave.json").write_text(manifest)
    (tmp_path / "none.json").write_text(json.dumps({**SECOND, "sequences": []}))
    gathered = gather_pictures(PictureStore(tmp_path / "store"), tmp_path, ["wave.json", "none.json"])
    assert "not a public address" in gathered.broken["wave.json"]
    assert (
        gathered.broken["none.json"] == "no picture in IIIF: it is a IIIF manifest whose first canvas shows no picture"
    )
