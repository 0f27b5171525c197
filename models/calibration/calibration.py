"""Calibration: from a link's share to the probability that it is right, if its head has an answer of that relation.

A score tells little by itself; what tells is a link's share among the best new tails of its head. The facts that were
held back from training are hidden, and the heads that lost one get their lists as they are served: a link is right if
it is one of the hidden facts, and wrong otherwise, the local closed world of Knowledge Vault (Dong et al. 2014,
https://doi.org/10.1145/2623330.2623623). Heads without a hidden fact say nothing: whether they have an answer that
nobody recorded is another question, see `models.calibration.answers`.

Most relations have few hidden facts, and that is what keeps their probabilities unsure. So those that are published are
learned from all that was held back, test facts too; whether probabilities hold is measured on test facts by a
calibration that has not seen them.
"""

import json
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from base.errors import InputError
from base.progress import Progress, silent
from models.calibration.curves import Calibrator, Mask, Numbers
from models.calibration.hierarchy import Groups, Hierarchy, Rows, choose_spread
from models.calibration.relation_predictors import relation_predictors
from models.calibration.thresholds import NOT_SEEN, POOLED, SMALL, PrecisionTable, drawn_to_support, table_of, tally
from models.ranking.candidate_lists import CandidateLists, Links, fact_keys
from models.ranking.ranking import BUDGET
from models.ranking.scores import Scores
from models.tensor_file import save_json
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

FORM: Literal[4] = 4  # of the file; one of another form is made anew
HELD_BACK = ("val", "gate", "test")  # what training did not see
UNTESTED = ("val", "gate")  # without what judges probabilities
FILES = {HELD_BACK: "calibration.json", UNTESTED: "calibration_untested.json"}
ENOUGH_LINKS = 100  # from which on a relation speaks for itself
ENOUGH_LISTS = 10  # without which nothing can be learned
FOLDS = 5
KINDS = ("seen, has a tail", "seen, has none", "unseen, has a tail", "unseen, has none")

Basis = Literal["relation", "pooled"]


class LabelledLinks(NamedTuple):
    """Links of which it is known whether they are right."""

    links: Links
    correct: Mask
    seen: Mask
    """Whether the model knew training facts of the head."""


