"""Ranking beside PyKEEN's evaluator and PyG's `KGEModel.test`: the same weights and facts, all entities as candidates.

PyKEEN: both rank test facts on both sides, filtered, in turns, with its weights before training. Before that, with
small whole numbers as weights, whose scores are exact in any order and often tie, every single rank must be the same.
RotatE takes roots and turns by angles, which are never exact: with weights before training, ranks may differ by
NEAR places.
PyG: it trains a model of each kind for a few epochs; then both rank the tails of test facts without a filter, which is
what `test` does. Mean reciprocal ranks must agree.
Where they do not, no figure is given.
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.nn import kge

from benchmarks.facts import read_graph
from benchmarks.peers import PyKEEN
from benchmarks.report import Figure, compare, show
from benchmarks.timing import in_turns
from models.ranking.ranking import rank
from models.ranking.scores import VectorScores
from models.scoring.scorers import ComplEx, DistMult, RotatE, Scorer, TransE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.sides import SIDES, Side

DIMENSION, BATCH, LEARNING_RATE = 768, 512, 0.01
AGREEMENT = 1e-3
NEAR = 3  # places in which rounding may tell, of thousands
EXACT = ("distmult", "complex", "transe")  # sums of products and differences of whole numbers, without roots
PEERS = {"distmult": kge.DistMult, "complex": kge.ComplEx, "transe": kge.TransE, "rotate": kge.RotatE}


def main() -> None:
    """Print the figures of every scorer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ranking", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv: head, relation, tail, mode")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--scorers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--dimension", type=int, default=DIMENSION)
    parser.add_argument("--epochs", type=int, default=10, help="that PyG trains first; 0 ranks with random weights")
    parser.add_argument("--sample", type=int, default=60, help="test facts that the others rank")
    parser.add_argument("--peers", nargs="+", choices=["pykeen", "pyg"], default=["pykeen", "pyg"])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    show(figures(options), as_json=options.json)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """Queries/s of each scorer beside those of the peers."""
    graph = read_graph(options.data)
    if "pykeen" in options.peers:
        yield from beside_pykeen(graph, options)
    if "pyg" in options.peers:
        yield from beside_pyg(graph, options)


def beside_pykeen(graph: KnowledgeGraph, options: argparse.Namespace) -> Iterator[Figure]:
    """Filtered ranks on both sides."""
    every = KnownFacts(torch.cat(list(graph.triples.values())), graph.num_relations)
    test = graph.triples["test"]
    with PyKEEN(graph, options.threads) as peer:
        for name in options.scorers:
            build = partial(peer.ask, "build", file=str(peer.file), scorer=name, dimension=options.dimension)
            build()
            check_ranks(name, peer, test[: options.sample], every)
            build()  # with weights that are not whole again
            scores = as_scores(name, peer.weights())
            ours, theirs = in_turns(
                partial(rank, scores, test, known=every), partial(peer.ask, "rank", facts=options.sample), options.turns
            )
            figure = f"ranking {name}, both sides, filtered / PyKEEN"
            yield compare(figure, 2 * len(test) / ours, 2 * options.sample / theirs, "queries/s")


def as_scores(name: str, weights: dict[str, Tensor]) -> VectorScores:
    """The scores of a PyKEEN model, up to a constant."""
    entities, relations = weights["entities"], weights["relations"]
    scorer: Scorer = {
        "distmult": DistMult(),
        "complex": ComplEx(),
        "transe": TransE(p=1, normalise=False),
        "rotate": RotatE(distance="l2"),
    }[name]
    if name == "rotate":
        real, imaginary = relations.chunk(2, dim=1)
        relations = torch.atan2(imaginary, real)
    return VectorScores(
        scorer, entities, lambda pairs, side: scorer.query(entities[pairs[:, 0]], relations[pairs[:, 1]], side)
    )


