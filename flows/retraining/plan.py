"""What a retraining is to do, from the models that are registered and what the graph holds now."""

from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from flows.retraining.config import RetrainConfig
from graph.predicted.registry import CHAMPION, Model, Run
from models.evaluation.loss_budget import Debt


class Plan(BaseModel):
    """The next training, or why there is none."""

    exported: Path
    """The graph as it was read, which everything is trained and judged on."""
    fingerprint: str
    champion: str | None
    """Who is in force; None before the first model."""
    unchanged: str | None
    """Why nothing is to be done, in words."""
    warm_start: str | None
    """The version that the challenger starts from; None: cold."""
    start: str
    """Why it starts so, in words."""
    has_test: bool


def former_champions(models: list[Model], count: int) -> list[str]:
    """The former champions that rank today's gate facts: whom the champion's loss is counted from, then the best.

    Of those that ranked them when a challenger was last judged, the best come first; who was never asked yet, before
    all these, the newest first.
    """
    champion = champion_of(models)
    if champion is None:
        return []
    figures: dict[str, float] = next((lost["formers"] for lost in map(_loss, models) if lost), {})
    former = [model.version for model in models if model.promoted_at is not None and model.alias != CHAMPION]
    owed = debt(champion)
    former.sort(
        key=lambda version: (owed is None or version != owed.best, version in figures, -figures.get(version, 0))
    )
    return former[:count]


def debt(champion: Model) -> Debt | None:
    """What the champion had lost when it was promoted, and against whom."""
    lost = _loss(champion)
    return Debt(lost["best"] or str((champion.verdict or {})["champion"]), lost["spent"]) if lost else None


def _loss(model: Model) -> dict[str, Any] | None:
    return (model.verdict or {}).get("loss")


def champion_of(models: list[Model]) -> Model | None:
    return next((model for model in models if model.alias == CHAMPION), None)


def unchanged(models: list[Model], newest: Run | None, fingerprint: str, wanted: RetrainConfig) -> str | None:
    """Why nothing is to be done: this very graph was trained on and judged, by the same settings; None: there is."""
    champion = champion_of(models)
    if champion is None:
        return None
    for model in models:
        if model.data_fingerprint != fingerprint or model.config not in _configs(wanted):
            continue
        judged = model.verdict or {}
        if model.alias == CHAMPION and (judged.get("predicted") or _has_published(newest, model)):
            return f"the champion {model.version} was trained on this very graph, and its links are there"
        if judged.get("predicted") and _was_judged_alike(judged, champion, wanted):
            return f"{model.version} was trained on this very graph and refused on {str(judged['at'])[:10]}"
    return None


def warm_start(
    models: list[Model], encoders: dict[str, Any], fingerprint: str, wanted: RetrainConfig, cold: bool
) -> tuple[str | None, str]:
    """The version to start from and why, in words; None: the challenger starts cold."""
    champion = champion_of(models)
    if champion is None:
        return None, "cold: there is no model yet"
    if cold:
        return None, "cold: asked for"
    if champion.encoders != encoders:
        return None, f"cold: other encoders made the vectors that {champion.version} was trained on"
    if champion.config not in _configs(wanted):
        return None, f"cold: {champion.version} has other hyperparameters"
    # A run that is taken up again decides as it did the first time.
    earlier = [model for model in models if model.data_fingerprint != fingerprint]
    warm = len(list(takewhile(lambda model: model.warm_start is not None, earlier)))
    if warm + 1 >= wanted.cold_every:
        return None, f"cold: one in {wanted.cold_every} trainings starts from scratch"
    return champion.version, f"warm: from {champion.version}"


def _configs(wanted: RetrainConfig) -> list[dict[str, Any]]:
    return [wanted.train.model_dump(mode="json"), wanted.warm_config().model_dump(mode="json")]


def _has_published(newest: Run | None, model: Model) -> bool:
    return newest is not None and newest.model_version == model.version and newest.state == "complete"


def _was_judged_alike(judged: dict[str, Any], champion: Model, wanted: RetrainConfig) -> bool:
    return judged.get("champion") == champion.version and judged.get("gate") == wanted.gate.model_dump(mode="json")
