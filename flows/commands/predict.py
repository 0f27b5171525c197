"""`vlkge predict`, `vlkge patterns`, `vlkge explain` and `vlkge detect-errors`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.options import Device, LinksPerHead, Model, PatternsFile, Relations, Workers, renamed
from flows.runtime.output import Json, print_json, print_table

app = typer.Typer()


@app.command()
def predict(
    model: Model = None,
    relation: Relations = None,
    top_k: LinksPerHead = 3,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Maximum links per relation: 1000, or all with --max-links or --precision."),
    ] = None,
    max_links: Annotated[int | None, typer.Option(min=1, help="Maximum links in the whole graph.")] = None,
    best: Annotated[int | None, typer.Option("--best", min=1, hidden=True)] = None,
    precision: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Keep links whose precision on held-back facts is surely so high, e.g. 0.9."),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Only for entities added since training, by their facts, picture and text.")
    ] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Only for entities whose facts changed since; their links keep their run.")
    ] = False,
    all_heads: Annotated[
        bool,
        typer.Option(
            "--all-heads", help="Ask also entities whose facts resemble those of no entity that has the relation."
        ),
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Score all pairs, also of relations with more than ten billion of them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --refresh: only tell what would change.")] = False,
    patterns: PatternsFile = None,
    workers: Workers = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Find the best new links and publish them in the graph as PREDICTED, with probability, rank, model and run.

    A link's probability says how likely it is right if its head has an unrecorded answer of that relation. It is
    learned on heads whose validation and test facts are hidden.

    Examples:

        vlkge predict --max-links 1000

        vlkge predict --relation hasStyle --precision 0.9

        vlkge predict --new

        vlkge predict --refresh --dry-run
    """
    if best is not None:
        renamed("--best", "--max-links")
        max_links = best
    if precision == 0:
        raise typer.BadParameter("0 promises nothing; it must be above 0 and at most 1", param_hint="--precision")
    if dry_run and not refresh:
        raise typer.BadParameter("it goes with --refresh alone", param_hint="--dry-run")
    if refresh:
        others = {"--new": new, "--relation": relation, "--max-links": max_links, "--workers": workers}
        others |= {"--all-heads": all_heads, "--exact": exact}
        if given := [name for name, value in others.items() if value]:
            raise typer.BadParameter(f"it does not go with {', '.join(given)}", param_hint="--refresh")
        _refresh(model, top_k, limit, precision, patterns, dry_run, device, json)
        return
    start_services()
    from flows.predict import LIMIT
    from flows.predict import predict as flow

    if workers is not None:
        from flows.runtime.dask_cluster import count_shards, dask_runner
        from flows.runtime.settings import Settings

        flow = flow.with_options(task_runner=dask_runner(workers, Settings()))
    published = flow(
        shards=None if workers is None else count_shards(workers),
        model=model,
        relations=relation,
        top_k=top_k,
        limit=limit if limit or max_links or precision else LIMIT,
        best=max_links,
        precision=precision,
        new=new,
        all_heads=all_heads,
        exact=exact,
        patterns=str(patterns.resolve()) if patterns else None,
        device=device,
    )
    if json:
        print_json(published)
        return
    print_published(published)


def _refresh(
    model: str | None,
    top_k: int,
    limit: int | None,
    precision: float | None,
    patterns: Path | None,
    dry_run: bool,
    device: str,
    json: bool,
) -> None:
    start_services()
    from flows.predict import LIMIT
    from flows.refresh import refresh as flow

    done = flow(
        model=model,
        top_k=top_k,
        limit=limit if limit or precision else LIMIT,
        precision=precision,
        patterns=str(patterns.resolve()) if patterns else None,
        dry_run=dry_run,
        device=device,
    )
    if json:
        print_json(done)
        return
    if not done.entities:
        print(f"no facts changed since run {done.run_id} of model {done.model}: nothing to refresh")
        return
    what = "would change" if dry_run else "changed"
    print_table(done.relations, f"what the facts of {done.entities:,} entities {what} in run {done.run_id}")


