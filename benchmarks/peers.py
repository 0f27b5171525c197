"""PyKEEN in an environment of the benchmarks' own, which is made on first use and sees this project's torch.

`python -m benchmarks.peers` makes it. It lies in VLKGE_HOME, or in the user's cache; benchmarks/peers.txt pins its
packages by hash.
"""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import platformdirs
import torch
from torch import Tensor

from models.triples.knowledge_graph import KnowledgeGraph

PINS = Path(__file__).with_name("peers.txt")
ROOT = Path(__file__).parents[1]


class PyKEEN:
    """A process of `benchmarks.pykeen_peer` with a graph's facts; each call waits for its answer."""

    def __init__(self, graph: KnowledgeGraph, threads: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vlkge-peer-")
        self.file = Path(self._folder.name) / "facts.npz"
        train, val, test = (graph.triples[name].numpy() for name in ("train", "val", "test"))
        sizes = {"entities": np.array(graph.num_entities), "relations": np.array(graph.num_relations)}
        np.savez(self.file, allow_pickle=False, train=train, val=val, test=test, **sizes)
        python = environment()
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "benchmarks.pykeen_peer", str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYSTOW_HOME": str(python.parents[2] / "pystow")},
        )

    def ask(self, command: str, **options: Any) -> dict[str, Any]:
        """Its answer; `seconds` is how long it took there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([command, options]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"PyKEEN's process ended at {command}; what it said is above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def weights(self, whole: bool = False) -> dict[str, Tensor]:
        """Its vectors, `entities` and `relations`, complex ones as [real; imaginary].

        With `whole` it takes small whole numbers for them first.
        """
        file = self.file.with_name("weights.npz")
        self.ask("weights", file=str(file), whole=whole)
        return {name: _in_halves(torch.from_numpy(vectors)) for name, vectors in np.load(file).items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def _in_halves(vectors: Tensor) -> Tensor:
    """Vectors of complex numbers as this project has them: [real; imaginary]. PyKEEN's tables interleave the two."""
    return torch.cat([vectors.real, vectors.imag], dim=1) if vectors.is_complex() else vectors


def environment() -> Path:
    """The Python of the peers' environment; makes the environment where it is missing or of other pins."""
    pins = hashlib.sha256(PINS.read_bytes() + sys.version.encode()).hexdigest()[:10]
    home = Path(os.environ.get("VLKGE_HOME") or platformdirs.user_cache_path("vlkge"))
    folder = home / "peers" / pins
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"Making PyKEEN's environment in {folder} …", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(PINS)]
        subprocess.run([python, *install], check=True)
        (folder / "complete").touch()
    _share_packages(python)  # each time: another clone may have made it, and be gone
    return python


def _share_packages(python: Path) -> None:
    """Torch is 5 GB, and the same for both: the peers' environment reads it from this one."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    theirs = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    (Path(theirs) / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")


if __name__ == "__main__":
    print(environment())
