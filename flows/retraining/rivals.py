"""Whom a challenger is compared with beside the champion: the best former champions, and what has been lost to them."""

from base.errors import InputError
from flows.retraining import plan
from flows.runtime.checkpoints import load_checkpoint
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from graph.predicted.registry import Model
from models.evaluation.loss_budget import Debt
from models.representation.checkpoint import Checkpoint


def former_champions(settings: Settings, database: Database, count: int) -> dict[str, Checkpoint | str]:
    """The checkpoints of at most `count` former champions by version, or why one cannot be had."""
    models = registry.models(database)
    found: dict[str, Checkpoint | str] = {}
    for version in plan.former_champions(models, count):
        try:
            found[version] = load_checkpoint(settings, database, version)[1]
        except InputError as error:
            found[version] = f"{error} ({_recorded(next(model for model in models if model.version == version))})"
    return found


def debt_of(database: Database, champion: str) -> Debt | None:
    """What the champion had lost to a former champion when it was promoted."""
    return plan.debt(registry.model(database, champion))


def _recorded(model: Model) -> str:
    test = (model.metrics.get("test") or {}).get("mrr")
    if test is None:
        return "no test MRR is recorded of it"
    return f"its test MRR was {test:.3f} on the graph of {model.created_at:%Y-%m-%d}, which tells little of today's"
