"""What curating does for the next model, with simulated curators, on works that nobody had recorded anything of.

The artworks of which all facts are hidden (val and test) are drawn into two halves. A model is trained, proposes links
for the works of the first half, and a curator who knows the hidden facts of that half decides some of them: accepted
where the link is such a fact, else rejected. Accepted links become training facts, rejected ones training negatives;
a new model is trained from the beginning, proposes anew, and so on. Each model is measured on the facts of the second
half, which nothing else sees: tails, filtered, among all entities. It is measured too on works decided about: on those
hidden facts of works with an accepted link that were not accepted themselves. There the first model is ranked a second
time, reading the accepted facts without training. Some training works are hidden as validation, and single facts of
others; they choose the epoch, fit the experts' weights and calibrate the probabilities of the uncertain-first order.

The last line is a model for which every hidden fact of the first half was added: more than that, deciding cannot give.
Trainings are kept in `--models`, so that an interrupted run goes on where it stopped.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from benchmarks.folder_graph import read_graph
from benchmarks.quality import CACHE, ENCODERS
from flows.runtime.hyperparameters import chosen
from graph.exporting.fingerprint import fingerprint
from models.calibration.calibration import UNTESTED, Calibration, label_links, uncertainty
from models.config import TrainConfig
from models.evaluation.bootstrap import interval, paired
from models.ranking.candidate_lists import CandidateLists, Links
from models.ranking.ranking import rank
from models.ranking.scores import Scores
from models.representation.vlkge import VLKGE
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.relation_patterns import Patterns

ORDERS = ("uncertain", "random", "probable")
SMALL = {"dimension": 64, "epochs": 3, "validation_facts": 500}
SINGLE = 50  # one of so many facts of other training works is validation
TOP_K = 3


@dataclass(frozen=True)
class Halves:
    """Who plays which part; entities bool [N], facts int64 [m, 3] of the graph's rows."""

    graph: KnowledgeGraph
    first: Tensor
    second: Tensor
    validation: Tensor
    """Facts."""

    @classmethod
    def drawn(cls, graph: KnowledgeGraph, label: str, validation: int, seed: int) -> "Halves":
        """The label's entities without a training fact in two halves, and some of those with one for validation."""
        generator = torch.Generator().manual_seed(seed)
        own = graph.entity_types == graph.type_names.index(label)
        hidden = torch.zeros_like(own)
        hidden[hidden_facts(graph)[:, 0]] = True
        unseen = (own & hidden & graph.unseen).nonzero()[:, 0]
        unseen = unseen[torch.randperm(len(unseen), generator=generator)]
        seen = (own & graph.seen).nonzero()[:, 0]
        drawn = seen[torch.randperm(len(seen), generator=generator)[:validation]]
        half = len(unseen) // 2
        facts = graph.triples["train"]
        single = torch.randint(SINGLE, (len(facts),), generator=generator) == 0
        held = facts[members(graph, drawn)[facts[:, 0]] | single]
        return cls(graph, members(graph, unseen[:half]), members(graph, unseen[half:]), held)

    @property
    def known_to_curator(self) -> Tensor:
        """The hidden facts of the first half's works."""
        facts = hidden_facts(self.graph)
        return facts[self.first[facts[:, 0]]]

    @property
    def measured(self) -> Tensor:
        """The hidden facts of the second half's works."""
        facts = hidden_facts(self.graph)
        return facts[self.second[facts[:, 0]]]


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv and entities.csv")
    parser.add_argument("--label", default="Artwork", help="whose links are decided")
    parser.add_argument("--decisions", type=int, nargs="+", default=[200, 1000, 5000], help="models are trained after")
    parser.add_argument("--orders", nargs="+", choices=ORDERS, default=["uncertain", "random"])
    parser.add_argument("--validation", type=int, default=400, help="works of training that are hidden for validation")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another hyperparameter")
    parser.add_argument("--seed", type=int, default=42, help="of the halves, of the random order and of training")
    parser.add_argument("--models", type=Path, default=Path("curation-models"), help="folder for finished trainings")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for vectors of pictures and texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one line of JSON per model")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = read_graph(options.data, ENCODERS, options.cache)
    config = TrainConfig(**{**SMALL, **chosen(None, options.set), "seed": options.seed})
    halves = Halves.drawn(KnowledgeGraph.from_hetero(data), options.label, options.validation, options.seed)
    bench = Bench(data, halves, config, options.models)
    for number, row in enumerate(bench.rows(options.orders, sorted(options.decisions))):
        if not options.json and number == 0:
            print(bench.heading(), flush=True)
        print(json.dumps(row) if options.json else line(row), flush=True)


