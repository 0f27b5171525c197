"""Ranking beside PyG's `KGEModel.test`: the same weights, the same facts, all entities as candidates.

PyG trains a model of each kind for a few epochs; then both rank the tails of test facts without a filter, which is what
`test` does, in turns. Ours is also timed with both sides and the filter, which PyG has no counterpart for. Mean
reciprocal ranks must agree, or no figure is given.
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.nn import kge

from benchmarks.report import Figure, alone, compare, show
from benchmarks.timing import in_turns, timed
from models.filters import KnownFacts
from models.ranking import rank
from models.scores import VectorScores
from models.scoring import ComplEx, DistMult, RotatE, Scorer, Side, TransE

DIMENSION, BATCH, LEARNING_RATE = 768, 512, 0.01
AGREEMENT = 1e-3
PEERS = {"distmult": kge.DistMult, "complex": kge.ComplEx, "transe": kge.TransE, "rotate": kge.RotatE}


def main() -> None:
    """Print the figures of every scorer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ranking", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv: head, relation, tail, mode")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--scorers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--dimension", type=int, default=DIMENSION)
    parser.add_argument("--epochs", type=int, default=10, help="that PyG trains first; 0 ranks with random weights")
    parser.add_argument("--sample", type=int, default=60, help="test facts that PyG ranks, one at a time")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    show(figures(options), as_json=options.json)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """Queries/s of each scorer, beside PyG's and with filter and both sides."""
    train, test, entities, relations = read_facts(options.data)
    every = KnownFacts(torch.cat([train, test]), relations)
    for name in options.scorers:
        torch.manual_seed(0)
        peer = PEERS[name](entities, relations, options.dimension)
        fit(peer, train, options.epochs)
        scores = same_scores(peer)
        generator = torch.Generator().manual_seed(0)
        sample = test[torch.randperm(len(test), generator=generator)[: options.sample]]
        check(name, peer, scores, sample)
        ours, theirs = in_turns(
            partial(rank, scores, test, sides=["tail"]),
            partial(peer.test, *sample.T, batch_size=entities, log=False),
            options.turns,
        )
        yield compare(f"ranking {name}, tails", len(test) / ours, len(sample) / theirs, "queries/s")
        seconds = timed(partial(rank, scores, test, known=every))
        yield alone(f"ranking {name}, both sides, filtered", 2 * len(test) / seconds, "queries/s")


def read_facts(folder: Path) -> tuple[Tensor, Tensor, int, int]:
    """Facts [m, 3] not of the test split and of it, and the numbers of entities and relations."""
    frame = pd.read_csv(folder / "triples.csv", dtype=str)
    entities = {name: row for row, name in enumerate(sorted({*frame["head"], *frame["tail"]}))}
    relations = {name: row for row, name in enumerate(sorted(set(frame["relation"])))}
    columns = (frame["head"].map(entities), frame["relation"].map(relations), frame["tail"].map(entities))
    facts = torch.stack([torch.tensor(column.to_numpy()) for column in columns], dim=1)
    is_test = torch.tensor((frame["mode"] == "test").to_numpy())
    return facts[~is_test], facts[is_test], len(entities), len(relations)


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
