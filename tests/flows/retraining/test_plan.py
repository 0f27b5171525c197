"""What a night is to do, decided from registered models alone; and patience with a Prefect that is away."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from base.errors import PipelineError
from flows.retraining.config import RetrainConfig
from flows.retraining.plan import debt, former_champions, unchanged, warm_start
from flows.retraining.retry import retry
from flows.runtime.webhook import notify
from graph.predicted.registry import Model, Run
from models.evaluation.loss_budget import Debt

WANTED = RetrainConfig(cold_every=3)
COLD, WARM = WANTED.train.model_dump(mode="json"), WANTED.warm_config().model_dump(mode="json")
ENCODERS = {"textual": {"name": "minilm", "digest": "ab", "dimension": 384}}


def model(version: str, fingerprint: str, **more: Any) -> Model:
    given = {"config": COLD, "metrics": {}, "encoders": ENCODERS, "created_at": datetime.now(UTC), "alias": None} | more
    return Model(version=version, scorer="complex", data_fingerprint=fingerprint, **given)


def test_every_third_training_starts_cold_and_the_others_from_the_champion() -> None:
    first = model("m1", "monday", alias="champion")
    assert warm_start([first], ENCODERS, "tuesday", WANTED, cold=False) == ("m1", "warm: from m1")
    second = model("m2", "tuesday", config=WARM, warm_start="m1")
    assert warm_start([second, first], ENCODERS, "wednesday", WANTED, cold=False)[0] == "m1"
    third = model("m3", "wednesday", config=WARM, warm_start="m1")
    start = warm_start([third, second, first], ENCODERS, "thursday", WANTED, cold=False)
    assert start == (None, "cold: one in 3 trainings starts from scratch")


def test_a_night_that_is_taken_up_again_starts_as_it_did() -> None:
    models = [model("m1", "monday", alias="champion")]
    models.insert(0, model("m2", "tuesday", config=WARM, warm_start="m1"))
    before = warm_start(models, ENCODERS, "wednesday", WANTED, cold=False)
    registered = [model("m3", "wednesday", config=WARM, warm_start="m1"), *models]
    assert warm_start(registered, ENCODERS, "wednesday", WANTED, cold=False) == before


@pytest.mark.parametrize(
    ("champion", "cold", "why"),
    [
        ({"encoders": {}}, False, "cold: other encoders made the vectors"),
        ({"config": COLD | {"dimension": 7}}, False, "cold: m1 has other hyperparameters"),
        ({}, True, "cold: asked for"),
    ],
)
def test_a_start_is_cold_where_a_warm_one_makes_no_sense(champion: dict[str, Any], cold: bool, why: str) -> None:
    version, reason = warm_start([model("m1", "monday", alias="champion", **champion)], ENCODERS, "x", WANTED, cold)
    assert version is None
    assert reason.startswith(why)


def judged(against: str, best: str | None, spent: float, **formers: float) -> dict[str, Any]:
    """A verdict as it is kept on a model's node."""
    return {"champion": against, "loss": {"best": best, "spent": spent, "formers": formers}}


def test_the_champion_owes_to_the_best_former_one_which_ranks_before_the_others() -> None:
    promoted = {"promoted_at": datetime.now(UTC)}
    models = [
        model("refused", "friday", verdict=judged("m4", "m1", 0.02, m1=0.42, m2=0.41)),
        model("m4", "thursday", alias="champion", verdict=judged("m3", "m1", 0.01, m1=0.42, m2=0.41), **promoted),
        model("m3", "wednesday", verdict=judged("m2", None, 0.004, m1=0.4), **promoted),
        model("m2", "tuesday", verdict=judged("m1", None, 0.0), **promoted),
        model("m1", "monday", **promoted),
    ]
    assert debt(models[1]) == Debt("m1", 0.01)
    assert debt(models[2]) == Debt("m2", 0.004)  # of none former, so of whom it took the place of
    assert debt(models[4]) is None
    # m3 was never asked yet; of m1 and m2 the former was better
    assert former_champions(models, 5) == ["m1", "m3", "m2"]
    assert former_champions(models, 2) == ["m1", "m3"]
    assert former_champions(models, 0) == []
    assert former_champions([], 3) == []


def test_models_of_before_have_no_debts_and_the_newest_former_ones_rank() -> None:
    old = {"verdict": {"passed": True, "champion": "m0", "reasons": []}, "promoted_at": datetime.now(UTC)}
    models = [model(f"m{n}", "x", alias="champion" if n == 4 else None, **old) for n in (4, 3, 2, 1)]
    assert debt(models[0]) is None
    assert former_champions(models, 2) == ["m3", "m2"]


def test_nothing_is_to_be_done_where_this_very_graph_was_judged() -> None:
    champion = model("m1", "monday", alias="champion", verdict={"predicted": "r1"})
    assert unchanged([champion], None, "monday", WANTED) is not None
    assert unchanged([champion], None, "tuesday", WANTED) is None
    judged = {
        "champion": "m1",
        "gate": WANTED.gate.model_dump(mode="json"),
        "at": "2026-03-01T02:00",
        "predicted": "r2",
    }
    refused = model("m2", "tuesday", config=WARM, verdict=judged)
    assert "m2 was trained on this very graph and refused on 2026-03-01" in str(
        unchanged([refused, champion], None, "tuesday", WANTED)
    )


@pytest.mark.parametrize(
    "change",
    [{"predicted": None}, {"champion": "m0"}, {"gate": {**WANTED.gate.model_dump(mode="json"), "margin": 0.5}}],
    ids=["ended early", "another champion since", "another gate"],
)
def test_a_refusal_that_would_not_be_the_same_today_is_looked_at_again(change: dict[str, Any]) -> None:
    champion = model("m1", "monday", alias="champion", verdict={"predicted": "r1"})
    judged = {"champion": "m1", "gate": WANTED.gate.model_dump(mode="json"), "at": "2026-03-01", "predicted": "r2"}
    refused = model("m2", "tuesday", config=WARM, verdict=judged | change)
    assert unchanged([refused, champion], None, "tuesday", WANTED) is None


def test_a_champion_whose_links_are_not_there_is_not_done() -> None:
    champion = model("m1", "monday", alias="champion")
    assert unchanged([champion], Run("r1", "m1", "failed"), "monday", WANTED) is None
    assert unchanged([champion], Run("r1", "m1", "complete"), "monday", WANTED) is not None


def test_only_a_prefect_that_is_away_is_waited_for() -> None:
    calls: list[str] = []

    def away_twice() -> int:
        calls.append("away")
        if len(calls) < 3:
            raise httpx.ConnectError("no route")
        return 7

    def wrong() -> int:
        calls.append("wrong")
        raise PipelineError("refused")

    assert retry(away_twice, attempts=3, pause=0)() == 7
    assert len(calls) == 3
    calls.clear()
    with pytest.raises(httpx.ConnectError):
        retry(away_twice, attempts=2, pause=0)()
    calls.clear()
    with pytest.raises(PipelineError, match="refused"):
        retry(wrong, attempts=3, pause=0)()
    assert calls == ["wrong"]


def test_a_webhook_that_is_not_there_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VLKGE_WEBHOOK", raising=False)
    assert notify("retraining failed", "no address") is False
    monkeypatch.setenv("VLKGE_WEBHOOK", "http://127.0.0.1:1/")
    monkeypatch.setattr("flows.runtime.webhook.ATTEMPTS", 1)
    assert notify("retraining failed", "nobody listens") is False
