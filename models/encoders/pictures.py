"""Picture files become RGB pictures, in parallel threads and at about the size that is needed."""

import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from base.errors import first_line

T = TypeVar("T")

# Pictures that each thread has decoded and that wait for the network.
AHEAD = 8

# What Pillow's readers raise on files that are cut off, damaged, of another kind, or made to exhaust the memory.
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


class BrokenPictureError(Exception):
    """This file cannot be read as a picture; the message says why."""


def read_picture(path: Path, size: int) -> Image.Image:
    """The picture upright (EXIF), in RGB, transparency on white, its shorter side at least `size` if the file's is.

    JPEG files are decoded at a half, quarter or eighth of their size where that leaves twice the needed pixels.
    Raises BrokenPictureError with the reason.
    """
    try:
        with Image.open(path) as image:
            image.draft("RGB", (2 * size, 2 * size))
            return to_rgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        raise BrokenPictureError("not in a picture format that Pillow reads") from None
    except FileNotFoundError:
        raise BrokenPictureError("no such file") from None
    except UNREADABLE as error:
        raise BrokenPictureError(first_line(error)) from error


def to_rgb(image: Image.Image) -> Image.Image:
    """RGB of any mode: palettes, CMYK, 16 bits and floats, transparency put on white."""
    if image.mode.startswith(("I", "F")):
        return from_numbers(np.asarray(image, dtype=np.float64), white=65535 if image.mode.startswith("I") else 1)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def from_numbers(values: "np.ndarray[Any, np.dtype[np.float64]]", white: float) -> Image.Image:
    """Grey levels from 0 to `white` as RGB; `white` is raised to the largest value where one is larger."""
    if not np.isfinite(values).all():
        raise ValueError("some grey levels are not numbers")
    grey = np.clip(values / max(white, values.max()) * 255, 0, 255).round().astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def in_parallel(function: Callable[[Path], T], paths: Sequence[Path], threads: int) -> Iterator[T | BrokenPictureError]:
    """`function` of each path, in order, a few ahead of the caller; a broken picture gives its error as the value."""

    def attempt(path: Path) -> T | BrokenPictureError:
        try:
            return function(path)
        except BrokenPictureError as error:
            return error

    waiting: deque[Future[T | BrokenPictureError]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        for path in paths:
            waiting.append(pool.submit(attempt, path))
            if len(waiting) > AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
