"""Plots: drawn without a display, the same bytes each time, with the names and figures a reader looks for."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from models.evaluation import plots
from models.evaluation.evaluation import Figures, Report

HISTORY = [
    {"epoch": 1, "loss": 4.2, "validation_mrr": 0.31, "seconds": 2.0},
    {"epoch": 2, "loss": 3.1, "validation_mrr": 0.44, "seconds": 2.0},
    {"epoch": 3, "loss": 2.9, "validation_mrr": 0.42, "seconds": 2.0},
]
BINS = [
    {"from": 0.0, "to": 0.5, "count": 90, "predicted": 0.2, "observed": 0.25},
    {"from": 0.5, "to": 1.0, "count": 0, "predicted": None, "observed": None},
]


def figures(mrr: float | None, queries: int = 10) -> Figures:
    return Figures(queries=queries, mrr=mrr, hits_at_1=mrr, hits_at_3=mrr, hits_at_10=mrr, amri=mrr)


def report(**relations: float | None) -> Report:
    return Report(
        **figures(0.4).model_dump(),
        protocol="strict",
        split="test",
        candidates="all",
        facts=5,
        mrr_interval=(0.3, 0.5),
        sides={},
        relations={name: figures(mrr) for name, mrr in relations.items()},
        groups={},
        inverse={},
    )


def texts(path: Path) -> list[str]:
    """The words of an SVG file, which are kept as text."""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_training_curve_names_the_best_epoch(tmp_path):
    plots.training_curve(HISTORY, tmp_path / "plots" / "training.svg")
    words = texts(tmp_path / "plots" / "training.svg")
    assert {"loss", "validation MRR", "best: 0.440, epoch 2"} <= set(words)


def test_relations_are_named_with_their_queries_best_on_top(tmp_path):
    plots.mrr_per_relation({"VL-KGE": report(hasStyle=0.3, isFriendOf=0.7, empty=None)}, tmp_path / "r.svg")
    words = texts(tmp_path / "r.svg")
    assert words.index("hasStyle (10)") < words.index("isFriendOf (10)")  # drawn from below
    assert not any(word.startswith("empty") for word in words)
    assert "MRR, test facts, strict protocol (queries)" in words


def test_relations_left_out_are_said(tmp_path):
    many = report(**{f"relation{i:02}": 0.5 for i in range(plots.MOST_RELATIONS + 3)})
    plots.mrr_per_relation({"VL-KGE": many}, tmp_path / "r.svg")
    assert any("3 relations with fewer queries are left out" in word for word in texts(tmp_path / "r.svg"))


def test_a_comparison_names_both_and_the_whole(tmp_path):
    plots.comparison(report(hasStyle=0.3), report(hasStyle=0.5), tmp_path / "c.svg")
    assert {"champion", "challenger", "all relations (10)", "hasStyle (10)"} <= set(texts(tmp_path / "c.svg"))


def test_bins_without_links_are_not_drawn(tmp_path):
    plots.reliability(BINS, tmp_path / "full.svg")
    plots.reliability(BINS[:1], tmp_path / "one.svg")
    assert (tmp_path / "full.svg").read_bytes() == (tmp_path / "one.svg").read_bytes()


def test_versions_without_a_figure_leave_a_gap(tmp_path):
    rows = [{"version": "complex-1", "validation_mrr": 0.2}, {"version": "complex-2"}]
    plots.versions(rows, tmp_path / "v.svg")
    assert {"complex-1", "complex-2"} <= set(texts(tmp_path / "v.svg"))


@pytest.mark.parametrize("name", ["training", "relations"])
def test_the_same_figures_give_the_same_small_file(tmp_path, name):
    draw = {
        "training": lambda path: plots.training_curve(HISTORY, path),
        "relations": lambda path: plots.mrr_per_relation({"a": report(hasStyle=0.3), "b": report(x=0.1)}, path),
    }[name]
    draw(tmp_path / "first.svg")
    draw(tmp_path / "second.svg")
    first = (tmp_path / "first.svg").read_bytes()
    assert first == (tmp_path / "second.svg").read_bytes()
    assert len(first) < 40_000
