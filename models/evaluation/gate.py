"""The gate: whether a challenger may take the champion's place.

Both rank the same held-back facts, the gate half of validation, against the same competitors, and so do the best former
champions. What counts is the difference fact by fact, so that facts which are hard for both do not hide it: a paired
bootstrap (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 16) that draws the facts of a head
together. Those of a tail are not: values compete for the same heads, and what a model gains at one it loses at another.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from pydantic import BaseModel
from torch import Tensor

from base.errors import InputError
from base.progress import Progress, silent
from models.calibration.calibration_error import CalibrationError
from models.evaluation import gate_words
from models.evaluation.bootstrap import paired, student
from models.evaluation.evaluation import Report, report
from models.evaluation.gate_config import GateConfig
from models.evaluation.loss_budget import SMALLEST_MARGIN, Debt, Difference, spend, visible
from models.evaluation.verdict import Kind, Verdict
from models.ranking.ranking import Ranks, rank
from models.ranking.scores import Scores
from models.representation.checkpoint import Checkpoint
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.sides import Side
from models.triples.subgraph import with_relations

RanksOfSides = dict[Side, Ranks]
Errors = tuple[CalibrationError | None, CalibrationError | None]
POOLED = "the smaller relations together"


class Comparison(BaseModel):
    """A verdict with both models' reports: on the gate half, which decides, and on test, which is only reported."""

    verdict: Verdict
    champion: dict[str, Report]
    challenger: dict[str, Report]


class Former(NamedTuple):
    """A former champion's ranks of those of the gate facts whose relations it knows, bool [m]."""

    ranks: RanksOfSides
    knows: Tensor


def let_compete(
    champion: Checkpoint,
    challenger: Checkpoint,
    graph: KnowledgeGraph,
    config: GateConfig,
    *,
    formers: Mapping[str, Checkpoint | str] | None = None,
    debt: Debt | None = None,
    calibration: Errors = (None, None),
    device: str = "cpu",
    progress: Progress = silent,
) -> Comparison:
    """Let both rank the gate half and test of today's graph, and judge the challenger by the former.

    `formers` are former champions by version, or why one is not there; `debt` is what the champion has lost already.
    `calibration` are the calibration errors of champion and challenger, None where not measured.
    Scores are computed on `device`. Raises InputError where the champion cannot rank today's graph (other
    encoders), or there are no gate facts; a former champion that cannot is named in the verdict.
    """
    shared = with_relations(graph, champion.relations)
    if len(shared.triples["gate"]) == 0:
        raise InputError("the graph has no gate facts of relations that the champion knows: there is nothing to judge")
    splits = [split for split in ("gate", "test") if len(shared.triples[split])]
    ranks: dict[str, list[RanksOfSides]] = {split: [] for split in splits}
    reports: list[dict[str, Report]] = []
    known = KnownFacts(torch.cat(list(shared.triples.values())), shared.num_relations)
    for checkpoint in (champion, challenger):
        scores = Scores.of_model(checkpoint.model_for(shared, device))
        for split in splits:
            ranks[split].append(rank(scores, shared.triples[split], known=known, progress=progress))
        reports.append(
            {split: report(shared, shared.triples[split], ranks[split][-1], split=split) for split in splits}
        )
    others, missing = _rank_formers(formers or {}, shared, device, progress)
    verdict = judge(
        shared,
        ranks["gate"][0],
        ranks["gate"][1],
        config,
        formers=others,
        missing=missing,
        debt=debt,
        calibration=calibration,
    )
    verdict.not_compared = sorted(set(graph.relations) - set(champion.relations))
    return Comparison(verdict=verdict, champion=reports[0], challenger=reports[1])


