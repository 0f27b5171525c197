"""`vlkge train`."""

from enum import StrEnum
from typing import Annotated

import typer

from flows.commands import start_services
from flows.commands.options import Config, Device
from flows.runtime.output import Json, print_fields, print_json, print_table

app = typer.Typer()


class Fusion(StrEnum):
    average = "average"
    addition = "addition"
    weighted = "weighted"
    concat = "concat"


@app.command()
def train(
    config: Config = None,
    scorer: Annotated[str | None, typer.Option(help="The scorer of facts: transe, distmult, complex, rotate.")] = None,
    fusion: Annotated[Fusion | None, typer.Option(help="How structure, picture and text are combined.")] = None,
    dimension: Annotated[int | None, typer.Option(min=1, help="Width of the embeddings.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Maximum number of epochs.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all random choices.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any other hyperparameter, repeatable.")
    ] = None,
    warm_start: Annotated[
        str | None,
        typer.Option(
            "--warm-start", metavar="VERSION", help="Start with this model's vectors, or with those of the champion."
        ),
    ] = None,
    list_settings: Annotated[bool, typer.Option("--list-settings", help="List all hyperparameters and exit.")] = False,
    device: Device = "auto",
    processes: Annotated[
        int,
        typer.Option(min=1, help="Number of processes on this machine, one GPU each; the model is the same."),
    ] = 1,
    shard: Annotated[
        bool,
        typer.Option(
            "--shard",
            help="Divide the tables of entities by rows among the --processes: for graphs that do not fit one. "
            "At the end the first process holds the whole model once.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Train VL-KGE on the graph's training facts; the first model becomes the champion.

    The same configuration on the same graph is the same model. A finished one is found again, and an interrupted
    training resumes.
    """
    from flows.runtime import hyperparameters

    if list_settings:
        _print_settings(hyperparameters.describe(), json)
        return
    if shard and processes == 1:
        raise typer.BadParameter("one process holds all rows: it goes with --processes 2 or more", param_hint="--shard")
    options = {"scorer": scorer, "fusion": fusion, "dimension": dimension, "epochs": epochs, "seed": seed}
    chosen = [f"{name}={value}" for name, value in options.items() if value is not None]
    given = hyperparameters.read(config, [*chosen, *(setting or [])])
    start_services()
    from flows.train import train as flow

    trained = flow(config=given, warm_start=warm_start, device=device, processes=processes, shard=shard)
    if json:
        print_json(trained)
        return
    # the metrics' warm_start is a digest of weights; the version is there already
    figures = {name: value for name, value in trained.metrics.items() if name not in ("history", "warm_start")}
    print_fields({**dict(trained), **figures, "metrics": trained.folder / "metrics.json"})


def _print_settings(rows: list[dict[str, object]], json: bool) -> None:
    if json:
        print_json(rows)
    else:
        print_table(rows, "hyperparameters, for --config FILE and --set NAME=VALUE")
