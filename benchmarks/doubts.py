"""Whether facts that are wrong are among those that the model finds unlikely: some are made wrong before training.

Of one relation, --wrong training facts get another tail, drawn among the tails of the relation's labels. Then the model
is trained and judges the relation's training facts. Told are how many of the first --wrong, and of twice as many, are
wrong, and the area under the ROC curve: how often a wrong fact stands before a right one. By all experts too, for
comparison.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from benchmarks.folder_graph import read_graph
from benchmarks.quality import CACHE, ENCODERS
from benchmarks.report import Figure, alone, show
from flows.runtime.hyperparameters import chosen
from models.config import TrainConfig
from models.prediction.unlikely_facts import find_unlikely_facts
from models.ranking.scores import VectorScores
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doubts", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("examples/art"))
    parser.add_argument("--relation", nargs=3, default=("Artwork", "isCreatedByArtist", "Artist"))
    parser.add_argument("--wrong", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=1, help="runs, with seeds from 42 on")
    parser.add_argument("--draw", type=int, help="the seed by which facts are made wrong; left out: that of the run")
    parser.add_argument("--preset", help="a name in models/presets, or a TOML file; none: the defaults")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another hyperparameter")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for vectors of pictures and texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    show(figures(options), as_json=options.json)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """For each seed, of the fused vectors, by which facts are judged, and of all experts."""
    for seed in range(42, 42 + options.seeds):
        data = read_graph(options.data, ENCODERS, options.cache)
        draw = seed if options.draw is None else options.draw
        wrong = make_wrong(data, tuple(options.relation), options.wrong, draw)
        graph = KnowledgeGraph.from_hetero(data)
        config = TrainConfig(**{**chosen(options.preset, options.set), "seed": seed})
        with tempfile.TemporaryDirectory() as folder:
            model = train(data, config, Path(folder)).model
        for name, scores in {"fused": VectorScores.of_fused(model), "experts": VectorScores.of_model(model)}.items():
            judged = find_unlikely_facts(
                scores, graph, relations=[options.relation[1]], limit=graph.triples["train"].shape[0], least=0
            )
            ends = zip(judged["head"], judged["tail"], strict=True)
            trained = known(graph, options.relation[1])
            order = torch.tensor([pair in wrong for pair in ends if pair in trained])
            title = f"seed {seed}, {name}"
            for first in (options.wrong, 2 * options.wrong):
                yield alone(f"{title}: wrong among the first {first}", float(order[:first].float().mean()), "share")
            yield alone(f"{title}: area under ROC, {len(order)} facts", area(order), "")


def make_wrong(data: HeteroData, relation: tuple[str, str, str], count: int, seed: int) -> set[tuple[str, str]]:
    """Give `count` training facts of the relation another tail, in place; their (head, tail)."""
    head, _, tail = relation
    facts = data[relation]
    generator = torch.Generator().manual_seed(seed)
    rows = facts.train_mask.nonzero()[:, 0]
    rows = rows[torch.randperm(len(rows), generator=generator)[:count]]
    tails = len(data[tail].id)
    away = torch.randint(1, tails, (len(rows),), generator=generator)
    facts.edge_index[1, rows] = (facts.edge_index[1, rows] + away) % tails
    data.fingerprint = f"{data.fingerprint}, {count} wrong, {seed}"
    return {(data[head].id[h], data[tail].id[t]) for h, t in facts.edge_index[:, rows].T.tolist()}


def known(graph: KnowledgeGraph, relation: str) -> set[tuple[str, str]]:
    """(head, tail) of the relation's training facts."""
    facts = graph.triples["train"]
    own = facts[facts[:, 1] == graph.relations.index(relation)]
    return {(graph.entities[h], graph.entities[t]) for h, _, t in own.tolist()}


def area(order: Tensor) -> float:
    """How often a wrong fact stands before a right one; `order` bool [n] says which are wrong, the worst first."""
    right = (~order).flip(0).cumsum(0).flip(0)
    return float(right[order].sum() / (order.sum() * (~order).sum()))


if __name__ == "__main__":
    main()
