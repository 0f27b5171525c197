"""A mapping file that describes sources of any kind, read and checked as a whole."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from base.errors import InputError
from graph.loading.files import MAPPING_FILE
from graph.mapping.kinds import SOURCES
from graph.mapping.source_kind import SourceKind

LEGACY = ("entities", "triples", "csv")


class Settings(BaseModel):
    """What a mapping file says of all its sources together.

    least: relation -> how many works must share a value for it to be an entity; others are kept as properties.
    alias: id -> id of the entity that it is too, as a person decided; chains are followed to their end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: dict[str, Annotated[int, Field(ge=1)]] = {}
    alias: dict[str, str] = {}

    @field_validator("alias")
    @classmethod
    def _follow(cls, alias: dict[str, str]) -> dict[str, str]:
        """Each id with the end of its chain: where Ann is Anna and Anna is A. A., both are A. A."""
        ends = {}
        for id_, end in alias.items():
            passed = [id_]
            while end in alias:
                passed.append(end)
                if end in passed[:-1]:
                    raise ValueError(f"the ids lead in a circle: {' is '.join(passed)}; one of them must be the last")
                end = alias[end]
            ends[id_] = end
        return ends


# Settings of a kind may stand once for all, above the first table.
class MappingFile(BaseModel):
    """path: the file. sources: its entries in their order. settings: what holds for all of them."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    path: Path
    sources: list[tuple[str, SourceKind]]
    settings: Settings


@dataclass(frozen=True)
class Origin:
    """Where a source comes from: its folder, and its mapping file where that is not the folder's own. name: its own."""

    folder: Path
    mapping: Path | None = None
    name: str = field(default="", compare=False)

    def read(self) -> MappingFile | None:
        """Its mapping file; None where it is gone, or names no sources of its own."""
        return read_mapping(self.folder, self.mapping) if self.folder.is_dir() else None


def read_mapping(folder: Path, path: Path | None = None) -> MappingFile | None:
    """The folder's mapping file, or the one named, where it names sources of its own; None where it does not.

    Raises InputError for a file that is no TOML, a key that is not known, and a value that cannot be meant.
    """
    path = path or folder / MAPPING_FILE
    if not path.is_file():
        return None
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the mapping file {path} cannot be read: {error}") from error
    if not SOURCES.keys() & written.keys():
        return None
    if mixed := [key for key in LEGACY if key in written]:
        raise InputError(
            f"{path}: [{mixed[0]}] is for a folder with entities and triples files; beside "
            f"[[{next(iter(SOURCES.keys() & written.keys()))}]] it has no meaning"
        )
    entries = {key: _as_list(path, key, written.pop(key)) for key in SOURCES if key in written}
    shared = {key: written.pop(key) for key in [*written] if key not in Settings.model_fields}
    _check_shared(path, shared, entries)
    sources = [
        (
            f"[[{key}]] {number}",
            _validate(path, f"[[{key}]] {number}", SOURCES[key], _with(SOURCES[key], shared, entry)),
        )
        for key, found in entries.items()
        for number, entry in enumerate(found, 1)
    ]
    return MappingFile(path=path, sources=sources, settings=_validate(path, "", Settings, written))


def _as_list(path: Path, key: str, value: Any) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{path}: {key} is {value!r}; it is written as [[{key}]] with lines below it")
    return entries


def _with(kind: type[SourceKind], shared: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with the settings that stand once for all; its own come first."""
    return {key: value for key, value in shared.items() if key in kind.model_fields} | entry


def _check_shared(path: Path, shared: dict[str, Any], entries: dict[str, Any]) -> None:
    known = {*Settings.model_fields, *(name for key in entries for name in SOURCES[key].model_fields)}
    if unknown := sorted(shared.keys() - known):
        kinds = ", ".join(f"[[{key}]]" for key in SOURCES)
        raise InputError(
            f"{path}: {unknown[0]!r} is not known; there may be {kinds}, [least], [alias], and above them: "
            f"{', '.join(sorted(known - {'least', 'alias'}))}"
        )


def _validate(path: Path, where: str, model: type[Any], written: Any) -> Any:
    try:
        return model.model_validate(written)
    except ValidationError as error:
        problems = [_explain(problem, model) for problem in error.errors()]
        raise InputError(
            "\n".join(f"{path}: {where + ': ' if where else ''}{problem}" for problem in problems)
        ) from error


def _explain(problem: Any, model: type[BaseModel]) -> str:
    """One of pydantic's problems as a sentence: which line, its value, what is allowed."""
    at = [str(part) for part in problem["loc"] if not str(part).endswith(("]", ")"))]
    name, value = ".".join(at), problem["input"]
    if problem["type"] == "extra_forbidden":
        return f"{name} = {value!r} is not known; {_allowed(model, at[:-1])}"
    if problem["type"] == "missing":
        return f"{at[-1]} is missing; it is required"
    if not name:
        return str(problem["msg"]).removeprefix("Value error, ")
    return f"{name} = {value!r}: {problem['msg'].removeprefix('Value error, ')}"


def _allowed(model: type[BaseModel], at: list[str]) -> str:
    """The names that may stand at a place in a model."""
    for part in at:
        field = model.model_fields.get(part)
        if field is None:
            continue
        inner = [field.annotation]
        while inner:
            kind = inner.pop()
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                model = kind
            inner.extend(getattr(kind, "__args__", ()))
    return f"allowed are {', '.join(model.model_fields)}"