@app.command()
def patterns(file: PatternsFile = None, json: Json = False) -> None:
    """Print as TOML which relations are functional, symmetric or inverses of each other in the data.

    Links that these patterns rule out are never predicted: a second value of a functional relation, and the reverse of
    a recorded fact. Edit the file and pass it to `vlkge predict --patterns FILE`. What it says holds from then on, and
    is printed here, until another file is passed.

    The key `complete` is for you: relations of which every head has an answer, recorded or not.
    """
    from flows.declared_patterns import declared_patterns
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.exporting.export import export
    from models.triples.knowledge_graph import KnowledgeGraph
    from models.triples.relation_patterns import Patterns, findings

    with open_graph(Settings()) as database:
        graph = KnowledgeGraph.from_hetero(export(database))
        told = declared_patterns(database, graph, str(file) if file else None)
    holding = Patterns.of(graph, told)
    seen = findings(graph)
    if json:
        print_json({**holding.model_dump(), "findings": [finding._asdict() for finding in seen]})
        return
    print(holding.toml(seen), end="")


@app.command()
def explain(
    head: Annotated[str, typer.Argument(help="The head's id or name.")],
    relation: Annotated[str, typer.Argument(help="For example hasStyle.")],
    tail: Annotated[str, typer.Argument(help="The tail's id or name.")],
    model: Model = None,
    json: Json = False,
) -> None:
    """Explain a link: its probability, similar entities with the same fact, and paths between its ends.

    You can ask about any link: predicted, recorded, rejected or never proposed.

    Example:

        vlkge explain "Water Lilies" hasStyle Impressionism
    """
    from flows.explain import explain as look

    found = look(head, relation, tail, model=model)
    if json:
        print_json(found.model_dump(mode="json", exclude={"text"}))
    else:
        print(found.text)


MaxFacts = Annotated[int, typer.Option("--limit", min=1, help="Maximum facts per relation, the least likely first.")]


@app.command()
def detect_errors(
    model: Model = None,
    relation: Relations = None,
    limit: MaxFacts = 1000,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Find recorded facts that the model thinks unlikely; `vlkge query list_unlikely_facts` lists them.

    Each fact is judged as if it were not recorded. The facts themselves stay untouched; a later call replaces what an
    earlier one found.

    Example:

        vlkge detect-errors --relation isCreatedByArtist
    """
    start_services()
    from flows.detect_errors import detect_errors as flow

    found = flow(model=model, relations=relation, limit=limit, device=device)
    if json:
        print_json(found)
        return
    print_table(found.relations, f"facts that model {found.model} finds unlikely")


@app.command(hidden=True)
def doubt(model: Model = None, relation: Relations = None, limit: MaxFacts = 1000, json: Json = False) -> None:
    """The former name of `vlkge detect-errors`."""
    renamed("vlkge doubt", "vlkge detect-errors")
    detect_errors(model, relation, limit, json=json)


def print_published(published: Any) -> None:
    """What a Published run wrote, per relation."""
    title = f"{published.links:,} new links by model {published.model}, run {published.run_id}"
    rows = published.relations
    if published.thresholds is not None:
        levels = {threshold.relation: threshold for threshold in published.thresholds}
        rows = [
            {
                **row,
                "from_probability": levels[name].probability,
                "learned_on": levels[name].calibrated_on,
                "lower_bound": levels[name].lower_bound,
            }
            for row in rows
            if (name := row["relation"]) in levels
        ]
    print_table(rows, title)
    if published.thresholds and all(threshold.probability is None for threshold in published.thresholds):
        print("nothing is published: no probability keeps that promise; `vlkge evaluate` tells how often each is right")
    if not published.calibrated:
        print("the links have no probability and are ordered by score: too little is hidden to learn one from")
    if published.untrained:
        print(f"no links of {', '.join(published.untrained)}: there are no training facts to learn from")
    functional = ", ".join(published.patterns.functional)
    second = f"second values of {functional}; " if functional else ""
    print(f"left out: {second}what is known the other way round")
