"""Pictures by digest: never the stored file itself, always a smaller copy that this program has made of it."""

import re
import threading
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from PIL import Image

from base.errors import PipelineError
from base.files import replacing
from base.picture_colours import to_rgb
from graph.pictures import FORMATS, MAX_PIXELS, PictureStore
from review.access import SiteDep, needs
from review.errors import NotFoundError
from review.language import gettext
from review.words import number

Size = Literal["small", "large"]
SIDES: dict[Size, int] = {"small": 320, "large": 1600}
INSTEAD = Path(__file__).parent / "static" / "withheld.svg"
DIGEST = re.compile(r"[0-9a-f]{64}")
# A picture of MAX_PIXELS takes a quarter of a gigabyte while it is made smaller.
_AT_ONCE = threading.BoundedSemaphore(2)

router = APIRouter(include_in_schema=False)


@router.get("/pictures/{size}/{digest}", dependencies=[Depends(needs("viewer"))])
def picture(size: Size, digest: str, site: SiteDep) -> FileResponse:
    """A picture of the store, as WebP; it may be kept for good, for a digest names one content.

    A drawing that says so stands for one that is not shown for its rights.
    """
    if site.withheld is not None and digest in site.withheld:
        return FileResponse(INSTEAD, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
    path = thumbnail(site.pictures, site.thumbnails, digest, size)
    return FileResponse(
        path, media_type="image/webp", headers={"Cache-Control": "private, max-age=31536000, immutable"}
    )


def thumbnail(store: PictureStore, folder: Path, digest: str, size: Size) -> Path:
    """The file of a smaller copy, made the first time. Raises NotFoundError where the store lacks the picture.

    The path is built from `digest` only after it has proved to be 64 hexadecimal digits.
    """
    if not DIGEST.fullmatch(digest):
        raise NotFoundError(gettext("A picture is named by the 64 hexadecimal digits of its SHA-256."))
    made = folder / size / digest[:2] / f"{digest}.webp"
    if not made.is_file():
        try:
            source = store.path(digest)
        except PipelineError as error:
            raise NotFoundError(gettext("This picture is not in the store; ingest its source again.")) from error
        with _AT_ONCE:
            _shrink(source, made, SIDES[size])
    return made


def _shrink(source: Path, made: Path, side: int) -> None:
    with Image.open(source, formats=list(FORMATS)) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise NotFoundError(gettext("This picture has more than %(most)s pixels.", most=number(MAX_PIXELS)))
        opened.draft("RGB", (side, side))
        shrunk = to_rgb(opened)
        shrunk.thumbnail((side, side))
    with replacing(made) as draft:
        shrunk.save(draft, "WEBP", quality=82, method=3)
