"""The image service of a museum: a picture's description and its tiles, within the limits that pictures have."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from graph.download import Limits, PictureError, download
from graph.iiif import find_service, is_service, read_document
from graph.pictures import check_picture

# An address of one picture by the image API: the service, region, size, rotation, quality and format.
ONE_PICTURE = re.compile(
    r"(https?://.+)/(?:full|square|[\d,]+|pct:[\d.,]+)/[^/]+/!?[\d.]+/(?:default|native|color|gray|bitonal)\.\w+"
)
PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif", ".jp2")
# What a tile may ask for, so that nothing else is asked in the page's name.
REGION = re.compile(r"full|\d{1,6},\d{1,6},\d{1,6},\d{1,6}")
SIZE = re.compile(r"full|max|\d{1,6},|,\d{1,6}|\d{1,6},\d{1,6}")
LAST = re.compile(r"(?:default|native)\.(?:jpg|png|webp)")
# What a viewer needs of a description.
KEPT = (
    "@context", "type", "protocol", "profile", "width", "height", "tiles", "sizes", "maxWidth", "maxHeight", "maxArea",
)  # fmt: skip
MEDIA = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


@dataclass(frozen=True)
class Service:
    """address: without a slash at its end. described: its ``info.json``, as far as a viewer needs it."""

    address: str
    described: dict[str, Any]


def may_be_iiif(address: str | None) -> bool:
    """Whether an address looks like a manifest, a description or a picture of IIIF; only asking tells."""
    try:
        parts = urlsplit(address or "")
    except ValueError:  # a source may hold anything, such as http://[
        return False
    if parts.scheme not in ("http", "https"):
        return False
    if ONE_PICTURE.fullmatch(str(address)):
        return True
    said = f"{parts.netloc}{parts.path}".lower()
    return not said.endswith(PICTURE_ENDINGS) and ("iiif" in said or "manifest" in said or said.endswith("/info.json"))


def find(address: str, limits: Limits) -> Service:
    """The image service behind an address. Raises PictureError where there is none, or it cannot be had."""
    one = ONE_PICTURE.fullmatch(address)
    try:
        service = one.group(1) if one else find_service(download(address, limits))
    except (ValueError, TypeError, AttributeError) as error:  # a document from the web may have any shape
        raise PictureError(f"no picture in IIIF: {error}") from error
    if service is None:
        raise PictureError("no image service of IIIF is behind this address")
    described = read_document(download(f"{service}/info.json", limits))
    if described is None or not is_service(described):
        raise PictureError(f"{service}/info.json describes no picture of IIIF")
    if not all(isinstance(described.get(side), int) and described[side] > 0 for side in ("width", "height")):
        raise PictureError(f"{service}/info.json has no width and height")
    return Service(service, {name: described[name] for name in KEPT if name in described})


def fetch_tile(service: Service, region: str, size: str, last: str, limits: Limits) -> tuple[bytes, str]:
    """A tile and its media type. Raises PictureError for what is no tile, and where it cannot be had."""
    for given, form in ((region, REGION), (size, SIZE), (last, LAST)):
        if form.fullmatch(given) is None:
            raise PictureError(f"{given!r} is no part of a tile's address")
    content = download(f"{service.address}/{region}/{size}/0/{last}", limits)
    kind = check_picture(content)
    if kind not in MEDIA:
        raise PictureError(f"a tile is {kind}; it must be one of {', '.join(MEDIA)}")
    return content, MEDIA[kind]
