"""The best new links of a whole graph: time and peak memory, and the rate of scoring beside PyKEEN's `predict_all`.

The made graph is an art collection's: entities of ten labels, 22 relations that join them, vectors drawn at random.
PyKEEN's `predict_all` has no labels and scores every pair of entities for every relation, so beside it ours does the
same, on graphs that grow until PyKEEN takes longer than --limit seconds.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from benchmarks.peers import PyKEEN
from benchmarks.report import Figure, alone, compare, show
from benchmarks.timing import timed
from models.prediction.prediction import predict
from models.ranking.candidate_lists import CandidateLists
from models.ranking.scores import VectorScores
from models.scoring.scorers import SCORERS
from models.triples.knowledge_graph import SPLITS, KnowledgeGraph
from models.triples.relation_patterns import Patterns
from models.triples.sides import Side

# Shares of the entities; artworks first.
LABELS = {
    "Artwork": 0.8922,
    "Artist": 0.0535,
    "Tag": 0.0268,
    "Place": 0.0134,
    "Museum": 0.0089,
    "Style": 0.0013,
    "Country": 0.0012,
    "Medium": 0.0013,
    "Decade": 0.0009,
    "Genre": 0.0005,
}
OF_ARTWORKS = ("Artist", "Tag", "Place", "Museum", "Style", "Country", "Medium", "Decade", "Genre", "Style")
OF_ARTISTS = ("Artist",) * 5 + ("Place",) * 2 + ("Country",) * 2 + ("Style", "Museum", "Genre")
FACTS_PER_HEAD = 1
BEST = 1000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prediction", description=__doc__)
    parser.add_argument("--entities", type=int, default=224_166)
    parser.add_argument("--scorer", choices=("distmult", "complex"), default="distmult")
    parser.add_argument("--dimension", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds that PyKEEN may take on one graph")
    parser.add_argument("--no-peer", action="store_true", help="leave PyKEEN out")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    show(figures(options), as_json=options.json)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """Of the made graph, then beside PyKEEN."""
    graph = made_graph(options.entities)
    scores = random_scores(graph, options.scorer, options.dimension)
    pairs, heads = candidates(scores, graph)
    before = peak()
    seconds = timed(partial(best_links, scores, graph, told=True))
    name = f"best {BEST} of {graph.num_entities} entities, {graph.num_relations} relations"
    yield alone(f"{name}: time", seconds, "s")
    yield alone(f"{name}: scored", pairs / seconds / 1e6, "million links/s")
    yield alone(f"{name}: lists", heads / seconds, "lists/s")
    yield alone(f"{name}: peak memory", peak(), "MB")
    yield alone(f"{name}: peak memory before", before, "MB")
    if not options.no_peer:
        yield from beside_pykeen(options)


def beside_pykeen(options: argparse.Namespace) -> Iterator[Figure]:
    """All pairs of entities, all relations, the 1000 best; the graphs double in size."""
    entities, spent = 250, 0.0
    while spent < options.limit:
        graph = made_graph(entities, labelled=False)
        with PyKEEN(graph, options.threads) as peer:
            peer.ask("build", file=str(peer.file), scorer=options.scorer, dimension=options.dimension)
            weights = peer.weights()
            answer = peer.ask("predict", k=BEST)
        scores = vector_scores(options.scorer, weights["entities"], weights["relations"])
        ours = timed(partial(best_links, scores, graph))
        check(scores, graph, answer["best"])
        spent = float(answer["seconds"])
        count = entities**2 * graph.num_relations / 1e6
        yield compare(f"all links of {entities} entities", count / ours, count / spent, "million links/s")
        entities *= 2


def check(scores: VectorScores, graph: KnowledgeGraph, theirs: float) -> None:
    """Stop unless the best link has the same score; PyKEEN's may be a known fact, but among these there is none."""
    ours = float(best_links(scores, graph)["score"].max())
    if abs(ours - theirs) > 1e-3 * max(1.0, abs(theirs)):
        raise SystemExit(f"the best score is {ours:.5f} here, {theirs:.5f} in PyKEEN: not the same scores")


def best_links(scores: VectorScores, graph: KnowledgeGraph, told: bool = False):  # type: ignore[no-untyped-def]
    """The BEST links of all relations."""
    started = time.perf_counter()

    def tell(done: int, total: int, note: str = "") -> None:
        if told:
            passed = time.perf_counter() - started
            print(f"\r{done:>9,} of {total:,} lists, {passed:.0f} s  {note:<12}", end="", file=sys.stderr)

    return predict(scores, graph, limit=None, best=BEST, patterns=Patterns(), progress=tell)


def made_graph(entities: int, *, labelled: bool = True) -> KnowledgeGraph:
    """A graph with about one fact per head and relation; without labels, one loop per relation and nothing else."""
    generator = torch.Generator().manual_seed(0)
    shares = LABELS if labelled else {"Entity": 1.0}
    counts = [max(2, int(entities * share)) for share in shares.values()]
    counts[0] += entities - sum(counts)
    starts = torch.tensor([0, *counts]).cumsum(0).tolist()
    names = list(shares)
    joined = [("Artwork", t) for t in OF_ARTWORKS] + [("Artist", t) for t in OF_ARTISTS]
    types = [(names.index(h), names.index(t)) if labelled else (0, 0) for h, t in joined]
    facts = []
    for relation, (head, tail) in enumerate(types):
        most = counts[head] * FACTS_PER_HEAD if labelled else 1
        heads = starts[head] + torch.randint(counts[head], (most,), generator=generator)
        tails = starts[tail] + torch.randint(counts[tail], (most,), generator=generator) if labelled else heads
        facts.append(torch.stack([heads, torch.full_like(heads, relation), tails], dim=1))
    empty = torch.empty(0, 3, dtype=torch.long)
    return KnowledgeGraph(
        entities=[str(row) for row in range(entities)],
        names=[""] * entities,
        type_names=names,
        entity_types=torch.repeat_interleave(torch.arange(len(names)), torch.tensor(counts)),
        relations=[f"relation{row:02}" for row in range(len(types))],
        relation_types=[{pair} for pair in types],
        triples={name: torch.cat(facts) if name == "train" else empty for name in SPLITS},
    )


def random_scores(graph: KnowledgeGraph, scorer: str, dimension: int) -> VectorScores:
    """Of vectors as they are before training."""
    generator = torch.Generator().manual_seed(1)
    width = dimension * (2 if scorer == "complex" else 1)
    vectors = torch.randn(graph.num_entities, width, generator=generator) / width**0.5
    return vector_scores(scorer, vectors, torch.randn(graph.num_relations, width, generator=generator))


def vector_scores(name: str, vectors: Tensor, relations: Tensor) -> VectorScores:
    """The scores of given vectors."""
    scorer = SCORERS[name]()

    def queries(pairs: Tensor, side: Side) -> Tensor:
        return scorer.query(vectors[pairs[:, 0]], relations[pairs[:, 1]], side)

    return VectorScores(scorer, vectors, queries)


def candidates(scores: VectorScores, graph: KnowledgeGraph) -> tuple[int, int]:
    """How many (head, relation, tail) are scored, and how many lists that makes."""
    lists = CandidateLists(scores, graph, Patterns(), top_k=1)
    sizes = torch.bincount(graph.entity_types, minlength=len(graph.type_names)).tolist()
    pairs = sum(sizes[h] * sizes[t] for joined in graph.relation_types for h, t in joined)
    return pairs, sum(lists.count(row) for row in range(graph.num_relations))


def peak() -> float:
    """Most memory resident so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
