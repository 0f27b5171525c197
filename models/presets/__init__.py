"""Hyperparameters that proved good on known graphs, as TOML files by name; their comments say where they come from."""

from pathlib import Path

from base.errors import InputError

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """All presets, sorted."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def find(preset_or_file: str | Path) -> Path:
    """The file of a preset, or else the file at that path; ./NAME is a file that is called like a preset.

    Raises InputError with the presets there are, where there is neither.
    """
    if str(preset_or_file) in names():
        return FOLDER / f"{preset_or_file}.toml"
    if not Path(preset_or_file).is_file():
        raise InputError(f"there is no file and no preset {str(preset_or_file)!r}; presets are {', '.join(names())}")
    return Path(preset_or_file)
