"""Retrain: take in what changed, train a challenger, let the gate decide, refresh the predictions, report."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import Flow, flow, task
from prefect.cache_policies import INPUTS, NO_CACHE, TASK_SOURCE
from prefect.client.schemas.objects import FlowRun, State
from prefect.runtime import flow_run

from base.errors import InputError
from flows.adopt import adopt as take_up
from flows.calibrate import calibrate
from flows.declared_patterns import declared_patterns
from flows.encode import encode
from flows.evaluate import evaluate
from flows.ingest import ingest
from flows.predict import Published, predict
from flows.refresh import refresh
from flows.retraining import config as retrain_config
from flows.retraining import report as retrain_report
from flows.retraining import rivals, small_night
from flows.retraining.champion_links import republish_champion_on_failure, take_over
from flows.retraining.config import RetrainConfig
from flows.retraining.outcome import Retraining
from flows.retraining.plan import Plan, make_plan
from flows.retraining.retention import tidy
from flows.retraining.retry import retry
from flows.runtime.cancellation import was_cancelled
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.home_lock import BusyError
from flows.runtime.locks import gpu_slot, night_patience, retraining_lock
from flows.runtime.logs import LOGGED
from flows.runtime.place import Place
from flows.runtime.progress import progress_bar
from flows.runtime.provenance import git_commit
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from flows.runtime.webhook import notify
from flows.train import TrainedModel, train
from graph.exporting import hetero_file
from graph.outage import waiting_longer
from graph.predicted import registry
from models.calibration.calibration import UNTESTED
from models.calibration.calibration_error import calibration_error
from models.calibration.thresholds import POOLED as ALL
from models.evaluation.gate import Comparison, let_compete
from models.evaluation.gate_config import GateConfig
from models.evaluation.verdict import Verdict
from models.ranking.prediction_context import PredictionContext
from models.triples.asked import with_fewer_asked
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.subgraph import with_relations

P = ParamSpec("P")
T = TypeVar("T")

RECORDED = {"passed", "kind", "reasons", "visible", "margin", "loss", "calibration", "not_compared"}
SECONDS_LIMIT = 12 * 60 * 60


def tell_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 (Prefect passes it)
    """Hook: a retraining failed; one that was cancelled, or refused because another is at work, is no failure."""
    error = state.result(raise_on_failure=False) if state.is_failed() else None
    if not isinstance(error, BusyError) and not was_cancelled(flow_run):
        notify("retraining failed", f"{flow_run.name}: {state.message}", run=str(flow_run.id), state=state.name)


@flow(
    name="retrain",
    flow_run_name=lambda: f"retrain-{Path(flow_run.parameters['folder'] or 'graph').name}",
    timeout_seconds=SECONDS_LIMIT,
    on_running=LOGGED["on_running"],
    on_completion=LOGGED["on_completion"],
    on_failure=[*LOGGED["on_failure"], tell_failure],
    on_crashed=[*LOGGED["on_crashed"], tell_failure],
    on_cancellation=LOGGED["on_cancellation"],
)
def retrain(
    *,
    adopt: str | None = None,
    folder: str | None = None,
    source: str | None = None,
    mapping: str | None = None,
    entities_from_triples: bool = False,
    encoder: str | None = None,
    config: dict[str, Any] | None = None,
    cold: bool = False,
    always_train: bool = False,
    device: str = "auto",
) -> Retraining:
    """One night: a better model takes over, a worse one is refused, and a failure leaves yesterday's state in force.

    Where little changed nothing is trained, unless `always_train` or `cold` asks for it: the champion makes the links
    anew that today's facts concern.
    """
    settings = Settings()
    wanted = retrain_config.check(config or {})
    with retraining_lock(settings, for_nights=night_patience()) as place, waiting_longer(wanted.wait):
        night = RetrainRun(settings, wanted, device, place)
        taken_in: dict[str, Any] = {}
        if adopt is not None:
            taken_in["adopted"] = night.step(take_up, specification=adopt)
        if folder is not None:
            taken_in["ingested"] = night.step(
                ingest, folder=folder, source=source, mapping=mapping, entities_from_triples=entities_from_triples
            )
        if taken_in:
            taken_in["encoded"] = night.step(encode, encoder=encoder, device=device)
        plan = night.step(make_plan, settings, wanted, cold, always_train)
        done = night.run(plan)
        plan.exported.unlink(missing_ok=True)
        with retrain_report.telling_outcome(done):
            delivered = retrain_report.deliver(settings, done.model_copy(update=taken_in))
            night.step(tidy, settings)
        return delivered


class RetrainRun:
    """The steps of one retraining, each tried again where Prefect is away."""

    def __init__(self, settings: Settings, wanted: RetrainConfig, device: str, place: Place) -> None:
        self.settings = settings
        self.wanted = wanted
        self.device = device
        self.place = place

    def step(self, step: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        self.place.check()
        echo(f"· {getattr(step, 'name', '')}")
        return retry(step, self.wanted.attempts, self.wanted.pause)(*arguments, **options)

    def run(self, plan: Plan) -> Retraining:
        if plan.unchanged:
            return self.stop(plan)
        return self.refresh(plan) if plan.small else self.compete(plan)

    def refresh(self, plan: Plan) -> Retraining:
        """The champion's links anew where today's facts concern them."""
        echo(f"no training: {plan.small}")
        done = self.step(
            refresh,
            model=plan.champion,
            top_k=self.wanted.top_k,
            limit=self.wanted.limit,
            exported=str(plan.exported),
            device=self.device,
        )
        return Retraining(
            outcome="refreshed" if done.entities else "unchanged",
            reasons=[str(plan.small), *small_night.told(done)],
            champion=str(plan.champion),
            former=plan.champion,
            fingerprint=plan.fingerprint,
            refreshed=done,
        )

    def stop(self, plan: Plan) -> Retraining:
        echo(f"nothing relevant changed: {plan.unchanged}")
        return Retraining(
            outcome="unchanged",
            reasons=[str(plan.unchanged)],
            champion=str(plan.champion),
            former=plan.champion,
            fingerprint=plan.fingerprint,
        )

    def compete(self, plan: Plan) -> Retraining:
        """Train, evaluate, judge, then put the better one in force."""
        trained = self._train(plan)
        if plan.has_test:
            self.step(evaluate, model=trained.version)
        if plan.champion is None:
            verdict, contest = Verdict(passed=True, reasons=["it is the first model"]), None
        else:
            verdict, contest = self._judge(plan.champion, trained.version, plan)
        self._record(trained.version, plan, verdict, predicted=None)
        published, reasons = self._put_in_force(trained.version, verdict)
        self._record(trained.version, plan, verdict, predicted=published.run_id if published else "none")
        outcome = "first" if plan.champion is None else "promoted" if verdict.passed else "kept"
        return Retraining(
            outcome=outcome,
            reasons=[*verdict.reasons, *reasons],
            champion=trained.version if verdict.passed else str(plan.champion),
            former=plan.champion,
            fingerprint=plan.fingerprint,
            start=plan.start,
            trained=trained,
            contest=contest,
            published=published,
        )

    def _train(self, plan: Plan) -> TrainedModel:
        config = self.wanted.warm_config() if plan.warm_start else self.wanted.train
        return self.step(
            train,
            config=config.model_dump(mode="json", exclude_unset=True),
            warm_start=plan.warm_start,
            device=self.device,
            exported=str(plan.exported),
        )

    def _judge(self, champion: str, challenger: str, plan: Plan) -> tuple[Verdict, Comparison | None]:
        gate = self.wanted.gate.model_dump(mode="json")
        try:
            found = self.step(
                judge, champion, challenger, str(plan.exported), gate, self.wanted.top_k, self.device, git_commit()
            )
        except InputError as error:
            cannot = f"{challenger} cannot be compared with {champion}: {error}"
            return Verdict(
                passed=False, reasons=[f"{cannot}; `vlkge models promote {challenger}` puts it in force"]
            ), None
        return found.verdict, found

    def _put_in_force(self, challenger: str, verdict: Verdict) -> tuple[Published | None, list[str]]:
        """Publish the links of who is in force from now on; the alias is set last.

        A champion that stays is not named: somebody may have rolled it back during the night.
        """
        chosen = challenger if verdict.passed else None
        with republish_champion_on_failure(self.settings):
            try:
                published = self.step(
                    predict, model=chosen, top_k=self.wanted.top_k, limit=self.wanted.limit, device=self.device
                )
            except InputError as error:
                if verdict.passed:
                    raise
                return None, [f"yesterday's links stay, as the champion cannot predict on today's graph: {error}"]
            if verdict.passed:
                self.step(promote, self.settings, challenger)
        return published, []

    def _record(self, version: str, plan: Plan, verdict: Verdict, predicted: str | None) -> None:
        """On the model's node; `predicted` says that the night was gone through to its end."""
        content = verdict.model_dump(mode="json", include=RECORDED) | {
            "champion": plan.champion,
            "gate": self.wanted.gate.model_dump(mode="json"),
            "mrr": verdict.overall and {"champion": verdict.overall.champion, "challenger": verdict.overall.challenger},
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "predicted": predicted,
        }
        self.step(record_verdict, self.settings, version, content)


