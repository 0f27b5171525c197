"""Predict: the best new links with their probabilities, published in the graph."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from base.errors import InputError, refuse_unknown_relations
from flows import facts_read
from flows.calibrate import NOT_CALIBRATED, TOP_K, calibrate, learn_answers
from flows.declared_patterns import declared_patterns, keep_declared
from flows.export import graph_file, read_graph
from flows.links_in_force import save_links_in_force
from flows.prediction_shards import Job, score_in_shards
from flows.rules import rules_of
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.home_lock import writing
from flows.runtime.locks import gpu_slot
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import predictions, registry
from graph.predicted.links import file_of
from models.calibration.answers import Answers, AnswerShare
from models.calibration.calibration import Calibration
from models.calibration.thresholds import Threshold, thresholds
from models.explanation.evidence import evidence
from models.prediction.limits import narrow_limits
from models.prediction.plausible_heads import PlausibleHeads
from models.prediction.prediction import added_since, members, untrained
from models.prediction.prediction import predict as find_links
from models.ranking.prediction_context import PredictionContext
from models.representation.checkpoint import Checkpoint
from models.rules.rule_set import RuleSet
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns
from models.triples.subgraph import with_relations

LIMIT = 1000


class Wanted(BaseModel):
    """Which links are looked for; see `models.prediction.prediction.predict`."""

    relations: list[str] | None = None
    limit: int | None = LIMIT
    best: int | None = None
    precision: float | None = None
    new: bool = False
    all_heads: bool = False
    exact: bool = False


class Published(BaseModel):
    """What a run published: per relation, `current` links of this run and what was left out or became stale."""

    run_id: str
    model: str
    links: int
    file: Path
    """All that the model has in force by now: these links, and those of what the run did not cover."""
    patterns: Patterns
    """Which relations are functional, symmetric, inverse of one another: links against that were left out."""
    thresholds: list[Threshold] | None
    """Where a precision was asked for: from which probability on a relation's links were kept."""
    calibrated: bool
    """Whether links have a probability; without any they are ordered by score."""
    answers: tuple[AnswerShare, ...]
    """Of which relations it is known how likely a head has an answer."""
    untrained: list[str]
    """Relations without training facts: no links."""
    heads: int | None
    """With `new`: how many entities were added since training; only their links were looked for."""
    relations: list[dict[str, int | str]]


@flow(name="predict", flow_run_name="predict-{top_k}-per-head", **LOGGED)
def predict(
    *,
    model: str | None = None,
    relations: list[str] | None = None,
    top_k: int = TOP_K,
    limit: int | None = LIMIT,
    best: int | None = None,
    precision: float | None = None,
    new: bool = False,
    all_heads: bool = False,
    exact: bool = False,
    patterns: str | None = None,
    shards: int | None = None,
    device: str = "auto",
) -> Published:
    """Publish the model's (None: the champion's) best new links; what it no longer predicts becomes stale.

    `limit` links of each relation at most, `best` of all; with `precision`, only those that are right that often if
    their heads have an answer; with
    `new`, only of entities added since training; with `all_heads`, also of entities whose facts resemble those of no
    head of the relation; with `exact`, all pairs are scored, however many a relation
    has. `patterns` is a file that overrides the patterns found in the data, from now on.
    With `shards`, so many parts of the heads are scored as tasks, wherever the flow's task runner runs them.
    All compute on `device`. Raises PipelineError, and publishes nothing, where another model took the place of an
    unnamed champion meanwhile.
    """
    settings = Settings()
    wanted = Wanted(
        relations=relations, limit=limit, best=best, precision=precision, new=new, all_heads=all_heads, exact=exact
    )
    with writing(settings, "`vlkge predict`"), gpu_slot(device), open_graph(settings) as database:
        newest = registry.newest_run(database)
        version, checkpoint = load_checkpoint(settings, database, model)
        refuse_unknown_relations(relations or (), checkpoint.relations, "the model knows")
        data: HeteroData = read_graph(database)
        graph = with_relations(KnowledgeGraph.from_hetero(data), checkpoint.relations)
        told = declared_patterns(database, graph, patterns)
        served = PredictionContext.of(version, checkpoint, graph, told, top_k, device)
        calibration = calibrate(served, folder_of(settings, version))
        answers = learn_answers(database, served)
        nothing_known = [name for name in untrained(graph) if relations is None or name in relations]
        if nothing_known:
            echo(f"No links of {', '.join(nothing_known)}: without training facts nothing is known of it.")
        tell_narrow_limits(narrow_limits(graph, calibration), relations or graph.relations, limit)
        kept = choose_thresholds(calibration, precision, relations or graph.relations)
        heads = added_heads(checkpoint, graph) if new else None
        if not (all_heads or new):
            tell_left_out(graph, relations or graph.relations)
        if shards is None:
            links = score_links(served, calibration, answers, wanted, kept, heads)
        else:
            with graph_file(data, settings.vlkge_home) as file:
                levels = None if kept is None else levels_of(kept)
                job = Job(
                    file,
                    folder_of(settings, version),
                    served.patterns,
                    top_k,
                    relations,
                    limit,
                    best,
                    calibration,
                    answers,
                    levels,
                    heads,
                    all_heads,
                    exact,
                    device,
                )
                links = score_in_shards(job, graph, shards)
        links = add_evidence(served, rules_of(folder_of(settings, version), graph), links)
        confirm = partial(registry.refuse_former_champion, database, version, newest) if model is None else None
        functional = served.patterns.functional
        folder, covered = folder_of(settings, version), relations or graph.relations

        def keep(run: str) -> None:
            save_links_in_force(database, links, folder, run, version, covered, heads)

        run = publish(database, links, version, covered, heads, functional, confirm, keep)
        if patterns and told:
            keep_declared(database, told)
        if relations is None:
            facts_read.keep(folder, graph, heads)
        partly = relations is not None or heads is not None
        facts_read.keep_cited(folder, graph, and_former=partly)
    return Published(
        run_id=run.run_id,
        model=version,
        links=int(run.counts["current"].sum()),
        file=file_of(folder, run.run_id),
        patterns=served.patterns,
        thresholds=kept,
        calibrated=calibration is not None,
        answers=answers.shares,
        untrained=nothing_known,
        heads=None if heads is None else len(heads),
        relations=run.counts.to_dict(orient="records"),
    )


