"""Report files beside a model: JSON for scripts, Markdown for people, SVG plots that both name."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from base.files import write_text
from models.calibration.reliability import Reliability
from models.evaluation import plots
from models.evaluation.evaluation import Report
from models.evaluation.report import markdown, seeds_markdown
from models.evaluation.seeds import SeedSummary
from models.representation.checkpoint import Checkpoint
from models.tensor_file import save_json
from models.triples.sides import SIDES


class ReportFiles(BaseModel):
    """Where a report lies."""

    json_file: Path
    markdown: Path
    plots: list[Path]


def write_report(
    folder: Path,
    version: str,
    checkpoint: Checkpoint,
    report: Report,
    baselines: Mapping[str, Report],
    calibration: Reliability | None = None,
) -> ReportFiles:
    """Write a model's report into its folder: report.json for test facts under the strict protocol, else named by both.

    The plots are drawn into plots/, and reliability.svg is shown where calibration has drawn it.
    """
    ending = suffix(report)
    drawn = {"training": folder / "plots" / "training.svg", "MRR per relation": _relations_plot(folder, ending)}
    plots.training_curve(checkpoint.metrics["history"], drawn["training"])
    plots.mrr_per_relation({"VL-KGE": report, **baselines}, drawn["MRR per relation"])
    if (reliability := folder / "plots" / "reliability.svg").exists():
        drawn["reliability of the probabilities"] = reliability
    content: dict[str, object] = {"model": version, "report": report, "baselines": dict(baselines)}
    if calibration is not None:
        content["calibration"] = calibration
    text = markdown(
        version,
        report,
        baselines,
        training=_training(checkpoint),
        plots={caption: path.relative_to(folder).as_posix() for caption, path in drawn.items()},
        calibration=calibration,
    )
    return _write(folder, ending, content, text, list(drawn.values()))


def write_seeds(folder: Path, evaluated: Mapping[str, Report], found: SeedSummary) -> ReportFiles:
    """Write the report over several seeds into a folder of its own below `folder`, named by the models in it."""
    versions, reports = sorted(evaluated), list(evaluated.values())
    scorer = versions[0].rpartition("-")[0]
    name = f"{scorer}-{len(versions)}-seeds-{hashlib.sha256(' '.join(versions).encode()).hexdigest()[:10]}"
    ending, own = suffix(reports[0]), folder / name
    own.mkdir(parents=True, exist_ok=True)
    drawn = _relations_plot(own, ending)
    plots.mrr_per_relation(evaluated, drawn)
    text = seeds_markdown(name, versions, found)
    text += f"\n![MRR per relation of each seed]({drawn.relative_to(own).as_posix()})\n"
    return _write(own, ending, {"models": versions, "over_seeds": found}, text, [drawn])


def suffix(report: Report) -> str:
    """What tells a report's files apart from those of the strict test report on both sides; nothing for that one."""
    sides = list(report.sides)
    parts = {
        report.split: report.split != "test",
        report.protocol: report.protocol != "strict",
        report.candidates: report.candidates != "all",
        "-".join(sides): sorted(sides) != sorted(SIDES),
    }
    return "".join(f"-{name}" for name, is_other in parts.items() if is_other)


def _relations_plot(folder: Path, ending: str) -> Path:
    return folder / "plots" / f"relations{ending}.svg"


def _training(checkpoint: Checkpoint) -> dict[str, object]:
    """The settings and figures that a reader asks for first."""
    config, metrics = checkpoint.config, checkpoint.metrics
    return {
        "scorer": config.scorer,
        "dimension": config.dimension,
        "modalities": ", ".join(checkpoint.model.modalities),
        "fusion": config.fusion,
        "loss": config.loss,
        "seed": config.seed,
        "best of epochs": f"{metrics['best_epoch']} of {metrics['epochs']}",
        "validation MRR": f"{metrics['validation_mrr']:.3f}",
        "entities, relations": f"{len(checkpoint.entities):,}, {len(checkpoint.relations):,}",
        "data": checkpoint.fingerprint[:12],
    }


def _write(folder: Path, ending: str, content: Mapping[str, object], text: str, drawn: Sequence[Path]) -> ReportFiles:
    files = ReportFiles(
        json_file=folder / f"report{ending}.json", markdown=folder / f"report{ending}.md", plots=list(drawn)
    )
    write_text(files.markdown, text)
    save_json(_plain(content), files.json_file)
    return files


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return {name: _plain(part) for name, part in value.items()} if isinstance(value, Mapping) else value
