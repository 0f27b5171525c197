"""Calibration: from a link's score to the probability that it is a fact, learned on lists made as they are served.

A score tells little by itself; what tells is a link's lead, its share among the best new tails of its head. The
validation facts are hidden, lists are made, and each link is right if it is one of the hidden facts: so probability
means "of links that lead like this one, so many in a hundred were recorded facts hidden from the model". Both halves
of validation are hidden, since entities that a graph gains have all their facts unknown, not half of them.
"""

from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from base.errors import InputError
from base.progress import Progress, silent
from models.calibration.curves import Calibrator, fit_curve
from models.calibration.thresholds import POOLED, PrecisionTable, tally
from models.ranking.candidate_lists import CandidateLists, Links
from models.ranking.ranking import BUDGET
from models.ranking.scores import Scores
from models.tensor_file import save_json
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

CALIBRATION = "calibration.json"
HIDDEN = ("val", "gate")
ENOUGH_LINKS = 100
ENOUGH_FACTS = 10  # hidden facts in the lists; without any, nothing was there to be found
FOLDS = 5
ANY = "any"
KINDS = ("seen, has a tail", "seen, has none", "unseen, has a tail", "unseen, has none")

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Basis = Literal["relation", "pooled"]


class LabelledLinks(NamedTuple):
    """Links of which it is known whether they are right."""

    links: Links
    correct: Mask
    seen: Mask
    """Whether the model knew training facts of the head."""


class Calibration(BaseModel):
    """A curve for each relation and kind of head, and those of all relations together for where there is too little.

    Kinds of heads: seen in training or not, with a known tail of the relation or without. A relation has a curve of its
    own for a kind from ENOUGH_LINKS links with ENOUGH_FACTS facts on: where nothing was hidden, nothing can be learned.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    relations: list[str]
    curves: dict[str, dict[str, Calibrator]]
    """By relation (or POOLED), then by kind."""
    tallies: dict[str, PrecisionTable] = {}
    """By relation, and POOLED: how often links of a probability were right, each judged by curves without its head."""
    key: str = ""
    """Says what it was learned from; another graph, model or way of making lists needs another calibration."""

    @classmethod
    def fit(cls, judged: LabelledLinks, relations: list[str], key: str = "") -> Self:
        """Isotonic curves where there are enough links, Platt's where few; raises InputError without any link."""
        if len(judged.correct) == 0:
            raise InputError("there are no links to calibrate on: no list holds any candidate")
        curves = _fit_curves(judged, relations)
        return cls(relations=relations, curves=curves, tallies=_tally(judged, relations), key=key)

    def probabilities(self, links: Links, seen: Mask) -> tuple[Numbers, Mask]:
        """Probabilities [n] of links whose heads are `seen` bool [n], and which of them rest on their own relation."""
        log_share, rows = links.log_share.double().numpy(), links.relations.numpy()
        result, own = np.empty(len(log_share)), np.zeros(len(log_share), dtype=bool)
        for kind, member in _kinds(seen, links).items():
            for row in np.unique(rows[member]):
                some = member & (rows == row)
                curve, basis = self.curve(self.relations[row], kind)
                result[some], own[some] = curve.at(log_share[some]), basis == "relation"
        return result, own

    def curve(self, relation: str, kind: str) -> tuple[Calibrator, Basis]:
        """The curve for links of a relation whose head is of a kind (of KINDS), and what it was learned on."""
        if kind in self.curves.get(relation, {}):
            return self.curves[relation][kind], "relation"
        pooled = self.curves[POOLED]
        return pooled.get(kind, pooled[ANY]), "pooled"

    def curve_of(self, link: Links, seen: Mask) -> Calibrator:
        """The curve that gives one link its probability."""
        kind = next(kind for kind, member in _kinds(seen, link).items() if member[0])
        return self.curve(self.relations[int(link.relations[0])], kind)[0]

    def save(self, folder: Path) -> None:
        save_json(self.model_dump(mode="json"), folder / CALIBRATION)

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """The calibration kept in a model's folder; None where there is none. Raises InputError for a broken one."""
        path = folder / CALIBRATION
        if not path.exists():
            return None
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise InputError(f"{path}: {error}; remove it, and it is made again") from error


