"""Calibrate: a model's probabilities on the graph as it is now, and how far they hold on test facts."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from base.progress import Progress, silent
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo
from graph.connection import Database
from graph.curation.audit_sample import audited
from models.calibration.answers import Answers, Judged
from models.calibration.calibration import HELD_BACK, KINDS, UNTESTED, Calibration, kinds_of, label_links
from models.calibration.calibration import calibrate as learn
from models.calibration.deciding_experts import deciding_experts
from models.calibration.reliability import Reliability, reliability
from models.evaluation import plots
from models.ranking.prediction_context import PredictionContext
from models.triples.asked import with_fewer_asked

TOP_K = 3
NOT_CALIBRATED = (
    "Links get no probability and are ordered by score: too few facts were held back that can be found again."
)


@task(cache_policy=NO_CACHE)
def calibrate(served: PredictionContext, folder: Path, hidden: tuple[str, ...] = HELD_BACK) -> Calibration | None:
    """As `calibration_for`, with a bar."""
    with progress_bar("calibrate") as progress:
        found = calibration_for(served, folder, hidden, progress)
    if found is None:
        echo(NOT_CALIBRATED)
    return found


def calibration_for(
    served: PredictionContext,
    folder: Path,
    hidden: tuple[str, ...] = HELD_BACK,
    progress: Progress = silent,
) -> Calibration | None:
    """The calibration kept in the model's folder if it is of this graph, these lists and splits, else a new one.

    A new one is kept there. Whatever judges or compares models asks for UNTESTED; what is published, for HELD_BACK.
    """
    kept = Calibration.load(folder, hidden)
    if kept is not None and (kept.key, kept.hidden) == (served.key, hidden):
        return kept
    made = learn(
        served.scores,
        with_fewer_asked(served.graph),
        served.patterns,
        seen=served.seen,
        top_k=served.top_k,
        hidden=hidden,
        key=served.key,
        progress=progress,
    )
    if made is not None:
        made.save(folder)
    return made


def calibration_in_force(served: PredictionContext, folder: Path) -> Calibration | None:
    """That of the links in force, whatever came into the graph since; where there is none yet, as `calibration_for`."""
    return Calibration.load(folder) or calibration_for(served, folder)


def learn_answers(database: Database, served: PredictionContext) -> Answers:
    """How likely heads have an answer, by the patterns' declarations and by people's decisions on the random sample."""
    sample = audited(database).dropna(subset=["probability"])
    columns = (sample[name].tolist() for name in ("relation", "has_known_tail", "probability", "correct", "weight"))
    judged = [Judged(*row) for row in zip(*columns, strict=True)]
    return Answers.of(served.patterns.complete, judged)


@task(cache_policy=NO_CACHE)
def measure_reliability(served: PredictionContext, calibration: Calibration, folder: Path) -> Reliability:
    """Calibration error, Brier score and bins on lists of heads with a hidden test fact; the diagram is drawn."""
    with progress_bar("reliability") as progress:
        judged = label_links(
            served.scores,
            with_fewer_asked(served.graph),
            served.patterns,
            seen=served.seen,
            hidden=("test",),
            top_k=served.top_k,
            progress=progress,
        )
    probability, own = calibration.probabilities(judged.links, judged.seen)
    found = reliability(
        probability,
        judged.correct,
        [served.graph.relations[row] for row in judged.links.relations.tolist()],
        bases=["relation" if rests else "pooled" for rests in own],
        kinds=[KINDS[kind] for kind in kinds_of(judged.links, judged.seen)],
        experts=deciding_experts(served.scores, judged.links),
    )
    plots.reliability(found.bins, folder / "plots" / "reliability.svg")
    return found


def check_calibration(served: PredictionContext, folder: Path) -> Reliability | None:
    """How far a model's probabilities hold on test facts; None where it cannot be calibrated or tested."""
    if len(served.graph.triples["test"]) == 0:
        return None
    calibration = calibrate(served, folder, UNTESTED)
    return None if calibration is None else measure_reliability(served, calibration, folder)