@task(persist_result=True, result_serializer="json", cache_policy=INPUTS + TASK_SOURCE)
def judge(
    champion: str,
    challenger: str,
    exported: str,
    gate: dict[str, Any],
    top_k: int,
    device: str,
    code: str,  # noqa: ARG001 (a part of the cache's key)
) -> Comparison:
    """The gate; a run that is taken up again finds the result of the same models, graph, settings and `code`."""
    settings, wanted = Settings(), GateConfig(**gate)
    graph = with_fewer_asked(KnowledgeGraph.from_hetero(hetero_file.load(Path(exported))))
    checkpoints, errors = [], []
    with gpu_slot(device):
        for version in (champion, challenger):
            with open_graph(settings) as database:
                checkpoints.append(load_checkpoint(settings, database, version)[1])
                known = with_relations(graph, checkpoints[-1].relations)
                told = declared_patterns(database, known)
            served = PredictionContext.of(version, checkpoints[-1], known, told, top_k, device)
            calibration = calibrate(served, folder_of(settings, version), UNTESTED)
            errors.append(calibration_error(calibration.tallies[ALL]) if calibration else None)
        formers, debt = rivals.against(settings, champion, challenger, wanted.former_champions)
        with progress_bar("gate") as progress:
            return let_compete(
                checkpoints[0],
                checkpoints[1],
                graph,
                wanted,
                formers=formers,
                debt=debt,
                calibration=(errors[0], errors[1]),
                device=device,
                progress=progress,
            )


@task(cache_policy=NO_CACHE)
def promote(settings: Settings, version: str) -> None:
    with open_graph(settings) as database:
        take_over(settings, database, version, partial(registry.promote, database, version))


@task(cache_policy=NO_CACHE)
def record_verdict(settings: Settings, version: str, content: dict[str, Any]) -> None:
    with open_graph(settings) as database:
        registry.record_verdict(database, version, content)
