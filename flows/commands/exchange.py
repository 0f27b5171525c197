"""`vlkge links` and `vlkge decisions`: predicted links and what people decided, out of the graph and back in."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.runtime.output import Json, print_fields, print_json

app = typer.Typer()
links = typer.Typer(no_args_is_help=True, help="Predicted links as a file.")
decisions = typer.Typer(no_args_is_help=True, help="What people decided, as a file and from one.")
app.add_typer(links, name="links")
app.add_typer(decisions, name="decisions")

File = Annotated[Path, typer.Argument(dir_okay=False, help="Ends in .csv, .parquet or .ttl (RDF Turtle).")]
Base = Annotated[str | None, typer.Option(help="What names in RDF begin with, e.g. https://museum.example/graph/.")]


class Verdict(StrEnum):
    pending = "pending"
    accepted = "accepted"
    rejected = "rejected"


@links.command("export")
def export_links(
    file: File,
    relation: Annotated[str | None, typer.Option("--relation", "-r", help="Only this relation.")] = None,
    least: Annotated[float, typer.Option(min=0, max=1, help="Only links at least so probable.")] = 0.0,
    verdict: Annotated[Verdict | None, typer.Option(help="Only links of this verdict.")] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Also those that the last run no longer predicts.")] = False,
    base: Base = None,
    json: Json = False,
) -> None:
    """Write the predicted links with their probability, evidence, run and model.

    A CSV file is also a work list: fill in its column verdict in a spreadsheet and bring it back with
    `vlkge decisions import`. In RDF each link is a statement that its run generated (W3C PROV-O), not a fact.

    Example:

        vlkge links export queue.csv --relation hasStyle --least 0.5 --verdict pending
    """
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.curation.exchange import check_file, read_links, write_table
    from graph.query import refuse_unknown_relation

    check_file(file, (".csv", ".parquet", ".ttl"))
    with open_graph(Settings()) as database:
        if relation is not None:
            refuse_unknown_relation(database, relation)
        found = read_links(
            database,
            relation=relation,
            state=None if stale else "current",
            verdict=verdict.value if verdict else None,
            least=least,
        )
        if file.suffix == ".ttl":
            from graph.curation.rdf import BASE, Turtle

            turtle = Turtle(BASE if base is None else base)
            turtle.add_links(found)
            turtle.add_runs(database)
            turtle.write(file)
        else:
            write_table(found, file)
    _tell({"file": str(file), "links": len(found)}, json)


@decisions.command("export")
def export_decisions(
    file: File,
    standing: Annotated[bool, typer.Option("--standing", help="Only the newest decision about each link.")] = False,
    base: Base = None,
    json: Json = False,
) -> None:
    """Write all that people decided, with who, when, why, and what the model had said.

    Example:

        vlkge decisions export decisions.csv
    """
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.curation.exchange import check_file, read_decisions, write_table

    check_file(file, (".csv", ".parquet", ".ttl"))
    with open_graph(Settings()) as database:
        found = read_decisions(database, standing=standing)
    if file.suffix == ".ttl":
        from graph.curation.rdf import BASE, Turtle

        turtle = Turtle(BASE if base is None else base)
        turtle.add_decisions(found)
        turtle.write(file)
    else:
        write_table(found, file)
    _tell({"file": str(file), "decisions": len(found)}, json)


@decisions.command("import")
def import_decisions(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, as a spreadsheet saves it.")],
    by: Annotated[str | None, typer.Option(help="Who decided, where the file has no column by.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also against what somebody else decided.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and say what would change.")] = False,
    json: Json = False,
) -> None:
    """Record the verdicts of a file: columns head, relation, tail, verdict, and if you like by and reason.

    The whole file is checked first; what is wrong is told line by line, and then nothing is recorded. Rows without a
    verdict are left out. A second import of the same file changes nothing.

    Example:

        vlkge decisions import queue.csv --by ana --dry-run
    """
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.curation import decision_files

    with open_graph(Settings()) as database:
        done = decision_files.import_decisions(database, file, by=by, force=force, dry_run=dry_run)
    _tell(done.model_dump(), json)


def _tell(record: dict[str, object], json: bool) -> None:
    if json:
        print_json(record)
    else:
        print_fields(record)
