"""`vlkge retrain`, `vlkge serve` and `vlkge deploy`: one retraining now, or one on a schedule."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands import start_services
from flows.commands.graph import FromTriples, Mapping, Source
from flows.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from flows.retrain import Retraining

app = typer.Typer()

Folder = Annotated[
    Path | None,
    typer.Argument(exists=True, file_okay=False, help="What changed; none: the graph as it is. Same as for ingest."),
]
Encoder = Annotated[str, typer.Option(help="As for `vlkge encode`.")]
Config = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="A TOML file, see docs/retraining.md: [train], [warm], [gate] …"),
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="For example train.epochs=10 or gate.margin=0.02; repeatable."),
]
Device = Annotated[str, typer.Option(help="auto (a GPU where there is one), cpu, cuda, cuda:1 …")]


@app.command()
def retrain(
    folder: Folder = None,
    source: Source = None,
    mapping: Mapping = None,
    entities_from_triples: FromTriples = False,
    encoder: Encoder = "bundled",
    config: Config = None,
    setting: Setting = None,
    cold: Annotated[bool, typer.Option("--cold", help="Start from nothing, and train though nothing changed.")] = False,
    time_limit: Annotated[float | None, typer.Option(min=1, help="Seconds; none: twelve hours.")] = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Take in what changed, train a challenger, promote it only if it is no worse, refresh the predictions, report.

    Where nothing changed it stops. A failure at any point leaves yesterday's model and predictions in force; typed
    again, it goes on where it stopped. The test figures are reported, the gate half of validation decides.
    """
    from flows import retrain_config

    wanted = retrain_config.read(config, setting or [])
    start_services()
    from flows.retrain import retrain as flow

    limited = flow if time_limit is None else flow.with_options(timeout_seconds=time_limit)
    done = limited(
        folder=str(folder.resolve()) if folder else None,
        source=source or (folder.resolve().name if folder else None),
        mapping=str(mapping.resolve()) if mapping else None,
        entities_from_triples=entities_from_triples,
        encoder=encoder,
        config=wanted.model_dump(mode="json"),
        cold=cold,
        device=device,
    )
    if json:
        print_json(done)
    else:
        print_retraining(done)


def print_retraining(done: "Retraining") -> None:
    """What came of a retraining, and on which figures."""
    from flows.retrain_report import headline

    print(headline(done))
    for reason in done.reasons:
        print(f"  {reason}")
    if done.contest is not None:
        rows = [
            {"": name, "split": split, "MRR": part.mrr, "hits at 10": part.hits_at_10}
            for name, reports in [("champion", done.contest.champion), ("challenger", done.contest.challenger)]
            for split, part in reports.items()
        ]
        print_table(rows, "the gate decides, test is only reported")
    if done.published is not None:
        print_fields({"links": done.published.links, "run": done.published.run_id, "report": done.report})
