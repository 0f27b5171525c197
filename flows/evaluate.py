"""Evaluate: how well models find held-back facts, beside what they have to be better than."""

from collections.abc import Mapping, Sequence

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from base.errors import InputError
from flows.calibrate import TOP_K, check_calibration
from flows.declared_patterns import declared_patterns
from flows.evaluation_shards import Conditions, Shards, evaluate_in_shards, shards_of
from flows.export import read_graph
from flows.reports import ReportFiles, suffix, write_report, write_seeds
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.locks import gpu_slot
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from models.calibration.reliability import Reliability
from models.evaluation.baselines import baselines
from models.evaluation.evaluation import Figures, Protocol, Report
from models.evaluation.evaluation import evaluate as rank_facts
from models.evaluation.seeds import SeedSummary, over_seeds
from models.ranking.candidates import Choice
from models.ranking.prediction_context import PredictionContext
from models.representation.checkpoint import Checkpoint
from models.triples.asked import left_out, with_fewer_asked
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import SIDES, Side

# The tables that a model's node can do without; report.json has them.
LONG = {"relation_sides", "relation_groups"}


class Evaluation(BaseModel):
    """A model's report, the baselines' on the same queries, and the files that hold both."""

    model: str
    report: Report
    baselines: dict[str, Report]
    calibration: Reliability | None
    """How far the probabilities of links hold on test facts; measured with the strict test report."""
    files: ReportFiles


class SeedsEvaluation(BaseModel):
    """Several models that differ in their seed alone, and the means of their figures."""

    evaluations: list[Evaluation]
    over_seeds: SeedSummary
    files: ReportFiles


@flow(name="evaluate", flow_run_name="evaluate-{split}", **LOGGED)
def evaluate(
    *,
    model: str | None = None,
    split: str = "test",
    protocol: Protocol = "strict",
    candidates: Choice = "all",
    sides: Sequence[Side] = SIDES,
    probes: bool = False,
    shards: int | None = None,
    device: str = "auto",
) -> Evaluation:
    """Rank a split's facts by the model of that version (None: the champion); the report is kept with the model.

    With `probes`, the baselines on frozen features are there beside popularity. With `shards`, so many parts of the
    facts are ranked as tasks, wherever the flow's task runner runs them. Each computes on `device`.
    """
    settings = Settings()
    conditions = Conditions(split=split, protocol=protocol, candidates=candidates, sides=tuple(sides))
    with gpu_slot(device), open_graph(settings) as database:
        version, checkpoint = load_checkpoint(settings, database, model)
        data = read_graph(database)
        graph = asked_of(KnowledgeGraph.from_hetero(data), split)
        compared = rank_baselines(graph, conditions, probes)
        with shards_of(data, settings.vlkge_home, shards, device) as parts:
            return evaluate_model(settings, database, version, checkpoint, graph, conditions, compared, device, parts)


@flow(name="evaluate-seeds", flow_run_name="evaluate-seeds-{split}", **LOGGED)
def evaluate_seeds(
    *,
    models: Sequence[str],
    split: str = "test",
    protocol: Protocol = "strict",
    candidates: Choice = "all",
    sides: Sequence[Side] = SIDES,
    probes: bool = False,
    shards: int | None = None,
    device: str = "auto",
) -> SeedsEvaluation:
    """Rank a split's facts by several seeds of one training; each model gets its report, and all a common one.

    `shards` and `device` as for one model. Raises InputError for models that differ in more than their seed.
    """
    settings = Settings()
    conditions = Conditions(split=split, protocol=protocol, candidates=candidates, sides=tuple(sides))
    with gpu_slot(device), open_graph(settings) as database:
        checkpoints = dict(load_checkpoint(settings, database, version) for version in models)
        refuse_different_trainings(checkpoints)
        data = read_graph(database)
        graph = asked_of(KnowledgeGraph.from_hetero(data), split)
        compared = rank_baselines(graph, conditions, probes)
        with shards_of(data, settings.vlkge_home, shards, device) as parts:
            evaluations = [
                evaluate_model(settings, database, version, checkpoint, graph, conditions, compared, device, parts)
                for version, checkpoint in checkpoints.items()
            ]
    reports = {evaluation.model: evaluation.report for evaluation in evaluations}
    found = over_seeds(list(reports.values()))
    files = write_seeds(settings.vlkge_home / "reports", reports, found)
    return SeedsEvaluation(evaluations=evaluations, over_seeds=found, files=files)


