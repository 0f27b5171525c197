"""Whether probabilities hold on graphs of which a known part was taken away, and how many hidden facts they promise.

From every relation (or those of `--relation`) a share of the facts is taken away, whatever its split; a model is
trained on what is left, its validation and test facts are hidden as always, and its links of the heads that lost a fact
of the relation are judged by what was taken away: so many are expected to be right, so many are found. Printed is each
relation's ratio with its 95 % interval (Poisson), for heads that lost one fact and for those that lost several. A
probability is of one missing answer: where several are, a link is as many times likelier, which the last column counts
with. Heads that lost a fact whose ends a recorded one joins the other way round are left out, as that keeps it from the
lists or tells it.

With `--take 0` nothing is taken away, and probabilities that were learned without test facts are judged by these: the
share of them above the thresholds of some precisions, and expected and found by what a probability rests on, by kind of
head, and by the expert that says most for the link.
"""

import argparse
import copy
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.stats import chi2
from torch import Tensor
from torch_geometric.data import HeteroData

from benchmarks.folder_graph import read_graph
from benchmarks.quality import CACHE, ENCODERS
from flows.runtime.hyperparameters import chosen
from models.calibration.calibration import (
    HELD_BACK,
    KINDS,
    UNTESTED,
    Calibration,
    calibrate,
    kinds_of,
    label_links,
)
from models.calibration.deciding_experts import deciding_experts
from models.calibration.reliability import figures
from models.calibration.thresholds import thresholds
from models.config import TrainConfig
from models.ranking.scores import Scores
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

PRECISIONS = (0.5, 0.7, 0.8, 0.9)
ALL = "all relations"

Row = dict[str, str | int | float]


