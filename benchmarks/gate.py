"""The gate over many nights and on many pairs of models, with the real functions on drawn ranks (`simulated_museum`).

python -m benchmarks.gate --out gate
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from base.files import replacing, write_text
from benchmarks.simulated_museum import WARM, GateFacts, Museum, Truth
from models.evaluation.gate_config import GateConfig

STEP = -0.004  # a night
CHANGES = {"equal": 0.0, "0.03 better": 0.03, "0.03 worse": -0.03}


@dataclass(frozen=True)
class Nights:
    """One museum after all nights."""

    facts: int
    lost: float
    """True MRR of the first champion, less that of the last."""
    budget: float
    """As the last night's verdict tells it."""
    promoted: int
    course: list[float]
    """The champion's true MRR after each night."""


def share_passed(facts: int, change: float, warm: float, pairs: int, draws: int) -> float:
    """How many of so many first challengers pass, whose true MRR differs from the champion's by `change`."""
    truth, config = Truth.known(), GateConfig(draws=draws)
    passed = 0
    for seed in range(pairs):
        random = np.random.default_rng([seed, facts])
        passed += Museum(GateFacts.drawn(facts, random), config, random, truth).night(change, warm).passed
    return passed / pairs


def nights(facts: int, change: float, warm: float, count: int, seed: int, draws: int) -> Nights:
    """So many nights at one museum."""
    random = np.random.default_rng([seed, facts])
    museum = Museum(GateFacts.drawn(facts, random), GateConfig(draws=draws), random, Truth.known())
    verdicts, course = [], [museum.first]
    for _ in range(count):
        verdicts.append(museum.night(change, warm))
        course.append(museum.champion.mrr)
    last = verdicts[-1].loss
    assert last is not None  # ranks were compared
    return Nights(facts, museum.first - course[-1], last.budget, sum(v.passed for v in verdicts), course)


def plot(found: list[list[Nights]], file: Path) -> None:
    """The champion's true MRR over the nights, a panel for each number of gate facts, with the budget."""
    figure = Figure(figsize=(4 * len(found), 3), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)
    for panel, runs in zip(panels[0], found, strict=True):
        for run in runs:
            panel.plot(run.course, color="tab:blue", alpha=0.15, linewidth=0.8)
        start, count = runs[0].course[0], len(runs[0].course)
        panel.axhline(
            start - float(np.mean([run.budget for run in runs])), color="tab:red", label="the budget is spent"
        )
        panel.plot([start + STEP * night for night in range(count)], color="grey", linestyle=":", label="no budget")
        panel.set(title=f"{runs[0].facts:,} gate facts", xlabel="night", ylim=(start - 0.15, start + 0.01))
    panels[0][0].set_ylabel("champion's true MRR")
    panels[0][0].legend(frameon=False, fontsize=8)
    with replacing(file) as draft:
        figure.savefig(draft, dpi=120)


def main() -> None:
    """Pairs and nights at three sizes; a table on the screen, `gate.json` and `gate.png` in the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, nargs="+", default=[200, 800, 3000])
    parser.add_argument("--pairs", type=int, default=400, help="for each rate")
    parser.add_argument("--museums", type=int, default=100, help="for each number of facts")
    parser.add_argument("--nights", type=int, default=100)
    parser.add_argument("--draws", type=int, default=200, help="of the bootstrap")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rows, found = [], []
    for facts in given.facts:
        runs = [nights(facts, STEP, WARM, given.nights, seed, given.draws) for seed in range(given.museums)]
        rates = {
            f"{name}, {start}": share_passed(facts, change, warm, given.pairs, given.draws)
            for name, change in CHANGES.items()
            for start, warm in (("cold", 0.0), ("warm", WARM))
        }
        lost = np.array([run.lost for run in runs])
        rows.append(
            {"facts": facts, "budget": float(np.mean([run.budget for run in runs])), "lost": float(lost.mean())}
            | {"lost, 95th of 100": float(np.quantile(lost, 0.95))}
            | {"within budget": float(np.mean([run.lost < run.budget for run in runs]))}
            | rates
        )
        found.append(runs)
        print(json.dumps(rows[-1]), flush=True)
        write_text(given.out / "gate.json", json.dumps(rows, indent=1) + "\n")
        plot(found, given.out / "gate.png")


if __name__ == "__main__":
    main()
