"""Training steps beside PyKEEN's sLCWA loop and beside a plain loop that gathers an embedding for each negative.

All train the structural model with the paper's batches: independent uniform negatives, half of them in the head's
place, half in the tail's; logistic loss (PyKEEN: its default) and Adagrad. Ours also leaves out negatives that are
training facts. One step less counts nowhere: each figure is whole epochs over so many positives, in turns. Negatives
shared by the batch, which are other semantics, are timed on their own.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.facts import read_graph
from benchmarks.peers import PyKEEN
from benchmarks.report import Figure, alone, compare, show
from benchmarks.timing import in_turns, timed
from models.config import TrainConfig
from models.representation.vlkge import VLKGE
from models.scoring.scorers import SCORERS, Scorer
from models.training.batches import Batch, Batches
from models.training.optimizers import Adagrad
from models.training.steps import train_step
from models.triples.knowledge_graph import KnowledgeGraph

LEARNING_RATE = 0.1


def main() -> None:
    """Print the figures of every scorer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv: head, relation, tail, mode")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--scorers", nargs="+", choices=SCORERS, default=list(SCORERS))
    parser.add_argument("--dimension", type=int, default=768)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--negatives", type=int, default=100, help="a positive; half of each side")
    parser.add_argument("--steps", type=int, default=8, help="of ours, a turn")
    parser.add_argument("--peer-steps", type=int, default=2, help="of the others, a turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    show(figures(options), as_json=options.json)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """Positives/s of each scorer beside both peers, then with shared negatives."""
    graph = read_graph(options.data)
    ours_of, theirs_of = options.steps * options.batch, options.peer_steps * options.batch
    with PyKEEN(graph, options.threads) as pykeen:
        for name in options.scorers:
            trainer = Trainer(graph, config(options, name, "independent", options.negatives // 2))
            pykeen.ask("build", file=str(pykeen.file), scorer=name, dimension=options.dimension)
            theirs = partial(pykeen.ask, "train", positives=theirs_of, batch=options.batch, negatives=options.negatives)
            ours, peer = in_turns(partial(trainer.steps, options.steps), theirs, options.turns)
            yield compare(f"training {name} / PyKEEN sLCWA", ours_of / ours, theirs_of / peer, "positives/s")
            plain = PlainLoop(trainer)
            ours, peer = in_turns(
                partial(trainer.steps, options.steps), partial(plain.steps, options.peer_steps), options.turns
            )
            yield compare(f"training {name} / plain loop", ours_of / ours, theirs_of / peer, "positives/s")
            shared = Trainer(graph, config(options, name, "shared", options.negatives))
            shared.steps(1)
            seconds = timed(partial(shared.steps, options.steps))
            yield alone(f"training {name}, shared negatives", ours_of / seconds, "positives/s")


def config(options: argparse.Namespace, scorer: str, sampling: str, negatives: int) -> TrainConfig:
    """The paper's training; `negatives` are those of a query, and a positive has a query for each side."""
    return TrainConfig.model_validate(
        {
            "scorer": scorer,
            "dimension": options.dimension,
            "modalities": ["structural"],
            "loss": "logistic",
            "negative_sampling": sampling,
            "negatives": negatives,
            "batch_size": options.batch,
            "learning_rate": LEARNING_RATE,
            "reciprocal": False,
            "experts": [],
            "dropout": 0,
            "structural_dropout": 0,
        }
    )


class Trainer:
    """Our steps, as training takes them."""

    def __init__(self, graph: KnowledgeGraph, config: TrainConfig) -> None:
        torch.manual_seed(config.seed)
        self.graph, self.config = graph, config
        self.model = VLKGE.from_graph(config, graph).train()
        self.optimizer = Adagrad(self.model.parameters(), lr=config.learning_rate)
        self.batches = Batches(graph, config)
        self.steps(1)

    def steps(self, number: int) -> None:
        for batch in islice(self.batches.epoch(0), number):
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(train_step(self.model, batch))
            self.optimizer.step()


def logistic(positive: torch.Tensor, negative: torch.Tensor) -> torch.Tensor:
    """Of the scores of Q queries' answers [Q, 1] and of their negatives [Q, K], as VL-KGE's release has it."""
    return torch.cat([F.softplus(-positive).flatten(), F.softplus(negative).flatten()]).mean()


class PlainLoop:
    """What one writes first: every negative's embedding is looked up; autograd and torch's Adagrad do the rest."""

    def __init__(self, ours: Trainer, loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = logistic) -> None:
        self.batches = ours.batches
        self.scorer: Scorer = ours.model.fused_scorer
        self.loss = loss
        self.entities = nn.Embedding(ours.graph.num_entities, ours.model.fused_width)
        self.relations = nn.Embedding(*ours.model.relations.shape)
        parameters = [*self.entities.parameters(), *self.relations.parameters()]
        for table in parameters:
            nn.init.xavier_uniform_(table)
        self.optimizer = torch.optim.Adagrad(parameters, lr=LEARNING_RATE)
        self.steps(1)

    def steps(self, number: int) -> None:
        for batch in islice(self.batches.epoch(0), number):
            self.step(batch)

    def step(self, batch: Batch) -> None:
        self.optimizer.zero_grad()
        torch.autograd.backward(self._loss(batch))
        self.optimizer.step()

    def _loss(self, batch: Batch) -> torch.Tensor:
        assert batch.entities is not None
        names = batch.entities
        heads, tails = self.entities(names[batch.heads]), self.entities(names[batch.tails])
        relations = self.relations(batch.relations)
        queries = [self.scorer.query(heads, relations, "tail"), self.scorer.query(tails, relations, "head")]
        positive, negative = [], []
        parts = zip(queries, (tails, heads), batch.negatives.chunk(2), strict=True)
        for query, answers, negatives in parts:
            positive.append(self.scorer.score_pairs(query, answers)[:, None])
            negative.append(self.scorer.score_pairs(query[:, None], self.entities(names[negatives])))
        return self.loss(torch.cat(positive), torch.cat(negative))


if __name__ == "__main__":
    main()
