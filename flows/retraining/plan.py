"""What a retraining is to do, from the models that are registered and what the graph holds now."""

from itertools import takewhile
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from flows.export import read_graph
from flows.retraining import small_night
from flows.retraining.champion_links import republish_champion
from flows.retraining.config import RetrainConfig
from flows.runtime.checkpoints import folder_of
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from graph.exporting import hetero_file
from graph.predicted import registry
from graph.predicted.registry import CHAMPION, Model, Run
from models.evaluation.loss_budget import Debt
from models.triples.knowledge_graph import KnowledgeGraph, count_training_facts


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
    small: str | None = None
    """Why nothing is to be trained although something changed; None: it is."""
    has_test: bool


@task(cache_policy=NO_CACHE)
def make_plan(settings: Settings, wanted: RetrainConfig, cold: bool, always_train: bool) -> Plan:
    """Bring back what a killed run left half done, read the graph, and look what is to be done."""
    with open_graph(settings) as database:
        republish_champion(settings, database)
        data: HeteroData = read_graph(database)
        models, newest = registry.models(database), registry.newest_run(database)
    exported = settings.vlkge_home / "exports" / f"{data.fingerprint}.safetensors"
    for old in exported.parent.glob("*.safetensors"):
        old.unlink()  # of a night that failed
    hetero_file.save(data, exported)
    champion = champion_of(models)
    wanted = wanted.for_size(count_training_facts(data))
    start, why = warm_start(models, data.encoders, data.fingerprint, wanted, cold)
    small = None
    if champion and start and not always_train:
        folder = folder_of(settings, champion.version)
        small = small_night.why(folder, champion.version, newest, KnowledgeGraph.from_hetero(data), wanted)
    return Plan(
        exported=exported,
        fingerprint=data.fingerprint,
        champion=champion.version if champion else None,
        unchanged=None if cold else unchanged(models, newest, data.fingerprint, wanted),
        warm_start=start,
        start=why,
        small=small,
        has_test=any(bool(data[kind].test_mask.any()) for kind in data.edge_types),
    )


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
