"""How the work on a graph grows with its largest hub: a museum that owns D works, and a catalogue that lists them.

Every work has one of 500 artists, one of 20 styles and the museum, and is listed by the catalogue: 4 D facts, of
which the museum is the tail of D and the catalogue the head of D. Each part is timed by the processor's clock on one
thread; its exponent is the slope of log time over log D, by least squares over all sizes and between the last two: 1
where it is linear in facts.
"""

import argparse
import json
import time
from collections.abc import Iterator

import numpy as np
import torch

from benchmarks.facts import made
from benchmarks.timing import timed
from models.config import TrainConfig
from models.experts.facts import Facts
from models.explanation.evidence import evidence
from models.prediction.prediction import predict
from models.ranking.ranking import rank
from models.ranking.scores import VectorScores
from models.representation.vlkge import VLKGE
from models.rules.rule_set import mine
from models.training.batches import epochs
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.relation_patterns import Patterns

ARTISTS, STYLES, RELATIONS = 500, 20, 4
HELD_BACK = 0.05
ASKED = 200  # works whose links are predicted


def main() -> None:
    """Print a line for each size and one of exponents."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hubs", description=__doc__)
    parser.add_argument("--works", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="sizes of the hub")
    options = parser.parse_args()
    torch.set_num_threads(1)
    measured = []
    for works in options.works:
        seconds = dict(figures(hub_graph(works)))
        measured.append((works, seconds))
        print(json.dumps({"works": works, **{name: round(value, 3) for name, value in seconds.items()}}), flush=True)
    for name, some in (("exponents", measured), ("exponents of the last step", measured[-2:])):
        if len(some) > 1:
            print(json.dumps({name: slopes(some)}), flush=True)


def slopes(measured: list[tuple[int, dict[str, float]]]) -> dict[str, float]:
    """The exponent of each part."""
    sizes = np.log([works for works, _ in measured])
    return {
        name: round(float(np.polyfit(sizes, np.log([seconds[name] for _, seconds in measured]), 1)[0]), 2)
        for name in measured[0][1]
    }


def hub_graph(works: int) -> KnowledgeGraph:
    """The museum's graph: works first, then artists, styles, the museum and the catalogue."""
    generator = torch.Generator().manual_seed(0)
    museum = works + ARTISTS + STYLES
    work = torch.arange(works)
    artist = works + torch.randint(ARTISTS, (works,), generator=generator)
    style = works + ARTISTS + torch.randint(STYLES, (works,), generator=generator)
    columns = [(work, artist), (work, style), (work, museum + 0 * work), (museum + 1 + 0 * work, work)]
    facts = torch.cat([torch.stack([h, torch.full_like(h, r), t], dim=1) for r, (h, t) in enumerate(columns)])
    facts = facts[torch.randperm(len(facts), generator=generator)]
    held = int(len(facts) * HELD_BACK)
    triples = {"train": facts[held:], "val": facts[:0], "gate": facts[:0], "test": facts[:held]}
    return made(triples, [f"e{i}" for i in range(museum + 2)], [f"r{i}" for i in range(RELATIONS)])


def figures(graph: KnowledgeGraph) -> Iterator[tuple[str, float]]:
    """Processor seconds of each part."""

    def spent(work: object) -> float:
        return timed(work, time.process_time)  # type: ignore[arg-type]

    train = graph.triples["train"]
    model = VLKGE.from_graph(TrainConfig(dimension=16, experts=[]), graph)
    yield "lookup", spent(lambda: KnownFacts(train, RELATIONS))
    yield "negatives of an epoch", spent(lambda: sum(1 for _ in epochs(graph, model.config).epoch(0)))
    known = KnownFacts(torch.cat(list(graph.triples.values())), RELATIONS)
    listed = graph.triples["test"][graph.triples["test"][:, 1] == RELATIONS - 1]
    yield (
        "ranking the catalogue's",
        spent(lambda: rank(VectorScores.of_model(model), listed, known=known, sides=["tail"])),
    )
    yield "patterns", spent(lambda: Patterns.found(graph))
    yield "rules", spent(lambda: mine(train.numpy(), graph.num_entities, RELATIONS))
    yield "facts", spent(lambda: Facts(20_000, 100.0).learn(graph))
    heads = torch.zeros(graph.num_entities, dtype=torch.bool)
    heads[:ASKED] = heads[-1] = True
    yield "lists", spent(lambda: predict(model, graph, heads=heads))
    links = predict(model, graph, heads=heads)
    rules = mine(train.numpy(), graph.num_entities, RELATIONS)
    yield "evidence", spent(lambda: evidence(model, graph, rules, links))


if __name__ == "__main__":
    main()
