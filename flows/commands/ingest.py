"""`vlkge ingest`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.options import DryRun, Folder, FromTriples, Mapping, Source
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from graph.loading.ingest import IngestResult

app = typer.Typer()


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
        _bulk_ingest(
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


def print_ingested(result: "IngestResult") -> None:
    """What an ingest did, what its splits give away, and the pictures that could not be had."""
    from graph.loading.leaks import leak_warnings

    title = f"{result.source}{' (dry run: nothing was written)' if result.dry_run else ''}"
    rows = [
        {"": kind, **counts.model_dump()} for kind, counts in [("entities", result.entities), ("facts", result.facts)]
    ]
    print_table(rows, title)
    for note in result.notes:
        print(note)
    for warning in leak_warnings(result.leaks):
        print(f"leak: {warning}")
    if result.pictures is not None and result.pictures.broken:
        broken = result.pictures.broken
        print_table(
            [picture.model_dump() for picture in broken[:5]],
            f"{len(broken)} pictures could not be had, the first ones:",
        )


def _bulk_ingest(json: bool, files: Path | None, **parameters: Any) -> None:
    """Import into the bundled server, or, where `files` names a folder, write there what another one imports.

    Raises InputError where NEO4J_URI names a server and no folder is given.
    """
    from base.errors import InputError
    from flows.runtime.settings import Settings

    settings = Settings()
    if files is not None:
        _write_files(json, files, settings.neo4j_database, parameters)
        return
    if settings.neo4j_uri is not None:
        raise InputError(
            f"NEO4J_URI is {settings.neo4j_uri!r}, a server of your own, which neo4j-admin can only import into where "
            "it runs: add `--files FOLDER` for the files and the command, or unset NEO4J_URI for the bundled server"
        )
    _import(json, parameters)


def _import(json: bool, parameters: dict[str, Any]) -> None:
    from flows.runtime.services import echo, prepare_prefect
    from flows.runtime.settings import Settings

    prepare_prefect(Settings())
    from flows.ingest import bulk_ingest

    echo("Importing; the bundled Neo4j is stopped meanwhile …")
    result = bulk_ingest(**parameters)
    if json:
        print_json(result)
    else:
        print_ingested(result)


def _write_files(json: bool, folder: Path, database: str, parameters: dict[str, Any]) -> None:
    from graph.loading import bulk_import
    from graph.loading.plan import plan_first_load
    from graph.mapping.source import read_source
    from graph.splits import Shares

    mapping = parameters["mapping"]
    source = read_source(
        Path(parameters["folder"]),
        name=parameters["source"],
        mapping=Path(mapping) if mapping else None,
        entities_from_triples=parameters["entities_from_triples"],
    )
    changes = plan_first_load(source, shares=Shares(*parameters["shares"]), holding_out=parameters["hold_out"])
    typed = bulk_import.command(bulk_import.write_files(changes, folder.absolute()), database)
    then = f"vlkge ingest {parameters['folder']} --source {source.name}"
    steps = {"1. stop that Neo4j, and type there": typed, "2. start it, and for pictures and indexes": then}
    if json:
        print_json({"folder": folder.absolute(), "import": typed, "then": then})
    else:
        print_fields(steps)


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
