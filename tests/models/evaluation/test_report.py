"""The Markdown report and figures over seeds: what a reader looks up is there, numbers worked out by hand."""

import numpy as np
import pytest

from base.errors import InputError
from models.calibration.reliability import reliability
from models.evaluation.baselines import Popularity
from models.evaluation.evaluation import Report, evaluate
from models.evaluation.report import markdown, seeds_markdown
from models.evaluation.seeds import over_seeds, spread
from models.triples.knowledge_graph import KnowledgeGraph


@pytest.fixture
def report(gallery) -> Report:
    graph = KnowledgeGraph.from_hetero(gallery)
    return evaluate(Popularity(graph), graph)


def with_mrr(report: Report, mrr: float) -> Report:
    return report.model_copy(update={"mrr": mrr})


def cells(text: str, name: str) -> list[str]:
    """The cells of the first table row with that name."""
    row = next(line for line in text.splitlines() if line.startswith(f"| {name} "))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_a_report_says_what_was_ranked_and_by_which_rules(report):
    text = markdown("complex-1", report, {"popularity": report}, plots={"training": "plots/training.svg"})
    assert text.startswith("# complex-1\n")
    assert f"{report.queries} queries for the heads and tails of test facts, protocol **strict**" in text
    assert "![training](plots/training.svg)" in text
    assert cells(text, "popularity")[1:] == cells(text, "**VL-KGE**")[1:]
    assert cells(text, "popularity")[1] == f"{report.mrr:.3f}"


def test_a_relation_has_its_sides_its_groups_and_the_baseline(report):
    text = markdown("complex-1", report, {"popularity": report}).split("## Relations")[1]
    header, row = cells(text, "relation"), cells(text, "hasStyle")
    found = dict(zip(header, row, strict=True))
    assert found["MRR of tails"] == f"{report.relation_sides['hasStyle']['tail'].mrr:.3f}"
    assert found["MRR, unseen"] == f"{report.relation_groups['hasStyle']['unseen'].mrr:.3f}"
    assert found["MRR of popularity"] == found["MRR"]
    assert cells(text, "unseen: an end has no training fact")[1] == str(report.groups["unseen"].queries)


def test_tails_stand_beside_popularitys_tails_with_what_that_means(report):
    text = markdown("complex-1", report, {"popularity": report})
    tails = text.split("## Tails")[1].split("## Relations")[0]
    found = dict(zip(cells(tails, "relation"), cells(tails, "hasStyle"), strict=True))
    assert (
        found["MRR of tails"]
        == found["of popularity's tails"]
        == f"{report.relation_sides['hasStyle']['tail'].mrr:.3f}"
    )
    assert found["gain"] == "+0.000"
    assert "hasStyle: " in tails.split("| hasStyle |")[1], "no better than counting, or too few facts"
    assert "## Tails" not in markdown("complex-1", report, {})


def test_each_relation_says_how_far_its_probabilities_hold(report):
    """Two links of .5, one of them right: no calibration error, Brier .25. One of .8 that is wrong: .8 and .64."""
    probability, correct = np.array([0.5, 0.5, 0.8]), np.array([True, False, False])
    found = reliability(
        probability, correct, ["hasStyle"] * 2 + ["paintedBy"], ["pooled"] * 3, experts=["facts", "fused", "facts"]
    )
    _, table = markdown("complex-1", report, {}, calibration=found).split("## Probabilities")
    assert cells(table, "hasStyle") == ["hasStyle", "2", "1", "1", "0.0000", "0.2500", "0.2500"]
    assert cells(table, "paintedBy") == ["paintedBy", "1", "1", "0", "0.8000", "0.6400", "0.0000"]
    assert cells(table, "**all**")[:4] == ["**all**", "3", "2", "1"]
    assert cells(table, "*most said by facts*")[:4] == ["*most said by facts*", "2", "1", "1"]
    assert cells(table, "*resting on all relations*")[:4] == ["*resting on all relations*", "3", "2", "1"]


def test_a_relation_named_like_a_table_stays_one_cell(hetero):
    people = dict.fromkeys("pqr", "Person")
    facts = [("p", "a|b_c_d", "q", "train"), ("q", "a|b_c_d", "r", "test")]
    graph = KnowledgeGraph.from_hetero(hetero(people, facts))
    text = markdown("m", evaluate(Popularity(graph), graph), {})
    assert r"| a\|b\_c\_d | 2 |" in text


def test_the_interval_over_three_seeds():
    """Mean .92, deviation .01, t of 2 degrees of freedom 4.303: ± 4.303 * .01 / sqrt(3) = .0248."""
    found = spread([0.91, 0.92, 0.93])
    assert found.mean == pytest.approx(0.92)
    assert found.deviation == pytest.approx(0.01)
    assert (found.low, found.high) == pytest.approx((0.8952, 0.9448), abs=1e-4)
    one = spread([0.91])
    assert (one.mean, one.low, one.high, one.deviation) == (0.91, None, None, None)


def test_figures_over_seeds(report):
    found = over_seeds([with_mrr(report, 0.4), with_mrr(report, 0.6)])
    assert found.seeds == 2
    assert found.all["mrr"].mean == pytest.approx(0.5)
    assert found.relations["hasStyle"]["mrr"].deviation == 0
    assert found.groups["with_neither"]["mrr"].mean == report.groups["with_neither"].mrr
    text = seeds_markdown("two seeds", ["complex-1", "complex-2"], found)
    assert cells(text, "**VL-KGE**")[1] == "0.500 ± 1.271"  # 12.706 * .1414 / sqrt(2)
    assert "Models: complex-1, complex-2." in text


def test_reports_of_different_queries_have_no_mean(report):
    with pytest.raises(InputError, match=r"different split.*\('test', 'val'\)"):
        over_seeds([report, report.model_copy(update={"split": "val"})])
    with pytest.raises(InputError, match="no report"):
        over_seeds([])
