"""The files that a mapping names, by a name or a pattern, compressed or not, opened one after another."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from base.errors import InputError, shorten
from graph.mapping.files.found_files import COMPRESSIONS, UNREADABLE, find_ending, find_files, unpacked

ARCHIVE = ".zip"
BROKEN = (*UNREADABLE, zipfile.BadZipFile, RuntimeError)


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
    """What the files are that find_files gives. endings: of what can be read; in a .zip, members of these endings, or
    those that fit what stands behind it: ``export.zip/objects*.csv``.

    Raises InputError as find_files does, and for a file that cannot be read.
    """
    parts: list[Part] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        archive, inside, member = pattern.partition(f"{ARCHIVE}/")
        found = find_files(folder, f"{archive}{ARCHIVE}" if inside else pattern)
        opened = [part for path in found for part in _open(folder, path, endings)]
        fitting = [part for part in opened if not inside or fnmatch(part.name.partition(f"{ARCHIVE}/")[2], member)]
        if not fitting:
            names = shorten([part.name for part in opened])
            raise InputError(f"file = {pattern!r}: there is no such file in the archive; there are {names}")
        parts += fitting
    return list({part.name: part for part in parts}.values())


def find_documents(folder: Path, patterns: str | list[str], endings: set[str]) -> list[Path]:
    """As find_files, and of an archive its members of these endings as find_parts has them, as paths below it."""
    documents: dict[Path, None] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        archive, inside, member = pattern.partition(f"{ARCHIVE}/")
        for path in find_files(folder, f"{archive}{ARCHIVE}" if inside else pattern):
            if find_ending(path) != ARCHIVE:
                documents[path] = None
                continue
            name = str(path.relative_to(folder))
            parts = find_parts(folder, f"{name}/{member}" if inside else name, endings)
            documents.update(dict.fromkeys(folder / part.name for part in parts))
    return list(documents)


def unpacked_anywhere(path: Path) -> IO[bytes]:
    """A file, or a member of an archive by a path below it, opened for its bytes. Raises what stands in BROKEN."""
    archive = next((above for above in path.parents if above.suffix.lower() == ARCHIVE and above.is_file()), None)
    if archive is None:
        stream: IO[bytes] = unpacked(path)
        return stream
    wanted = PurePosixPath(path.relative_to(archive).as_posix())
    with zipfile.ZipFile(archive) as opened:
        member = next((name for name in opened.namelist() if PurePosixPath(name) == wanted), str(wanted))
    return _open_member(archive, member)


def _open(folder: Path, path: Path, endings: set[str]) -> Iterator[Part]:
    name, ending = str(path.relative_to(folder)), find_ending(path)
    if ending == ARCHIVE:
        yield from _open_members(path, name, endings)
        return
    if ending not in endings:
        raise InputError(
            f"{name}: a file ending in {ending or 'nothing'} is not understood; there may be "
            f"{', '.join(sorted(endings))}, each also as {', '.join(COMPRESSIONS)} or inside a .zip"
        )
    yield Part(name, ending, partial(unpacked, path))


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
