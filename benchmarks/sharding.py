"""What a process holds where tables are sharded by rows: steps by one process, then by several, on a made graph.

The training is that of `vlkge train` in the given dimension. Features stay in an export's file, of which each process
reads its rows. Memory is that of the process that holds most: at work after the steps, and the most at any time.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import torch
from torch import distributed
from torch_geometric.data import HeteroData

from benchmarks.export import peak_megabytes
from benchmarks.report import Figure, compare, show
from benchmarks.scale import made_graph
from benchmarks.timing import timed
from graph.exporting import hetero_file
from models.config import TrainConfig
from models.representation.row_shards import RowShards
from models.training.loop import Run
from models.triples.knowledge_graph import KnowledgeGraph

CPU = torch.device("cpu")
WARM_UP = 2  # steps before the clock starts
UNITS = {"memory at work": "MB", "memory at most": "MB", "a step": "ms", "a query ranked": "ms", "state written": "s"}


def main() -> None:
    """Print memory and times of several processes (ours) beside those of one (peer)."""
    options = arguments()
    if options.graph:
        work(options)
        return
    show(figures(options), as_json=options.json)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What is given, by default on the command line, and the defaults of the rest."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharding", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--facts", type=int, default=2_000_000)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--width", type=int, default=64, help="of the vectors of pictures and texts")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--queries", type=int, default=40, help="that are ranked, half of each end")
    parser.add_argument("--graph", type=Path, help="the file of a graph that is there: be one of the processes")
    return parser.parse_args(given)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """Those of UNITS, of the slowest or largest process."""
    with TemporaryDirectory() as folder:
        graph = Path(folder) / "graph.safetensors"
        hetero_file.save(
            as_exported(made_graph(options.entities, options.facts, options.queries, options.width)), graph
        )
        one, several = (measured(options, graph, processes) for processes in (1, options.processes))
    for name, unit in UNITS.items():
        yield compare(f"sharding, {name}", several[name], one[name], unit, lower_is_better=True)


def as_exported(graph: KnowledgeGraph) -> HeteroData:
    """A graph as an export has it; its test facts are validation facts there."""
    data = HeteroData()
    nodes = data["Entity"]
    nodes.num_nodes, nodes.id, nodes.name = graph.num_entities, graph.entities, graph.names
    nodes.held_out = graph.held_out
    for name, (vectors, mask) in graph.features.items():
        nodes[name], nodes[f"{name}_mask"] = vectors, mask
    facts = graph.facts
    validates = torch.arange(len(facts)) >= len(graph.triples["train"])
    for number, relation in enumerate(graph.relations):
        rows = facts[:, 1] == number
        edges, nothing = data["Entity", relation, "Entity"], torch.zeros(int(rows.sum()), dtype=torch.bool)
        edges.edge_index, edges.rejected_edge_index = facts[rows][:, [0, 2]].t(), torch.empty(2, 0, dtype=torch.long)
        edges.train_mask, edges.val_mask = ~validates[rows], validates[rows]
        edges.gate_mask = edges.test_mask = nothing
    data.encoders, data.fingerprint = {}, "made"
    return data


def measured(options: argparse.Namespace, graph: Path, processes: int) -> dict[str, float]:
    """What so many processes say, of each figure the highest."""
    told = [
        *("--graph", str(graph), "--dimension", str(options.dimension)),
        *("--steps", str(options.steps), "--queries", str(options.queries)),
    ]
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command = [sys.executable, *launcher, "-m", __spec__.name if __spec__ else __name__, *told]
    said = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    ).stdout
    found = [json.loads(line) for line in said.splitlines()]
    return {name: max(figure[name] for figure in found) for name in UNITS}


def work(options: argparse.Namespace) -> None:
    """What one process does: train some steps, rank, write its state; prints its figures as a line of JSON."""
    distributed.init_process_group("gloo")
    data = hetero_file.load(options.graph, mapped=True)
    several = distributed.get_world_size() > 1
    shards = RowShards.among_all(data["Entity"].num_nodes, CPU) if several else None
    graph = KnowledgeGraph.from_hetero(data, shards.own if shards else None)
    del data
    config = TrainConfig(dimension=options.dimension)
    with TemporaryDirectory(dir=options.graph.parent) as own:
        folder = options.graph.parent / "state" if several else Path(own)
        run = Run(graph, config, folder, CPU, shards=shards)
        batches = islice(run.batches.epoch(0), WARM_UP + options.steps)
        for batch in islice(batches, WARM_UP):
            run.step(batch)
        seconds = timed(lambda: [run.step(batch) for batch in batches])
        found = {"memory at work": psutil.Process().memory_info().rss / 2**20, "a step": 1000 * seconds / options.steps}
        seconds = timed(lambda: run.validation.mrr(run.model, run.group))
        found["a query ranked"] = 1000 * seconds / (2 * len(run.validation.facts))
        found["state written"] = timed(lambda: run.states.save(run.model, run.optimizer, {"history": [{}]}, best=1))
        found["memory at most"] = peak_megabytes()
        run.group.wait()
    print(json.dumps(found), flush=True)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