def calibrate(
    scores: Scores,
    graph: KnowledgeGraph,
    patterns: Patterns,
    *,
    seen: Tensor,
    top_k: int = 3,
    key: str = "",
    budget: int = BUDGET,
    progress: Progress = silent,
) -> Calibration | None:
    """Hide validation, make all lists, and learn from them; None where fewer than ENOUGH_FACTS facts can be hidden."""
    if sum(len(graph.triples[split]) for split in HIDDEN) < ENOUGH_FACTS:
        return None
    judged = label_links(scores, graph, patterns, seen=seen, top_k=top_k, budget=budget, progress=progress)
    return Calibration.fit(judged, graph.relations, key)


def label_links(
    scores: Scores,
    graph: KnowledgeGraph,
    patterns: Patterns,
    *,
    seen: Tensor,
    hidden: tuple[str, ...] = HIDDEN,
    top_k: int = 3,
    budget: int = BUDGET,
    progress: Progress = silent,
) -> LabelledLinks:
    """The lists that would be served if the facts of the splits `hidden` were unknown, and which links they confirm.

    `seen` bool [N] says of whom the model knew training facts. Of all relations, and all heads, those without any
    hidden fact included.
    """
    lists = CandidateLists(scores, graph, patterns, top_k=top_k, hidden=hidden, budget=budget)
    total, done, parts = sum(lists.count(row) for row in range(graph.num_relations)), 0, []
    for row, name in enumerate(graph.relations):
        for count, links in lists.blocks(row):
            parts.append(links)
            done += count
            progress(done, total, name)
    links = Links.joined(parts)
    facts = torch.cat([graph.triples[split] for split in hidden])
    correct = torch.isin(_keys(links.triples, graph), _keys(facts, graph))
    return LabelledLinks(links, correct.numpy(), seen[links.heads].numpy())


def _fit_curves(judged: LabelledLinks, relations: list[str]) -> dict[str, dict[str, Calibrator]]:
    log_share, rows = judged.links.log_share.double().numpy(), judged.links.relations.numpy()
    curves: dict[str, dict[str, Calibrator]] = {POOLED: {ANY: fit_curve(log_share, judged.correct)}}
    for kind, member in _kinds(judged.seen, judged.links).items():
        if member.sum() >= ENOUGH_LINKS:
            curves[POOLED][kind] = fit_curve(log_share[member], judged.correct[member])
        for row, name in enumerate(relations):
            own = member & (rows == row)
            if own.sum() >= ENOUGH_LINKS and judged.correct[own].sum() >= ENOUGH_FACTS:
                curves.setdefault(name, {})[kind] = fit_curve(log_share[own], judged.correct[own])
    return curves


def _tally(judged: LabelledLinks, relations: list[str]) -> dict[str, PrecisionTable]:
    """Cross-fitted: a curve that saw a link thinks too well of itself."""
    rows, fold = judged.links.relations.numpy(), judged.links.heads.numpy() % FOLDS
    probability = np.zeros(len(rows))
    for part in range(FOLDS):
        inside = fold == part
        if inside.any() and not inside.all():
            others = Calibration(relations=relations, curves=_fit_curves(_part(judged, ~inside), relations))
            own = _part(judged, inside)
            probability[inside] = others.probabilities(own.links, own.seen)[0]
    tallies = {POOLED: tally(probability, judged.correct)}
    for row in np.unique(rows):
        tallies[relations[row]] = tally(probability[rows == row], judged.correct[rows == row])
    return tallies


def _part(judged: LabelledLinks, rows: Mask) -> LabelledLinks:
    return LabelledLinks(judged.links.at(torch.from_numpy(rows)), judged.correct[rows], judged.seen[rows])


def uncertainty(probability: Numbers) -> Numbers:
    """Binary entropy in bits: 0 where it is sure, 1 where it is even."""
    p = np.clip(probability, 1e-12, 1 - 1e-12)
    entropy: Numbers = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    return np.where((probability <= 0) | (probability >= 1), 0.0, entropy)


def _kinds(seen: Mask, links: Links) -> dict[str, Mask]:
    """The members bool [n] of each of KINDS."""
    has_known_tail = links.has_known_tail.numpy()
    members = (seen & has_known_tail, seen & ~has_known_tail, ~seen & has_known_tail, ~seen & ~has_known_tail)
    return dict(zip(KINDS, members, strict=True))


def _keys(triples: Tensor, graph: KnowledgeGraph) -> Tensor:
    return (triples[:, 0] * graph.num_relations + triples[:, 1]) * graph.num_entities + triples[:, 2]
