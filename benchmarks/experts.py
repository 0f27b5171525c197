"""What each expert of a trained model finds on its own, and whether a relation loses by hearing them all.

A model is trained as `benchmarks.quality` trains it, or taken from `--checkpoint`. The same test facts are ranked by
all experts together and by each alone (strict, all entities, both sides; an expert of several parts by their sum). For
each relation with enough queries, and for the smaller ones pooled, the difference between all experts and one of them
is given with its 95 % interval, facts drawn anew (a paired bootstrap); the same for the facts whose inverse is not in
training.

With `--arrivals` it ranks what training never saw instead, as works that arrive with some facts and lack others: of
each head without training facts one relation is hidden in turn while its other test facts are known, and the tails
compete among those that training has of the relation.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.folder_graph import read_graph
from benchmarks.quality import CACHE, encoders
from flows.runtime.hyperparameters import chosen
from models.config import TrainConfig
from models.evaluation.bootstrap import paired
from models.evaluation.evaluation import joined_in_train
from models.experts.ensemble import Opinions
from models.ranking.candidates import Candidates
from models.ranking.ranking import rank
from models.ranking.scores import EnsembleScores, Scores
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.sides import Side

SMALL = "smaller relations"
ABOUT, GAIN = ("of", "queries"), ("difference", "low", "high")
ALONE = {"facts": ("facts", "candidate's facts")}  # of the parts of an expert, those that are scores


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.experts", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv and entities.csv")
    parser.add_argument("--preset", help="a name in models/presets, or a TOML file; none: the defaults")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another hyperparameter")
    parser.add_argument("--checkpoint", type=Path, help="folder of a model trained on that data; else one is trained")
    parser.add_argument("--against", default="fused", help="the expert whose difference from all is given")
    parser.add_argument("--queries", type=int, default=100, help="that make a relation large enough to stand alone")
    parser.add_argument("--encoder", help="as benchmarks.quality takes it")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for vectors of pictures and texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--arrivals", action="store_true", help="rank the facts of works that arrive with others")
    parser.add_argument("--json", action="store_true", help="one line of JSON per row")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = read_graph(options.data, encoders(options.encoder), options.cache)
    graph = KnowledgeGraph.from_hetero(data)
    if options.checkpoint:
        model = Checkpoint.load(options.checkpoint).model_for(graph)
    else:
        with tempfile.TemporaryDirectory() as folder:
            model = train(data, TrainConfig(**chosen(options.preset, options.set)), Path(folder)).model
    if options.arrivals:
        for row in arrivals(model, graph):
            print(json.dumps(row), flush=True)
        return
    rows = compare(model, graph, options.queries, options.against)
    if not options.json:
        names = [name for name in rows[0] if name not in (*ABOUT, *GAIN)]
        print(f"| facts | queries | {' | '.join(names)} | all − {options.against} | 95 % interval |")
        print("|---" * (len(names) + 4) + "|")
    for row in rows:
        print(json.dumps(row) if options.json else line(row), flush=True)


def compare(model: VLKGE, graph: KnowledgeGraph, enough: int, against: str) -> list[dict[str, str | int | float]]:
    """A row for all test facts, those with and without their inverse in training, and each relation."""
    facts = graph.triples["test"]
    apart = _apart(model)
    if against not in apart:
        raise SystemExit(f"there is no expert {against}; the model has {', '.join(apart)}")
    values = {name: _reciprocal(scores, graph) for name, scores in apart.items()}
    inverse = joined_in_train(facts, graph.triples["train"])
    parts = {"all": torch.ones_like(inverse), "inverse in training": inverse, "inverse not in training": ~inverse}

    def add(name: str, of: Tensor) -> None:
        parts[name] = of
        if (of & inverse).any():
            parts[f"{name}, inverse not in training"] = of & ~inverse

    large = torch.bincount(facts[:, 1], minlength=graph.num_relations) * 2 >= enough
    for relation in large.nonzero()[:, 0].tolist():
        add(graph.relations[relation], facts[:, 1] == relation)
    add(SMALL, ~large[facts[:, 1]])
    return [_row(name, {n: v[of] for n, v in values.items()}, against) for name, of in parts.items() if of.any()]


def arrivals(model: VLKGE, graph: KnowledgeGraph) -> Iterator[dict[str, str | int | float]]:
    """A row for each relation: mean of 1 / rank of tails of heads that training never saw, by each expert."""
    facts, train_facts = graph.triples["test"], graph.triples["train"]
    known = KnownFacts(graph.facts, graph.num_relations)
    own = Candidates.observed(train_facts, graph.num_relations)
    facts = facts[graph.unseen[facts[:, 0]] & graph.seen[facts[:, 2]]]
    for relation, name in enumerate(graph.relations):
        asked, given = facts[facts[:, 1] == relation], facts[facts[:, 1] != relation]
        tails = torch.unique(train_facts[train_facts[:, 1] == relation][:, 2])
        asked = asked[torch.isin(asked[:, 2], tails)]
        if len(asked) == 0:
            continue
        apart = _apart(model, torch.cat([train_facts, given]))
        found = {
            of: (1 / rank(scores, asked, known=known, candidates=own, sides=["tail"])["tail"].realistic).mean().item()
            for of, scores in apart.items()
        }
        yield {"relation": name, "queries": len(asked), **found}


class Alone(Scores):
    """The sum of some parts of an ensemble, all weights one."""

    def __init__(self, opinions: Opinions, parts: Sequence[str]) -> None:
        self.opinions = opinions
        self.parts = [opinions.parts.index(part) for part in parts]
        self.entities, self.device = opinions.entities, opinions.device

    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        found = self.opinions.by_part(pairs, side, candidates)
        return torch.stack([found[part] for part in self.parts]).sum(0)


def _apart(model: VLKGE, facts: Tensor | None = None) -> dict[str, Scores]:
    """All experts together, and each that says something of its own; `facts` are known (None: training facts)."""
    if model.ensemble is None:
        raise SystemExit("this model has no experts to compare: `experts` leaves them out")
    opinions = model.ensemble.speak(model, facts)
    alone = {name: Alone(opinions, ALONE.get(name, e.parts)) for name, e in model.ensemble.experts.items()}  # type: ignore[arg-type]
    return {"all": EnsembleScores(opinions), **{name: scores for name, scores in alone.items() if name != "flags"}}


def _reciprocal(scores: Scores, graph: KnowledgeGraph) -> Tensor:
    """Mean of 1 / rank over both sides of each test fact, float64 [m]."""
    known = KnownFacts(graph.facts, graph.num_relations)
    ranks = rank(scores, graph.triples["test"], known=known)
    return torch.stack([1 / of_side.realistic for of_side in ranks.values()]).mean(0)


def _row(name: str, values: dict[str, Tensor], against: str) -> dict[str, str | int | float]:
    difference = paired(values["all"], values[against])
    means = {name: of.mean().item() for name, of in values.items()}
    gain = dict(zip(GAIN, (difference.mean, difference.low, difference.high), strict=True))
    return {"of": name, "queries": 2 * len(values["all"]), **means, **gain}


def line(row: dict[str, str | int | float]) -> str:
    """A row for people."""
    means = " | ".join(f"{value:.3f}" for name, value in row.items() if name not in (*ABOUT, *GAIN))
    gain, low, high = (row[name] for name in GAIN)
    return f"| {row['of']} | {row['queries']:,} | {means} | {gain:+.3f} | {low:+.3f} to {high:+.3f} |"


if __name__ == "__main__":
    main()
