"""The gate: whether a challenger may take the champion's place.

Both rank the same held-back facts, the gate half of validation, against the same competitors. What counts is the
difference fact by fact, so that facts which are hard for both do not hide it: a paired bootstrap (Efron and
Tibshirani 1993, An Introduction to the Bootstrap, chapter 16).
"""

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from base.errors import InputError
from base.progress import Progress, silent
from models.calibration.thresholds import LEVELS, PrecisionTable
from models.evaluation.bootstrap import paired
from models.evaluation.evaluation import Report, report
from models.evaluation.gate_config import GateConfig
from models.ranking.ranking import Ranks, rank
from models.ranking.scores import VectorScores
from models.representation.checkpoint import Checkpoint
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.sides import Side
from models.triples.subgraph import with_relations

RanksOfSides = dict[Side, Ranks]
POOLED = "the smaller relations together"
BINS = 10


class Difference(BaseModel):
    """Challenger against champion on some facts; `low` and `high` are the interval of the MRR's mean difference."""

    facts: int
    champion: float
    challenger: float
    difference: float
    low: float
    high: float
    passed: bool


class Verdict(BaseModel):
    """Whether the challenger passes, why in words, and on which figures."""

    passed: bool
    reasons: list[str]
    overall: Difference | None = None
    relations: dict[str, Difference] = {}
    """Relations with enough facts, and the others pooled."""
    not_compared: list[str] = []
    """Relations that the champion was not trained on: nothing to compare with."""
    calibration: dict[str, float | None] = {}
    """Expected calibration error of champion and challenger."""


class Comparison(BaseModel):
    """A verdict with both models' reports: on the gate half, which decides, and on test, which is only reported."""

    verdict: Verdict
    champion: dict[str, Report]
    challenger: dict[str, Report]


def contest(
    champion: Checkpoint,
    challenger: Checkpoint,
    graph: KnowledgeGraph,
    config: GateConfig,
    *,
    calibration: tuple[float | None, float | None] = (None, None),
    progress: Progress = silent,
) -> Comparison:
    """Let both rank the gate half and test of today's graph, and judge the challenger by the former.

    `calibration` are the expected calibration errors of champion and challenger, None where not measured.
    Raises InputError where the champion cannot rank today's graph (other encoders), or there are no gate facts.
    """
    shared = with_relations(graph, champion.relations)
    if len(shared.triples["gate"]) == 0:
        raise InputError("the graph has no gate facts of relations that the champion knows: there is nothing to judge")
    splits = [split for split in ("gate", "test") if len(shared.triples[split])]
    ranks: dict[str, list[RanksOfSides]] = {split: [] for split in splits}
    reports: list[dict[str, Report]] = []
    known = KnownFacts(torch.cat(list(shared.triples.values())), shared.num_relations)
    for checkpoint in (champion, challenger):
        scores = VectorScores.of_model(checkpoint.model_for(shared))
        for split in splits:
            ranks[split].append(rank(scores, shared.triples[split], known=known, progress=progress))
        reports.append(
            {split: report(shared, shared.triples[split], ranks[split][-1], split=split) for split in splits}
        )
    verdict = judge(shared, ranks["gate"][0], ranks["gate"][1], config, calibration=calibration)
    verdict.not_compared = sorted(set(graph.relations) - set(champion.relations))
    return Comparison(verdict=verdict, champion=reports[0], challenger=reports[1])


