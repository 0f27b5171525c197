"""`vlkge ingest`, `adopt`, `unadopt`, `reset`, `encode` and `export`: what goes into the graph and out of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import start_services
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from graph.loading.ingest import IngestResult

app = typer.Typer()

Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Holds entities and triples as .csv or .parquet.")
]
Source = Annotated[str | None, typer.Option(help="The source's name in the graph; default: the folder's name.")]
Mapping = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="A TOML file that maps headers to columns; default: mapping.toml in the folder.",
    ),
]
FromTriples = Annotated[
    bool, typer.Option("--entities-from-triples", help="Make the entities from the triples; there is no entities file.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything and show what would change.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def ingest(
    folder: Folder,
    source: Source = None,
    mapping: Mapping = None,
    entities_from_triples: FromTriples = False,
    shares: Annotated[
        str, typer.Option(help="Shares of train, validation and test for facts without a split.")
    ] = "0.9,0.05,0.05",
    hold_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL=SHARE", help="Keep all facts of a share of a label's entities from training; repeatable."
        ),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what this source no longer asserts.")] = False,
    prune_limit: Annotated[float, typer.Option(min=0, max=1, help="Refuse to prune more than this share.")] = 0.2,
    preferred: Annotated[
        bool, typer.Option("--preferred", help="Where sources disagree about a value, believe this one from now on.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch pictures from private network addresses too.")
    ] = False,
    dry_run: DryRun = False,
    bulk: Annotated[
        bool, typer.Option("--bulk", help="Load a large first graph faster, into the empty bundled Neo4j.")
    ] = False,
    files: Annotated[
        Path | None,
        typer.Option(help="With --bulk, for your own Neo4j: write import files here and print the command."),
    ] = None,
    json: Json = False,
) -> None:
    """Ingest a folder of facts, texts and pictures.

    Everything is checked before the first write. A second run of the same folder changes nothing.
    With --bulk the bundled Neo4j is stopped, and neo4j-admin imports the same graph faster.
    """
    if files and not bulk:
        raise typer.BadParameter("it goes with --bulk", param_hint="--files")
    if bulk:
        if prune or dry_run:
            raise typer.BadParameter("--prune and --dry-run have no meaning for an empty graph", param_hint="--bulk")
        from flows.commands import bulk as commands

        commands.ingest(
            json,
            files,
            folder=str(folder.absolute()),
            source=source,
            mapping=str(mapping.resolve()) if mapping else None,
            entities_from_triples=entities_from_triples,
            shares=_numbers(shares),
            hold_out=_shares_by_label(hold_out or []),
            allow_private=allow_private,
        )
        return
    start_services()
    from flows.ingest import ingest as flow

    result = flow(
        folder=str(folder.absolute()),
        source=source,
        mapping=str(mapping.resolve()) if mapping else None,
        entities_from_triples=entities_from_triples,
        shares=_numbers(shares),
        hold_out=_shares_by_label(hold_out or []),
        prune=prune,
        prune_limit=prune_limit,
        preferred=preferred,
        allow_private=allow_private,
        dry_run=dry_run,
    )
    if json:
        print_json(result)
    else:
        print_ingested(result)


@app.command()
def encode(
    encoder: Annotated[
        str,
        typer.Option(help="bundled, clip:ARCHITECTURE/TAG-OR-FILE, blip:NAME-OR-FOLDER or files:FOLDER-OR-PATTERN."),
    ] = "bundled",
    device: Annotated[str, typer.Option(help="auto (a GPU where there is one), cpu, cuda, cuda:1 …")] = "auto",
    batch_size: Annotated[int | None, typer.Option(min=1, help="Texts or pictures in a batch.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Number of processes, here or on the cluster at VLKGE_DASK_ADDRESS."),
    ] = None,
    json: Json = False,
) -> None:
    """Turn pictures and texts into vectors on the nodes; only what changed is encoded again."""
    start_services()
    from flows.encode import encode as flow

    if workers is not None:
        from flows.runtime.dask_cluster import dask_runner
        from flows.runtime.settings import Settings

        flow = flow.with_options(task_runner=dask_runner(workers, Settings()))
    result = flow(encoder=encoder, device=device, batch_size=batch_size, sharded=workers is not None)
    if json:
        print_json(result)
        return
    print_encoded(result)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write, for example art.safetensors.")],
    label: Annotated[list[str] | None, typer.Option("--label", help="Only entities of this label; repeatable.")] = None,
    relation: Annotated[
        list[str] | None, typer.Option("--relation", "-r", help="Only this relation; repeatable.")
    ] = None,
    around: Annotated[
        list[str] | None, typer.Option("--around", help="Only the neighbourhood of this id; repeatable.")
    ] = None,
    hops: Annotated[int, typer.Option(min=0, help="Size of the neighbourhood in facts.")] = 2,
    json: Json = False,
) -> None:
    """Write the graph, or a part of it, as PyG HeteroData: facts with splits, vectors, and ids for every index.

    Read it with `graph.exporting.hetero_file.load(path)`. Predictions are never part of it.
    """
    start_services()
    from flows.export import export as flow

    result = flow(file=str(file.resolve()), labels=label, relations=relation, around=around, hops=hops)
    if json:
        print_json(result)
        return
    print_table([{"node type": name, "entities": count} for name, count in result.entities.items()], str(result.file))
    print_table([{"edge type": name, "facts": count} for name, count in result.facts.items()])


@app.command()
def adopt(
    specification: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file, see docs/adopt.md.")],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Use a graph that already lives in Neo4j without importing it; `vlkge unadopt` undoes this."""
    start_services()
    from flows.adopt import adopt as flow

    _print_record(flow(specification=str(specification.resolve()), dry_run=dry_run), json, dry_run)


