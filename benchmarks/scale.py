"""A graph of the size of WikiArt-MKG-v2, made by a seed: one epoch, 1,000 ranked queries, and the memory both take.

224,166 entities, 22 relations and 7.9 million facts, with a picture and a text vector of 768 numbers on most entities.
The training is the paper's: logistic loss, one independent negative for each end, Adagrad, D = 768; with --defaults it
is what `vlkge train` does, experts among it. Memory is the most that the whole process has held. With --steps, so many
steps are timed instead of the epoch.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.export import peak_megabytes
from benchmarks.facts import made
from benchmarks.report import Figure, alone, show
from benchmarks.timing import timed
from models.config import TrainConfig
from models.ranking.ranking import rank
from models.ranking.scores import VectorScores
from models.representation.vlkge import VLKGE
from models.scoring.scorers import SCORERS
from models.training.batches import Batches
from models.training.optimizers import Adagrad
from models.training.steps import train_step
from models.triples.knowledge_graph import Features, KnowledgeGraph
from models.triples.known_facts import KnownFacts

ENTITIES, RELATIONS, FACTS = 224_166, 22, 7_900_000
RELATED = 0.9  # share of the largest relation, as isRelatedToArtwork is in v2
WITH_PICTURE, WITH_TEXT = 0.9, 0.95
SECONDS_BETWEEN_LINES = 5.0


def main() -> None:
    """Print time and memory of an epoch and of ranking."""
    options = arguments()
    torch.set_num_threads(options.threads)
    show(figures(options), as_json=options.json)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What is given, by default on the command line, and the defaults of the rest."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--defaults", action="store_true", help="train as `vlkge train` does, in this dimension")
    parser.add_argument("--scorer", choices=SCORERS, default="distmult")
    parser.add_argument("--dimension", type=int, default=768)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--negatives", type=int, default=1, help="of each end")
    parser.add_argument("--entities", type=int, default=ENTITIES)
    parser.add_argument("--facts", type=int, default=FACTS)
    parser.add_argument("--steps", type=int, default=None, help="time this number of steps, not the epoch")
    parser.add_argument("--queries", type=int, default=1000, help="that are ranked, half of each end")
    parser.add_argument("--width", type=int, help="of the vectors of pictures and texts; none: the dimension")
    parser.add_argument("--processor-time", action="store_true", help="not time on the clock: for a busy machine")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args(given)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """Steps and positives a second, the epoch, queries a second, and the peaks of memory after each."""
    width = options.width or options.dimension
    graph = made_graph(options.entities, options.facts, options.queries // 2, width)
    config = settings(options)
    clock = time.process_time if options.processor_time else time.perf_counter
    device = torch.device(options.device)
    torch.manual_seed(config.seed)
    model = VLKGE.from_graph(config, graph).train().to(device)
    batches = Batches(graph, config)
    yield alone("scale, memory before training", peak_megabytes(), "MB")
    whole = len(batches)
    steps = min(whole, options.steps or whole)
    seconds = timed(lambda: train(model, batches, steps, device), clock)
    yield alone("scale, training", steps * config.batch_size / seconds, "positives/s")
    yield alone(f"scale, {'an epoch' if steps == whole else 'a part'} of {steps:,} steps", seconds, "s")
    yield alone("scale, memory after training", peak_megabytes(), "MB")
    known = KnownFacts(torch.cat(list(graph.triples.values())), graph.num_relations)
    test = graph.triples["test"]
    seconds = timed(lambda: rank(VectorScores.of_model(model), test, known=known), clock)
    yield alone(f"scale, ranking {2 * len(test):,} queries", 2 * len(test) / seconds, "queries/s")
    yield alone("scale, memory in all", peak_megabytes(), "MB")
    if device.type == "cuda":
        yield alone("scale, GPU memory in all", torch.cuda.max_memory_allocated() / 2**20, "MB")


def settings(options: argparse.Namespace) -> TrainConfig:
    """The paper's training, or the defaults."""
    if options.defaults:
        return TrainConfig(dimension=options.dimension)
    paper = {
        "scorer": options.scorer,
        "dimension": options.dimension,
        "loss": "logistic",
        "negative_sampling": "independent",
        "negatives": options.negatives,
        "batch_size": options.batch,
        "reciprocal": False,
        "experts": [],
        "dropout": 0,
        "structural_dropout": 0,
    }
    return TrainConfig.model_validate(paper)


def made_graph(entities: int, facts: int, held_back: int, dimension: int) -> KnowledgeGraph:
    """Distinct facts of skewed relations and tails; `held_back` of them are test facts."""
    generator = torch.Generator().manual_seed(0)
    rest = torch.arange(2, RELATIONS + 1).double().reciprocal()
    shares = torch.cat([torch.tensor([RELATED]), rest / rest.sum() * (1 - RELATED)])
    keys = torch.empty(0, dtype=torch.long)
    while len(keys) < facts:
        wanted = facts - len(keys) + facts // 50
        relations = torch.multinomial(shares, wanted, replacement=True, generator=generator)
        heads = torch.randint(entities, (wanted,), generator=generator)
        tails = (entities * torch.rand(wanted, generator=generator, dtype=torch.float64) ** 3).long()
        keys = torch.unique(torch.cat([keys, (heads * RELATIONS + relations) * entities + tails]))
    keys = keys[torch.randperm(len(keys), generator=generator)[:facts]]
    triples = torch.stack([keys // (RELATIONS * entities), keys // entities % RELATIONS, keys % entities], dim=1)
    splits = {"train": triples[held_back:], "val": triples[:0], "gate": triples[:0], "test": triples[:held_back]}
    graph = made(splits, [f"e{i}" for i in range(entities)], [f"r{i}" for i in range(RELATIONS)])
    for name, share in (("visual", WITH_PICTURE), ("textual", WITH_TEXT)):
        mask = torch.rand(entities, generator=generator) < share
        graph.features[name] = Features(_unit_vectors(mask, dimension, generator), mask)
    return graph


def _unit_vectors(mask: Tensor, dimension: int, generator: torch.Generator) -> Tensor:
    """Random unit vectors [N, d], zero where the mask is not set; in place, as two copies would be the peak."""
    vectors = torch.randn(len(mask), dimension, generator=generator)
    vectors.mul_(mask[:, None])
    return F.normalize(vectors, dim=1, out=vectors)


def train(model: VLKGE, batches: Batches, steps: int, device: torch.device) -> None:
    """The first steps of an epoch; how far it is goes to standard error."""
    optimizer = Adagrad(model.parameters(), lr=model.config.learning_rate)
    started = told = time.monotonic()
    for number, batch in enumerate(islice(batches.epoch(0), steps), 1):
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(train_step(model, batch.to(device)))
        optimizer.step()
        now = time.monotonic()
        if now - told > SECONDS_BETWEEN_LINES or number == steps:
            told = now
            print(f"step {number:,} of {steps:,}, {number / (now - started):.1f} steps/s", file=sys.stderr, flush=True)
    if device.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
