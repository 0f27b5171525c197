"""The gate: verdicts on ranks made by hand, and on two real models."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch_geometric.data import HeteroData

from base.errors import InputError
from models.calibration.thresholds import tally
from models.config import TrainConfig
from models.evaluation.gate import POOLED, calibration_error, contest, judge
from models.evaluation.gate_config import GateConfig
from models.ranking.ranking import Ranks
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side

Builder = Callable[..., HeteroData]
RELATIONS = ("hasStyle", "paintedBy", "bornIn")


def graph_of(hetero: Builder, facts: dict[str, int]) -> KnowledgeGraph:
    """A graph whose gate half has so many facts of each relation."""
    gate = [(f"w{i}", name, f"{name}-{i}") for name in sorted(facts) for i in range(facts[name])]
    entities = {h: "Work" for h, _, _ in gate} | {t: "Value" for _, _, t in gate}
    return KnowledgeGraph.from_hetero(hetero(entities, [(*f, "val") for f in gate], gate=gate))


def ranks(places: list[int]) -> dict[Side, Ranks]:
    """Both sides at these places, without ties."""
    greater = torch.tensor(places) - 1
    none = torch.zeros_like(greater)
    return {side: Ranks(greater, none, none, none + 100) for side in ("head", "tail")}


def test_an_equal_challenger_passes_and_the_words_say_why(hetero: Builder) -> None:
    graph = graph_of(hetero, {"hasStyle": 4})
    verdict = judge(graph, ranks([1, 2, 4, 4]), ranks([1, 2, 4, 4]), GateConfig(margin=0))
    assert verdict.passed
    assert verdict.overall is not None
    assert (verdict.overall.champion, verdict.overall.difference) == (0.5, 0)  # (1 + 1/2 + 1/4 + 1/4) / 4
    assert verdict.reasons == [
        "all relations: passed; MRR 0.500, champion 0.500, difference +0.000 "
        "(95 % interval +0.000 to +0.000, 4 facts; allowed margin 0)"
    ]


def test_the_pairing_sees_a_small_loss_that_the_spread_of_facts_would_hide(hetero: Builder) -> None:
    graph = graph_of(hetero, {"hasStyle": 200})
    champion = [1, 2] * 100
    challenger = [1, 3] * 100  # every second fact loses 1/2 - 1/3
    verdict = judge(graph, ranks(champion), ranks(challenger), GateConfig(margin=0.05))
    assert not verdict.passed
    assert verdict.overall is not None
    assert verdict.overall.difference == pytest.approx(-1 / 12)
    assert verdict.overall.low == pytest.approx(-1 / 12, abs=0.02)
    assert "all relations: refused" in verdict.reasons[0]
    assert judge(graph, ranks(champion), ranks(challenger), GateConfig(margin=0.11, relation_margin=0.11)).passed


def test_a_relation_that_is_worse_is_refused_though_all_together_are_better(hetero: Builder) -> None:
    graph = graph_of(hetero, {"hasStyle": 60, "paintedBy": 60})
    at = {name: graph.triples["gate"][:, 1] == row for row, name in enumerate(graph.relations)}
    champion, challenger = torch.full((120,), 2), torch.full((120,), 1)
    challenger[at["paintedBy"]] = 3
    verdict = judge(graph, ranks(champion.tolist()), ranks(challenger.tolist()), GateConfig())
    assert verdict.overall is not None
    assert verdict.overall.difference == pytest.approx((1 / 2 - 1 / 6) / 2)
    assert {name: part.passed for name, part in verdict.relations.items()} == {"hasStyle": True, "paintedBy": False}
    assert not verdict.passed
    assert verdict.reasons[1].startswith("paintedBy: refused; MRR 0.333, champion 0.500, difference -0.167")


def test_small_relations_are_pooled(hetero: Builder) -> None:
    graph = graph_of(hetero, {"hasStyle": 60, "paintedBy": 20, "bornIn": 20})
    worse = [2 if graph.relations[r] == "bornIn" else 1 for r in graph.triples["gate"][:, 1].tolist()]
    verdict = judge(graph, ranks([1] * 100), ranks(worse), GateConfig(margin=1))
    assert set(verdict.relations) == {"hasStyle", POOLED}
    assert (verdict.relations[POOLED].facts, verdict.relations[POOLED].difference) == (40, -0.25)
    assert not verdict.passed


def test_a_relation_that_is_worse_by_chance_alone_passes(hetero: Builder) -> None:
    graph = graph_of(hetero, {"hasStyle": 50})
    challenger = [1000] * 27 + [1] * 23  # won and lost by half, four facts more lost
    verdict = judge(graph, ranks([2] * 50), ranks(challenger), GateConfig(margin=1, relation_margin=0.01))
    part = verdict.relations["hasStyle"]
    assert part.difference == pytest.approx((27 * (0.001 - 0.5) + 23 * 0.5) / 50)
    assert part.difference < -0.01 < 0 < part.high
    assert verdict.passed


@pytest.mark.parametrize(
    ("champion", "challenger", "passed"),
    [(None, None, True), (None, 0.1, True), (0.05, 0.11, False), (0.2, 0.15, True), (None, 0.2, False)],
)
def test_calibration_is_within_bounds_or_no_worse_than_the_champion(
    hetero: Builder, champion: float | None, challenger: float | None, passed: bool
) -> None:
    graph = graph_of(hetero, {"hasStyle": 2})
    verdict = judge(graph, ranks([1, 1]), ranks([1, 1]), GateConfig(), calibration=(champion, challenger))
    assert verdict.passed is passed
    assert (challenger is None) == (len(verdict.reasons) == 1)


def test_the_calibration_error_is_the_gap_of_ten_bins() -> None:
    # ten links of about .0505, none right; ten of about .9505, five right
    probability = np.array([0.05] * 10 + [0.95] * 10)
    counts = tally(probability, np.array([False] * 15 + [True] * 5))
    assert calibration_error(counts) == pytest.approx((0.0505 + 0.4505) / 2)


def test_models_are_judged_on_the_gate_half_and_test_is_reported(gallery: HeteroData, tmp_path: Path) -> None:
    settings = TrainConfig(dimension=8, batch_size=32, epochs=10, patience=None)
    good = train(gallery, settings, tmp_path / "good", device="cpu")
    bad = train(gallery, settings.model_copy(update={"learning_rate": 1e-6}), tmp_path / "bad", device="cpu")
    graph = KnowledgeGraph.from_hetero(gallery)
    better, worse = (contest(*pair, graph, GateConfig()) for pair in ((bad, good), (good, bad)))
    assert (better.verdict.passed, worse.verdict.passed) == (True, False)
    assert better.verdict.overall is not None
    assert better.verdict.overall.facts == len(graph.triples["gate"])
    assert better.challenger["gate"].mrr == pytest.approx(better.verdict.overall.challenger)
    assert better.champion["test"].facts == len(graph.triples["test"])


def test_a_relation_that_the_champion_never_saw_is_not_compared(hetero: Builder, tmp_path: Path) -> None:
    entities = {"klee": "Artist", "monet": "Artist", "a": "Work", "b": "Work", "oslo": "City"}
    known = [("a", "paintedBy", "klee", "train"), ("b", "paintedBy", "monet", "val")]
    new = [("klee", "bornIn", "oslo", "train"), ("monet", "bornIn", "oslo", "val")]
    settings = TrainConfig(dimension=4, epochs=1, experts=())
    gate = [("b", "paintedBy", "monet"), ("monet", "bornIn", "oslo")]
    today = hetero(entities, [*known, *new], gate=gate)
    champion = train(hetero(entities, known), settings, tmp_path / "champion", device="cpu")
    challenger = train(today, settings, tmp_path / "challenger", device="cpu")
    found = contest(champion, challenger, KnowledgeGraph.from_hetero(today), GateConfig())
    assert found.verdict.not_compared == ["bornIn"]
    assert found.challenger["gate"].facts == 1
    with pytest.raises(InputError, match="no gate facts of relations that the champion knows"):
        contest(champion, challenger, KnowledgeGraph.from_hetero(hetero(entities, new, gate=gate[1:])), GateConfig())