@dataclass(frozen=True)
class Bench:
    """Trains, lets decide, measures."""

    data: HeteroData
    halves: Halves
    config: TrainConfig
    folder: Path

    def rows(self, orders: list[str], stages: list[int]) -> Iterator[dict[str, Any]]:
        """A row before any decision, one for each stage and order, one for all hidden facts of the first half."""
        nothing = torch.empty(0, 3, dtype=torch.long)
        first, graph = self.model(nothing, nothing)
        before = self.reciprocal_ranks(first, self.halves.measured)
        yield self.row("", nothing, nothing, before, before)
        newest = dict.fromkeys(orders, (first, graph, nothing))
        for stage in stages:
            for order in orders:
                model, state, decided = newest[order]
                decided = torch.cat([decided, self.queue(model, state, order)[: stage - len(decided)]])
                right = among(decided, self.halves.known_to_curator, state)
                model, state = self.model(decided[right], decided[~right])
                newest[order] = (model, state, decided)
                now = self.reciprocal_ranks(model, self.halves.measured)
                about = self.decided_about(first, graph, model, decided[right])
                yield self.row(order, decided[right], decided[~right], now, before) | about
        every = self.halves.known_to_curator
        now = self.reciprocal_ranks(self.model(every, nothing)[0], self.halves.measured)
        yield self.row("all", every, nothing, now, before)

    def model(self, accepted: Tensor, rejected: Tensor) -> tuple[VLKGE, KnowledgeGraph]:
        """A model trained with the decided links, and the graph that it was trained on."""
        data = decided_data(self.data, self.halves, accepted, rejected)
        weight = self.config.rejected_weight if len(rejected) else 1.0  # without rejections it changes nothing
        config = self.config.model_copy(update={"rejected_weight": weight})
        digest = hashlib.sha256(f"{data.fingerprint} {config.model_dump_json()}".encode()).hexdigest()
        return train(data, config, self.folder / digest[:16]).model, KnowledgeGraph.from_hetero(data)

    def queue(self, model: VLKGE, graph: KnowledgeGraph, order: str) -> Tensor:
        """The links [n, 3] proposed for the first half's works, in the order in which they are decided."""
        scores, patterns, seen = Scores.of_model(model), Patterns.found(graph), graph.seen
        judged = label_links(scores, graph, patterns, seen=seen, hidden=UNTESTED, top_k=TOP_K)
        calibration = Calibration.fit(judged, graph.relations, graph.triples["train"], hidden=UNTESTED)
        links = joined(CandidateLists(scores, graph, patterns, top_k=TOP_K, heads=self.halves.first), graph)
        if order == "random":
            generator = torch.Generator().manual_seed(self.config.seed)
            return links.triples[torch.randperm(len(links.heads), generator=generator)]
        probability, _ = calibration.probabilities(links, seen[links.heads].numpy())
        by = uncertainty(probability) if order == "uncertain" else probability
        return links.triples[torch.from_numpy(-by).argsort(stable=True)]

    def decided_about(
        self, first: VLKGE, before: KnowledgeGraph, model: VLKGE, accepted: Tensor
    ) -> dict[str, dict[str, Any]]:
        """Figures on what is still hidden of works with an accepted link: without decisions, read, and trained on."""
        graph, every = self.halves.graph, self.halves.known_to_curator
        facts = every[torch.isin(every[:, 0], accepted[:, 0]) & ~among(every, accepted, graph)]
        if len(facts) == 0:
            return {}
        nothing = self.reciprocal_ranks(first, facts)
        read = self.reciprocal_ranks(first, facts, torch.cat([before.triples["train"], accepted]))
        trained = self.reciprocal_ranks(model, facts)
        return {"about": {"read": gain(read, nothing), "trained": gain(trained, nothing)}}

    def reciprocal_ranks(self, model: VLKGE, facts: Tensor, known: Tensor | None = None) -> Tensor:
        """Of the tails of hidden facts [m, 3], float64 [m]; all hidden facts are filtered out.

        `known` facts [n, 3] are those that experts may read (None: what training knew).
        """
        hidden = KnownFacts(hidden_facts(self.halves.graph), self.halves.graph.num_relations)
        return 1 / rank(Scores.of_model(model, known), facts, known=hidden, sides=["tail"])["tail"].realistic

    def row(self, order: str, accepted: Tensor, rejected: Tensor, now: Tensor, before: Tensor) -> dict[str, Any]:
        """The figures of a model; facts are drawn anew for the intervals, of the gain on the same facts."""
        whole = interval(now)
        relations, of = self.halves.graph.relations, self.halves.measured[:, 1]
        return {
            "order": order,
            "decisions": len(accepted) + len(rejected),
            "accepted": len(accepted),
            "rejected": len(rejected),
            "mrr": whole.mean,
            "mrr_interval": [whole.low, whole.high],
            **gain(now, before),
            "hits_at_1": (now == 1).double().mean().item(),
            "mrr_of_relations": {relations[r]: now[of == r].mean().item() for r in torch.unique(of).tolist()},
            "rejected_weight": self.config.rejected_weight,
            "seed": self.config.seed,
        }

    def heading(self) -> str:
        """What was drawn, for people."""
        halves = self.halves
        return (
            f"decided: {int(halves.first.sum())} works with {len(halves.known_to_curator):,} hidden facts, measured: "
            f"{int(halves.second.sum())} with {len(halves.measured):,}, validation: {len(halves.validation):,} facts"
        )


