"""`vlkge ingest`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.files import refuse_missing_folder
from flows.commands import start_services
from flows.commands.options import DryRun, FileOrFolder, FromTriples, Mapping, Source
from flows.runtime.html_page import write_page
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from graph.loading.doubles import Double
    from graph.loading.ingest import IngestResult
    from graph.loading.survey import Survey

app = typer.Typer()

MOST_DOUBLES = 10


@app.command()
def ingest(
    folder: FileOrFolder,
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
    draft: Annotated[
        bool, typer.Option("--draft", help="Write a commented mapping.toml for a folder or file, to start from.")
    ] = False,
    to: Annotated[Path | None, typer.Option(help="With --draft: the file to write instead of mapping.toml.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="With --draft or --dry-run: write what was seen as a page, too.")
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option(help="With --bulk, for your own Neo4j: write import files here and print the command."),
    ] = None,
    json: Json = False,
) -> None:
    """Ingest a folder of facts, texts and pictures, or of a museum's own files by its mapping.toml.

    Everything but pictures is checked before the first write; a picture that is broken is left out and listed.
    A second run of the same folder changes nothing. A dry run looks at pictures too, but not on the web.
    With --bulk the bundled Neo4j is stopped, and neo4j-admin imports the same graph faster.
    """
    _check_options(folder, draft=draft, dry_run=dry_run, to=to, html=html)
    if draft:
        _draft(folder, to, html, json)
        return
    parameters: dict[str, Any] = {
        "folder": str(folder.absolute()),
        "source": source,
        "mapping": str(mapping.resolve()) if mapping else None,
        "entities_from_triples": entities_from_triples,
        "shares": _numbers(shares),
        "hold_out": _shares_by_label(hold_out or []),
        "allow_private": allow_private,
    }
    if files and not bulk:
        raise typer.BadParameter("it goes with --bulk", param_hint="--files")
    if bulk:
        if prune or dry_run:
            raise typer.BadParameter("--prune and --dry-run have no meaning for an empty graph", param_hint="--bulk")
        _bulk_ingest(json, files, parameters)
        return
    start_services()
    from flows.ingest import ingest as flow

    result = flow(**parameters, prune=prune, prune_limit=prune_limit, preferred=preferred, dry_run=dry_run)
    if html and result.survey is not None:
        write_survey(html, result.source, result.survey, result.notes)
    if json:
        print_json(result)
    else:
        print_ingested(result)


def _check_options(folder: Path, *, draft: bool, dry_run: bool, to: Path | None, html: Path | None) -> None:
    if draft and dry_run:
        raise typer.BadParameter("a draft is written, a dry run writes nothing: give one of them", param_hint="--draft")
    if to and not draft:
        raise typer.BadParameter("it goes with --draft", param_hint="--to")
    if html and not (draft or dry_run):
        raise typer.BadParameter("it goes with --draft or --dry-run", param_hint="--html")
    if folder.is_file() and not draft:
        raise typer.BadParameter(
            f"{folder} is a file: `vlkge ingest {folder} --draft` writes a mapping beside it, then ingest its folder",
            param_hint="FOLDER",
        )
    for written in (to, html):
        if written:
            refuse_missing_folder(written)


def _draft(place: Path, to: Path | None, html: Path | None, json: bool) -> None:
    from graph.mapping.drafting.draft import write_draft

    path, tables = write_draft(place.absolute(), to)
    seen: list[dict[str, Any]] = [
        {
            "file": table.file,
            "rows": table.seen.rows,
            "columns": [
                {
                    "column": column.name, "filled": f"{column.filled:.0%}", "different": column.different,
                    "most frequent": column.largest, "share": column.share, "looks like": column.looks,
                    "separator": column.separator, "becomes": table.guessed.roles.get(column.name, "left out"),
                }
                for column in table.seen.columns
            ],
        }
        for table in tables
    ]  # fmt: skip
    if html:
        write_page(html, f"Draft for {place.name}", [(f"{t['file']}: {t['rows']:,} rows", t["columns"]) for t in seen])
    if json:
        print_json({"mapping": path, "tables": seen})
        return
    print(path.read_text(encoding="utf-8"))
    where = place if place.is_dir() else place.parent
    told = f" --mapping {path}" if to else ""
    print(f"# written to {path}; edit it, then: vlkge ingest {where}{told} --dry-run")


def write_survey(path: Path, source: str, survey: "Survey", notes: list[str]) -> None:
    """A dry run as a page."""
    labels = [{"label": label, "entities": count} for label, count in survey.labels.items()]
    write_page(
        path,
        f"Dry run of {source}",
        [
            ("Look at", survey.warnings),
            ("Relations", [row.model_dump() for row in survey.relations]),
            ("Entities", labels),
            ("Left out, and remarks", notes),
            ("Pairs that may be one", [double.model_dump() for double in survey.doubles]),
        ],
    )


def print_ingested(result: "IngestResult") -> None:
    """What an ingest did, what its splits give away, and the pictures that could not be had."""
    from graph.loading.leaks import leak_warnings

    title = f"{result.source}{' (dry run: nothing was written)' if result.dry_run else ''}"
    kinds = {"entities": result.entities, "facts": result.facts}
    # What the files no longer hold is removed only by pruning.
    columns = ["", "added", "changed", "unchanged", "removed" if result.pruned else "no_longer_there", "before"]
    rows = [{"": kind, "no_longer_there": counts.removed, **counts.model_dump()} for kind, counts in kinds.items()]
    print_table(rows, title, columns)
    if not result.pruned and (
        gone := [f"{counts.removed:,} {kind}" for kind, counts in kinds.items() if counts.removed]
    ):
        print(f"{' and '.join(gone)} are no longer in the files of {result.source}; they stay unless you add --prune")
    if result.survey is not None:
        print_survey(result.survey)
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
    if result.pictures is not None and result.pictures.kept:
        print(
            f"{result.pictures.kept:,} of them are no longer in the folder of {result.source}; "
            "the pictures from before stay unless you add --prune"
        )
    if result.pictures is not None and result.pictures.not_fetched:
        print(f"{result.pictures.not_fetched:,} pictures are on the web; a dry run does not fetch them")


def print_survey(survey: "Survey") -> None:
    """What a dry run found, relation by relation, and its warnings."""
    print_table([{"label": label, "entities": count} for label, count in survey.labels.items()], "by label")
    print_table([row.model_dump() for row in survey.relations], "by relation")
    if survey.doubles:
        rows = [_tell_double(double) for double in survey.doubles]
        print_table(rows[:MOST_DOUBLES], f"{len(rows)} pairs may be one; an alias in the mapping joins two ids")
    for warning in survey.warnings:
        print(f"look at: {warning}")


def _tell_double(double: "Double") -> dict[str, Any]:
    """A row of the table of doubles; the ids tell apart what has one name."""
    told = double.model_dump(include={"label", "one_name", "other_name", "why", "facts"})
    if double.one_name == double.other_name:
        told |= {"one_name": f"{double.one_name} ({double.one})", "other_name": f"{double.other_name} ({double.other})"}
    return {**told, "facts": " and ".join(map(str, double.facts))}


def _bulk_ingest(json: bool, files: Path | None, parameters: dict[str, Any]) -> None:
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
    from graph.splits import Shares

    Shares(train, val, test)  # refuses what is none before a server is started
    return train, val, test


def _shares_by_label(given: list[str]) -> dict[str, float]:
    try:
        shares = {label: float(share) for label, share in (text.rsplit("=", 1) for text in given)}
    except ValueError:
        raise typer.BadParameter(f"{given} is not of the form LABEL=SHARE, for example Artwork=0.05") from None
    for label, share in shares.items():
        if not 0 <= share < 1:
            raise typer.BadParameter(
                f"the share of {label} is {share}, it must be from 0 to below 1", param_hint="--hold-out"
            )
    return shares