def main() -> None:
    """Print a table for each share that is taken away."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.probabilities", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv and entities.csv")
    parser.add_argument("--preset", help="a name in models/presets, or a TOML file; none: the defaults")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another hyperparameter")
    parser.add_argument("--take", type=float, nargs="+", default=[0.2, 0.5, 0.8], help="shares of the facts; 0: none")
    parser.add_argument("--relation", action="append", help="take facts of this relation only; repeatable")
    parser.add_argument("--structural", action="store_true", help="without pictures and texts")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for vectors of pictures and texts")
    parser.add_argument("--seed", type=int, default=0, help="which facts are taken away")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one line of JSON per row")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = read_graph(options.data, {} if options.structural else ENCODERS, options.cache)
    config = TrainConfig(**chosen(options.preset, options.set))
    for share in options.take:
        left, taken = take_away(data, share, options.relation, options.seed)
        graph = KnowledgeGraph.from_hetero(left)
        with tempfile.TemporaryDirectory() as folder:
            scores = Scores.of_model(train(left, config, Path(folder)).model)
        hidden = HELD_BACK if len(taken) else UNTESTED
        calibration = calibrate(scores, graph, Patterns.found(graph), seen=graph.seen, hidden=hidden)
        if calibration is None:
            raise SystemExit("the graph has too few held-back facts to learn probabilities from")
        tables = [compare] if len(taken) else [yields, reliability]
        print(f"\n{share:.0%} taken away" if len(taken) else "\nnothing taken away", flush=True)
        for table in tables:
            for number, row in enumerate(table(scores, graph, calibration, taken)):
                if options.json:
                    print(json.dumps({"taken": share, **row}), flush=True)
                else:
                    print_row(row, heading=number == 0)


def take_away(data: HeteroData, share: float, relations: list[str] | None, seed: int) -> tuple[HeteroData, Tensor]:
    """The graph without a share of the facts of some relations (None: of all), drawn from all splits alike.

    Also those facts [m, 3], as rows of the graph.
    """
    drawn = torch.Generator().manual_seed(seed)
    left, taken = copy.copy(data), copy.copy(data)
    for kind in data.edge_types:
        facts = data[kind].edge_index.shape[1]
        gone = torch.rand(facts, generator=drawn) < share
        if relations is not None and kind[1] not in relations:
            gone[:] = False
        for part, chosen_facts in ((left, ~gone), (taken, gone)):
            for name, values in data[kind].items():
                if name != "rejected_edge_index":
                    part[kind][name] = values[..., chosen_facts]
    left.fingerprint = f"{data.fingerprint} without {share}"
    return left, torch.cat(list(KnowledgeGraph.from_hetero(taken).triples.values()))


def compare(scores: Scores, graph: KnowledgeGraph, calibration: Calibration, taken: Tensor) -> Iterator[Row]:
    """For each relation the links of heads that lost one fact, and of those that lost several: expected and found."""
    served = replace(graph, triples={**graph.triples, "taken": taken})
    judged = label_links(scores, served, Patterns.found(graph), seen=graph.seen, hidden=("taken",))
    probability = calibration.probabilities(judged.links, judged.seen)[0]
    keys, lost = torch.unique(_questions(taken, graph), return_counts=True)
    own = _questions(judged.links.triples, graph)
    missing = lost[torch.searchsorted(keys, own)].numpy()
    missing[torch.isin(own, _questions(_told(taken, graph), graph)).numpy()] = 0
    rows = judged.links.relations.numpy()
    for relation in [*range(graph.num_relations), None]:
        of = np.ones(len(rows), dtype=bool) if relation is None else rows == relation
        for heads, member in (("lost one", missing == 1), ("lost several", missing > 1)):
            if (of & member).any():
                name = ALL if relation is None else graph.relations[relation]
                row = _row(name, heads, probability[of & member], judged.correct[of & member])
                by_number = float(np.minimum(1, probability * missing)[of & member].sum())
                yield row | {"ratio by how many": int(row["found"]) / by_number}


def _questions(facts: Tensor, graph: KnowledgeGraph) -> Tensor:
    """A number [m] for the head and relation of each fact."""
    return facts[:, 0] * graph.num_relations + facts[:, 1]


def _told(taken: Tensor, graph: KnowledgeGraph) -> Tensor:
    """Those of the facts whose ends a recorded fact joins the other way round."""
    known = torch.cat(list(graph.triples.values()))
    backwards = known[:, 2] * graph.num_entities + known[:, 0]
    return taken[torch.isin(taken[:, 0] * graph.num_entities + taken[:, 2], backwards)]


def yields(scores: Scores, graph: KnowledgeGraph, calibration: Calibration, _: Tensor) -> Iterator[Row]:
    """For some precisions, the share of the test facts above their thresholds, and how many links are right."""
    judged = label_links(scores, graph, Patterns.found(graph), seen=graph.seen, hidden=("test",))
    probability = calibration.probabilities(judged.links, judged.seen)[0]
    facts = len(graph.triples["test"])
    for precision in PRECISIONS:
        levels = [t.probability for t in thresholds(calibration.tallies, precision, graph.relations)]
        least = np.array([np.inf if level is None else level for level in levels])
        kept = probability >= least[judged.links.relations.numpy()]
        found = int(judged.correct[kept].sum())
        yield {
            "promised": precision,
            "relations": int(np.isfinite(least).sum()),
            "links": int(kept.sum()),
            "right": found / max(1, int(kept.sum())),
            "of hidden": found / facts,
        }


def reliability(scores: Scores, graph: KnowledgeGraph, calibration: Calibration, _: Tensor) -> Iterator[Row]:
    """Links of heads with a hidden test fact by what their probability rests on, by kind of head and by expert."""
    judged = label_links(scores, graph, Patterns.found(graph), seen=graph.seen, hidden=("test",))
    probability, own = calibration.probabilities(judged.links, judged.seen)
    kinds = kinds_of(judged.links, judged.seen)
    parts = {"relation": own, "pooled": ~own} | {name: kinds == kind for kind, name in enumerate(KINDS)}
    experts = np.array(deciding_experts(scores, judged.links), dtype=object)
    parts |= {f"most said by {name}": experts == name for name in sorted(set(experts))}
    for name, of in parts.items():
        if of.any():
            measured = figures(probability[of], judged.correct[of])
            row = _row(name, "lost a test fact", probability[of], judged.correct[of])
            yield row | {"ECE": measured.ece or 0.0, "Brier": measured.brier or 0.0}


def _row(relation: str, heads: str, probability: np.ndarray, correct: np.ndarray) -> Row:
    expected, found = float(probability.sum()), int(correct.sum())
    low = float(chi2.ppf(0.025, 2 * found)) / 2 if found else 0.0
    high = float(chi2.ppf(0.975, 2 * found + 2)) / 2
    row: Row = {"relation": relation, "heads": heads, "links": len(correct), "expected": expected, "found": found}
    return row | {"ratio": found / expected, "low": low / expected, "high": high / expected}


def print_row(row: Row, *, heading: bool) -> None:
    """A row of a table for people."""
    if heading:
        print("| " + " | ".join(row) + " |\n|" + "---|" * len(row))
    print("| " + " | ".join(f"{v:.3g}" if isinstance(v, float) else f"{v}" for v in row.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
