"""A night that begins with `--adopt`: what the owner changed is taken up before anything is encoded or trained."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows.retraining import flow
from flows.retraining.plan import Plan
from tests.flows.typed import vlkge


def test_a_night_takes_up_the_graph_then_encodes_then_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path))
    monkeypatch.setattr(flow, "retraining_lock", lambda *_, **__: nullcontext(SimpleNamespace(check=lambda: None)))
    done: list[Any] = []
    plan = Plan(
        exported=tmp_path / "none", fingerprint="f", champion="v1", unchanged="as it was", warm_start=None, start="",
        has_test=False,
    )  # fmt: skip
    monkeypatch.setattr(flow, "take_up", lambda **asked: done.append(asked) or {"healed": 2, "lost": []})
    monkeypatch.setattr(flow, "encode", lambda **_: done.append("encode") or [])
    monkeypatch.setattr(flow, "make_plan", lambda *_: done.append("plan") or plan)
    monkeypatch.setattr(flow, "tidy", lambda *_: done.append("tidy"))
    monkeypatch.setattr(flow.retrain_report, "deliver", lambda _, outcome: outcome)
    night = flow.retrain.fn(adopt="adopt.toml")
    assert done == [{"specification": "adopt.toml"}, "encode", "plan", "tidy"]
    assert (night.outcome, night.adopted) == ("unchanged", {"healed": 2, "lost": []})


def test_a_wrong_specification_is_named_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "adopt.toml").write_text("labels = 3")
    night = vlkge("retrain", "--adopt", str(tmp_path / "adopt.toml"))
    assert night.returncode == 2
    assert "labels is 3; it must be a table of tables" in night.stderr
