"""The whole pipeline on one folder: ingest, encode, train, evaluate, predict."""

from pathlib import Path
from typing import Any

import pandas as pd
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from base.errors import InputError, refuse_unknown_relations
from flows.encode import Encoded, encode
from flows.evaluate import Evaluation, evaluate
from flows.ingest import ingest
from flows.predict import Published, predict
from flows.runtime.home_lock import writing
from flows.runtime.logs import LOGGED
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from flows.train import TrainedModel, train
from graph.loading.ingest import IngestResult, list_sources
from graph.query import run as ask
from models.triples.relation_patterns import Patterns


class Run(BaseModel):
    """What each step did, and the `best` new links of each relation."""

    ingested: IngestResult
    encoded: list[Encoded]
    trained: TrainedModel
    evaluated: Evaluation | None
    """None where no fact of the graph is held back to test on."""
    published: Published
    best: list[dict[str, Any]]


@flow(name="run", flow_run_name="run-{folder}", **LOGGED)
def run(
    *,
    folder: str,
    source: str | None = None,
    add: bool = False,
    mapping: str | None = None,
    entities_from_triples: bool = False,
    encoder: str | None = None,
    config: dict[str, Any],
    patterns: str | None = None,
    top_k: int = 3,
    limit: int = 1000,
    device: str = "auto",
    best: int = 2,
) -> Run:
    """All steps in order; each takes up what an interrupted run before it left done.

    patterns: a file that overrides the patterns found in the data; it is checked before anything is trained.
    """
    declared = Patterns.declared(Path(patterns)) if patterns else Patterns()
    with writing(Settings(), "`vlkge run`"):
        if not add:
            refuse_other_sources(source or Path(folder).name)
        echo("1/5 ingest")
        ingested = ingest(
            folder=folder,
            source=source,
            mapping=mapping,
            entities_from_triples=entities_from_triples,
            bulk_where_large=True,
        )
        if declared.named:
            check_relations(declared.named, f"{patterns} may name those of the graph")
        echo("2/5 encode")
        encoded = encode(encoder=encoder, device=device)
        echo("3/5 train")
        trained = train(config=config, device=device)
        echo("4/5 evaluate")
        evaluated = evaluate(model=trained.version, device=device) if is_testable() else None
        echo("5/5 predict and write back")
        published = predict(model=trained.version, top_k=top_k, limit=limit, patterns=patterns, device=device)
        return Run(
            ingested=ingested,
            encoded=encoded,
            trained=trained,
            evaluated=evaluated,
            published=published,
            best=list_best([str(row["relation"]) for row in published.relations], best),
        )


@task(cache_policy=NO_CACHE)
def refuse_other_sources(source: str) -> None:
    """Two folders poured into one graph by mistake are hard to take apart again."""
    with open_graph(Settings()) as database:
        others = [name for name in list_sources(database) if name != source]
    if others:
        raise InputError(
            f"the graph already holds what {', '.join(others)} brought: type `vlkge reset` to empty it first, "
            f"or add `--add` to bring {source} in beside it"
        )


@task(cache_policy=NO_CACHE)
def check_relations(named: list[str], where: str) -> None:
    """Raise InputError for relations that the graph does not have."""
    with open_graph(Settings()) as database:
        known = [row["relation"] for row in database.read("export/count_relations")]
    refuse_unknown_relations(named, known, where)


@task(cache_policy=NO_CACHE)
def is_testable() -> bool:
    """Whether the graph holds a fact back; of a handful none may be."""
    with open_graph(Settings()) as database:
        counts = ask(database, "count_facts")
    return bool(((counts["kind"] == "fact") & (counts["status"] == "test")).any())


@task(cache_policy=NO_CACHE)
def list_best(relations: list[str], limit: int) -> list[dict[str, Any]]:
    """The strongest links of each relation; probabilities of different relations compare, scores do not."""
    with open_graph(Settings()) as database:
        found = [ask(database, "list_links_of_relation", relation=name, limit=limit) for name in relations]
    shown = pd.concat(found)[["head_name", "relation", "tail_name", "probability", "score", "rank"]]
    return [{str(column): value for column, value in row.items()} for row in shown.to_dict(orient="records")]