@app.command()
def unadopt(dry_run: DryRun = False, yes: Yes = False, json: Json = False) -> None:
    """Remove from adopted nodes and relationships exactly what `vlkge adopt` added."""
    start_services()
    from flows.adopt import unadopt as flow

    if not (dry_run or yes):
        print_fields(flow(dry_run=True))
        typer.confirm("Remove what adopt added to these?", abort=True, err=True)
    _print_record(flow(dry_run=dry_run), json, dry_run)


@app.command()
def reset(dry_run: DryRun = False, yes: Yes = False, json: Json = False) -> None:
    """Delete what this project wrote into the graph; nodes of others stay as they are.

    Where the bundled Neo4j does not open its database, the database's files are put aside, and an empty one begins.
    """
    if _reset_broken(dry_run, yes, json):
        return
    start_services()
    from flows.adopt import reset as flow

    if not (dry_run or yes):
        print_fields(flow(dry_run=True))
        typer.confirm("Delete all of this from the graph?", abort=True, err=True)
    _print_record(flow(dry_run=dry_run), json, dry_run)


def _reset_broken(dry_run: bool, yes: bool, json: bool) -> bool:
    """Put aside what the bundled Neo4j cannot open; False where it can, or the server is another one."""
    from flows.runtime.services import echo
    from flows.runtime.settings import Settings
    from graph.server.neo4j_server import Server
    from graph.server.store import put_aside, why_closed

    settings = Settings()
    server = Server(settings.vlkge_home)
    if settings.neo4j_uri is not None or not server.folder.is_dir() or (reason := why_closed(server)) is None:
        return False
    if not (dry_run or yes):
        echo(f"Neo4j does not open the database: {reason}")
        typer.confirm("Put its files aside, and begin with an empty one?", abort=True, err=True)
    _print_record({"closed": reason, "put_aside": None if dry_run else str(put_aside(server))}, json)
    return True


def print_ingested(result: "IngestResult") -> None:
    """What an ingest did, and the pictures that could not be had."""
    title = f"{result.source}{' (dry run: nothing was written)' if result.dry_run else ''}"
    rows = [
        {"": kind, **counts.model_dump()} for kind, counts in [("entities", result.entities), ("facts", result.facts)]
    ]
    print_table(rows, title)
    for note in result.notes:
        print(note)
    if result.pictures is not None and result.pictures.broken:
        broken = result.pictures.broken
        print_table(
            [picture.model_dump() for picture in broken[:5]],
            f"{len(broken)} pictures could not be had, the first ones:",
        )


def print_encoded(result: list[Any]) -> None:
    """What was encoded, per modality, and the pictures that could not be read."""
    rates = {"textual": "texts/s", "visual": "pictures/s"}
    # Only files give ids that no entity has.
    hidden = {"broken", "per_second"} | ({"left_out"} if not any(part.left_out for part in result) else set())
    print_table(
        [
            {
                **part.model_dump(exclude=hidden),
                "rate": f"{part.per_second:,} {rates[part.modality]}" if part.per_second else None,
            }
            for part in result
        ]
    )
    for part in result:
        if part.broken:
            rows = [picture.model_dump() for picture in part.broken[:5]]
            print_table(rows, f"{len(part.broken)} pictures could not be read, the first ones:")


def _print_record(record: dict[str, Any], json: bool, dry_run: bool) -> None:
    if json:
        print_json(record)
    else:
        print_fields(record, "dry run: nothing was written" if dry_run else "")


def _numbers(text: str) -> tuple[float, float, float]:
    try:
        train, val, test = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not three numbers such as 0.9,0.05,0.05", param_hint="--shares"
        ) from None
    return train, val, test


def _shares_by_label(given: list[str]) -> dict[str, float]:
    try:
        return {label: float(share) for label, share in (text.rsplit("=", 1) for text in given)}
    except ValueError:
        raise typer.BadParameter(f"{given} is not of the form LABEL=SHARE, for example Artwork=0.05") from None
