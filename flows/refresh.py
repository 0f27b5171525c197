"""Refresh: what today's facts imply under the model whose links are in force, for the entities that it concerns."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import torch
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from base.errors import InputError
from flows import facts_read
from flows.calibrate import TOP_K, calibrate, learn_answers
from flows.declared_patterns import declared_patterns, keep_declared
from flows.export import read_graph
from flows.links_in_force import read_links_in_force, save_links_in_force
from flows.predict import LIMIT, Wanted, add_evidence, choose_thresholds, score_links
from flows.rules import rules_of
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.home_lock import writing
from flows.runtime.locks import gpu_slot
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.exporting import hetero_file
from graph.predicted import registry
from graph.predicted.links import file_of
from graph.predicted.refresh import refresh as refresh_links
from graph.predicted.registry import Run
from graph.predicted.rules import delete_uncited_rules
from models.calibration.calibration import Calibration
from models.explanation.cited_facts import outdated
from models.prediction.limits import limits_of, narrow_limits
from models.prediction.prediction import combined
from models.ranking.prediction_context import PredictionContext
from models.rules.rule_set import RuleSet
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns
from models.triples.subgraph import with_relations


class Refreshed(BaseModel):
    """What today's facts changed: per relation, numbers of links as `graph.predicted.refresh.refresh` counts them."""

    model: str
    run_id: str
    entities: int
    """How many had their links made anew."""
    changed: int
    """How many have other facts than when their links were made; the others' links told what no longer holds."""
    left: int | None
    """How many links of other entities stay as they are; None: the run's file of links is not on this machine."""
    unlearned: list[str]
    """Relations of the graph that the model does not know: no links."""
    dry_run: bool
    relations: list[dict[str, int | str]]


@flow(name="refresh", flow_run_name="refresh-{top_k}-per-head", **LOGGED)
def refresh(
    *,
    model: str | None = None,
    top_k: int = TOP_K,
    limit: int | None = LIMIT,
    precision: float | None = None,
    patterns: str | None = None,
    dry_run: bool = False,
    exported: str | None = None,
    device: str = "auto",
) -> Refreshed:
    """Make the links of entities whose facts changed anew, by the model (None: the champion) whose links are in force.

    So are those whose evidence cites what is gone, and all of a relation that became functional, or is no longer.
    Links of other entities stay as they are. `limit`, `precision` and `patterns` are as in `flows.predict.predict`;
    `exported` is an export's file, to read instead of the graph. Scores are computed on `device`. Raises InputError
    where the links in the graph are another model's.
    """
    settings = Settings()
    with (
        writing(settings, "`vlkge predict --refresh`", dry_run=dry_run),
        gpu_slot(device),
        open_graph(settings) as database,
    ):
        version, checkpoint = load_checkpoint(settings, database, model)
        folder, run = folder_of(settings, version), run_in_force(database, version)
        data: HeteroData = hetero_file.load(Path(exported)) if exported else read_graph(database)
        every = KnowledgeGraph.from_hetero(data)
        graph = with_relations(every, checkpoint.relations)
        changed, kept = facts_read.changed_since(folder, graph), saved_links(database, folder, run)
        told = declared_patterns(database, graph, patterns)
        rules = rules_of(folder, graph)
        again = bool(changed or patterns)
        heads = sorted({*changed, *untrue(kept, graph, folder, rules, run, told)}) if again else []
        if heads:
            served = PredictionContext.of(version, checkpoint, graph, told, top_k, device)
            wanted = Wanted(limit=limit, precision=precision)
            calibration = Calibration.load(folder) or calibrate(served, folder)
            links = links_of(database, served, calibration, rules, wanted, heads)
            links = within_limit(links, kept, heads, limit, narrow_limits(graph, calibration))
            counts = write(database, links, run, heads, graph.relations, dry_run)
            if not dry_run:
                keep_links(database, folder, run, graph.relations, heads, links)
                registry.record_functional(database, run, served.patterns.functional)
                facts_read.keep(folder, graph, None if len(heads) == graph.num_entities else heads)
                facts_read.keep_cited(folder, graph)
        if patterns and told and not dry_run:
            keep_declared(database, told)
    return Refreshed(
        model=version,
        run_id=run.id,
        entities=len(heads),
        changed=len(changed),
        left=None if kept is None else int((~kept["head"].isin(heads)).sum()),
        unlearned=sorted(set(every.relations) - set(graph.relations)),
        dry_run=dry_run,
        relations=counts.to_dict(orient="records") if heads else [],
    )


