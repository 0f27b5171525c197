"""The files of a folder that a mapping names."""

from pathlib import Path

from base.errors import InputError


def find_files(folder: Path, patterns: str | list[str]) -> list[Path]:
    """Each file once, in the order of the patterns and of their names. Raises InputError for a pattern without any."""
    found: dict[Path, None] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise InputError(f"file = {pattern!r}: it must be a name or a pattern of files inside {folder}")
        paths = [path for path in sorted(folder.glob(pattern)) if path.is_file()]
        if not paths:
            raise InputError(f"there is no file {pattern} in {folder}")
        found.update(dict.fromkeys(paths))
    return list(found)
