"""Whom a challenger is compared with beside the champion: the best former champions, and what has been lost to them."""

from collections.abc import Iterator, Mapping

from base.errors import InputError
from flows.retraining import plan
from flows.runtime.checkpoints import load_checkpoint
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from graph.predicted import registry
from graph.predicted.registry import Model
from models.evaluation.loss_budget import Debt
from models.representation.checkpoint import Checkpoint


class FormerChampions(Mapping[str, Checkpoint | str]):
    """At most `count` former champions by version: the checkpoint, or why it cannot be had.

    Each is read when it is asked for, since several models at once may not fit into memory.
    """

    def __init__(self, settings: Settings, models: list[Model], count: int, without: tuple[str, ...] = ()) -> None:
        self.settings = settings
        known = {model.version: model for model in models}
        others = [name for name in plan.former_champions(models, count + len(without)) if name not in without]
        self.models = {version: known[version] for version in others[:count]}

    def __getitem__(self, version: str) -> Checkpoint | str:
        model = self.models[version]
        try:
            with open_graph(self.settings) as database:
                return load_checkpoint(self.settings, database, version)[1]
        except InputError as error:
            return f"{error} ({_recorded(model)})"

    def __iter__(self) -> Iterator[str]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)


def against(settings: Settings, champion: str, challenger: str, count: int) -> tuple[FormerChampions, Debt | None]:
    """The former champions that these two are compared with, and what the champion had lost to one of them."""
    with open_graph(settings) as database:
        models = registry.models(database)
    debt = plan.debt(next(model for model in models if model.version == champion))
    return FormerChampions(settings, models, count, without=(champion, challenger)), debt


def _recorded(model: Model) -> str:
    test = (model.metrics.get("test") or {}).get("mrr")
    if test is None:
        return "no test MRR is recorded of it"
    return f"its test MRR was {test:.3f} on the graph of {model.created_at:%Y-%m-%d}, which tells little of today's"