def check_ranks(name: str, peer: PyKEEN, facts: Tensor, every: KnownFacts) -> None:
    """Stop unless all ranks of the facts are PyKEEN's, one by one."""
    exact = name in EXACT
    ranks = rank(as_scores(name, peer.weights(whole=exact)), facts, known=every)
    theirs = peer.ask("rank", facts=len(facts))
    for side in SIDES:
        apart = (ranks[side].realistic - torch.tensor(theirs[side], dtype=torch.float64)).abs()
        different = (apart > (0 if exact else NEAR)).nonzero()[:, 0].tolist()
        if different:
            at = different[0]
            found = f"{ranks[side].realistic[at]} here, {theirs[side][at]} in PyKEEN"
            raise SystemExit(f"{name}: {len(different)} {side} ranks differ; of fact {facts[at].tolist()}: {found}")


def beside_pyg(graph: KnowledgeGraph, options: argparse.Namespace) -> Iterator[Figure]:
    """Ranks of tails without a filter."""
    train, test = torch.cat([graph.triples["train"], graph.triples["val"]]), graph.triples["test"]
    for name in options.scorers:
        torch.manual_seed(0)
        peer = PEERS[name](graph.num_entities, graph.num_relations, options.dimension)
        fit(peer, train, options.epochs)
        scores = same_scores(peer)
        generator = torch.Generator().manual_seed(0)
        sample = test[torch.randperm(len(test), generator=generator)[: options.sample]]
        check(name, peer, scores, sample)
        ours, theirs = in_turns(
            partial(rank, scores, test, sides=["tail"]),
            partial(peer.test, *sample.T, batch_size=graph.num_entities, log=False),
            options.turns,
        )
        yield compare(f"ranking {name}, tails / PyG", len(test) / ours, len(sample) / theirs, "queries/s")


def fit(peer: kge.KGEModel, train: Tensor, epochs: int) -> None:
    """Train as PyG's examples do: distances prune by how near the answers are, so random weights would not do.

    TransE's entities have unit L1 norm, so that its relations are smaller by the dimension and need such steps.
    """
    of_relations = LEARNING_RATE / peer.hidden_channels if isinstance(peer, kge.TransE) else LEARNING_RATE
    others = [parameter for parameter in peer.parameters() if parameter is not peer.rel_emb.weight]
    groups: list[dict[str, Any]] = [{"params": others}, {"params": [peer.rel_emb.weight], "lr": of_relations}]
    optimizer = torch.optim.Adam(groups, lr=LEARNING_RATE)
    loader = peer.loader(*train.T.contiguous(), batch_size=BATCH, shuffle=True)
    for _ in range(epochs):
        for batch in loader:
            optimizer.zero_grad()
            peer.loss(*batch).backward()
            optimizer.step()


@torch.no_grad()
def same_scores(peer: kge.KGEModel) -> VectorScores:
    """The peer's scores, up to a constant, from its weights."""
    entities, relations = peer.node_emb.weight.detach(), peer.rel_emb.weight.detach()
    scorer: Scorer
    if isinstance(peer, kge.DistMult):
        scorer = DistMult()
    elif isinstance(peer, kge.TransE):
        scorer, entities = TransE(p=peer.p_norm, normalise=False), F.normalize(entities, p=peer.p_norm, dim=-1)
    elif isinstance(peer, kge.RotatE):
        scorer, entities = RotatE(distance="l2"), torch.cat([entities, peer.node_emb_im.weight.detach()], dim=1)
    else:
        scorer, entities = ComplEx(), torch.cat([entities, peer.node_emb_im.weight.detach()], dim=1)
        relations = torch.cat([relations, peer.rel_emb_im.weight.detach()], dim=1)

    def queries(pairs: Tensor, side: Side) -> Tensor:
        return scorer.query(entities[pairs[:, 0]], relations[pairs[:, 1]], side)

    return VectorScores(scorer, entities, queries)


def check(name: str, peer: kge.KGEModel, scores: VectorScores, sample: Tensor) -> None:
    """Stop if the mean reciprocal ranks of the two differ by more than rounding explains."""
    _, theirs, _ = peer.test(*sample.T, batch_size=scores.entities, log=False)
    ours = float((1 / rank(scores, sample, sides=["tail"])["tail"].realistic).mean())
    if abs(ours - theirs) > AGREEMENT:
        raise SystemExit(f"{name}: mean reciprocal rank {ours:.5f} here, {theirs:.5f} in PyG: not the same scores")


if __name__ == "__main__":
    main()
