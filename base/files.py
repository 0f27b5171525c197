"""Files and folders that are there whole or not at all: written beside their place, synced, then put there."""

import errno
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

import filelock

from base.errors import FullDiskError, InputError, UnwritableError

# How libraries say that there is no room left, some without the number of the error.
FULL = {errno.ENOSPC, errno.EDQUOT}
FULL_WORDS = ("No space left on device", "os error 28", "Disk quota exceeded", "disk is full")
PREFIX = ".part-"  # of the name of a file or folder that is still being written
DAY = 24 * 60 * 60  # seconds after which an unfinished file is what a crash left behind
_looked_at: set[Path] = set()  # folders that this process has cleared


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """An empty file in the folder of `path` to write; it takes the place of `path` when the block ends.

    Folders are made where they are missing. After an error in the block, or a crash, `path` is what it was.
    Raises FullDiskError where there is no room, UnwritableError where the place takes no file. Only the owner may read
    a `private` file.
    """
    draft = path.with_name(f"{PREFIX}{secrets.token_hex(8)}{path.suffix}")
    with _unwritable_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear(path.parent)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
    try:
        with full_disk_told(path.parent):
            yield draft
            with _unwritable_told(path):
                _sync(draft)
                draft.replace(path)
                _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def refuse_missing_folder(path: Path) -> None:
    """Raise InputError where the folder that a file is to be written into is not there."""
    if not path.resolve().parent.is_dir():
        raise InputError(f"there is no folder {path.parent} to write {path.name} into")


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write UTF-8 text, its line ends as they are."""
    with replacing(path, private=private) as draft:
        draft.write_text(text, encoding="utf-8", newline="")


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Hold off, while the block runs, who else reads `path` to write it anew, in this process or another."""
    with _unwritable_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path.with_name(f"{path.name}.lock"))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def creating_folder(path: Path) -> Iterator[Path]:
    """An empty folder beside `path` to fill, only its owner's; it gets the name `path` when the block ends.

    After an error in the block, or a crash, `path` is not there. Raises OSError where it is a filled folder or a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{PREFIX}*/{escape(path.name)}"):  # by a crash of an earlier call
        shutil.rmtree(left.parent, ignore_errors=True)
    with full_disk_told(path.parent), passing_folder(path.parent) as place:
        draft = place / path.name
        draft.mkdir(mode=0o700)
        yield draft
        for folder, _, names in os.walk(draft):
            for name in names:
                _sync(Path(folder, name))
            _sync(Path(folder))
        draft.replace(path)
        _sync(path.parent)


@contextmanager
def passing_folder(parent: Path) -> Iterator[Path]:
    """An empty folder in `parent` that is there while the block runs, named as what is unfinished."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent) as folder:
        yield Path(folder)


def is_unfinished(path: Path) -> bool:
    """Whether a file, or a folder that it lies in, was still being written or was left behind by a crash."""
    return any(part.startswith(PREFIX) for part in path.parts)


@contextmanager
def _unwritable_told(path: Path) -> Iterator[None]:
    """Raises UnwritableError where the block fails for another reason than a full disk."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise
        raise UnwritableError(
            f"{path} cannot be written: {error.strerror or error}; give a place where you may write"
        ) from error


@contextmanager
def full_disk_told(folder: Path) -> Iterator[None]:
    """Raises FullDiskError, with the way out, where the block fails because there is no room left in `folder`."""
    try:
        yield
    except Exception as error:
        if isinstance(error, FullDiskError) or not is_full(error):
            raise
        raise FullDiskError(
            f"the disk that holds {folder} is full: make room and type the same command again, which goes on where "
            "this one stopped; nothing that was in force has changed"
        ) from error


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk has no room left."""
    return getattr(error, "errno", None) in FULL or any(words in str(error) for words in FULL_WORDS)


def _clear(folder: Path) -> None:
    """Remove the files that crashes left behind in a folder; a process looks once, for a folder may hold many."""
    if folder in _looked_at:
        return
    _looked_at.add(folder)
    with os.scandir(folder) as entries:
        drafts = [entry for entry in entries if entry.name.startswith(PREFIX)]
    for draft in drafts:
        # What others write at this moment may be gone by now.
        with suppress(FileNotFoundError):
            if draft.is_file() and draft.stat().st_mtime < time.time() - DAY:
                Path(draft).unlink()


def is_abandoned(folder: Path) -> bool:
    """Whether nothing in a folder has changed for a day. Copies keep the times of their contents alone."""
    latest = time.time() - DAY
    with suppress(FileNotFoundError):  # somebody is at work on it
        return all(path.lstat().st_ctime < latest for path in (folder, *folder.rglob("*")))
    return False


def _sync(path: Path) -> None:
    """Have the content of a file, or the names in a folder, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
