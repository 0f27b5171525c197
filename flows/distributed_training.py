"""Training by several processes, on this machine or several: started by `vlkge train --processes`, or by torchrun.

    torchrun --nnodes 2 --node-rank 0 --nproc-per-node 1 --rdzv-backend c10d --rdzv-endpoint HOST:29500 \\
        -m flows.distributed_training export.safetensors train.json FOLDER

FOLDER is one that all machines share. See docs/scale.md.
"""

import argparse
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed
from torch_geometric.data import HeteroData

from base.errors import InputError, PipelineError
from base.files import passing_folder, write_text
from base.progress import Progress, silent
from graph.exporting import hetero_file
from models.config import TrainConfig
from models.representation.checkpoint import Checkpoint
from models.training.loop import take_part

LINES = 15


def train_together(
    data: HeteroData,
    config: TrainConfig,
    folder: Path,
    *,
    processes: int,
    warm_start: Checkpoint | None = None,
    device: str = "auto",
    shard: bool = False,
    progress: Progress = silent,
) -> Checkpoint:
    """As `models.training.loop.train`, by so many processes on this machine; one GPU each where `device` is not cpu.

    With `shard` each process holds its share of the entities' rows.

    Raises InputError as that does, and PipelineError with the end of what was printed where a process ended otherwise.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with passing_folder(folder.parent) as here:
        hetero_file.save(data, here / "graph.safetensors")
        write_text(here / "config.json", config.model_dump_json())
        arguments = [str(here / "graph.safetensors"), str(here / "config.json"), str(folder), "--device", device]
        if warm_start is not None:
            warm_start.save(here / "warm-start")
            arguments += ["--warm-start", str(here / "warm-start")]
        arguments += ["--shard"] if shard else []
        _run(processes, arguments, here / "printed.txt", progress)
    return Checkpoint.load(folder)


def _run(processes: int, arguments: list[str], printed: Path, progress: Progress) -> None:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // processes))}
    command = [sys.executable, *launcher, "-m", __name__, *arguments, "--report"]
    with (
        printed.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | threads
        ) as running,
    ):
        assert running.stdout is not None
        problem = None
        try:
            for line in running.stdout:
                said = json.loads(line)
                if "error" in said:
                    problem = problem or said["error"]
                else:
                    progress(said["done"], said["total"], said["note"])
        finally:
            running.terminate()
    if problem is not None:
        raise InputError(problem)
    if running.returncode:
        end = "\n".join(printed.read_text("utf-8").splitlines()[-LINES:])
        raise PipelineError(f"training by {processes} processes ended with {running.returncode}:\n{end}")


def main() -> None:
    """One of the processes; torchrun tells it by the environment which."""
    parser = argparse.ArgumentParser(prog="torchrun -m flows.distributed_training", description=__doc__)
    parser.add_argument("graph", type=Path, help="what `vlkge export` wrote")
    parser.add_argument("config", type=Path, help="hyperparameters as JSON")
    parser.add_argument("folder", type=Path, help="where the model is kept; shared by all machines")
    parser.add_argument("--warm-start", type=Path, help="the folder of an earlier model")
    parser.add_argument("--shard", action="store_true", help="each process holds its share of the entities' rows")
    parser.add_argument("--device", default="auto", help="auto (a GPU for each process, where there are any) or cpu")
    parser.add_argument("--report", action="store_true", help="print JSON lines on progress")
    options = parser.parse_args()
    gpu = options.device != "cpu" and torch.cuda.is_available()
    device = f"cuda:{os.environ['LOCAL_RANK']}" if gpu else "cpu"
    # the others wait while the first process fits the experts, on large graphs for longer than the usual half an hour
    distributed.init_process_group("nccl" if gpu else "gloo", timeout=timedelta(days=1))
    try:
        take_part(
            hetero_file.load(options.graph, mapped=options.shard),
            TrainConfig(**json.loads(options.config.read_text("utf-8"))),
            options.folder,
            warm_start=Checkpoint.load(options.warm_start, mapped=True) if options.warm_start else None,
            device=device,
            shard=options.shard,
            progress=_report if options.report and distributed.get_rank() == 0 else silent,
        )
    except InputError as error:
        # each says so itself: when one process has ended, the launcher ends the others, who may not have come to it
        print(json.dumps({"error": str(error)}), flush=True)
        sys.exit(2)
    finally:
        distributed.destroy_process_group()


def _report(done: int, total: int, note: str = "") -> None:
    print(json.dumps({"done": done, "total": total, "note": note}), flush=True)


if __name__ == "__main__":
    main()