def asked_of(graph: KnowledgeGraph, split: str) -> KnowledgeGraph:
    """The graph with as many held-back facts as are asked for; that some are left out is said."""
    if told := left_out(graph, split):
        echo(f"{told}.")
    return with_fewer_asked(graph)


def evaluate_model(
    settings: Settings,
    database: Database,
    version: str,
    checkpoint: Checkpoint,
    graph: KnowledgeGraph,
    conditions: Conditions,
    compared: Mapping[str, Report],
    device: str,
    shards: Shards | None = None,
) -> Evaluation:
    """Rank, write the files, and put the figures on the model's node."""
    served = PredictionContext.of(version, checkpoint, graph, declared_patterns(database, graph), TOP_K, device)
    folder = folder_of(settings, version)
    report = rank_model(served, conditions) if shards is None else evaluate_in_shards(shards, folder, graph, conditions)
    # Before the report is written, which shows the reliability diagram.
    calibration = check_calibration(served, folder) if suffix(report) == "" else None
    files = write_report(folder, version, checkpoint, report, compared, calibration)
    if suffix(report) in ("", f"-{report.split}"):
        record(database, version, report, compared["popularity"], calibration)
    return Evaluation(model=version, report=report, baselines=dict(compared), calibration=calibration, files=files)


@task(cache_policy=NO_CACHE)
def rank_model(served: PredictionContext, conditions: Conditions) -> Report:
    with progress_bar(f"evaluate on {conditions.split}") as progress:
        return rank_facts(served.scores, served.graph, **dict(conditions), progress=progress)


@task(cache_policy=NO_CACHE)
def rank_baselines(graph: KnowledgeGraph, conditions: Conditions, probes: bool) -> dict[str, Report]:
    with progress_bar("linear probe") as progress:
        found = baselines(graph, features=probes, progress=progress)
    return {name: rank_facts(scores, graph, **dict(conditions)) for name, scores in found.items()}


@task(cache_policy=NO_CACHE)
def record(
    database: Database, version: str, report: Report, popularity: Figures, calibration: Reliability | None
) -> None:
    """The figures on the model's node, where Cypher finds them."""
    known = registry.model(database, version)
    metrics = {
        **known.metrics,
        report.split: report.model_dump(mode="json", exclude=LONG),
        "popularity": {
            **known.metrics.get("popularity", {}),
            report.split: popularity.model_dump(mode="json", include=set(Figures.model_fields)),
        },
        **({"calibration": calibration.model_dump(mode="json")} if calibration else {}),
    }
    registry.register_model(
        database, version, known.scorer, known.config, metrics, known.data_fingerprint, known.encoders
    )


def refuse_different_trainings(checkpoints: Mapping[str, Checkpoint]) -> None:
    """Raise InputError unless the models differ in their seed, and in nothing else."""
    if len(checkpoints) < 2:
        raise InputError(f"figures over seeds need different models; there is only {next(iter(checkpoints))}")
    described = {
        version: {**checkpoint.config.model_dump(mode="json"), "data": checkpoint.fingerprint[:12]}
        for version, checkpoint in checkpoints.items()
    }
    first, *others = described.values()
    for name in first.keys() - {"seed"}:
        if any(other[name] != first[name] for other in others):
            values = {version: settings[name] for version, settings in described.items()}
            raise InputError(f"figures over seeds need models that differ in their seed alone; {name} is {values}")
