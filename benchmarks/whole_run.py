"""`vlkge run` on a made museum, from files to published links, and the nights after it, on which little changed.

Each step is timed as its user sees it, by the lines that the commands print. Memory is the most that the command, its
children and the bundled Neo4j held together in that step, looked at every half second; disk is that of the home folder
afterwards. With --kill, the command is killed (SIGKILL) in that step, after so many seconds, and typed again: what was
done by then is not done again.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import psutil

from benchmarks.made_museum import make
from benchmarks.scale import ENTITIES, FACTS

STEP = re.compile(r"^(?:\d/5|·) (.+)$")
KILLED = ", killed"
EVERY = 0.5  # seconds between looks at memory


@dataclass
class Step:
    """What one step took."""

    command: str
    step: str
    seconds: float
    memory_gb: float
    disk_gb: float


def main() -> None:
    """Print a line for each step, then one for each night with its share of the first run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole_run", description=__doc__)
    parser.add_argument("place", type=Path, help="folder for files and home; files that are there are used again")
    parser.add_argument("--entities", type=int, default=ENTITIES)
    parser.add_argument("--facts", type=int, default=FACTS)
    parser.add_argument("--hubs", action="store_true", help="one museum owns all works, one catalogue lists them")
    parser.add_argument("--nights", type=int, default=1, help="nights afterwards")
    parser.add_argument("--new", type=int, default=100, help="facts that come before each night, half of new works")
    parser.add_argument(
        "--small-change", help="of the nights, see docs/retraining.md; a small graph needs more than .01"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a hyperparameter of the run")
    parser.add_argument("--kill", nargs=2, action="append", default=[], metavar=("STEP", "SECONDS"), help="see above")
    options = parser.parse_args()
    files, home = options.place / "files", options.place / "home"
    if not files.is_dir():
        make(files, options.entities, options.facts, options.hubs)
    shutil.rmtree(home, ignore_errors=True)
    hyperparameters = [part for given in options.set for part in ("--set", given)]
    run = ["run", str(files), "--encoder", f"files:{files}", *hyperparameters]
    night_settings = [part for given in options.set for part in ("--set", f"train.{given}")]
    if options.small_change:
        night_settings += ["--set", f"small_change={options.small_change}"]
    try:
        longest: dict[str, float] = {}  # of each step: what was done is not done again
        for kill in [*options.kill, None]:
            for step, seconds in told(typed(run, home, kill)):
                longest[step] = max(seconds, longest.get(step, 0))
        whole = sum(longest.values())
        print(json.dumps({"run": round(whole, 1)}), flush=True)
        for night in range(options.nights):
            add(files, night, options.new)
            seconds = sum(seconds for _, seconds in told(typed(["retrain", str(files), *night_settings], home, None)))
            share = {"night": round(seconds, 1), "share of the run": round(seconds / whole, 3)}
            print(json.dumps(share), flush=True)
    finally:
        subprocess.run(command(["down"]), env=environment(home), check=False)


def told(steps: Iterator[Step]) -> Iterator[tuple[str, float]]:
    """Name and seconds of each step, which is printed."""
    for step in steps:
        print(json.dumps(asdict(step)), flush=True)
        yield step.step.removesuffix(KILLED), step.seconds


def typed(arguments: list[str], home: Path, kill: tuple[str, str] | None) -> Iterator[Step]:
    """The steps of a command; `kill` is the step in which it is killed, and after how many seconds."""
    child = subprocess.Popen(
        command(arguments), env=environment(home), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert child.stderr is not None
    memory = _Memory(child.pid, home)
    name, began = "start", time.perf_counter()
    last = ""
    for line in child.stderr:
        last = line.strip() or last
        print(f"  {line.rstrip()}", file=sys.stderr, flush=True)
        if (found := STEP.match(line.strip())) is None:
            continue
        yield Step(arguments[0], name, round(time.perf_counter() - began, 1), memory.peak(), disk(home))
        name, began = found[1], time.perf_counter()
        if kill is not None and name == kill[0]:
            threading.Timer(float(kill[1]), child.kill).start()
    code = child.wait()
    memory.stop()
    ended = name if code == 0 else name + KILLED
    yield Step(arguments[0], ended, round(time.perf_counter() - began, 1), memory.peak(), disk(home))
    if code and kill is None:
        raise SystemExit(f"vlkge {' '.join(arguments)} ended with {code}: {last}")


def command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "flows.cli", *arguments]


def environment(home: Path) -> dict[str, str]:
    return {**{k: v for k, v in os.environ.items() if not k.startswith("NEO4J_")}, "VLKGE_HOME": str(home)}


def add(files: Path, night: int, facts: int) -> None:
    """Facts of new works, and as many of old ones, at the end of the folder's files."""
    entities, triples = pd.read_parquet(files / "entities.parquet"), pd.read_parquet(files / "triples.parquet")
    works = entities.loc[entities["label"] == "Artwork", "id"]
    fresh = [f"n{night}-{number}" for number in range(facts // 10)]
    some = triples[triples["relation"] != "relation0"].sample(facts, random_state=night)
    heads = [*(fresh[number % len(fresh)] for number in range(facts // 2)), *works.sample(facts - facts // 2)]
    added = pd.DataFrame({"head": heads, "relation": some["relation"].array, "tail": some["tail"].array})
    made = pd.DataFrame({"id": fresh, "label": "Artwork", "name": [f"New work {name}" for name in fresh]})
    pd.concat([entities, made]).to_parquet(files / "entities.parquet", index=False)
    pd.concat([triples, added]).drop_duplicates(["head", "relation", "tail"]).to_parquet(
        files / "triples.parquet", index=False
    )


def disk(home: Path) -> float:
    return round(sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) / 1e9, 2)


class _Memory:
    """Looks at the memory of a process, its children and the home's Neo4j, in a thread."""

    def __init__(self, pid: int, home: Path) -> None:
        self.pid = pid
        self.home = home.resolve()
        self.most = 0
        self.over = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def peak(self) -> float:
        """The most since the last call, in GB."""
        found, self.most = self.most, 0
        return round(found / 1e9, 2)

    def stop(self) -> None:
        self.over.set()

    def _look(self) -> None:
        home = str(self.home)
        while not self.over.wait(EVERY):
            held = 0
            for process in psutil.process_iter():
                try:
                    of_ours = process.pid == self.pid or any(p.pid == self.pid for p in process.parents())
                    if of_ours or any(home in part for part in process.cmdline()):
                        held += process.memory_info().rss
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
            self.most = max(self.most, held)


if __name__ == "__main__":
    main()
