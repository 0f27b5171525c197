"""What came of a retraining, for people: Markdown and plots beside the model, and the same as Prefect artifacts."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect.artifacts import create_image_artifact, create_markdown_artifact, create_table_artifact

from base.errors import PipelineError
from base.files import write_text
from flows.retraining.left_out import left_out
from flows.retraining.outcome import Retraining
from flows.runtime.artifacts import show
from flows.runtime.checkpoints import folder_of
from flows.runtime.services import tell_run
from flows.runtime.settings import Settings
from flows.runtime.webhook import notify
from graph.loading.ingest import IngestResult
from models.evaluation import plots
from models.evaluation.loss_budget import Difference
from models.evaluation.report import leaks
from models.tensor_file import save_json

HEADLINES = {
    "unchanged": "Nothing relevant changed; {champion} stays champion",
    "refreshed": "Little changed: {champion} stays champion, and made the links anew that it concerns",
    "first": "{champion} is the first model, and champion",
    "promoted": "{champion} is the new champion, in place of {former}",
    "kept": "{challenger} was refused; {champion} stays champion",
}


def deliver(settings: Settings, done: Retraining) -> Retraining:
    """Write the files, make the artifacts, and tell the webhook of a refusal and of what could not be taken in.

    Returns the retraining with its report's path.
    """
    missed = left_out(done)
    tell_run(headline(done), *done.reasons, *missed)
    if missed:
        notify("left out", f"{headline(done)}, without some {missed[0]}", champion=done.champion, left_out=missed)
    if done.trained is None:
        show(create_markdown_artifact, markdown=markdown(done, {}), key="retraining", description=headline(done))
        if done.refreshed is None:
            return done
        report = folder_of(settings, done.champion) / "refreshed.md"
        write_text(report, markdown(done, {}))
        return done.model_copy(update={"report": report})
    folder = folder_of(settings, done.trained.version)
    drawn = draw(folder, done)
    report = folder / "retraining.md"
    addresses = {name: path.relative_to(folder).as_posix() for name, path in drawn.items()}
    write_text(report, markdown(done, addresses))
    save_json(done.model_dump(mode="json"), folder / "retraining.json")
    tell_run(f"the report: {report}")
    _make_artifacts(done, drawn)
    if done.outcome == "kept":
        notify(
            "promotion refused",
            f"{headline(done)}: {done.reasons[0]}",
            champion=done.champion,
            challenger=done.trained.version,
            reasons=done.reasons,
        )
    return done.model_copy(update={"report": report})


@contextmanager
def telling_outcome(done: Retraining) -> Iterator[None]:
    """An error from here on comes after the links and the champion of `done`, which stay: it says so."""
    try:
        yield
    except Exception as error:
        raise PipelineError(f"{headline(done)}, but what followed failed: {error}") from error


def headline(done: Retraining) -> str:
    challenger = done.trained.version if done.trained else None
    return HEADLINES[done.outcome].format(champion=done.champion, former=done.former, challenger=challenger)


def draw(folder: Path, done: Retraining) -> dict[str, Path]:
    """The plots of this retraining, and the ones of reliability where calibration has drawn it."""
    assert done.trained is not None  # nothing is drawn where nothing was trained
    drawn = {"training": folder / "plots" / "training.svg"}
    plots.training_curve(done.trained.metrics["history"], drawn["training"])
    if done.contest is not None:
        drawn["champion and challenger"] = folder / "plots" / "comparison.svg"
        plots.comparison(
            done.contest.champion["gate"], done.contest.challenger["gate"], drawn["champion and challenger"]
        )
    if (reliability := folder / "plots" / "reliability.svg").exists():
        drawn["reliability"] = reliability
    return drawn


def markdown(done: Retraining, drawn: dict[str, str]) -> str:
    """The report; `drawn` are the plots' captions and addresses."""
    blocks = [f"# {headline(done)}", "\n".join(f"- {reason}" for reason in done.reasons)]
    facts = {"graph": f"fingerprint {done.fingerprint[:12]}…", "training": done.start}
    if done.ingested is not None:
        facts["taken in"] = "; ".join(_taken_in(done.ingested))
    if done.adopted is not None:
        kinds = {"changed": "nodes changed", "new_facts": "new facts", "healed": "healed", "released": "released"}
        told = [f"{done.adopted[key]:,} {words}" for key, words in kinds.items() if done.adopted[key]]
        told += [f"{len(done.adopted[key]):,} {key}" for key in ("renamed", "lost") if done.adopted[key]]
        facts["adopted"] = ", ".join(told) or "nothing new"
    if done.published is not None:
        facts["links"] = f"{done.published.links:,} by {done.published.model}, run {done.published.run_id}"
    blocks.append("\n".join(f"- {name}: {text}" for name, text in facts.items() if text))
    if noted := [*left_out(done), *(done.ingested.notes if done.ingested else [])]:
        blocks.append("## Left out, and remarks\n\n" + "\n".join(f"- {note}" for note in noted))
    if done.contest is not None:
        blocks.append("## On the gate half of validation, which decides\n\n" + _gate_table(done))
        blocks += _former_champions(done)
        blocks.append("## On test, which is only reported\n\n" + _test_table(done))
    blocks += [f"![{caption}]({address})" for caption, address in drawn.items()]
    return "\n\n".join(blocks) + "\n"


