"""How long until a model is good: filtered MRR of validation facts over the seconds of training, structure alone.

Ours beside PyKEEN's TuckER, with the settings of its own experiment on FB15k-237 (the best published figure there:
MRR .358), and beside a plain loop of PyTorch: ComplEx, gathered negatives, logistic loss, Adagrad. They run one after
the other on the same threads. All rank the same facts among all entities, and no ranking of the benchmark's counts as
time. The last point of ours is with all experts, their learning and the fit of their weights counted.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import torch
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing

from base.files import replacing
from base.progress import silent
from benchmarks.folder_graph import read_graph
from benchmarks.peers import PyKEEN
from benchmarks.quality import CACHE
from benchmarks.training import PlainLoop, Trainer
from benchmarks.training import config as loop_config
from flows.runtime.hyperparameters import chosen
from models.config import TrainConfig
from models.device import pick_device
from models.evaluation.plots import COLOURS, MARKERS, STYLE
from models.ranking.ranking import rank
from models.ranking.scores import Scores, VectorScores
from models.training.loop import Run
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.sides import SIDES

OURS, EXPERTS, PYKEEN, PLAIN = "ours", "ours, all experts", "PyKEEN's TuckER", "plain loop"
NEGATIVES = 100  # of a positive in the plain loop, half of each side


@dataclass(frozen=True)
class Point:
    """What one of them has after so many seconds of training."""

    who: str
    seconds: float
    mrr: float


def main() -> None:
    """Print each point as it comes, then what the peers' best took of whom."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.time_to_quality", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv (or NAME_triples.csv)")
    parser.add_argument("--preset", help="of ours: a name in models/presets, or a TOML file; none: the defaults")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another hyperparameter")
    parser.add_argument("--minutes", type=float, default=10.0, help="that each peer trains, at least one epoch")
    parser.add_argument("--peers", nargs="*", choices=["pykeen", "plain"], default=["pykeen", "plain"])
    parser.add_argument("--sample", type=int, default=500, help="validation facts that are ranked")
    parser.add_argument("--dimension", type=int, default=200, help="of the plain loop")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--plot", type=Path, help="an SVG file to draw the curves into")
    parser.add_argument("--json", action="store_true", help="one line of JSON per point")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    points = []
    graph = KnowledgeGraph.from_hetero(read_graph(options.data, {}, CACHE))
    for point in curves(graph, options):
        points.append(point)
        said = (
            json.dumps(asdict(point)) if options.json else f"{point.who:<20} {point.seconds:>9.1f} s  {point.mrr:.4f}"
        )
        print(said, flush=True)
    if not options.json:
        print("\n".join(summary(points)))
    if options.plot:
        draw(points, options.plot)


def curves(graph: KnowledgeGraph, options: argparse.Namespace) -> Iterator[Point]:
    """The points of ours, then those of each peer."""
    judge = Judge(graph, options.sample)
    yield from ours(graph, options, judge)
    if "pykeen" in options.peers:
        with PyKEEN(graph, options.threads) as peer:
            asked: dict[str, Any] = {"file": str(peer.file), "seconds": 60 * options.minutes, "facts": len(judge.facts)}
            for seconds, mrr in peer.ask("learn", **asked)["curve"]:
                yield Point(PYKEEN, seconds, mrr)
    if "plain" in options.peers:
        yield from plain(graph, options, judge)


class Judge:
    """Ranks the first validation facts, as PyKEEN's evaluator is asked to: no fact of the splits it has competes."""

    def __init__(self, graph: KnowledgeGraph, sample: int) -> None:
        self.facts = graph.triples["val"][:sample]
        splits = [graph.triples[name] for name in ("train", "val", "test")]
        self.known = KnownFacts(torch.cat(splits), graph.num_relations)

    @torch.no_grad()
    def mrr(self, scores: Scores) -> float:
        ranks = rank(scores, self.facts, known=self.known)
        return float(torch.cat([1 / ranks[side].realistic for side in SIDES]).mean())


