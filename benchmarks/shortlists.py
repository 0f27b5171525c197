"""What shortlists cost beside scoring all pairs of a relation, and how many of the best links they name, in one run.

Of a made museum, or with --data of a folder as `benchmarks.quality` takes it. A model is trained on it briefly, and the
best links of some heads are listed both ways, in processor seconds of one core.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.folder_graph import read_graph
from benchmarks.made_museum import make
from benchmarks.quality import CACHE, encoders
from models.config import TrainConfig
from models.ranking.candidate_lists import CandidateLists, Links
from models.ranking.scores import Scores
from models.ranking.shortlists import Shortlists
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns

TOP_K = 3


def main() -> None:
    """Print a line for each relation."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shortlists", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with entities and triples; none: a made museum")
    parser.add_argument("--entities", type=int, default=20_000, help="of the made museum")
    parser.add_argument("--facts", type=int, default=700_000, help="of the made museum")
    parser.add_argument("--relation", action="append", help="none: the first one")
    parser.add_argument("--heads", type=int, default=3_000, help="heads whose links are listed both ways")
    parser.add_argument("--epochs", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="vlkge-benchmark-") as place:
        folder, encoder = options.data, None
        if folder is None:
            folder = made(Path(place) / "made", options.entities, options.facts)
            encoder = f"files:{folder}"
        data = read_graph(folder, encoders(encoder), CACHE)
        graph = KnowledgeGraph.from_hetero(data)
        config = TrainConfig(epochs=options.epochs, batch_size=2048, negatives=256)
        model = train(data, config, Path(place) / "model").model
        scores = Scores.of_model(model, graph.facts)
        for name in options.relation or graph.relations[:1]:
            print(json.dumps(compared(scores, graph, name, options.heads)), flush=True)


def made(folder: Path, entities: int, facts: int) -> Path:
    """The museum's folder, nine tenths of its facts for training."""
    make(folder, entities, facts)
    triples = pd.read_parquet(folder / "triples.parquet")
    draw = np.random.default_rng(0).random(len(triples))
    triples["split"] = np.select([draw < 0.9, draw < 0.95], ["train", "val"], "test")
    triples.to_parquet(folder / "triples.parquet", index=False)
    return folder


def compared(scores: Scores, graph: KnowledgeGraph, relation: str, heads: int) -> dict[str, object]:
    """Seconds and shares of one relation; what both ways make once is made before."""
    row = graph.relations.index(relation)
    lists = CandidateLists(scores, graph, Patterns(), top_k=TOP_K)
    own, tails = max(lists._joined(row, None), key=lambda joined: len(joined[0]))
    order = own[torch.randperm(len(own), generator=torch.Generator().manual_seed(1))]
    chosen = torch.zeros(graph.num_entities, dtype=torch.bool)
    chosen[order[:heads]] = True
    listed(lists, row, chosen)
    exact, exact_seconds = listed(lists, row, chosen)
    started = time.process_time()
    shortlists = Shortlists(scores, row, own, tails, lists.excluded)
    sketch_seconds = time.process_time() - started
    found = shortlists.found(TOP_K)
    started = time.process_time()
    has_tail = lists._has_tail(row)
    parts = [lists._block(row, block, some, has_tail) for block, some in shortlists.blocks(chosen.nonzero()[:, 0])]
    short_seconds = time.process_time() - started
    kept = torch.isin(keys(exact, graph), keys(Links.joined(parts), graph)).float().mean().item()
    return {
        "relation": relation,
        "heads": len(own),
        "tails": len(tails),
        "listed": int(chosen.sum()),
        "all pairs, s": round(exact_seconds, 1),
        "sketch, once, s": round(sketch_seconds, 1),
        "shortlists, s": round(short_seconds, 1),
        "named by a head's own": round(found.found, 4),
        "found with those of similar heads": round(kept, 4),
    }


def listed(lists: CandidateLists, relation: int, heads: torch.Tensor) -> tuple[Links, float]:
    """The links of these heads, and processor seconds."""
    started = time.process_time()
    links = Links.joined([links for _, links in lists.blocks(relation, heads)])
    return links, time.process_time() - started


def keys(links: Links, graph: KnowledgeGraph) -> torch.Tensor:
    """A number for each link."""
    return links.heads * graph.num_entities + links.tails


if __name__ == "__main__":
    main()