def run_in_force(database: Database, version: str) -> Run:
    """The newest publication of a model; raises InputError where there is none, or another model published since."""
    newest = registry.newest_run(database)
    run = next((run for run in registry.runs(database, version) if run.state == "complete"), None)
    if newest is None or run is None:
        raise InputError(f"model {version} has published no links that could be refreshed: type `vlkge predict` first")
    if newest.model_version != version:
        raise InputError(
            f"the links in the graph are of model {newest.model_version}, not of {version}: name it with --model, "
            "or type `vlkge predict`"
        )
    return run


def untrue(
    links: pd.DataFrame | None,
    graph: KnowledgeGraph,
    folder: Path,
    rules: RuleSet,
    run: Run,
    told: Patterns | None,
) -> list[str]:
    """The heads whose links today's facts or patterns change, though their own facts may be as they were."""
    if links is None:
        return []
    today = Patterns.of(graph, told)
    before = set(run.functional or ())
    heads = links.loc[links["relation"].isin(before.symmetric_difference(today.functional)), "head"]
    heads = heads[heads.isin(graph.entities)]
    # Where a head may have several tails by now, those that have one had no links.
    freed = [row for row, name in enumerate(graph.relations) if name in before.difference(today.functional)]
    with_one = torch.unique(graph.facts[torch.isin(graph.facts[:, 1], torch.tensor(freed, dtype=torch.long)), 0])
    cited = outdated(links, graph, rules) if facts_read.are_gone(folder, graph, run.refreshed_at) else []
    return sorted({*heads, *cited, *(graph.entities[row] for row in with_one.tolist())})


def links_of(
    database: Database,
    served: PredictionContext,
    calibration: Calibration | None,
    rules: RuleSet,
    wanted: Wanted,
    heads: list[str],
) -> pd.DataFrame:
    """The best links of some heads with their evidence, by the probabilities that the run in force was given."""
    thresholds = choose_thresholds(calibration, wanted.precision, served.graph.relations)
    links = score_links(served, calibration, learn_answers(database, served), wanted, thresholds, heads)
    return add_evidence(served, rules, links)


def within_limit(
    links: pd.DataFrame,
    kept: pd.DataFrame | None,
    heads: list[str],
    limit: int | None,
    narrow: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Those that are among the `limit` best of their relation, together with the `kept` links of other heads.

    `narrow`: of some relations fewer, see `limits.narrow_limits`.

    Otherwise each night would add weak links of the entities that it is about.
    """
    if kept is None or (limit is None and not narrow):
        return links
    others = kept[~kept["head"].isin(heads)]
    ahead = pd.concat([_priorities(others), _priorities(links)], ignore_index=True)
    relations = pd.concat([others["relation"], links["relation"]], ignore_index=True)
    places = ahead.groupby(relations).rank(method="first", ascending=False)
    return links[(places <= limits_of(relations, limit, narrow or {}))[len(others) :].to_numpy()]


def _priorities(links: pd.DataFrame) -> "pd.Series[float]":
    """What links come first by."""
    if "probability" not in links:
        return links["score"]
    right = combined(links["probability"].to_numpy(float), links["answer_probability"].to_numpy(float))
    return pd.Series(right, index=links.index)


@task(cache_policy=NO_CACHE)
def write(
    database: Database, links: pd.DataFrame, run: Run, heads: list[str], relations: Sequence[str], dry_run: bool
) -> pd.DataFrame:
    with progress_bar("write back") as progress:
        counts = refresh_links(
            database,
            links,
            run=run,
            heads=heads,
            relations=relations,
            dry_run=dry_run,
            progress=progress,
            notify=echo,
        )
    if not dry_run:
        delete_uncited_rules(database)
    return counts


def keep_links(
    database: Database, folder: Path, run: Run, relations: Sequence[str], heads: Sequence[str], links: pd.DataFrame
) -> None:
    """Put the links of these heads into the file of the run, so that publishing it again brings them back."""
    if file_of(folder, run.id).is_file():
        save_links_in_force(database, links, folder, run.id, run.model_version, relations, heads)


def saved_links(database: Database, folder: Path, run: Run) -> pd.DataFrame | None:
    """The links that the run's model has in force, as they were last made; None: the run's are not on this machine."""
    if not file_of(folder, run.id).is_file():
        return None
    kept = read_links_in_force(database, folder, run.model_version)
    return None if kept is None else kept.links