def calibration_error(counts: PrecisionTable) -> float:
    """Expected calibration error (Guo et al. 2017) in ten bins, of links judged by curves that did not see them."""
    level = np.array(counts.levels)
    # The counts are of links at or above a level; those of the level itself are what the next one lacks.
    links, facts = (-np.diff([*of, 0]) for of in (counts.links, counts.facts))
    predicted = np.minimum((level + 0.5) / LEVELS, 1) * links
    at = np.minimum(level * BINS // LEVELS, BINS - 1)
    gaps = [np.bincount(at, weights=of, minlength=BINS) for of in (predicted, facts)]
    return float(np.abs(gaps[0] - gaps[1]).sum() / links.sum())


def judge(
    graph: KnowledgeGraph,
    champion: RanksOfSides,
    challenger: RanksOfSides,
    config: GateConfig,
    *,
    calibration: tuple[float | None, float | None] = (None, None),
) -> Verdict:
    """The verdict on ranks of the gate facts, in their order, by both models.

    A fact counts once, with the mean of 1 / rank over its sides. The challenger passes where
    - overall, the interval of the mean difference does not reach below -margin;
    - no relation, nor the small ones pooled, is worse by more than relation_margin with an interval below zero;
    - its expected calibration error is within bounds, or not above the champion's.
    """
    facts = graph.triples["gate"]
    values = torch.stack([_reciprocal(ranks) for ranks in (champion, challenger)])
    overall = _difference(values, config)
    overall = overall.model_copy(update={"passed": overall.low >= -config.margin})
    relations = {
        name: _judge_relation(_difference(values[:, chosen], config), config)
        for name, chosen in _parts(graph.relations, facts[:, 1], config.relation_facts).items()
    }
    errors = dict(zip(("champion", "challenger"), calibration, strict=True))
    calibrated = _is_calibrated(*calibration, config)
    return Verdict(
        passed=overall.passed and calibrated and all(part.passed for part in relations.values()),
        reasons=[
            _sentence("all relations", overall, config.margin, config.level),
            *(
                _sentence(name, part, config.relation_margin, config.level)
                for name, part in relations.items()
                if not part.passed
            ),
            *_calibration_sentence(*calibration, calibrated, config),
        ],
        overall=overall,
        relations=relations,
        calibration=errors,
    )


def _reciprocal(ranks: RanksOfSides) -> Tensor:
    """Mean of 1 / rank over the sides that were ranked, float64 [m]."""
    return torch.stack([1 / of_side.realistic for of_side in ranks.values()]).mean(0)


def _difference(values: Tensor, config: GateConfig) -> Difference:
    """The mean difference of values [2, m] of champion and challenger, with its interval."""
    champion, challenger = values.mean(1).tolist()
    drawn = paired(values[1], values[0], draws=config.draws, level=config.level, seed=config.seed)
    return Difference(
        facts=values.shape[1],
        champion=champion,
        challenger=challenger,
        difference=drawn.mean,
        low=drawn.low,
        high=drawn.high,
        passed=True,
    )


def _judge_relation(part: Difference, config: GateConfig) -> Difference:
    # One of many relations is worse by chance alone, so the interval has a say too.
    worse = part.difference < -config.relation_margin and part.high < 0
    return part.model_copy(update={"passed": not worse})


def _parts(names: list[str], relations: Tensor, enough: int) -> dict[str, Tensor]:
    """Which facts bool [m] each relation has, and those of relations with too few together."""
    counts = torch.bincount(relations, minlength=len(names))
    parts = {names[row]: relations == row for row in (counts >= enough).nonzero()[:, 0].tolist()}
    small = (counts < enough)[relations]
    return parts | ({POOLED: small} if small.any() else {})


def _is_calibrated(champion: float | None, challenger: float | None, config: GateConfig) -> bool:
    return challenger is None or challenger <= max(config.calibration_error, champion or 0.0)


def _sentence(name: str, part: Difference, margin: float, level: float) -> str:
    how = "passed" if part.passed else "refused"
    return (
        f"{name}: {how}; MRR {part.challenger:.3f}, champion {part.champion:.3f}, difference {part.difference:+.3f} "
        f"({100 * level:g} % interval {part.low:+.3f} to {part.high:+.3f}, {part.facts:,} facts; "
        f"allowed margin {margin:g})"
    )


def _calibration_sentence(
    champion: float | None, challenger: float | None, passed: bool, config: GateConfig
) -> list[str]:
    if challenger is None:
        return []
    how = "passed" if passed else "refused"
    beside = "" if champion is None else f", champion {champion:.3f}"
    return [
        f"calibration: {how}; expected calibration error {challenger:.3f}{beside} "
        f"(allowed {config.calibration_error:g}, or the champion's)"
    ]
