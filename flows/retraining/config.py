"""What a retraining is asked to do, from a TOML file and from `SECTION.NAME=VALUE` settings."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from base.errors import InputError
from base.settings import Settings
from flows.runtime.hyperparameters import read_toml, sentence, value
from models.config import TrainConfig
from models.evaluation.gate_config import GateConfig


class RetrainConfig(Settings):
    """The sections [train], [warm] and [gate] of a file, and what stands above them."""

    cold_every: int = Field(
        7, gt=0, description="every n-th training starts cold, so that errors do not add up; 1: all of them"
    )
    small_change: float = Field(
        0.01,
        ge=0,
        le=1,
        description="share of entities with new facts or decisions up to which a night trains nothing and makes the "
        "links of these alone anew; 0: every night trains",
    )
    top_k: int = Field(3, gt=0, description="new links per head and relation")
    limit: int = Field(1000, gt=0, description="maximum links per relation")
    attempts: int = Field(5, gt=0, le=1000, description="attempts of a step that cannot reach Prefect")
    pause: float = Field(20.0, ge=0, le=86_400, description="seconds before the second attempt; doubles each time")
    train: TrainConfig = Field(TrainConfig(), description="hyperparameters")
    warm: dict[str, Any] = Field({"learning_rate": 0.02}, description="hyperparameters that differ in a warm start")
    gate: GateConfig = Field(GateConfig(), description="what a challenger must not fall short of")

    @model_validator(mode="after")
    def _warm_start_is_possible(self) -> "RetrainConfig":
        self.warm_config()
        return self

    @property
    def wait(self) -> float:
        """Seconds of all pauses together: so long a night waits for a database, unless VLKGE_NEO4J_WAIT is more."""
        return float(self.pause * (2 ** (self.attempts - 1) - 1))

    def warm_config(self) -> TrainConfig:
        """The hyperparameters of a warm start."""
        return TrainConfig.model_validate(self.train.model_dump(exclude_unset=True) | self.warm)

    def for_size(self, facts: int) -> "RetrainConfig":
        """With the hyperparameters that suit so many training facts, where nobody chose others."""
        return self.model_copy(update={"train": self.train.for_size(facts)})


def read(file: Path | None, settings: list[str]) -> RetrainConfig:
    """What was chosen, the rest at its default; settings such as ``gate.margin=0.02`` go before the file.

    Raises InputError for an unreadable file, an unknown name or a value that is not allowed.
    """
    chosen: dict[str, Any] = read_toml(file) if file is not None else {}
    for setting in settings:
        name, is_pair, text = setting.partition("=")
        if not is_pair:
            raise InputError(f"{setting!r} is not of the form NAME=VALUE, for example gate.margin=0.02")
        *sections, last = name.split(".")
        place = chosen
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                raise InputError(f"{setting!r}: {section} is a value, not a section")
        place[last] = value(text)
    return check(chosen)


def check(chosen: dict[str, Any]) -> RetrainConfig:
    """The configuration of these values. Raises InputError for an unknown name or a value that is not allowed."""
    try:
        return RetrainConfig.model_validate(chosen)
    except ValidationError as error:
        allowed = [*RetrainConfig.model_fields, *(f"gate.{name}" for name in GateConfig.model_fields)]
        known = f"{', '.join(allowed)}, and train.NAME and warm.NAME for hyperparameters"
        raise InputError(
            "; ".join(sentence(dict(problem), known, RetrainConfig) for problem in error.errors())
        ) from None
