"""What each expert of a trained model finds on its own, and whether a relation loses by hearing them all.

A model is trained as `benchmarks.quality` trains it, or taken from `--checkpoint`. The same test facts are ranked by
all experts together, by the fused vectors alone and by structure alone (strict, all entities, both sides). For each
relation with enough queries, and for the smaller ones pooled, the difference between all experts and structure alone
is given with its 95 % interval, facts drawn anew (a paired bootstrap); the same for the facts whose inverse is not in
training.
"""

import argparse
import json
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.folder_graph import read_graph
from benchmarks.quality import CACHE, ENCODERS
from flows.runtime.hyperparameters import chosen
from models.config import TrainConfig
from models.evaluation.bootstrap import paired
from models.evaluation.evaluation import joined_in_train
from models.ranking.ranking import rank
from models.ranking.scores import VectorScores
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts

SMALL = "smaller relations"


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.experts", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv and entities.csv")
    parser.add_argument("--preset", help="a name in models/presets, or a TOML file; none: the defaults")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another hyperparameter")
    parser.add_argument("--checkpoint", type=Path, help="folder of a model trained on that data; else one is trained")
    parser.add_argument("--queries", type=int, default=100, help="that make a relation large enough to stand alone")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for vectors of pictures and texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one line of JSON per row")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = read_graph(options.data, ENCODERS, options.cache)
    graph = KnowledgeGraph.from_hetero(data)
    if options.checkpoint:
        model = Checkpoint.load(options.checkpoint).model_for(graph)
    else:
        with tempfile.TemporaryDirectory() as folder:
            model = train(data, TrainConfig(**chosen(options.preset, options.set)), Path(folder)).model
    rows = compare(model, graph, options.queries)
    if not options.json:
        print("| facts | queries | all experts | fused | structure | all − structure | 95 % interval |")
        print("|---|---|---|---|---|---|---|")
    for row in rows:
        print(json.dumps(row) if options.json else line(row), flush=True)


def compare(model: VLKGE, graph: KnowledgeGraph, enough: int) -> list[dict[str, str | int | float]]:
    """A row for all test facts, those with and without their inverse in training, and each relation."""
    facts = graph.triples["test"]
    values = torch.stack([_reciprocal(one, graph) for one in _apart(model)])
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
    return [_row(name, values[:, of]) for name, of in parts.items() if of.any()]


def _apart(model: VLKGE) -> list[VLKGE]:
    """The model, its fused vectors alone and its structure alone."""
    if model.trust is None or model.structure is None:
        raise SystemExit("this model has no experts to compare: there are no features, or `experts` leaves them out")
    fused = VLKGE(model.config.model_copy(update={"experts": ()}), model.seen, {}, model.num_relations)
    fused.modalities, fused.fusion, fused.imaginary = model.modalities, model.fusion, model.imaginary
    fused.relations = model.relations
    return [model, fused, model.structure]


def _reciprocal(model: VLKGE, graph: KnowledgeGraph) -> Tensor:
    """Mean of 1 / rank over both sides of each test fact, float64 [m]."""
    known = KnownFacts(torch.cat(list(graph.triples.values())), graph.num_relations)
    ranks = rank(VectorScores.of_model(model), graph.triples["test"], known=known)
    return torch.stack([1 / of_side.realistic for of_side in ranks.values()]).mean(0)


def _row(name: str, values: Tensor) -> dict[str, str | int | float]:
    difference = paired(values[0], values[2])
    means = dict(zip(("experts", "fused", "structure"), values.mean(1).tolist(), strict=True))
    gain = {"difference": difference.mean, "low": difference.low, "high": difference.high}
    return {"facts": name, "queries": 2 * values.shape[1], **means, **gain}


def line(row: dict[str, str | int | float]) -> str:
    """A row for people."""
    means = " | ".join(f"{row[name]:.3f}" for name in ("experts", "fused", "structure"))
    return (
        f"| {row['facts']} | {row['queries']:,} | {means} | {row['difference']:+.3f} | "
        f"{row['low']:+.3f} to {row['high']:+.3f} |"
    )


if __name__ == "__main__":
    main()
