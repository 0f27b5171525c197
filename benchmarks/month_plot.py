"""The champion's MRR over the nights of a simulated month, with what happened, from its month.jsonl.

python -m benchmarks.month_plot month/month.jsonl month.svg
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from base.files import replacing
from models.evaluation.plots import BLUE, GREY, ORANGE, STYLE

Night = dict[str, Any]
SERIES = (("gate_mrr", "gate facts of that night's graph", BLUE), ("test_mrr", "test facts of that graph", ORANGE))


def draw(nights: Sequence[Night], path: Path) -> None:
    """Both figures as lines, open where the champion stayed, and a dotted line where something happened."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 4), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        for name, label, colour in SERIES:
            known = [night for night in nights if night[name] is not None]
            at, values = [night["night"] for night in known], [night[name] for night in known]
            axes.plot(at, values, color=colour, linewidth=1.5, label=label)
            for night in known:
                new = night["outcome"] in ("first", "promoted")
                face = colour if new else "white"
                axes.plot(night["night"], night[name], "o", color=colour, markerfacecolor=face, markersize=4)
        axes.set_ylim(bottom=0)
        for night in nights:
            if happened := night.get("happened"):
                axes.axvline(night["night"], color=GREY, linestyle=":", linewidth=1)
                words = happened.split(",")[0].partition(" links")[0]
                axes.text(night["night"] + 0.15, 0.004, words, rotation=90, fontsize=8, color=GREY, va="bottom")
        axes.set_xlabel("night; filled: a new champion, open: the former one stays")
        axes.set_ylabel("the champion's MRR")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        with replacing(path) as draft:
            figure.savefig(draft, format="svg", metadata={"Date": None})


def read(file: Path) -> list[Night]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nights", type=Path, help="month.jsonl")
    parser.add_argument("svg", type=Path)
    arguments = parser.parse_args()
    draw(read(arguments.nights), arguments.svg)


if __name__ == "__main__":
    main()
