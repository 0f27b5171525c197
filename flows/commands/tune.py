"""`vlkge tune`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.files import refuse_missing_folder
from flows.commands import start_services
from flows.commands.options import Device
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from flows.tune import Tuned

app = typer.Typer()

SHOWN = 10


@app.command()
def tune(
    space: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file with the tables fixed and search.")
    ],
    trials: Annotated[int, typer.Option(min=1, help="Total number of trials, including those of earlier calls.")] = 20,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the best configuration; default: beside the study's journal.")
    ] = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Search hyperparameters by validation MRR; the best are written for `vlkge train --config`.

    The same space on the same graph is the same search: run it again to continue. Trials that fall behind the others
    are pruned. Test facts are never used. An example space: examples/space.toml
    """
    from flows.search_space import SearchSpace

    SearchSpace.read(space)  # a wrong key is told at once, before any server starts
    if out:
        refuse_missing_folder(out)
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
