"""Settings that people write: unknown names, numbers that are not finite, and truth values for numbers are refused."""

from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class Settings(BaseModel):
    """A group of settings. pydantic alone would take `epochs = true` for 1."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_truth_value(cls, given: Any, info: ValidationInfo) -> Any:
        annotation = cls.model_fields[str(info.field_name)].annotation
        parts = given.values() if get_origin(annotation) is dict and isinstance(given, dict) else [given]
        if not _kinds(annotation) & {bool, Any} and any(isinstance(part, bool) for part in parts):
            raise ValueError("it can be neither true nor false")
        return given


def _kinds(annotation: Any) -> set[Any]:
    """The types that an annotation such as `dict[str, int] | None` is made of."""
    return {annotation}.union(*(_kinds(part) for part in get_args(annotation)))
