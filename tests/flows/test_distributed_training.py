"""`vlkge train --processes 2`: torchrun's processes train what one process trains, also with `--shard`."""

import json
import os
import socket
import subprocess
import sys
from itertools import product
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest
from torch_geometric.data import HeteroData

from base.errors import InputError
from flows.distributed_training import train_together
from graph.connection import Database
from graph.exporting import hetero_file
from graph.exporting.export import export
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.pictures import PictureStore
from models.config import TrainConfig
from models.evaluation.evaluation import evaluate
from models.representation.checkpoint import Checkpoint
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph

CONFIG = TrainConfig(dimension=8, batch_size=50, epochs=3)


def test_ranks_are_those_of_one_process(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "museum"
    folder.mkdir()
    works, styles = [f"work{n:02}" for n in range(60)], ["cubism", "realism", "symbolism"]
    rows = [("label", "id"), *product(["Artwork"], works), *product(["Style"], styles)]
    pd.DataFrame(rows[1:], columns=rows[0]).to_csv(folder / "entities.csv", index=False)
    facts = [(work, relation, styles[n % 3]) for n, work in enumerate(works) for relation in ("hasStyle", "showsStyle")]
    pd.DataFrame(facts, columns=["head", "relation", "tail"]).to_csv(folder / "triples.csv", index=False)
    ingest(database, read_source(folder), PictureStore(tmp_path / "pictures"))
    data = export(database)
    graph = KnowledgeGraph.from_hetero(data)
    told: list[tuple[int, int]] = []

    one = train(data, CONFIG, tmp_path / "one", device="cpu")
    two = train_together(
        data, CONFIG, tmp_path / "two", processes=2, device="cpu", progress=lambda d, t, _="": told.append((d, t))
    )
    ours, theirs = (evaluate(checkpoint.model, graph, split="val") for checkpoint in (one, two))
    assert theirs.mrr == pytest.approx(ours.mrr, abs=1e-6)
    sharded = train_together(data, CONFIG, tmp_path / "sharded", processes=2, device="cpu", shard=True)
    assert evaluate(sharded.model, graph, split="val").mrr == pytest.approx(ours.mrr, abs=1e-6)
    assert told[-1] == (told[-1][1], told[-1][1])
    machines = train_by_hand(data, tmp_path / "by-hand", "--shard")
    assert evaluate(machines.model, graph, split="val").mrr == pytest.approx(ours.mrr, abs=1e-6)
    # Found again, as by one process; and refused in the same words for other settings.
    assert train(data, CONFIG, tmp_path / "two", device="cpu").metrics == two.metrics
    with pytest.raises(InputError, match="holds a model of other data or settings"):
        train_together(data, CONFIG.model_copy(update={"seed": 1}), tmp_path / "two", processes=2, device="cpu")


@pytest.mark.processes
def test_whichever_process_ends_first_says_why(tmp_path: Path) -> None:
    """The launcher ends the others at once: here the first process before it has come to the same refusal."""
    script = tmp_path / "slow_leader.py"
    script.write_text(
        dedent("""
            import os
            import time

            from base.errors import InputError
            from flows import distributed_training

            def refuse(*_arguments, **_options):
                if os.environ["RANK"] == "0":
                    time.sleep(300)
                raise InputError("no such loss")

            distributed_training.hetero_file.load = lambda path, mapped: None
            distributed_training.take_part = refuse
            distributed_training.main()
        """)
    )
    (tmp_path / "train.json").write_text("{}")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    options = ["export.safetensors", "train.json", "model", "--device", "cpu", "--report"]
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        launcher + options, cwd=tmp_path, env=os.environ | {"PYTHONPATH": root}, capture_output=True, text=True
    )
    assert ended.returncode
    assert [json.loads(line) for line in ended.stdout.splitlines()] == [{"error": "no such loss"}]


def train_by_hand(data: HeteroData, folder: Path, *options: str) -> Checkpoint:
    """What docs/scale.md says for two machines, both of which are this one."""
    folder.mkdir()
    hetero_file.save(data, folder / "export.safetensors")
    (folder / "train.json").write_text(CONFIG.model_dump_json())
    given = [str(folder / name) for name in ("export.safetensors", "train.json", "model")]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    meeting = ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{port}"]
    begun = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "torch.distributed.run", "--nnodes", "2", "--node-rank", str(machine)),
                *("--nproc-per-node", "1", *meeting, "--local-addr", "127.0.0.1"),
                *("-m", "flows.distributed_training", *given, "--device", "cpu", *options),
            ],
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        for machine in (0, 1)
    ]
    try:
        assert [process.wait(timeout=300) for process in begun] == [0, 0]
    finally:
        for process in begun:
            process.kill()
    return Checkpoint.load(folder / "model")
