"""Exporting the graph to PyG tensors, beside a driver loop that reads one record per fact.

Both read the same graph from the same server and take turns. The loop builds ids, edge_index and split masks
and nothing more; ours also brings names, marks, the gate's mask and rejected links, sorts, and takes a
fingerprint. With vectors, the loop reads one record per entity. Memory is measured in a process of its own each.
"""

import argparse
import multiprocessing
import re
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import torch
from torch_geometric.data import HeteroData

from benchmarks.database import scratch_database
from benchmarks.report import Figure, compare, show
from graph import vectors
from graph.connection import Address, Database, connect
from graph.exporting.export import export, facts_of
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.loading.tables import find_table
from graph.pictures import PictureStore
from graph.vectors import Encoder

WARM_UP = 3
ENCODER = Encoder("random", "benchmark", 384)
ENTITIES = "MATCH (n:Entity) RETURN n.id AS id, [l IN labels(n) WHERE l <> 'Entity'][0] AS label"
FACTS = """
MATCH (h:Entity)-[r]->(t:Entity) WHERE type(r) <> 'PREDICTED'
RETURN h.id AS head, type(r) AS relation, t.id AS tail, r.split AS split
"""
VECTORS = "MATCH (n:Entity) WHERE n.textual IS NOT NULL RETURN n.id AS id, n.textual AS vector"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples, and entities where there are")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    with scratch_database() as database:
        load(database, options.data)
        show(figures(database, options.turns), as_json=options.json)


def load(database: Database, folder: Path) -> None:
    source = read_source(folder, entities_from_triples=find_table(folder, "entities") is None)
    with tempfile.TemporaryDirectory() as pictures:
        ingest(database, source, PictureStore(Path(pictures)))


def figures(database: Database, turns: int) -> Iterator[Figure]:
    """Facts per second, the same with a vector on each entity, and the memory that the facts take."""
    facts = facts_of(export(database))
    ours, peer = take_turns({"ours": lambda: export(database), "peer": lambda: read_facts(database)}, turns)
    yield compare("export.facts", len(facts) / ours, len(facts) / peer, "facts/s")
    for name, part in (("export.peak_memory", 0), ("export.memory_above_imports", 1)):
        taken = [measure_memory(reader, database.address)[part] for reader in (export, read_facts)]
        yield compare(name, taken[0], taken[1], "MB", lower_is_better=True)
    entities = put_vectors(database)
    readers = {"ours": lambda: export(database), "peer": lambda: read_vectors(database, read_facts(database))}
    ours, peer = take_turns(readers, max(1, turns // 2))
    yield compare("export.facts_with_vectors", len(facts) / ours, len(facts) / peer, "facts/s")
    check(export(database), read_vectors(database, read_facts(database)), entities)


def take_turns(readers: dict[str, Callable[[], HeteroData]], turns: int) -> list[float]:
    """Median seconds of each, after some turns that warm the server up; who goes first changes."""
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for turn in range(WARM_UP + turns):
        for name in sorted(readers, reverse=bool(turn % 2)):
            begin = time.perf_counter()
            readers[name]()
            if turn >= WARM_UP:
                seconds[name].append(time.perf_counter() - begin)
    return [statistics.median(seconds[name]) for name in readers]


def read_facts(database: Database) -> HeteroData:
    """The driver loop: one record per entity, one per fact, numbered as they come."""
    data = HeteroData()
    place: dict[str, tuple[str, int]] = {}
    ids: dict[str, list[str]] = defaultdict(list)
    edges: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    splits: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    with database.session() as session:
        for record in session.run(ENTITIES):
            label = record["label"]
            place[record["id"]] = (label, len(ids[label]))
            ids[label].append(record["id"])
        for record in session.run(FACTS):
            (head_type, head), (tail_type, tail) = place[record["head"]], place[record["tail"]]
            edge_type = (head_type, record["relation"], tail_type)
            edges[edge_type].append((head, tail))
            splits[edge_type].append(record["split"])
    for label, members in ids.items():
        data[label].id = members
    for edge_type, pairs in edges.items():
        data[edge_type].edge_index = torch.tensor(pairs).t().contiguous()
        for split in ("train", "val", "test"):
            data[edge_type][f"{split}_mask"] = torch.tensor([s == split for s in splits[edge_type]])
    return data


def read_vectors(database: Database, data: HeteroData) -> HeteroData:
    """The driver loop for vectors: one record per entity."""
    place = {id_: (label, i) for label in data.node_types for i, id_ in enumerate(data[label].id)}
    for label in data.node_types:
        data[label].textual = torch.zeros(len(data[label].id), ENCODER.dimension)
    with database.session() as session:
        for record in session.run(VECTORS):
            label, i = place[record["id"]]
            data[label].textual[i] = torch.tensor(record["vector"])
    return data


def put_vectors(database: Database) -> list[str]:
    """A random vector on every entity."""
    data = export(database)
    ids = [id_ for label in data.node_types for id_ in data[label].id]
    vectors.activate(database, "textual", ENCODER)
    drawn = np.random.default_rng(0).normal(size=(len(ids), ENCODER.dimension)).astype(np.float32)
    vectors.write(database, "textual", ids, drawn, ids)
    return ids


def check(ours: HeteroData, peer: HeteroData, entities: list[str]) -> None:
    """Both must have read the same."""
    same = set(facts_of(ours).itertuples(index=False)) == set(facts_of(peer).itertuples(index=False))
    rows = [
        {id_: row for label in data.node_types for id_, row in zip(data[label].id, data[label].textual, strict=True)}
        for data in (ours, peer)
    ]
    if not same or not all(torch.equal(rows[0][id_], rows[1][id_]) for id_ in entities):
        raise SystemExit("the export and the driver loop do not agree")


def measure_memory(reader: Callable[[Database], HeteroData], address: Address) -> tuple[float, float]:
    """Peak memory in MB of a process that reads the graph once, and how much of it came after the imports."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_read_once, args=(reader, address, send))
    process.start()
    taken: tuple[float, float] = receive.recv()
    process.join()
    return taken


def _read_once(reader: Callable[[Database], HeteroData], address: Address, send: Connection) -> None:
    before = peak_megabytes()
    with connect(address) as database:
        reader(database)
    send.send((peak_megabytes(), peak_megabytes() - before))


def peak_megabytes() -> float:
    """The most memory this process has had; `ru_maxrss` alone would count what its parent had before the exec."""
    status = Path("/proc/self/status")
    if status.is_file() and (peak := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(peak[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


if __name__ == "__main__":
    main()
