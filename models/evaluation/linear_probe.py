"""A linear probe: how far frozen features alone go, without structure and without learning a representation.

For each relation one linear layer reads the tail off the head's features, as a classifier of the tails that training
saw with it (multinomial logistic regression). Its log probability log p(t | h, r) ranks both sides.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from base.errors import InputError
from base.progress import Progress, silent
from models.ranking.scores import Scores
from models.training.optimizers import Adagrad
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

EPOCHS, BATCH, LEARNING_RATE = 20, 512, 0.5
CELLS = 2**24  # scores held at a time


class LinearProbe(Scores):
    """Scores facts by log p(tail | features of the head, relation).

    Tails that training never saw with the relation score below all others. Heads without features are told apart by
    nothing, so that every one of them has the frequencies of the relation's tails.
    """

    def __init__(self, graph: KnowledgeGraph, *, epochs: int = EPOCHS, seed: int = 0, progress: Progress = silent):
        """Fits the layers on training facts alone; raises InputError for a graph without features or such facts."""
        train = graph.triples["train"]
        if len(train) == 0 or not graph.features:
            raise InputError(f"a linear probe needs features and training facts; features: {sorted(graph.features)}")
        self.entities = graph.num_entities
        self.device = torch.device("cpu")
        units = [F.normalize(part.vectors, dim=1) * part.mask[:, None] for part in graph.features.values()]
        self.features = torch.cat(units, dim=1)
        self.layers: dict[int, tuple[Tensor, nn.Linear]] = {}
        self.normalisers: dict[int, Tensor] = {}
        done, total = 0, epochs * len(train)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            for relation in torch.unique(train[:, 1]).tolist():
                facts = train[train[:, 1] == relation]
                tails, answers = torch.unique(facts[:, 2], return_inverse=True)
                layer = _layer(answers, self.features.shape[1])
                optimizer = Adagrad(layer.parameters(), lr=LEARNING_RATE)
                for _ in range(epochs):
                    _epoch(layer, optimizer, self.features[facts[:, 0]], answers)
                    done += len(facts)
                    progress(done, total)
                self.layers[relation] = (tails, layer)

    @torch.no_grad()
    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        candidates = torch.arange(self.entities) if candidates is None else candidates
        scores = torch.zeros(len(pairs), len(candidates))
        for relation in torch.unique(pairs[:, 1]).tolist():
            rows = (pairs[:, 1] == relation).nonzero()[:, 0]
            if relation in self.layers:
                found = self._tails if side == "tail" else self._heads
                scores[rows] = found(pairs[rows, 0], relation, candidates)
        return scores

    def _tails(self, heads: Tensor, relation: int, candidates: Tensor) -> Tensor:
        """log p [B, C] of candidate tails."""
        tails, layer = self.layers[relation]
        likely = F.log_softmax(layer(self.features[heads]), dim=1)
        every = likely.new_full((len(heads), self.entities), _below(likely))
        every[:, tails] = likely
        return every[:, candidates]

    def _heads(self, wanted: Tensor, relation: int, candidates: Tensor) -> Tensor:
        """log p [B, C] of the wanted tails, for each candidate head; zeros for a tail that training never saw."""
        tails, layer = self.layers[relation]
        at = torch.searchsorted(tails, wanted).clamp_(max=len(tails) - 1)
        logits = torch.addmm(layer.bias[at, None], layer.weight[at], self.features[candidates].T)
        likely = logits - self._normaliser(relation)[candidates]
        return torch.where((tails[at] == wanted)[:, None], likely, 0.0)

    def _normaliser(self, relation: int) -> Tensor:
        """log sum exp [N] of every entity's logits."""
        if relation not in self.normalisers:
            tails, layer = self.layers[relation]
            parts = torch.split(self.features, max(1, CELLS // len(tails)))
            self.normalisers[relation] = torch.cat([layer(part).logsumexp(1) for part in parts])
        return self.normalisers[relation]


def _below(likely: Tensor) -> float:
    return float(likely.min()) - 1


def _layer(answers: Tensor, width: int) -> nn.Linear:
    """A layer that begins with the frequencies of its classes."""
    counts = torch.bincount(answers)
    layer = nn.Linear(width, len(counts))
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.copy_((counts / counts.sum()).log())
    return layer


def _epoch(layer: nn.Linear, optimizer: Adagrad, features: Tensor, answers: Tensor) -> None:
    """All facts once, shuffled: features [m, F] of the heads, and the classes [m] of their tails."""
    for chosen in torch.split(torch.randperm(len(answers)), BATCH):
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(layer(features[chosen]), answers[chosen])
        torch.autograd.backward(loss)
        optimizer.step()
