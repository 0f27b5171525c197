"""Deep zoom: a picture of the store as tiles in several sizes, made once, under the addresses of IIIF's image API 3."""

import json
import threading
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image

from base.files import creating_folder
from base.picture_colours import to_rgb
from graph.pictures import FORMATS, PictureStore
from review.errors import NotFoundError
from review.language import gettext

SIDE = 512  # pixels of a tile
CONTEXT = "http://iiif.io/api/image/3/context.json"
PROTOCOL = "http://iiif.io/api/image"
# Of a large picture the levels take half a gigabyte, so one is made at a time.
_ONE = threading.Lock()


def pyramid(store: PictureStore, folder: Path, digest: str) -> Path:
    """The folder of a picture's tiles, made the first time: ``size.json`` and ``<factor>/<column>_<row>.jpg``.

    Raises PipelineError where the store lacks the picture.
    """
    made = folder / digest[:2] / digest
    if not made.is_dir():
        source = store.path(digest)
        with _ONE:
            if not made.is_dir():
                _cut(source, made)
    return made


def describe(made: Path, address: str) -> dict[str, Any]:
    """The ``info.json`` of a folder of tiles; address: that of the picture's service."""
    width, height = json.loads((made / "size.json").read_text(encoding="utf-8"))
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "ImageService3",
        "protocol": PROTOCOL,
        "profile": "level0",
        "width": width,
        "height": height,
        "tiles": [{"width": SIDE, "scaleFactors": _factors(width, height)}],
    }


def tile(made: Path, region: str, size: str) -> Path:
    """The file of a tile. Raises NotFoundError for a region and size that are not one of the tiles."""
    width, height = json.loads((made / "size.json").read_text(encoding="utf-8"))
    for factor in _factors(width, height):
        step = SIDE * factor
        x, y, *_ = (0, 0) if region == "full" else _numbers(region)
        across, down = min(step, width - x), min(step, height - y)
        regions = {f"{x},{y},{across},{down}", *(["full"] if (across, down) == (width, height) else [])}
        sizes = {f"{-(-across // factor)},{-(-down // factor)}", *(["max"] if factor == 1 else [])}
        if x % step == 0 and y % step == 0 and across > 0 and down > 0 and region in regions and size in sizes:
            return made / str(factor) / f"{x // step}_{y // step}.jpg"
    raise NotFoundError(gettext("There is no such tile."))


def _numbers(region: str) -> list[int]:
    parts = region.split(",")
    if len(parts) != 4 or not all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts):
        raise NotFoundError(gettext("There is no such tile."))
    return [int(part) for part in parts]


def _factors(width: int, height: int) -> list[int]:
    """By how much each level is smaller, the last one a single tile."""
    last = next(power for power in count() if SIDE << power >= max(width, height))
    return [1 << power for power in range(last + 1)]


def _cut(source: Path, made: Path) -> None:
    with Image.open(source, formats=list(FORMATS)) as opened:
        level = to_rgb(opened)
    factors = _factors(*level.size)
    with creating_folder(made) as draft:
        (draft / "size.json").write_text(json.dumps(level.size), encoding="utf-8")
        for factor in factors:
            (draft / str(factor)).mkdir()
            for x in range(0, level.width, SIDE):
                for y in range(0, level.height, SIDE):
                    part = level.crop((x, y, min(x + SIDE, level.width), min(y + SIDE, level.height)))
                    part.save(draft / str(factor) / f"{x // SIDE}_{y // SIDE}.jpg", "JPEG", quality=88)
            level = level.reduce(2)
