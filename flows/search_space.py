"""What `vlkge tune` searches: a TOML file of fixed hyperparameters and of ranges or choices for others."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic import Field, ValidationError, model_validator

from base.errors import InputError
from base.settings import Settings
from flows.runtime.hyperparameters import read_toml, sentence
from models.config import TrainConfig, todays_names


class Range(Settings):
    """Where a hyperparameter is looked for: `choices`, or from `low` to `high`, whole numbers where both are."""

    choices: list[Any] | None = Field(None, min_length=1)
    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    step: int | float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.choices is not None:
            if self.low is not None or self.high is not None or self.log or self.step is not None:
                raise ValueError("choices go without low, high, log and step")
            return self
        if self.low is None or self.high is None:
            raise ValueError("needs choices = […], or low and high")
        if self.low >= self.high:
            raise ValueError(f"low is {self.low}, which is not below high, {self.high}")
        if self.log and self.step is not None:
            raise ValueError("log and step do not go together")
        if self.log and self.low <= 0:
            raise ValueError(f"log needs a low above 0, it is {self.low}")
        return self

    @property
    def examples(self) -> list[Any]:
        """Values that must all be allowed for the range to be."""
        return [self.low, self.high] if self.choices is None else self.choices

    def distribution(self) -> BaseDistribution:
        """As Optuna samples it; a choice is its JSON text, since Optuna takes no lists."""
        if self.choices is not None:
            return CategoricalDistribution([json.dumps(choice) for choice in self.choices])
        if isinstance(self.low, int) and isinstance(self.high, int) and isinstance(self.step, int | None):
            return IntDistribution(self.low, self.high, log=self.log, step=self.step or 1)
        return FloatDistribution(float(self.low or 0), float(self.high or 0), log=self.log, step=self.step)


class SearchSpace(Settings):
    """Hyperparameters that stay, and those that are searched."""

    fixed: dict[str, Any] = Field({})
    search: dict[str, Range] = Field(min_length=1)

    @classmethod
    def read(cls, file: Path) -> Self:
        """The space of a TOML file. Raises InputError that names the wrong key, and says what is allowed."""
        try:
            tables = read_toml(file).items()
            space = cls(**{name: todays_names(part) if isinstance(part, dict) else part for name, part in tables})
        except ValidationError as error:
            found = "; ".join(sentence(dict(problem), "fixed and search", cls) for problem in error.errors())
            raise InputError(f"{file}: {found}") from None
        if twice := sorted(space.fixed.keys() & space.search.keys()):
            raise InputError(f"{file}: {', '.join(twice)} is both fixed and searched")
        for name, value in space.fixed.items():
            _refuse(file, "fixed", {}, name, value)
        for name, part in space.search.items():
            for value in part.examples:
                _refuse(file, "search", space.fixed, name, value)
        return space

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        return {name: part.distribution() for name, part in self.search.items()}

    def config(self, drawn: Mapping[str, Any]) -> TrainConfig:
        """The configuration of what Optuna drew; raises InputError where its values do not fit together."""
        try:
            return TrainConfig(**{**self.fixed, **self.values(drawn)})
        except ValidationError as error:
            raise InputError("; ".join(str(problem["msg"]) for problem in error.errors())) from None

    def values(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """Hyperparameters of what Optuna drew."""
        return {
            name: json.loads(value) if self.search[name].choices is not None else value for name, value in drawn.items()
        }


def as_toml(config: TrainConfig, comments: list[str]) -> str:
    """A file that `vlkge train --config` takes: every hyperparameter that has a value."""
    values = config.model_dump(mode="json")
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None]
    return "\n".join([*(f"# {comment}" for comment in comments), *lines]) + "\n"


def _refuse(file: Path, table: str, fixed: Mapping[str, Any], name: str, value: Any) -> None:
    """Raise InputError where a hyperparameter does not exist or may not have that value."""
    if name not in TrainConfig.model_fields:
        allowed = ", ".join(TrainConfig.model_fields)
        raise InputError(f"{file}: [{table}] there is no hyperparameter {name!r}; allowed are {allowed}")
    try:
        TrainConfig(**{**fixed, name: value})
    except ValidationError as error:
        own = [problem for problem in error.errors() if problem["loc"][:1] == (name,)]
        if own:
            raise InputError(f"{file}: {table}.{name} may not be {value!r}: {own[0]['msg']}") from None
