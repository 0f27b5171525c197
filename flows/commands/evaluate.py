"""`vlkge evaluate`."""

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.options import Device, Workers
from flows.runtime.output import Json, print_fields, print_json, print_table

if TYPE_CHECKING:
    from flows.evaluate import Evaluation, SeedsEvaluation
    from flows.reports import ReportFiles
    from models.calibration.reliability import Reliability

app = typer.Typer()

FIGURES = ["queries", "mrr", "hits_at_1", "hits_at_3", "hits_at_10"]


class Split(StrEnum):
    val = "val"
    gate = "gate"
    test = "test"


class Protocol(StrEnum):
    strict = "strict"
    paper = "paper"


class Candidates(StrEnum):
    all = "all"
    typed = "typed"
    observed = "observed"
    wikiart = "wikiart"


class Sides(StrEnum):
    both = "both"
    head = "head"
    tail = "tail"


@app.command()
def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="A model's version; default: the champion. Repeat it for several seeds."),
    ] = None,
    split: Annotated[Split, typer.Option(help="Which held-back facts to rank.")] = Split.test,
    protocol: Annotated[
        Protocol,
        typer.Option(help="strict: a tie counts as its middle rank. paper: filters and ties as in VL-KGE's release."),
    ] = Protocol.strict,
    candidates: Annotated[
        Candidates,
        typer.Option(help="Rank among all entities, those of the relation's labels, or those observed with it."),
    ] = Candidates.all,
    sides: Annotated[Sides, typer.Option(help="Which end of a fact to rank.")] = Sides.both,
    baselines: Annotated[bool, typer.Option("--baselines", help="Also evaluate zero-shot and a linear probe.")] = False,
    workers: Workers = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Rank held-back facts beside a popularity baseline; write report.json, report.md and plots to its folder.

    With several models that differ only in their seed, also write means and 95 % intervals.
    The paper's figures: --protocol paper for WN9-IMG, --protocol paper --candidates wikiart --sides tail for WikiArt.
    """
    start_services()
    from flows import evaluate as flows

    conditions: dict[str, Any] = {
        "split": split.value,
        "protocol": protocol.value,
        "candidates": candidates.value,
        "sides": ["head", "tail"] if sides is Sides.both else [sides.value],
        "probes": baselines,
        "device": device,
    }
    one, several = flows.evaluate, flows.evaluate_seeds
    if workers is not None:
        from flows.runtime.dask_cluster import count_shards, dask_runner
        from flows.runtime.settings import Settings

        conditions["shards"], runner = count_shards(workers), dask_runner(workers, Settings())
        one, several = one.with_options(task_runner=runner), several.with_options(task_runner=runner)
    if len(model or []) > 1:
        found: SeedsEvaluation = several(models=model or [], **conditions)
        _show_seeds(found, json)
        return
    evaluated = one(model=model[0] if model else None, **conditions)
    if json:
        print_json({**evaluated.report.model_dump(mode="json"), **evaluated.model_dump(exclude={"report"})})
        return
    print_evaluation(evaluated)
    _print_files(evaluated.files)


def print_evaluation(evaluated: "Evaluation", linked: Collection[str] | None = None) -> None:
    """The figures of an Evaluation: overall beside the baselines, then per relation and per group of entities.

    linked: the relations that have new links, once these were predicted.
    """
    from models.evaluation.report import leaks

    report = evaluated.report
    title = f"{report.split} facts, {report.protocol} protocol, model {evaluated.model}"
    named = {"VL-KGE": report, **evaluated.baselines}
    print_table([{"": name, **{f: getattr(part, f) for f in FIGURES}} for name, part in named.items()], title)
    for heading, parts in [("relation", "relations"), ("side", "sides"), ("group", "groups")]:
        rows = [
            {heading: name, **{f: getattr(part, f) for f in FIGURES}}
            | {other: getattr(baseline, parts)[name].mrr for other, baseline in evaluated.baselines.items()}
            for name, part in getattr(report, parts).items()
        ]
        print_table(rows)
    _print_answers(evaluated, linked)
    for warning in leaks(report):
        print(warning)
    if evaluated.calibration:
        _print_reliability(evaluated.calibration)


def _print_answers(evaluated: "Evaluation", linked: Collection[str] | None) -> None:
    """By tails, as curators ask: which artist, which style; the relations that gain least come first."""
    from models.evaluation.answers import answers, choose_first, warn_of_answers

    rows = answers(evaluated.report, evaluated.baselines["popularity"])
    if not rows:
        return
    print_table(
        [row.model_dump() for row in rows], "tails alone (which artist, which style), beside popularity; worst first"
    )
    for warning in warn_of_answers(rows):
        print(warning)
    if first := choose_first(rows, linked):
        print(f"judge first: {', '.join(first)}, where the model knows most beyond what is frequent")


def _print_reliability(found: "Reliability") -> None:
    if found.ece is None or found.brier is None:
        print("the probabilities cannot be tested: no hidden test fact could be in a list")
        return
    title = (
        f"probabilities of {found.links:,} links of heads with a hidden test fact, {found.expected:,.0f} expected and "
        f"{found.facts:,} found right: "
        f"expected calibration error {found.ece:.4f}, Brier score {found.brier:.4f} "
        f"({found.brier_of_base_rate:.4f} if all had one probability)"
    )
    print_table([part for part in found.bins if part["count"]], title)
    parts = {**found.bases, **found.kinds, **{f"most said by {name}": part for name, part in found.experts.items()}}
    print_table(
        [
            {"": name, **part.model_dump(include={"links", "expected", "facts", "ece", "brier"})}
            for name, part in parts.items()
        ],
        "by what a probability rests on, by kind of head, and by the expert that says most for the link",
    )
    print_table(found.yield_, "what a least probability yields on test facts")


def _show_seeds(found: "SeedsEvaluation", json: bool) -> None:
    if json:
        print_json(found)
        return
    rows = [{"model": one.model, **{f: getattr(one.report, f) for f in FIGURES[1:]}} for one in found.evaluations]
    means = found.over_seeds.all
    rows += [{"model": name, **{f: getattr(means[f], name) for f in FIGURES[1:]}} for name in ("mean", "low", "high")]
    over = found.over_seeds
    print_table(rows, f"{over.split} facts, {over.protocol} protocol, {over.seeds} seeds; low and high: 95 % interval")
    _print_files(found.files)


def _print_files(files: "ReportFiles") -> None:
    print_fields({"report": files.markdown, "as JSON": files.json_file, "plots": [str(path) for path in files.plots]})
