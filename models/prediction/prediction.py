"""New links: the best of each head, of each relation or of the whole graph, with their probabilities."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from base.errors import InputError, refuse_unknown_relations
from base.progress import Progress, ignore, silent
from models.calibration.answers import Answers
from models.calibration.calibration import Calibration, uncertainty
from models.prediction.limits import limit_of, narrow_limits
from models.prediction.plausible_heads import PlausibleHeads
from models.prediction.top_links import TopLinks
from models.ranking.candidate_lists import CandidateLists, Links
from models.ranking.ranking import BUDGET
from models.ranking.scores import Scores
from models.ranking.shortlists import Sketched
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

COLUMNS = ["head", "relation", "tail", "score", "rank"]
MOST_PAIRS = 10_000_000_000  # of a relation's heads and tails; to score as many takes a quarter of an hour
CALIBRATED = ["probability", "answer_probability", "uncertainty", "calibrated_on"]

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def predict(
    model: VLKGE | Scores,
    graph: KnowledgeGraph,
    *,
    relations: Sequence[str] | None = None,
    top_k: int = 3,
    limit: int | None = 1000,
    best: int | None = None,
    patterns: Patterns | None = None,
    calibration: Calibration | None = None,
    answers: Answers | None = None,
    seen: Tensor | None = None,
    heads: Tensor | None = None,
    thresholds: Mapping[str, float] | None = None,
    all_heads: bool = False,
    exact: bool = False,
    budget: int = BUDGET,
    progress: Progress = silent,
    notify: Callable[[str], object] = ignore,
) -> pd.DataFrame:
    """Links frame: head, relation and tail (ids), score, and rank, the place among the head's new tails from 1.

    With a `calibration` also probability (that the link is right if its head has an answer), answer_probability (that
    it has one, by `answers`; NaN where unknown), uncertainty (the entropy in bits of both together) and calibrated_on
    (relation or pooled). `seen` bool [N] says of whom the model knew training facts (None: of those that have some in
    the graph).

    Heads and tails are of the labels that the relation joins in the graph. Heads are those of `PlausibleHeads`, or with
    `all_heads` all of them; `heads` bool [N] restricts whose links are looked for. Left out are the facts of all
    splits and rejected links, what both say the other way round, loops unless the relation has some, and second values
    of functional relations (`patterns`; None: those that the data shows). A relation without training facts has none.

    From the union of the `top_k` best tails of every head and relation, the `limit` best of each relation are kept,
    and of those the `best` of all (None: all of them), by probability, times that of an answer where it is known, then
    score; with `thresholds`, only those of a relation's probability or more. Sorted by relation and by that order.
    Fewer are kept of a relation whose links no held-back fact has judged, see `limits.narrow_limits`.
    Of a relation with more than MOST_PAIRS of a head and a tail only the shortlists of `models.ranking.shortlists` are
    scored, unless `exact`; `notify` is told what share of the best links they name.
    `budget` bounds the numbers held at a time;
    so does what is kept, unless both limits are None. Raises InputError for an unknown relation and limits below 1.
    """
    for name, value in (("top_k", top_k), ("limit", limit), ("best", best)):
        if value is not None and value < 1:
            raise InputError(f"{name} is {value}; it must be at least 1")
    chosen = _relation_rows(graph, relations)
    scores = model if isinstance(model, Scores) else Scores.of_model(model)
    lists = CandidateLists(
        scores,
        graph,
        patterns or Patterns.found(graph),
        top_k=top_k,
        heads=heads,
        most_pairs=None if exact else MOST_PAIRS,
        budget=budget,
    )
    judge = _Judge(calibration, answers or Answers(), graph.seen if seen is None else seen, graph.relations)
    everything, narrow = TopLinks(best), narrow_limits(graph, calibration)
    asked = PlausibleHeads(graph, few=graph.num_entities if all_heads else None).of
    total, done = sum(lists.count(row, asked(row)) for row in chosen), 0
    told = 0
    for row in chosen:
        kept = TopLinks(limit_of(graph.relations[row], limit, narrow))
        for count, links in lists.blocks(row, asked(row)):
            if calibration is not None and thresholds is not None:
                links = judge.likely(links, thresholds.get(graph.relations[row], np.inf))
            kept.add(links, judge.combined(links))
            done += count
            progress(done, total, graph.relations[row])
        everything.add(*kept.best())
        for sketch in lists.sketched[told:]:
            notify(_words(sketch, graph, top_k))
        told = len(lists.sketched)
    return _frame(graph, everything.best()[0], judge)


def added_since(checkpoint: Checkpoint, graph: KnowledgeGraph) -> list[str]:
    """Ids of the entities of a graph that a model has never met."""
    met = set(checkpoint.entities)
    return [identity for identity in graph.entities if identity not in met]


def members(graph: KnowledgeGraph, ids: Sequence[str]) -> Tensor:
    """Which entities have one of the ids, bool [N]."""
    chosen = set(ids)
    return torch.tensor([identity in chosen for identity in graph.entities], dtype=torch.bool)


def untrained(graph: KnowledgeGraph) -> list[str]:
    """The relations without training facts, of which nothing is known and no link is predicted."""
    trained = set(graph.triples["train"][:, 1].tolist())
    return [name for row, name in enumerate(graph.relations) if row not in trained]


def combined(probability: Numbers, answer: Numbers) -> Numbers:
    """What links come first by: the product of both where that of an answer is known, else the probability alone."""
    product: Numbers = probability * np.where(np.isnan(answer), 1.0, answer)
    return product


class _Judge:
    """Gives links their probabilities; without a calibration they have none."""

    def __init__(self, calibration: Calibration | None, answers: Answers, seen: Tensor, relations: list[str]) -> None:
        self.calibration = calibration
        self.answers = answers
        self.seen = seen
        self.relations = relations

    def probabilities(self, links: Links) -> tuple[Numbers, Mask]:
        """Probabilities [n], all 0 without a calibration, and which of them rest on their own relation."""
        if self.calibration is None:
            return np.zeros(len(links.heads)), np.zeros(len(links.heads), dtype=bool)
        return self.calibration.probabilities(links, self.seen[links.heads].numpy())

    def answer_probabilities(self, links: Links) -> Numbers:
        """How likely the heads of links [n] have an answer; NaN where unknown."""
        rows, result = links.relations.numpy(), np.empty(len(links.heads))
        for row in np.unique(rows):
            some = rows == row
            result[some] = self.answers.probabilities(links.at(torch.from_numpy(some)), self.relations[row])
        return result

    def likely(self, links: Links, least: float) -> Links:
        """The links of at least this probability."""
        return links.at(torch.from_numpy(self.probabilities(links)[0] >= least))

    def combined(self, links: Links) -> Numbers:
        """What links [n] come first by."""
        return combined(self.probabilities(links)[0], self.answer_probabilities(links))


def _words(sketch: Sketched, graph: KnowledgeGraph, top_k: int) -> str:
    return (
        f"{graph.relations[sketch.relation]}: {sketch.pairs:,} pairs are too many to score all, so each head's tails "
        f"are shortlisted; the shortlists of {sketch.checked} heads name {sketch.found:.1%} of their {top_k} best "
        "links. `vlkge predict --exact` scores all."
    )


def _frame(graph: KnowledgeGraph, links: Links, judge: _Judge) -> pd.DataFrame:
    entities = np.array(graph.entities, dtype=object)
    columns: dict[str, object] = {
        "head": entities[links.heads.numpy()],
        "relation": np.array(graph.relations, dtype=object)[links.relations.numpy()],
        "tail": entities[links.tails.numpy()],
        "score": links.scores.double().numpy(),
        "rank": links.ranks.numpy(),
    }
    calibrated = judge.calibration is not None
    if calibrated:
        probability, own = judge.probabilities(links)
        columns["probability"] = probability
        columns["answer_probability"] = judge.answer_probabilities(links)
        columns["uncertainty"] = uncertainty(judge.combined(links))
        columns["calibrated_on"] = np.where(own, "relation", "pooled").astype(object)
    frame = pd.DataFrame(columns, columns=COLUMNS + (CALIBRATED if calibrated else []))
    return frame.sort_values("relation", kind="stable", ignore_index=True)


def _relation_rows(graph: KnowledgeGraph, names: Sequence[str] | None) -> list[int]:
    refuse_unknown_relations(names or (), graph.relations)
    return [row for row, name in enumerate(graph.relations) if names is None or name in names]