def judge(
    graph: KnowledgeGraph,
    champion: RanksOfSides,
    challenger: RanksOfSides,
    config: GateConfig,
    *,
    formers: Mapping[str, Former] | None = None,
    missing: Mapping[str, str] | None = None,
    debt: Debt | None = None,
    calibration: Errors = (None, None),
) -> Verdict:
    """The verdict on ranks of the gate facts, in their order, by both models and by former champions.

    `missing` says why others could not rank them; `debt` counts where it was made against one of these.

    A fact counts once, with the mean of 1 / rank over its sides. The challenger passes where
    - overall it is not worse;
    - its loss against the best former champion is within the budget, to the far end of the interval;
    - no relation, nor the small ones pooled, is worse by more than relation_margin and by more than chance makes the
      worst of so many;
    - its calibration error is within bounds, or not above the champion's, but for what chance explains.
    """
    facts = graph.triples["gate"]
    values = torch.stack([_reciprocal(ranks) for ranks in (champion, challenger)])
    overall = _difference(values, facts, config)
    shown = visible(overall, config.level)
    margin = max(shown, SMALLEST_MARGIN) if config.margin is None else config.margin
    kind = _kind(overall, margin)
    loss = spend(overall, _against(formers or {}, values[1], facts, config), debt, margin, config)
    loss.missing = dict(missing or {})
    parts = _parts(graph.relations, facts[:, 1], config.relation_facts)
    relations = {
        name: _judge_relation(_difference(values[:, chosen], facts[chosen], config), len(parts), config)
        for name, chosen in parts.items()
    }
    calibrated = _is_calibrated(*calibration, config)
    verdict = Verdict(
        passed=kind != "worse" and loss.passed and calibrated and all(part.passed for part in relations.values()),
        reasons=[],
        kind=kind,
        overall=overall.model_copy(update={"passed": kind != "worse"}),
        visible=shown,
        margin=margin,
        loss=loss,
        relations=relations,
        calibration={
            name: error and error.error for name, error in zip(("champion", "challenger"), calibration, strict=True)
        },
    )
    return verdict.model_copy(update={"reasons": gate_words.reasons(verdict, calibration, calibrated, config)})


def _rank_formers(
    formers: Mapping[str, Checkpoint | str], graph: KnowledgeGraph, device: str, progress: Progress
) -> tuple[dict[str, Former], dict[str, str]]:
    """Ranks of the gate facts by those that can rank them, and why the others cannot."""
    ranked, missing = {}, {}
    for version, checkpoint in formers.items():
        if isinstance(checkpoint, str):
            missing[version] = checkpoint
            continue
        own = with_relations(graph, checkpoint.relations)
        knows = torch.tensor([name in set(own.relations) for name in graph.relations])[graph.triples["gate"][:, 1]]
        if not knows.any():
            missing[version] = "it knows none of the relations of the gate facts"
            continue
        try:
            scores = Scores.of_model(checkpoint.model_for(own, device))
        except InputError as error:
            missing[version] = str(error)
            continue
        known = KnownFacts(torch.cat(list(own.triples.values())), own.num_relations)
        ranked[version] = Former(rank(scores, own.triples["gate"], known=known, progress=progress), knows)
    return ranked, missing


def _against(
    formers: Mapping[str, Former], challenger: Tensor, facts: Tensor, config: GateConfig
) -> dict[str, Difference]:
    """The challenger, whose values are [m], against each former champion."""
    return {
        version: _difference(
            torch.stack([_reciprocal(former.ranks), challenger[former.knows]]), facts[former.knows], config
        )
        for version, former in formers.items()
    }


def _reciprocal(ranks: RanksOfSides) -> Tensor:
    """Mean of 1 / rank over the sides that were ranked, float64 [m]."""
    return torch.stack([1 / of_side.realistic for of_side in ranks.values()]).mean(0)


def _difference(values: Tensor, facts: Tensor, config: GateConfig) -> Difference:
    """The mean difference of values [2, m] of another model and the challenger on facts [m, 3], with its interval."""
    other, challenger = values.mean(1).tolist()
    drawn = paired(
        values[1],
        values[0],
        draws=config.draws,
        level=config.level,
        seed=config.seed,
        clusters=facts[:, 0],
        bounds=(-1, 1),
    )
    return Difference(
        facts=values.shape[1],
        champion=other,
        challenger=challenger,
        difference=drawn.mean,
        low=drawn.low,
        high=drawn.high,
        passed=True,
        error=drawn.error,
        heads=drawn.clusters,
    )


def _kind(overall: Difference, margin: float) -> Kind:
    if overall.low > 0:
        return "better"
    if overall.low >= -margin:
        return "equal"
    return "worse" if overall.high < 0 else "cannot tell"


def _judge_relation(part: Difference, relations: int, config: GateConfig) -> Difference:
    # The worst of many relations is worse by chance alone, so they share the level (Bonferroni).
    chance = student(1 - (1 - config.level) / 2 / relations, part.heads) * part.error
    return part.model_copy(update={"passed": part.difference >= -max(config.relation_margin, chance)})


def _parts(names: list[str], relations: Tensor, enough: int) -> dict[str, Tensor]:
    """Which facts bool [m] each relation has, and those of relations with too few together."""
    counts = torch.bincount(relations, minlength=len(names))
    parts = {names[row]: relations == row for row in (counts >= enough).nonzero()[:, 0].tolist()}
    small = (counts < enough)[relations]
    return parts | ({POOLED: small} if small.any() else {})


def _is_calibrated(champion: CalibrationError | None, challenger: CalibrationError | None, config: GateConfig) -> bool:
    if challenger is None:
        return True
    allowed = max(config.calibration_error, champion.error if champion else 0.0)
    return challenger.error - challenger.chance <= allowed