def choose_thresholds(
    calibration: Calibration | None, precision: float | None, relations: list[str]
) -> list[Threshold] | None:
    """Raises InputError where a precision is wished for that nothing is known about."""
    if precision is None:
        return None
    if calibration is None:
        raise InputError(f"precision {precision} cannot be promised. {NOT_CALIBRATED}")
    return thresholds(calibration.tallies, precision, relations)


def levels_of(kept: list[Threshold]) -> dict[str, float]:
    """The probability from which on links are kept, of the relations that have one."""
    return {threshold.relation: threshold.probability for threshold in kept if threshold.probability is not None}


def tell_left_out(graph: KnowledgeGraph, relations: list[str]) -> None:
    """Say how many questions are not asked, where there are such."""
    left, every = PlausibleHeads(graph).left_out(graph.relations.index(name) for name in relations)
    if left:
        echo(
            f"{left:,} of {every:,} pairs of an entity and a relation are not asked: the entity's facts resemble those "
            "of no head of the relation. `vlkge predict --all-heads` asks them too."
        )


def added_heads(checkpoint: Checkpoint, graph: KnowledgeGraph) -> list[str]:
    """Ids of the entities that the model has never met; raises InputError where there are none."""
    heads = added_since(checkpoint, graph)
    if not heads:
        raise InputError("no entity was added since the model was trained; leave --new out to predict for all")
    return heads


def tell_narrow_limits(narrow: Mapping[str, int], relations: list[str], limit: int | None) -> None:
    """Of which relations fewer links are kept than was asked for, and why."""
    told = [
        f"{narrow[name]:,} of {name}"
        for name in relations
        if name in narrow and (limit is None or narrow[name] < limit)
    ]
    if told:
        echo(f"At most {', '.join(told)}: too few facts were held back to judge links by.")


@task(cache_policy=NO_CACHE)
def score_links(
    served: PredictionContext,
    calibration: Calibration | None,
    answers: Answers,
    wanted: Wanted,
    kept: list[Threshold] | None,
    heads: list[str] | None,
) -> pd.DataFrame:
    chosen = None if heads is None else members(served.graph, heads)
    with progress_bar("predict") as progress:
        return find_links(
            served.scores_today,
            served.graph,
            relations=wanted.relations,
            top_k=served.top_k,
            limit=wanted.limit,
            best=wanted.best,
            patterns=served.patterns,
            calibration=calibration,
            answers=answers,
            seen=served.seen,
            heads=chosen,
            thresholds=None if kept is None else levels_of(kept),
            all_heads=wanted.all_heads,
            exact=wanted.exact,
            progress=progress,
            notify=echo,
        )


@task(cache_policy=NO_CACHE)
def add_evidence(served: PredictionContext, rules: RuleSet, links: pd.DataFrame) -> pd.DataFrame:
    with progress_bar("evidence") as progress:
        return pd.concat(
            [links, evidence(served.model, served.graph, rules, links, progress, served.scores_today)], axis=1
        )


@task(cache_policy=NO_CACHE)
def publish(
    database: Database,
    links: pd.DataFrame,
    version: str,
    relations: list[str],
    heads: list[str] | None,
    functional: tuple[str, ...],
    confirm: Callable[[], None] | None,
    keep: Callable[[str], object],
) -> predictions.Publication:
    with progress_bar("write back") as progress:
        return predictions.publish(
            database,
            links,
            model_version=version,
            relations=relations,
            heads=heads,
            functional=functional,
            confirm=confirm,
            keep=keep,
            progress=progress,
            notify=echo,
        )
