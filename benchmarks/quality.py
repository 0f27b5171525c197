"""How well the facts hidden in a folder's test split are found, by a preset of `models/presets` or a TOML file.

One line a run: protocol, scorer, modalities, seed, MRR and hits; every choice is made on validation, test is ranked
once. `--structural` leaves pictures and texts out, for the figure that they are to be compared with.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks.folder_graph import read_graph
from flows.runtime.hyperparameters import chosen
from models.config import TrainConfig
from models.encoders.vector_files import find_features
from models.evaluation.evaluation import evaluate
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph

CACHE = Path.home() / ".cache" / "vlkge" / "benchmark-vectors"
ENCODERS = {"textual": "bundled", "visual": "efficientnet"}


def main() -> None:
    """Print a line for each run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder with triples.csv (or NAME_triples.csv) and, if any, entities.csv",
    )
    parser.add_argument("--preset", help="a name in models/presets, or a TOML file; none: the defaults")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another hyperparameter")
    parser.add_argument("--seeds", type=int, default=1, help="runs, with seeds from 42 on")
    parser.add_argument("--protocol", choices=["strict", "paper"], default="strict")
    parser.add_argument("--candidates", choices=["all", "typed", "observed"], default="all")
    parser.add_argument("--structural", action="store_true", help="without pictures and texts")
    parser.add_argument(
        "--encoder",
        help="of texts, by its name, or files:FOLDER-OR-PATTERN with vectors of the entities; none: the bundled ones",
    )
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for vectors of pictures and texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one line of JSON per run")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = read_graph(options.data, {} if options.structural else encoders(options.encoder), options.cache)
    graph = KnowledgeGraph.from_hetero(data)
    for seed in range(42, 42 + options.seeds):
        config = TrainConfig(**{**chosen(options.preset, options.set), "seed": seed})
        with tempfile.TemporaryDirectory() as folder:
            model = train(data, config, Path(folder)).model
        report = evaluate(model, graph, protocol=options.protocol, candidates=options.candidates)
        row = {
            "data": options.data.name,
            "protocol": options.protocol,
            "candidates": options.candidates,
            "scorer": config.scorer,
            "modalities": list(model.modalities),
            "seed": seed,
            "mrr": report.mrr,
            "hits": {k: getattr(report, f"hits_at_{k}") for k in (1, 3, 10)},
            "mrr_of_sides": {side: figures.mrr for side, figures in report.sides.items()},
            "mrr_by_inverse": {name: figures.mrr for name, figures in report.inverse.items()},
            "mrr_of_relations": {name: figures.mrr for name, figures in report.relations.items()},
        }
        print(json.dumps(row) if options.json else line(row), flush=True)


def encoders(name: str | None) -> dict[str, str]:
    """The encoder of each modality: the bundled ones, one for texts, or the files of `files:FOLDER-OR-PATTERN`."""
    kind, _, where = (name or "").partition(":")
    if kind != "files":
        return {**ENCODERS, **({"textual": name} if name else {})}
    return {modality: f"files:{file}" for modality, file in find_features(where).items()}


def line(row: dict[str, Any]) -> str:
    """A run for people."""
    hits = " ".join(f"@{k} {value:.3f}" for k, value in row["hits"].items())
    modalities = "+".join(row["modalities"])
    return (
        f"{row['data']} {row['protocol']} {row['scorer']} {modalities} seed {row['seed']}: MRR {row['mrr']:.4f}, {hits}"
    )


if __name__ == "__main__":
    main()