def _taken_in(ingested: IngestResult) -> Iterator[str]:
    for kind, counts in (("entities", ingested.entities), ("facts", ingested.facts)):
        # What the files no longer hold stays, as a night prunes nothing; the remarks name it.
        figures = counts.model_dump(include={"added", "changed", "unchanged"})
        yield f"{kind}: " + (", ".join(f"{name} {count:,}" for name, count in figures.items() if count) or "none")


def _gate_table(done: Retraining) -> str:
    header = "| | facts | champion | challenger | difference | interval | |\n|---|---:|---:|---:|---:|---|---|"
    return "\n".join([header, *(f"| {' | '.join(row.values())} |" for row in _gate_rows(done))])


def _gate_rows(done: Retraining) -> list[dict[str, str]]:
    assert done.contest is not None
    verdict = done.contest.verdict
    assert verdict.overall is not None  # the gate gives it whenever it compares
    parts: dict[str, Difference] = {"all relations": verdict.overall, **verdict.relations}
    return [
        {
            "relation": name.replace("|", "\\|"),
            "facts": f"{part.facts:,}",
            "champion": f"{part.champion:.3f}",
            "challenger": f"{part.challenger:.3f}",
            "difference": f"{part.difference:+.3f}",
            "interval": f"{part.low:+.3f} to {part.high:+.3f}",
            "verdict": "passed" if part.passed else "**refused**",
        }
        for name, part in parts.items()
    ]


def _former_champions(done: Retraining) -> list[str]:
    """The heading and the table of former champions on today's gate facts, where any was ranked."""
    assert done.contest is not None
    loss, overall = done.contest.verdict.loss, done.contest.verdict.overall
    assert loss is not None
    assert overall is not None
    if not loss.formers:
        return []
    mrrs = {**loss.formers, done.champion if done.outcome == "kept" else str(done.former): overall.champion}
    rows = [f"| {name} | {mrr:.3f} |" for name, mrr in sorted(mrrs.items(), key=lambda item: -item[1])]
    spent = f"{loss.spent:.3f} of {loss.budget:.3f} would be lost against the best, at most {loss.at_most:.3f}."
    table = "\n".join(["| champions | MRR today |\n|---|---:|", *rows])
    return ["## Against former champions, on the same facts", f"{table}\n\n{spent}"]


def _test_table(done: Retraining) -> str:
    assert done.contest is not None
    figures = ("mrr", "hits_at_1", "hits_at_10")
    rows = ["| | queries | MRR | Hits@1 | Hits@10 |\n|---|---:|---:|---:|---:|"]
    for name, reports in {"champion": done.contest.champion, "challenger": done.contest.challenger}.items():
        if (report := reports.get("test")) is not None:
            values = " | ".join(f"{getattr(report, figure):.3f}" for figure in figures)
            rows.append(f"| {name} | {report.queries:,} | {values} |")
    if len(rows) == 1:
        return "There are no test facts."
    return "\n\n".join(["\n".join(rows), *leaks(done.contest.challenger["test"])])


def _make_artifacts(done: Retraining, drawn: dict[str, Path]) -> None:
    """Prefect's pages cannot read our files, so the plots travel in the addresses themselves."""
    addresses = {name: _embedded(path) for name, path in drawn.items()}
    show(create_markdown_artifact, markdown=markdown(done, addresses), key="retraining", description=headline(done))
    for name, address in addresses.items():
        show(create_image_artifact, image_url=address, key=f"plot-{name.replace(' ', '-')}", description=name)
    if done.contest is not None:
        show(
            create_table_artifact,
            table=_gate_rows(done),
            key="gate",
            description="champion against challenger, by relation",
        )


def _embedded(path: Path) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"
