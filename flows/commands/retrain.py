"""`vlkge retrain`, `vlkge serve` and `vlkge deploy`: one retraining now, or one on a schedule."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.options import Device, Encoder, FromTriples, Mapping, Source
from flows.retraining import times
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from flows.retraining.outcome import Retraining
    from flows.retraining.schedules import Trigger

app = typer.Typer()

Folder = Annotated[
    Path | None,
    typer.Argument(
        exists=True, file_okay=False, help="A folder with changes, as for ingest; default: the graph as it is."
    ),
]
Adopt = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="First take up what changed, as `vlkge adopt FILE` does."),
]
Config = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="A TOML file with the sections train, warm and gate, see docs/retraining.md."
    ),
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="For example train.epochs=10 or gate.margin=0.02; repeatable."),
]


@app.command()
def retrain(
    folder: Folder = None,
    adopt: Adopt = None,
    source: Source = None,
    mapping: Mapping = None,
    entities_from_triples: FromTriples = False,
    encoder: Encoder = None,
    config: Config = None,
    setting: Setting = None,
    cold: Annotated[bool, typer.Option("--cold", help="Train from scratch, even if nothing changed.")] = False,
    train: Annotated[bool, typer.Option("--train", help="Train even if little changed.")] = False,
    time_limit: Annotated[float | None, typer.Option(min=1, help="Seconds; default: twelve hours.")] = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Ingest changes, train a challenger, promote it only if it is no worse, refresh the predictions, report.

    If nothing changed, it stops. If at most 1 % of all entities (`small_change`) have new facts or decisions, nothing
    is trained, and only the links that they concern are made anew. After a failure at any point, yesterday's model and
    predictions stay in force; run it again to continue. The gate half of validation decides; test figures are only
    reported.
    """
    parameters = _parameters(folder, adopt, source, mapping, entities_from_triples, encoder, config, setting, device)
    start_services()
    from flows.retraining.flow import retrain as flow

    limited = flow if time_limit is None else flow.with_options(timeout_seconds=time_limit)
    done = limited(**parameters, cold=cold, always_train=train)
    if json:
        print_json(done)
    else:
        print_retraining(done)


Cron = Annotated[str | None, typer.Option(help="When, in cron's syntax: '0 2 * * *' is every night at 2.")]
Interval = Annotated[float | None, typer.Option(min=1, help="Or the seconds between two retrainings.")]
Timezone = Annotated[str, typer.Option(help="The time zone of --cron; 2 o'clock stays 2 o'clock in summer time.")]
Facts = Annotated[int | None, typer.Option(min=1, help="Also retrain after this number of new facts.")]
Decisions = Annotated[int | None, typer.Option(min=1, help="Also retrain after this number of new decisions.")]
Name = Annotated[str, typer.Option(help="The schedule's name; give each its own if there are several.")]
WatchEvery = Annotated[float, typer.Option(min=1, help="Seconds between two counts of --facts and --decisions.")]


@app.command()
def serve(
    folder: Folder = None,
    adopt: Adopt = None,
    cron: Cron = None,
    interval: Interval = None,
    timezone: Timezone = "UTC",
    name: Name = "schedule",
    facts: Facts = None,
    decisions: Decisions = None,
    watch_every: WatchEvery = 600,
    source: Source = None,
    mapping: Mapping = None,
    entities_from_triples: FromTriples = False,
    encoder: Encoder = None,
    config: Config = None,
    setting: Setting = None,
    device: Device = "auto",
) -> None:
    """Retrain on a schedule, in this process, until it is stopped (Ctrl-C).

    Examples:

        vlkge serve museum/ --cron "0 2 * * *" --timezone Europe/Amsterdam

        vlkge serve --interval 86400 --decisions 50
    """
    parameters = _parameters(folder, adopt, source, mapping, entities_from_triples, encoder, config, setting, device)
    times.check(cron, interval, timezone)
    times.check_name(name)
    start_services()
    from flows.retraining import schedules
    from flows.runtime.services import echo

    when = schedules.schedule(cron, interval, timezone)
    echo("Retraining on schedule; Ctrl-C ends it.")
    schedules.serve_here(parameters, when, _watch(facts, decisions, watch_every), name)


@app.command()
def deploy(
    folder: Folder = None,
    adopt: Adopt = None,
    pool: Annotated[str, typer.Option(help="The Prefect work pool; created, of type process, if missing.")] = "vlkge",
    gpus: Annotated[
        int,
        typer.Option(min=1, help="Maximum trainings, predictions and the like on GPUs at a time, over all workers."),
    ] = 1,
    cron: Cron = None,
    interval: Interval = None,
    timezone: Timezone = "UTC",
    name: Name = "schedule",
    facts: Facts = None,
    decisions: Decisions = None,
    watch_every: WatchEvery = 600,
    source: Source = None,
    mapping: Mapping = None,
    entities_from_triples: FromTriples = False,
    encoder: Encoder = None,
    config: Config = None,
    setting: Setting = None,
    device: Device = "auto",
) -> None:
    """Hand the schedule to the workers of a Prefect work pool, also on other machines.

    A worker needs this package, the same NEO4J_… and VLKGE_… variables, PREFECT_API_URL, and the folder.
    """
    parameters = _parameters(folder, adopt, source, mapping, entities_from_triples, encoder, config, setting, device)
    times.check(cron, interval, timezone)
    times.check_name(name)
    start_services()
    from flows.retraining import schedules

    when = schedules.schedule(cron, interval, timezone)
    made = schedules.deploy_to(pool, gpus, parameters, when, _watch(facts, decisions, watch_every), name)
    print(f"{len(made)} deployments for the work pool {pool!r}. Start a worker wherever the work is to be done:")
    print(f"  PREFECT_API_URL={os.environ['PREFECT_API_URL']} prefect worker start --pool {pool}")


def _parameters(
    folder: Path | None,
    adopt: Path | None,
    source: str | None,
    mapping: Path | None,
    entities_from_triples: bool,
    encoder: str | None,
    config: Path | None,
    setting: list[str] | None,
    device: str,
) -> dict[str, Any]:
    """The flow's, checked before anything starts."""
    from flows.retraining import config as retrain_config

    if adopt is not None:
        from graph.loading.adopt_spec import AdoptSpec

        AdoptSpec.read(adopt)
    return {
        "folder": str(folder.absolute()) if folder else None,
        "adopt": str(adopt.resolve()) if adopt else None,
        "source": source,
        "mapping": str(mapping.resolve()) if mapping else None,
        "entities_from_triples": entities_from_triples,
        "encoder": encoder,
        "config": retrain_config.read(config, setting or []).model_dump(mode="json", exclude_unset=True),
        "device": device,
    }


def _watch(facts: int | None, decisions: int | None, every: float) -> "Trigger | None":
    if facts is None and decisions is None:
        return None
    from flows.retraining.schedules import Trigger

    return Trigger(every=every, facts=facts, decisions=decisions)


def print_retraining(done: "Retraining") -> None:
    """What came of a retraining, and on which figures."""
    from flows.retraining.report import headline

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
    elif done.report is not None:
        print_fields({"report": done.report})
