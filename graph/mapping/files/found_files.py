"""The files of a folder that a mapping names, and what the ending below a compression's is."""

import bz2
import difflib
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from base.errors import InputError, shorten

COMPRESSIONS: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
UNREADABLE = (OSError, EOFError, lzma.LZMAError, zlib.error)


def find_files(folder: Path, patterns: str | list[str]) -> list[Path]:
    """The files that names or patterns such as ``artworks/**/*.json`` fit, each once, in the order of their names.

    A pattern passes over files whose names begin with a dot. Raises InputError where one fits nothing or leads out of
    the folder.
    """
    found: dict[Path, None] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if not pattern or PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            raise InputError(f"file = {pattern!r}: it must be a name or a pattern of files inside {folder}")
        # A name may hold brackets, which mean something in a pattern.
        paths = [folder / pattern] if (folder / pattern).is_file() else _fitting(folder, pattern)
        if not paths:
            raise InputError(f"file = {pattern!r}: there is no such file in {folder}{_hint(folder, pattern)}")
        found.update(dict.fromkeys(paths))
    return list(found)


def find_ending(path: Path) -> str:
    """``.csv`` of a.csv and of a.CSV.gz: what a file is, in lower case, below the ending of its compression."""
    ending = path.suffix.lower()
    return Path(path.stem).suffix.lower() if ending in COMPRESSIONS else ending


def unpacked(path: Path) -> Any:
    """The file opened for reading its bytes, unpacked. Raises what stands in UNREADABLE."""
    opener = COMPRESSIONS.get(path.suffix.lower())
    return path.open("rb") if opener is None else opener(path)


def _fitting(folder: Path, pattern: str) -> list[Path]:
    # From Python 3.13 on such a pattern is taken, and means something else.
    if any("**" in part and part != "**" for part in PurePosixPath(pattern).parts):
        raise InputError(f"file = {pattern!r} is no pattern of files: ** stands for folders, alone between two slashes")
    return [path for path in sorted(folder.glob(pattern)) if path.is_file() and not path.name.startswith(".")]


def _hint(folder: Path, pattern: str) -> str:
    there = sorted(str(path.relative_to(folder)) for path in folder.glob("*") if path.is_file())
    near = difflib.get_close_matches(pattern, there, 1)
    return f"; is {near[0]!r} meant?" if near else f"; there are: {shorten(there)}" if there else ", which has no files"
