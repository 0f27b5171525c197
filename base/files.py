"""Files that are there whole or not at all: written beside their place, synced to the disk, then put there."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".part-"  # of the name of a file that is still being written
DAY = 24 * 60 * 60  # seconds after which an unfinished file is what a crash left behind


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """An empty file in the folder of `path` to write; it takes the place of `path` when the block ends.

    Folders are made where they are missing. After an error in the block, or a crash, `path` is what it was.
    Only the owner may read a `private` file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear(path.parent)
    draft = path.with_name(f"{PREFIX}{secrets.token_hex(8)}{path.suffix}")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
    try:
        yield draft
        _sync(draft)
        draft.replace(path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write UTF-8 text, its line ends as they are."""
    with replacing(path, private=private) as draft:
        draft.write_text(text, encoding="utf-8", newline="")


def is_unfinished(path: Path) -> bool:
    """Whether a file was still being written, or was left behind by a crash."""
    return path.name.startswith(PREFIX)


def _clear(folder: Path) -> None:
    """Remove what crashes left behind in a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and entry.stat().st_mtime < time.time() - DAY:
                Path(entry).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the content of a file, or the names in a folder, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
