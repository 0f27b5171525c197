"""Options that several commands have, and what becomes of their former names."""

from pathlib import Path
from typing import Annotated

import typer

from models import presets

Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Holds entities and triples as .csv or .parquet.")
]
FileOrFolder = Annotated[
    Path,
    typer.Argument(exists=True, help="Holds entities and triples as .csv or .parquet, or a mapping.toml."),
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
Config = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|PRESET", help=f"A TOML file of hyperparameters, or a preset: {', '.join(presets.names())}."
    ),
]
Model = Annotated[str | None, typer.Option("--model", help="A model's version; default: the champion.")]
Device = Annotated[str, typer.Option(help="auto (a GPU where there is one), cpu, cuda, cuda:1 …")]
Encoder = Annotated[str | None, typer.Option(help="As for `vlkge encode`.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Number of processes, here or on the cluster at VLKGE_DASK_ADDRESS."),
]
Relations = Annotated[
    list[str] | None, typer.Option("--relation", "-r", help="Only this relation; repeatable. Default: all.")
]
PatternsFile = Annotated[
    Path | None,
    typer.Option("--patterns", exists=True, dir_okay=False, help="A TOML file as printed by `vlkge patterns`."),
]
LinksPerHead = Annotated[int, typer.Option(min=1, help="New links per head and relation.")]


def renamed(former: str, today: str) -> None:
    """Tell a person who typed a former name; it is understood for one version."""
    from flows.runtime.services import echo

    echo(f"{former} is now called {today}; the next version no longer knows the old name")
