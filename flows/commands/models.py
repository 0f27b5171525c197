"""`vlkge models …`: the registered models, which of them is in force, and the way back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.options import Device, DryRun, Yes
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from graph.predicted.registry import Model

app = typer.Typer()
models = typer.Typer(no_args_is_help=True, help="List, compare, promote, roll back and prune the trained models.")
app.add_typer(models, name="models")

Version = Annotated[str, typer.Argument(help="A model's version, as `vlkge models list` prints it.")]


@models.command("list")
def list_models(json: Json = False) -> None:
    """All registered models, newest first; the champion is the one that predicts."""
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.predicted import registry

    with open_graph(Settings()) as database:
        found = registry.models(database)
    if json:
        print_json(found)
        return
    print_table([_row(model) for model in found], f"{len(found)} {'model' if len(found) == 1 else 'models'}")


@models.command()
def show(version: Version, json: Json = False) -> None:
    """One model: its figures, data and origin, and the gate's result."""
    from flows.runtime.checkpoints import folder_of
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.predicted import registry

    settings = Settings()
    with open_graph(settings) as database:
        model = registry.model(database, version)
        runs = registry.runs(database, version)
    if json:
        print_json({**_fields(model), "config": model.config, "metrics": model.metrics, "runs": runs})
        return
    print_fields({**_fields(model), "folder": folder_of(settings, version)}, version)
    if runs:
        print_table([{"run": run.id, "state": run.state} for run in runs], "publications of its links")
    for reason in (model.verdict or {}).get("reasons", []):
        print(f"gate: {reason}")
    print("hyperparameters: " + ", ".join(f"{name}={value}" for name, value in sorted(model.config.items())))


@models.command()
def compare(
    challenger: Version,
    champion: Annotated[str | None, typer.Argument(help="The model to compare with; default: the champion.")] = None,
    config: Annotated[
        list[str] | None, typer.Option("--set", metavar="gate.NAME=VALUE", help="As for `vlkge retrain`.")
    ] = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Compare two models on the same held-back facts, as the gate does; nothing changes."""
    from flows.retraining import config as retrain_config

    wanted = retrain_config.read(None, config or [])
    _refuse_unknown(challenger, *([champion] if champion else []))
    start_services()
    from flows.retraining.model_changes import compare as flow

    contest = flow(challenger=challenger, champion=champion, gate=wanted.gate.model_dump(mode="json"), device=device)
    if json:
        print_json(contest)
        return
    for reason in contest.verdict.reasons:
        print(reason)
    parts: dict[str, Any] = {"all relations": contest.verdict.overall, **contest.verdict.relations}
    rows = [{"relation": name, **part.model_dump()} for name, part in parts.items()]
    print_table(rows, "mean of 1 / rank on the gate half, which decides")
    rows = [
        {"": name, "MRR": reports["test"].mrr, "hits at 1": reports["test"].hits_at_1}
        for name, reports in [("champion", contest.champion), ("challenger", contest.challenger)]
        if "test" in reports
    ]
    print_table(rows, "test, which is only reported")


@models.command()
def promote(version: Version, json: Json = False) -> None:
    """Make a model champion, whatever the gate's result: its links become the current ones."""
    _refuse_unknown(version)
    start_services()
    from flows.retraining.model_changes import promote as flow

    _print_change(flow(version=version), json)


@models.command()
def rollback(json: Json = False) -> None:
    """Make the previous champion the champion again, with the links that it published last."""
    start_services()
    from flows.retraining.model_changes import roll_back as flow

    _print_change(flow(), json)


@models.command()
def prune(dry_run: DryRun = False, yes: Yes = False, json: Json = False) -> None:
    """Delete models that were never champion and whose links are neither current nor decided, with their folders."""
    start_services()
    from flows.retraining.model_changes import prune as flow

    if not (dry_run or yes):
        looked = flow(dry_run=True)
        _print_pruned(looked, json=False)
        if looked.models or looked.folders:
            typer.confirm("Delete these?", abort=True, err=True)
    _print_pruned(flow(dry_run=dry_run), json)


def _refuse_unknown(*versions: str) -> None:
    """Raise InputError for a model that is not registered; before anything of Prefect is started or waited for."""
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.predicted import registry

    with open_graph(Settings()) as database:
        for version in versions:
            registry.model(database, version)


def _print_change(change: Any, json: bool) -> None:
    if json:
        print_json(change)
    else:
        print_fields(dict(change))


def _print_pruned(pruned: Any, json: bool) -> None:
    if json:
        print_json(pruned)
        return
    rows = [{"model": name} for name in pruned.models] + [
        {"model": f"{name} (folder alone)"} for name in pruned.folders
    ]
    done = "would be deleted" if pruned.dry_run else "deleted"
    print_table(rows, f"{len(rows)} {done}, {pruned.megabytes:,.1f} MB")
    if pruned.elsewhere:
        print(f"models of other graphs, which stay: {', '.join(pruned.elsewhere)}")


def _row(model: "Model") -> dict[str, Any]:
    verdict = model.verdict or {}
    judged = {True: "passed", False: "refused", None: None}[verdict.get("passed")]
    return {
        "version": model.version,
        "alias": model.alias,
        "created at": f"{model.created_at:%Y-%m-%d %H:%M}",
        "validation MRR": model.metrics.get("validation_mrr"),
        "test MRR": (model.metrics.get("test") or {}).get("mrr"),
        "start": "warm" if model.warm_start else "cold",
        "gate": judged,
    }


def _fields(model: "Model") -> dict[str, Any]:
    return {
        **_row(model),
        "warm_start": model.warm_start,
        "predecessor": model.predecessor,
        "promoted_at": model.promoted_at,
        "fingerprint": model.data_fingerprint,
        "git_commit": model.git_commit,
        "encoders": {modality: encoder["name"] for modality, encoder in model.encoders.items()},
        "verdict": model.verdict,
    }