def ours(graph: KnowledgeGraph, options: argparse.Namespace, judge: Judge) -> Iterator[Point]:
    """After each epoch, of the best vectors so far, and with the experts."""
    config = TrainConfig(**{**chosen(options.preset, options.set), "modalities": ["structural"]})
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        run = Run(graph, config, Path(folder), pick_device("cpu"))
        spent = 0.0
        while not run.is_over:
            run.epoch(silent)
            spent += time.perf_counter() - begin
            yield Point(OURS, spent, judge.mrr(VectorScores.of_fused(run.model)))
            begin = time.perf_counter()
        run.weigh_experts()
        spent += time.perf_counter() - begin
        yield Point(EXPERTS, spent, judge.mrr(Scores.of_model(run.model)))


def plain(graph: KnowledgeGraph, options: argparse.Namespace, judge: Judge) -> Iterator[Point]:
    """Whole epochs until its time is over, ranked at most twenty times."""
    settings = argparse.Namespace(dimension=options.dimension, batch=512)
    loop = PlainLoop(Trainer(graph, loop_config(settings, "complex", "independent", NEGATIVES // 2)), softmax)
    spent, told, budget = 0.0, 0.0, 60 * options.minutes
    for epoch in range(10**6):
        begin = time.perf_counter()
        for batch in loop.batches.epoch(epoch):
            loop.step(batch)
        spent += time.perf_counter() - begin
        if epoch == 0 or spent - told > budget / 20 or spent > budget:
            told = spent
            yield Point(PLAIN, spent, judge.mrr(_scores(loop)))
        if spent > budget:
            return


def softmax(positive: torch.Tensor, negative: torch.Tensor) -> torch.Tensor:
    """Cross entropy of answers [Q, 1] among themselves and their negatives [Q, K]."""
    return (torch.logsumexp(torch.cat([positive, negative], dim=1), dim=1) - positive[:, 0]).mean()


def _scores(loop: PlainLoop) -> VectorScores:
    entities, relations = loop.entities.weight.detach(), loop.relations.weight.detach()
    query = loop.scorer.query
    return VectorScores(
        loop.scorer, entities, lambda pairs, side: query(entities[pairs[:, 0]], relations[pairs[:, 1]], side)
    )


def summary(points: list[Point]) -> Iterator[str]:
    """Of each peer: its best, when it had it, and when ours had it."""
    mine = [point for point in points if point.who in (OURS, EXPERTS)]
    for who in (PYKEEN, PLAIN):
        theirs = [point for point in points if point.who == who]
        if not theirs:
            continue
        best = max(theirs, key=lambda point: point.mrr)
        reached = next((point for point in mine if point.mrr >= best.mrr), None)
        when = (
            f"ours after {reached.seconds:.1f} s ({best.seconds / reached.seconds:.1f} times as fast)"
            if reached
            else "ours never"
        )
        yield f"{who}: MRR {best.mrr:.4f} after {best.seconds:.1f} s of {theirs[-1].seconds:.1f} s; {when}"


def draw(points: list[Point], path: Path) -> None:
    """The curves over time, on a logarithmic axis."""
    with mpl.rc_context(STYLE):
        drawing = Drawing(figsize=(7, 3.5), layout="constrained")
        FigureCanvasSVG(drawing)
        axes = drawing.subplots()
        for who, colour, marker in zip((OURS, EXPERTS, PYKEEN, PLAIN), COLOURS, MARKERS, strict=True):
            if not (own := [point for point in points if point.who == who]):
                continue
            at, values = [point.seconds for point in own], [point.mrr for point in own]
            axes.plot(at, values, color=colour, marker=marker, markersize=4, linewidth=1.5, label=who)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("seconds of training")
        axes.set_ylabel("MRR of validation facts")
        axes.legend()
        with replacing(path) as draft:
            drawing.savefig(draft, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
