"""Picture files become RGB pictures, in parallel threads and at about the size that is needed."""

import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PIL import Image, UnidentifiedImageError

from base.errors import first_line
from base.picture_colours import to_rgb

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
    """The picture upright (EXIF), in sRGB, transparency on white, its shorter side at least `size` if the file's is.

    JPEG files are decoded at a half, quarter or eighth of their size where that leaves twice the needed pixels.
    Raises BrokenPictureError with the reason.
    """
    try:
        with Image.open(path) as image:
            image.draft("RGB", (2 * size, 2 * size))
            return to_rgb(image)
    except UnidentifiedImageError:
        raise BrokenPictureError("not in a picture format that Pillow reads") from None
    except FileNotFoundError:
        raise BrokenPictureError("no such file") from None
    except UNREADABLE as error:
        raise BrokenPictureError(first_line(error)) from error


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