def decided_data(data: HeteroData, halves: Halves, accepted: Tensor, rejected: Tensor) -> HeteroData:
    """The export as it would be after these decisions [n, 3]: of the hidden facts only what was accepted is in it."""
    graph, result = halves.graph, data.clone()
    starts = {name: int((graph.entity_types < row).sum()) for row, name in enumerate(graph.type_names)}
    for kind in data.edge_types:
        head, relation, tail = kind
        shift, row = torch.tensor([[starts[head]], [starts[tail]]]), graph.relations.index(relation)
        store = result[kind]
        ends = store.edge_index + shift
        triples = torch.stack([ends[0], torch.full_like(ends[0], row), ends[1]], dim=1)
        hidden = among(triples, halves.validation, graph) & store.train_mask
        learned = (store.train_mask & ~hidden) | among(triples, accepted, graph)
        kept = learned | hidden
        store.edge_index = store.edge_index[:, kept]
        store.train_mask, store.val_mask = learned[kept], hidden[kept]
        store.test_mask = store.gate_mask = torch.zeros(int(kept.sum()), dtype=torch.bool)
        types = graph.entity_types[rejected[:, [0, 2]]]
        of_kind = (rejected[:, 1] == row) & (types[:, 0] == graph.type_names.index(head))
        of_kind &= types[:, 1] == graph.type_names.index(tail)
        store.rejected_edge_index = rejected[of_kind][:, [0, 2]].T - shift
    result.fingerprint = fingerprint(result)
    return result


def hidden_facts(graph: KnowledgeGraph) -> Tensor:
    """The facts [m, 3] of the folder's validation and test."""
    return torch.cat([graph.triples[split] for split in ("val", "gate", "test")])


def joined(lists: CandidateLists, graph: KnowledgeGraph) -> Links:
    """The lists of all relations."""
    return Links.joined([links for row in range(graph.num_relations) for _, links in lists.blocks(row)])


def among(triples: Tensor, facts: Tensor, graph: KnowledgeGraph) -> Tensor:
    """Which of the triples [n, 3] are facts [m, 3], bool [n]."""
    keys = [
        (rows[:, 0] * graph.num_relations + rows[:, 1]) * graph.num_entities + rows[:, 2] for rows in (triples, facts)
    ]
    return torch.isin(keys[0], keys[1])


def gain(now: Tensor, before: Tensor) -> dict[str, Any]:
    """How much better these reciprocal ranks are, facts drawn anew for the interval."""
    difference = paired(now, before)
    return {
        "facts": len(now),
        "before": before.mean().item(),
        "gain": difference.mean,
        "gain_interval": [difference.low, difference.high],
    }


def members(graph: KnowledgeGraph, rows: Tensor) -> Tensor:
    """bool [N] of row numbers."""
    chosen = torch.zeros(graph.num_entities, dtype=torch.bool)
    chosen[rows] = True
    return chosen


def line(row: dict[str, Any]) -> str:
    """A model for people."""
    low, high = row["mrr_interval"]
    decided = f"{row['order'] or 'none':9} {row['decisions']:6,} decisions, {row['accepted']:6,} accepted"
    said = [f"{decided}: other works: MRR {row['mrr']:.4f} ({low:.4f} to {high:.4f}), {told(row)}"]
    for how, found in row.get("about", {}).items():
        said.append(
            f"  works decided about, {how}: {found['facts']:,} facts, from {found['before']:.4f}, {told(found)}"
        )
    return "\n".join(said)


def told(found: dict[str, Any]) -> str:
    """A gain for people."""
    low, high = found["gain_interval"]
    return f"gain {found['gain']:+.4f} ({low:+.4f} to {high:+.4f})"


if __name__ == "__main__":
    main()
