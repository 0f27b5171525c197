"""IIIF: which picture, in which size, a manifest (presentation 2 and 3) or an image service (2 and 3) stands for."""

import json
from typing import Any

LONGEST_SIDE = 1024  # pixels: enough for encoders and the page, and a small download
# A server of level 0 has only the sizes that it lists.
FIXED = ("level0", "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level0")


def find_picture(content: bytes) -> str | None:
    """The address of one picture of a IIIF document; None where the bytes are none.

    Raises ValueError where it is one that shows no picture, such as a collection.
    """
    document = read_document(content)
    if document is None:
        return None
    if is_service(document):
        return _of_service(document)
    resource = _shown(document)
    services = services_of(resource)
    return _of_service(services[0]) if services else str(_get(resource, "id"))


def find_service(content: bytes) -> str | None:
    """The address of the image service behind the first picture of a IIIF document; None where there is none.

    Raises ValueError as find_picture.
    """
    document = read_document(content)
    if document is None:
        return None
    services = [document] if is_service(document) else services_of(_shown(document))
    return str(_get(services[0], "id")).rstrip("/") if services and _get(services[0], "id") else None


def read_document(content: bytes) -> dict[str, Any] | None:
    """The JSON of a IIIF document; None where the bytes are none."""
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        document: dict[str, Any] = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    said = json.dumps([document.get("@context"), document.get("protocol")])
    return document if "iiif.io/api/" in said else None


def is_service(document: dict[str, Any]) -> bool:
    """Whether a document describes one picture, and no manifest."""
    return "iiif.io/api/image" in json.dumps([document.get("@context"), document.get("protocol")])


def services_of(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """The image services of what is painted on a canvas."""
    return [one for one in _listed(resource.get("service")) if isinstance(one, dict) and _get(one, "id")]


def _shown(manifest: dict[str, Any]) -> dict[str, Any]:
    if "collection" in str(_get(manifest, "type")).lower():
        raise ValueError("it is a IIIF collection, which lists manifests and is no picture")
    resource = _first_resource(manifest)
    if resource is None:
        raise ValueError("it is a IIIF manifest whose first canvas shows no picture")
    return resource


def _of_service(service: dict[str, Any]) -> str:
    if not _get(service, "id"):
        raise ValueError("its image service has no address")
    base = str(_get(service, "id")).rstrip("/")
    return f"{base}/full/{_size(service)}/0/default.jpg"


def _size(service: dict[str, Any]) -> str:
    """The size to ask for: within LONGEST_SIDE, and one that the server has."""
    listed = [
        one for one in _listed(service.get("sizes")) if isinstance(one, dict) and one.get("width") and one.get("height")
    ]
    profile = json.dumps(service.get("profile"))
    if listed and any(level in profile for level in FIXED):
        sides = sorted((max(int(one["width"]), int(one["height"])), at) for at, one in enumerate(listed))
        fitting = [pair for pair in sides if pair[0] <= LONGEST_SIDE]
        chosen = listed[(fitting[-1] if fitting else sides[0])[1]]
        is_third = service.get("type") == "ImageService3" or "image/3" in json.dumps(service.get("@context"))
        return f"{chosen['width']},{chosen['height']}" if is_third else f"{chosen['width']},"
    # A server of version 3 refuses to enlarge, and one of version 2 may.
    width, height = int(service.get("width") or 0), int(service.get("height") or 0)
    side = min(LONGEST_SIDE, int(service.get("maxWidth") or LONGEST_SIDE), max(width, height) or LONGEST_SIDE)
    return f"!{side},{side}"


def _first_resource(manifest: dict[str, Any]) -> dict[str, Any] | None:
    """What is painted on the first canvas that shows anything; of a choice the first."""
    canvases = [c for sequence in _listed(manifest.get("sequences")) for c in _listed(sequence.get("canvases"))]
    for canvas in canvases or _listed(manifest.get("items")):
        bodies = [image.get("resource") for image in _listed(canvas.get("images"))]
        pages = _listed(canvas.get("items"))
        bodies += [note.get("body") for page in pages for note in _listed(page.get("items"))]
        for body in (one for given in bodies for one in _listed(given)):
            choice = _listed(body.get("items")) or _listed(body.get("default"))
            resource = choice[0] if choice else body
            if isinstance(resource, dict) and _get(resource, "id"):
                return resource
    return None


def _get(node: dict[str, Any], name: str) -> Any:
    """A key of version 3, or of version 2 with its sign."""
    return node.get(name) or node.get(f"@{name}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
