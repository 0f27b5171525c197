"""Plots as SVG files: small, the same bytes for the same figures, readable without colour.

Colours are those of Okabe and Ito (2008), which people with any colour vision tell apart; shapes differ too.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from base.files import replacing
from models.evaluation.evaluation import Report

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
COLOURS, MARKERS = (BLUE, ORANGE, GREEN, PURPLE), ("o", "D", "s", "^")
GREY = "#595959"
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "vlkge",  # the identifiers inside the file are else drawn anew each time
    "svg.fonttype": "none",  # text stays text: small, and found by a search
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "legend.frameon": False,
}
WIDTH = 7.0  # inches
MOST_RELATIONS = 40
LONGEST_NAME = 40


def training_curve(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Loss and validation MRR over epochs, from a training's history (epoch, loss, validation_mrr)."""
    epochs = [row["epoch"] for row in history]
    with _figure(path, 3.4) as figure:
        left, right = figure.subplots(1, 2)
        _line(left, epochs, [row["loss"] for row in history], BLUE, "o", "loss")
        scores = [row["validation_mrr"] for row in history]
        _line(right, epochs, scores, ORANGE, "D", "validation MRR")
        if scores:
            best = max(range(len(scores)), key=scores.__getitem__)
            right.axvline(epochs[best], color=GREY, linestyle=":", linewidth=1)
            right.set_title(f"best: {scores[best]:.3f}, epoch {epochs[best]}", fontsize=10)
        for axes in (left, right):
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def mrr_per_relation(reports: Mapping[str, Report], path: Path) -> None:
    """MRR of each relation, a mark for each named report; the relations with most queries, best of the first on top."""
    first = next(iter(reports.values()))
    asked = {name: part for name, part in first.relations.items() if part.mrr is not None}
    shown = sorted(asked, key=lambda name: -asked[name].queries)[:MOST_RELATIONS]
    shown.sort(key=lambda name: (asked[name].mrr or 0.0, name))
    with _figure(path, 1.2 + 0.26 * len(shown)) as figure:
        axes = figure.subplots()
        for (name, report), colour, marker in zip(reports.items(), COLOURS, MARKERS, strict=False):
            places = [i for i, relation in enumerate(shown) if relation in report.relations]
            values = [report.relations[shown[i]].mrr for i in places]
            _dots(axes, values, places, colour, marker, name)
        axes.set_yticks(range(len(shown)), [f"{_short(name)} ({asked[name].queries:,})" for name in shown])
        axes.set_xlim(-0.02, 1.02)
        left_out = len(asked) - len(shown)
        note = f"; {left_out} relations with fewer queries are left out" if left_out else ""
        axes.set_xlabel(f"MRR, {first.split} facts, {first.protocol} protocol (queries){note}")
        _legend(axes, len(reports))


def comparison(champion: Report, challenger: Report, path: Path) -> None:
    """Champion and challenger side by side: overall, then each relation."""
    everything = {"champion": champion, "challenger": challenger}
    whole = {
        name: report.model_copy(update={"relations": {"all relations": report, **report.relations}})
        for name, report in everything.items()
    }
    mrr_per_relation(whole, path)


def reliability(bins: Sequence[Mapping[str, Any]], path: Path) -> None:
    """What happened to links by the probability they were given: bins of from, to, count, predicted, observed."""
    filled = [part for part in bins if part["count"]]
    with _figure(path, 4.6) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        above.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="as predicted")
        predicted, observed = ([part[name] for part in filled] for name in ("predicted", "observed"))
        above.plot(predicted, observed, color=BLUE, marker="o", label="observed")
        above.set_ylabel("share that was right")
        above.set_ylim(-0.02, 1.02)
        above.legend(loc="upper left")
        edges = [part["from"] for part in filled]
        widths = [part["to"] - part["from"] for part in filled]
        below.bar(edges, [part["count"] for part in filled], widths, align="edge", color=BLUE, edgecolor="white")
        below.set_yscale("log")
        # Plain text, which a search finds; powers of ten would be typeset, which takes longer to draw.
        below.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        below.set_ylabel("links")
        below.set_xlabel("predicted probability")
        below.set_xlim(-0.02, 1.02)


def versions(rows: Sequence[Mapping[str, Any]], path: Path, *, metric: str = "validation_mrr") -> None:
    """A figure over the versions of a model, in the order given: rows of version and `metric`; gaps where missing."""
    with _figure(path, 3.8) as figure:
        axes = figure.subplots()
        known = [(i, row[metric]) for i, row in enumerate(rows) if row.get(metric) is not None]
        _line(axes, [i for i, _ in known], [value for _, value in known], BLUE, "o", metric.replace("_", " "))
        axes.set_xticks(range(len(rows)), [_short(str(row["version"])) for row in rows], rotation=30, ha="right")
        axes.set_ylim(bottom=0)


@contextmanager
def _figure(path: Path, height: float) -> Iterator[Figure]:
    """A figure that is written to `path` at the end, without a display and without touching pyplot's state."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure
        with replacing(path) as draft:
            figure.savefig(draft, format="svg", metadata={"Date": None})


def _line(axes: Axes, x: Sequence[int], y: Sequence[float], colour: str, marker: str, label: str) -> None:
    axes.plot(x, y, color=colour, marker=marker, markersize=4, linewidth=1.5)
    axes.set_ylabel(label)


def _dots(axes: Axes, x: Sequence[float | None], y: Sequence[int], colour: str, marker: str, label: str) -> None:
    some = [(value, place) for value, place in zip(x, y, strict=True) if value is not None]
    axes.plot(
        [value for value, _ in some],
        [place for _, place in some],
        color=colour,
        marker=marker,
        linestyle="none",
        markersize=6,
        label=label,
    )


def _legend(axes: Axes, entries: int) -> None:
    if entries > 1:
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=entries)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