class Calibration(BaseModel):
    """A curve for each relation and kind of head, drawn to those of all by how little is known of it.

    Kinds of heads: seen in training or not, with a known tail of the relation or without.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal[4] = FORM
    relations: list[str]
    curves: dict[str, dict[str, Calibrator]]
    """By relation, then by kind; POOLED is of a relation that nothing is known of."""
    tallies: dict[str, PrecisionTable] = {}
    """By relation, POOLED for all and SMALL for those that carry too little: how often links of a probability were
    right, each judged by curves without its head."""
    supports: dict[str, float] = {}
    """By relation with few judged links: the best share of right ones among them. Earlier versions did not keep it."""
    lists: dict[str, int] | None = None
    """By relation: how many lists were judged. None: an earlier version did not keep it."""
    spread: float
    """How much the levels of relations differ, as chosen by validation."""
    key: str = ""
    """Says what it was learned from; another graph, model or way of making lists needs another calibration."""
    hidden: tuple[str, ...] = UNTESTED
    """The splits whose facts it was learned from; files without it are of versions that left test facts out."""

    @classmethod
    def fit(
        cls,
        judged: LabelledLinks,
        relations: list[str],
        training: Tensor,
        key: str = "",
        hidden: tuple[str, ...] = HELD_BACK,
    ) -> Self:
        """From links judged by the facts of splits `hidden`, and the training facts [n, 3].

        Raises InputError without any link.
        """
        if len(judged.correct) == 0:
            raise InputError("there are no links to calibrate on: no list holds any candidate")
        groups = Groups(
            judged.links.log_share.double().numpy(),
            judged.links.relations.numpy(),
            kinds_of(judged.links, judged.seen),
            relation_predictors(training, len(relations)),
            len(KINDS),
        )
        spread, unseen_by = choose_spread(groups, judged.correct, judged.links.heads.numpy() % FOLDS)
        hierarchy = Hierarchy.fit(groups, judged.correct, spread)
        rows = judged.links.relations
        lists = torch.bincount(rows[judged.links.ranks == 1], minlength=len(relations)).tolist()
        return cls(
            relations=relations,
            curves=_curves(hierarchy, groups, judged.correct, relations, torch.unique(training[:, 1])),
            tallies=_tallies(unseen_by, judged, relations),
            supports={
                relations[row]: tally(unseen_by[rows == row], judged.correct[rows == row]).supported
                for row, links in enumerate(torch.bincount(rows).tolist())
                if 0 < links < ENOUGH_LINKS
            },
            lists=dict(zip(relations, lists, strict=True)),
            spread=spread,
            key=key,
            hidden=hidden,
        )

    def probabilities(self, links: Links, seen: Mask) -> tuple[Numbers, Mask]:
        """Probabilities [n] of links whose heads are `seen` bool [n], and which of them rest on their own relation.

        None is above what judged links support, see `models.calibration.thresholds.drawn_to_support`: those of its
        relation, and where these are few also those of all such relations. Without any that is even odds.
        """
        log_share, rows, kinds = links.log_share.double().numpy(), links.relations.numpy(), kinds_of(links, seen)
        result, own = np.empty(len(log_share)), np.zeros(len(log_share), dtype=bool)
        for row in np.unique(rows):
            supports = self._supports(self.relations[row])
            for kind in np.unique(kinds[rows == row]):
                some = (rows == row) & (kinds == kind)
                curve, basis = self.curve(self.relations[row], KINDS[kind])
                result[some] = curve.at(log_share[some])
                for supported in supports:
                    result[some] = drawn_to_support(result[some], supported)
                own[some] = basis == "relation"
        return result, own

    def curve(self, relation: str, kind: str) -> tuple[Calibrator, Basis]:
        """The curve for links of a relation whose head is of a kind (of KINDS), and what it mostly rests on."""
        own = self.curves.get(relation)
        if own is None:
            return self.curves[POOLED][kind], "pooled"
        return own[kind], "relation" if self.judged(relation) >= ENOUGH_LINKS else "pooled"

    def _supports(self, relation: str) -> list[float]:
        """What bounds probabilities of a relation; first what its precision thresholds are bounded by, too."""
        if self.judged(relation) == 0:
            return [NOT_SEEN]
        table, own = table_of(self.tallies, relation), self.supports.get(relation)
        shared = table.supported if table else None
        return [supported for supported in (shared, own) if supported is not None]

    def judged(self, relation: str) -> int:
        """How many links of a relation were judged."""
        return sum(curve.links for curve in self.curves.get(relation, {}).values())

    def judged_lists(self, relation: str) -> int:
        """How many lists of a relation were judged; of a file that does not tell, at least as many as are enough."""
        if self.lists is None:
            return ENOUGH_LISTS if self.judged(relation) else 0
        return self.lists.get(relation, 0)

    def curve_of(self, link: Links, seen: Mask) -> Calibrator:
        """The curve that gives one link its probability."""
        return self.curve(self.relations[int(link.relations[0])], KINDS[kinds_of(link, seen)[0]])[0]

    def save(self, folder: Path) -> None:
        save_json(self.model_dump(mode="json"), folder / FILES[self.hidden])

    @classmethod
    def load(cls, folder: Path, hidden: tuple[str, ...] = HELD_BACK) -> Self | None:
        """The calibration kept in a model's folder, of the key `hidden` of FILES; None if none or of another form.

        Where links were published by an earlier version, that of HELD_BACK was learned from UNTESTED; it says so.
        Raises InputError for a broken one.
        """
        path = folder / FILES[hidden]
        if not path.exists():
            return None
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls.model_validate(content) if content.get("form") == FORM else None
        except (OSError, AttributeError, json.JSONDecodeError, ValidationError) as error:
            raise InputError(f"{path}: {error}; remove it, and it is made again") from error


def calibrate(
    scores: Scores,
    graph: KnowledgeGraph,
    patterns: Patterns,
    *,
    seen: Tensor,
    top_k: int = 3,
    hidden: tuple[str, ...] = HELD_BACK,
    key: str = "",
    budget: int = BUDGET,
    progress: Progress = silent,
) -> Calibration | None:
    """Hide some splits, make the lists of the heads that lost a fact, and learn; None from fewer than ENOUGH_LISTS."""
    judged = label_links(
        scores, graph, patterns, seen=seen, hidden=hidden, top_k=top_k, budget=budget, progress=progress
    )
    if int((judged.links.ranks == 1).sum()) < ENOUGH_LISTS:
        return None
    return Calibration.fit(judged, graph.relations, graph.triples["train"], key, hidden)


def label_links(
    scores: Scores,
    graph: KnowledgeGraph,
    patterns: Patterns,
    *,
    seen: Tensor,
    hidden: tuple[str, ...],
    top_k: int = 3,
    budget: int = BUDGET,
    progress: Progress = silent,
) -> LabelledLinks:
    """The lists that would be served if the facts of the splits `hidden` were unknown, and which links they confirm.

    For each relation those of the heads that have a hidden fact of it which a list may hold. `seen` bool [N] says of
    whom the model knew training facts.
    """
    lists = CandidateLists(scores, graph, patterns, top_k=top_k, hidden=hidden, budget=budget)
    facts = torch.cat([graph.triples[split] for split in hidden])
    # One that is known the other way round is not missing: no list names it, so it would only count as missed.
    facts = facts[lists.may_hold(facts)]
    parts = []
    for row, name in enumerate(graph.relations):
        asked = torch.zeros(graph.num_entities, dtype=torch.bool)
        asked[facts[facts[:, 1] == row][:, 0]] = True
        parts += [links for _, links in lists.blocks(row, asked)]
        progress(row + 1, graph.num_relations, name)
    links = Links.joined(parts)
    correct = torch.isin(fact_keys(links.triples, graph), fact_keys(facts, graph))
    return LabelledLinks(links, correct.numpy(), seen[links.heads].numpy())


def kinds_of(links: Links, seen: Mask) -> Rows:
    """The row in KINDS of each link [n] whose head is `seen` bool [n]."""
    kinds: Rows = 2 * (~seen).astype(np.int64) + (~links.has_known_tail.numpy()).astype(np.int64)
    return kinds


def uncertainty(probability: Numbers) -> Numbers:
    """Binary entropy in bits: 0 where it is sure, 1 where it is even."""
    p = np.clip(probability, 1e-12, 1 - 1e-12)
    entropy: Numbers = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    return np.where((probability <= 0) | (probability >= 1), 0.0, entropy)


def _curves(
    hierarchy: Hierarchy, groups: Groups, correct: Mask, relations: list[str], trained: Tensor
) -> dict[str, dict[str, Calibrator]]:
    shape = (groups.num_relations, groups.num_kinds)
    links, facts = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(links, (groups.relations, groups.kinds), 1)
    np.add.at(facts, (groups.relations, groups.kinds), correct)
    curves = {
        POOLED: {
            name: hierarchy.curve(None, kind, links=int(links.sum()), facts=int(facts.sum()))
            for kind, name in enumerate(KINDS)
        }
    }
    for row in trained.tolist():
        curves[relations[row]] = {
            name: hierarchy.curve(row, kind, links=int(links[row, kind]), facts=int(facts[row, kind]))
            for kind, name in enumerate(KINDS)
        }
    return curves


def _tallies(probability: Numbers, judged: LabelledLinks, relations: list[str]) -> dict[str, PrecisionTable]:
    rows = judged.links.relations.numpy()
    counts = np.bincount(rows, minlength=len(relations))
    tallies = {POOLED: tally(probability, judged.correct)}
    if (small := (counts < ENOUGH_LINKS)[rows]).any():
        tallies[SMALL] = tally(probability[small], judged.correct[small])
    for row in (counts >= ENOUGH_LINKS).nonzero()[0]:
        tallies[relations[row]] = tally(probability[rows == row], judged.correct[rows == row])
    return tallies
