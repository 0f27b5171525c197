"""`vlkge tune`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands import start_services
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from flows.tune import Tuned

app = typer.Typer()

SHOWN = 10


@app.command()
def tune(
    space: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file of what is fixed and what is searched.")
    ],
    trials: Annotated[int, typer.Option(min=1, help="Go on until so many are done, earlier ones counted.")] = 20,
    out: Annotated[
        Path | None, typer.Option(help="Where the best configuration is written; none: beside the study's journal.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto (a GPU where there is one), cpu, cuda, cuda:1 …")] = "auto",
    json: Json = False,
) -> None:
    """Search hyperparameters by validation MRR; the best become a file for `vlkge train --config`.

    The same space on the same graph is the same search: typed again, it goes on where it stopped. A trial is given up
    where it falls behind the others. Test facts are never looked at. An example space: examples/space.toml
    """
    from flows.search_space import SearchSpace

    SearchSpace.read(space)  # a wrong key is told at once, before any server starts
    start_services()
    from flows.tune import tune as flow

    tuned: Tuned = flow(
        space=str(space.resolve()), trials=trials, file=str(out.resolve()) if out else None, device=device
    )
    if json:
        print_json(tuned)
        return
    rows = [
        {
            "trial": trial.number,
            "state": trial.state,
            "validation MRR": trial.validation_mrr,
            "epochs": trial.epochs,
            "settings": ", ".join(f"{name}={value}" for name, value in trial.settings.items()),
        }
        for trial in tuned.trials[:SHOWN]
    ]
    print_table(rows, f"the best of {len(tuned.trials)} trials")
    print_fields({"best": tuned.file, "next": f"vlkge train --config {tuned.file}"})
