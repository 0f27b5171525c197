"""Hyperparameters from a preset or a TOML file, and from `NAME=VALUE` settings, checked before anything starts."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from base.errors import InputError
from flows.runtime.services import echo
from models.config import FORMER_NAMES, TrainConfig, todays_names
from models.presets import find

OUT_OF_RANGE = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"}
LIMITS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def read(config: str | Path | None, settings: list[str]) -> dict[str, Any]:
    """What was chosen, by today's names and as the model's file says it; the graph's size may decide about the rest.

    Raises InputError for an unknown preset, an unreadable file, an unknown name or a value that is not allowed.
    """
    try:
        return TrainConfig(**chosen(config, settings)).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        known = ", ".join(TrainConfig.model_fields)
        raise InputError("; ".join(sentence(dict(problem), known, TrainConfig) for problem in error.errors())) from None


def chosen(config: str | Path | None, settings: list[str]) -> dict[str, Any]:
    """What a preset or a file says, then what settings say, which go before it; names and values are not checked.

    Raises InputError for an unknown preset, an unreadable file, and a setting that is not NAME=VALUE.
    """
    values = read_toml(find(config)) if config is not None else {}
    for setting in settings:
        name, is_pair, text = setting.partition("=")
        if not is_pair:
            raise InputError(f"{setting!r} is not of the form NAME=VALUE, for example negatives=500")
        values[name] = value(text)
    for name in FORMER_NAMES.keys() & values.keys():
        echo(f"the setting {name} is now called {FORMER_NAMES[name]}; the next version no longer knows the old name")
    return todays_names(values)


def describe() -> list[dict[str, object]]:
    """Every hyperparameter with its default and what it does."""
    return [
        {"name": name, "default": _shown(field.default), "help": field.description or ""}
        for name, field in TrainConfig.model_fields.items()
    ]


def read_toml(file: Path) -> dict[str, Any]:
    """A file's content; raises InputError where it is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not a TOML file: {error}") from None


def value(text: str) -> Any:
    """A number, true, false, null or a list as JSON writes them; anything else is text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def sentence(problem: dict[str, Any], known: str, of: type[BaseModel]) -> str:
    """One of pydantic's errors as people say it; `known` are the names that are allowed, `of` is what was asked for."""
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"there is no hyperparameter {name!r}; allowed are {known}"
    given = f"{name} is {problem['input']!r}: " if name else ""
    said = range_of(of, problem["loc"]) if problem["type"] in OUT_OF_RANGE else None
    return given + (said or str(problem["msg"]).removeprefix("Value error, "))


def range_of(model: type[BaseModel], place: Sequence[str | int]) -> str | None:
    """What a number at such a place of a model may be, in words; None where it is not a field with limits."""
    field = None
    kind: Any = model
    for part in place:
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)) or part not in kind.model_fields:
            break
        field = kind.model_fields[str(part)]
        kind = field.annotation
    limits = [
        f"{word} {getattr(limit, name):,}"
        for limit in (field.metadata if field else [])
        for name, word in LIMITS.items()
        if getattr(limit, name, None) is not None
    ]
    return f"it must be {' and '.join(limits)}" if limits else None


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
