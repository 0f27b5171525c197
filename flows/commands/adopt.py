"""`vlkge adopt`, `unadopt` and `reset`: a graph of somebody else is taken into use, and given back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.options import DryRun, Yes
from flows.runtime.output import Json, print_fields, print_json

app = typer.Typer()


@app.command()
def adopt(
    specification: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file, see docs/adopt.md.")],
    dry_run: DryRun = False,
    release: Annotated[float, typer.Option(min=0, max=1, help="Maximum share of adopted nodes to give back.")] = 0.2,
    restore_facts: Annotated[
        bool, typer.Option("--restore-facts", help="Assert accepted facts again that the owner deleted.")
    ] = False,
    json: Json = False,
) -> None:
    """Use a graph that already lives in Neo4j without importing it; `vlkge unadopt` undoes this.

    Run it again after the owner changed the graph: it takes in what is new, and gives back what the specification no
    longer names.
    """
    start_services()
    from flows.adopt import adopt as flow

    _print_record(
        flow(
            specification=str(specification.resolve()),
            dry_run=dry_run,
            release_limit=release,
            restore_facts=restore_facts,
        ),
        json,
        dry_run,
    )


@app.command()
def unadopt(
    keep_facts: Annotated[
        bool, typer.Option("--keep-facts", help="Leave accepted facts to the owner, as plain relationships.")
    ] = False,
    records: Annotated[
        bool, typer.Option("--records", help="Also take models, runs, decisions, and our indexes away.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Remove from adopted nodes and relationships exactly what `vlkge adopt` added."""
    start_services()
    from flows.adopt import unadopt as flow

    if not (dry_run or yes):
        print_fields(flow(keep_facts=keep_facts, records=records, dry_run=True))
        typer.confirm("Remove what adopt added to these?", abort=True, err=True)
    _print_record(flow(keep_facts=keep_facts, records=records, dry_run=dry_run), json, dry_run)


@app.command()
def reset(dry_run: DryRun = False, yes: Yes = False, json: Json = False) -> None:
    """Delete what this project wrote into the graph; what others keep there stays, also at our nodes.

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
    from flows.runtime.home_lock import alone
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
    with alone(settings, "`vlkge reset`", dry_run=dry_run):
        aside = None if dry_run else str(put_aside(server))
    _print_record({"closed": reason, "put_aside": aside}, json, dry_run)
    return True


def _print_record(record: dict[str, Any], json: bool, dry_run: bool) -> None:
    if json:
        print_json(record)
    else:
        print_fields(record, "dry run: nothing was written" if dry_run else "")
