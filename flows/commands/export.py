"""`vlkge export`."""

from pathlib import Path
from typing import Annotated

import typer

from base.files import refuse_missing_folder
from flows.commands import start_services
from flows.commands.options import Relations
from flows.runtime.output import Json, print_json, print_table

app = typer.Typer()


@app.command()
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write, for example art.safetensors.")],
    label: Annotated[list[str] | None, typer.Option("--label", help="Only entities of this label; repeatable.")] = None,
    relation: Relations = None,
    around: Annotated[
        list[str] | None, typer.Option("--around", help="Only the neighbourhood of this id; repeatable.")
    ] = None,
    hops: Annotated[int, typer.Option(min=0, help="Size of the neighbourhood in facts.")] = 2,
    json: Json = False,
) -> None:
    """Write the graph, or a part of it, as PyG HeteroData: facts with splits, vectors, and ids for every index.

    Read it with `graph.exporting.hetero_file.load(path)`. Predictions are never part of it.
    """
    refuse_missing_folder(file)
    start_services()
    from flows.export import export as flow

    result = flow(file=str(file.resolve()), labels=label, relations=relation, around=around, hops=hops)
    if json:
        print_json(result)
        return
    print_table([{"node type": name, "entities": count} for name, count in result.entities.items()], str(result.file))
    print_table([{"edge type": name, "facts": count} for name, count in result.facts.items()])
