"""`vlkge query`: the named Cypher queries, with their help."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.runtime.output import Json, print_json, print_table

if TYPE_CHECKING:
    from cypher import Parameter

app = typer.Typer()


@app.command()
def query(
    name: Annotated[str | None, typer.Argument(help="The query; default: list them all.")] = None,
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="[PARAMETER=VALUE]...", help="For example relation=hasStyle limit=5.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV on standard output.")] = False,
    explain: Annotated[bool, typer.Option("--cypher", help="Print the query's Cypher instead of running it.")] = False,
    json: Json = False,
) -> None:
    """Run a named query, or list all queries with their parameters.

    Examples:

        vlkge query

        vlkge query list_links_of_relation relation=hasStyle limit=5
    """
    if name is None:
        _list(json)
        return
    if explain:
        from graph.query import find_query

        print(find_query(name).text)
        return
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.query import run

    given = _parse(parameters or [])
    with open_graph(Settings()) as database:
        rows = run(database, name, **given)
    if csv:
        print(rows.to_csv(index=False), end="")
    elif json:
        print_json(rows.to_dict(orient="records"))
    else:
        # The key is for paging by programs; a column that is empty throughout tells people nothing.
        shown = [name for name in rows.columns if name != "key" and (rows.empty or rows[name].notna().any())]
        print_table(rows.to_dict(orient="records"), f"{len(rows)} rows", shown)


def _parse(parameters: list[str]) -> dict[str, str]:
    pairs = dict(text.split("=", 1) for text in parameters if "=" in text)
    if wrong := [text for text in parameters if "=" not in text]:
        raise typer.BadParameter(f"{wrong[0]!r} is not of the form PARAMETER=VALUE, for example limit=5")
    return pairs


def _kind(parameter: "Parameter") -> str:
    """The type, with what of it is allowed, as a header has it: integer from 1."""
    least = "" if parameter.least is None else f" from {parameter.least}"
    return parameter.type + least + (f": {', '.join(parameter.allowed)}" if parameter.allowed else "")


def _list(json: bool) -> None:
    from graph.query import list_queries

    statements = list_queries()
    if json:
        print_json([{**asdict(s), "name": s.name.removeprefix("query/")} for s in statements])
        return
    for statement in statements:
        print(f"{statement.name.removeprefix('query/')}\n    {statement.summary}")
        for p in statement.parameters:
            print(f"    {p.name}={'…' if p.required else p.default}  ({_kind(p)}) {p.help}")
    print("\nRun one:  vlkge query NAME parameter=value …   (--json, --csv; --cypher shows the statement)")
