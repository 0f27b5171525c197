"""The files that a mapping names, by a name or a pattern, compressed or not, opened one after another."""

import bz2
import difflib
import gzip
import lzma
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from base.errors import InputError, shorten

COMPRESSIONS: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
BROKEN = (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)


@dataclass(frozen=True)
class Part:
    """One file, or one member of an archive. name: for messages. ending: what it is, such as ``.csv``, in lower case.

    open: gives its bytes, decompressed.
    """

    name: str
    ending: str
    open: Callable[[], IO[bytes]]

    def read(self) -> bytes:
        """All of it. Raises InputError where it is cut off or not compressed as its name says."""
        with self.opened() as stream:
            return stream.read()

    def opened(self) -> "_Guarded":
        return _Guarded(self)


class _Guarded:
    """A stream that says in our words what is wrong with a compressed file."""

    def __init__(self, part: Part) -> None:
        self.part = part

    def __enter__(self) -> "_Guarded":
        self.stream = self._try(self.part.open)
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def read(self, size: int = -1) -> bytes:
        content: bytes = self._try(lambda: self.stream.read(size))
        return content

    def _try(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except BROKEN as error:
            raise InputError(
                f"{self.part.name}: the file cannot be read: {error}; it may be cut off, or not be what its name says"
            ) from error


def find_parts(folder: Path, patterns: str | list[str], endings: set[str]) -> list[Part]:
    """The files in the folder that a name or pattern such as ``artworks/**/*.json`` fits, in the order of their names.

    endings: of what can be read; in a .zip, members of these endings.

    Raises InputError where a pattern fits nothing, leads out of the folder, or fits what cannot be read.
    """
    parts = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if not pattern or PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            raise InputError(f"file = {pattern!r}: it must be a name or a pattern of files inside {folder}")
        paths = [folder / pattern] if (folder / pattern).is_file() else sorted(folder.glob(pattern))
        paths = [path for path in paths if path.is_file() and not path.name.startswith(".")]
        if not paths:
            raise InputError(f"file = {pattern!r}: there is no such file in {folder}{_hint(folder, pattern)}")
        parts += [part for path in paths for part in _open(folder, path, endings)]
    return parts


def _hint(folder: Path, pattern: str) -> str:
    there = sorted(str(path.relative_to(folder)) for path in folder.glob("*") if path.is_file())
    near = difflib.get_close_matches(pattern, there, 1)
    return f"; is {near[0]!r} meant?" if near else f"; there are: {shorten(there)}" if there else ", which has no files"


def _open(folder: Path, path: Path, endings: set[str]) -> Iterator[Part]:
    name = str(path.relative_to(folder))
    ending = path.suffix.lower()
    if ending == ".zip":
        yield from _open_members(path, name, endings)
        return
    opener: Callable[[Path], Any] = COMPRESSIONS.get(ending, lambda path: path.open("rb"))
    if ending in COMPRESSIONS:
        ending = Path(path.stem).suffix.lower()
    if ending not in endings:
        raise InputError(
            f"{name}: a file ending in {ending or 'nothing'} is not understood; there may be "
            f"{', '.join(sorted(endings))}, each also as .gz, .bz2, .xz or inside a .zip"
        )
    yield Part(name, ending, partial(opener, path))


def _open_members(path: Path, name: str, endings: set[str]) -> Iterator[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                member
                for member in sorted(archive.namelist())
                if Path(member).suffix.lower() in endings and not Path(member).name.startswith(".")
            ]
    except BROKEN as error:
        raise InputError(f"{name}: this is not a zip file, or it is cut off: {error}") from error
    if not members:
        raise InputError(f"{name}: no file in it ends in {', '.join(sorted(endings))}")
    for member in members:
        yield Part(f"{name}/{member}", Path(member).suffix.lower(), partial(_open_member, path, member))


def _open_member(path: Path, member: str) -> IO[bytes]:
    # What is read from stays open with its archive.
    return zipfile.ZipFile(path).open(member)
