"""`vlkge review` and `vlkge review users` as they are typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from base.errors import InputError
from flows.cli import app


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path))
    return tmp_path


def test_users_are_added_listed_and_removed(home: Path) -> None:
    run = CliRunner().invoke
    added = run(app, ["review", "users", "add", "ana", "--role", "curator"], input="long enough it is\n" * 2)
    assert added.exit_code == 0
    assert "ana is a curator" in added.output
    assert "long enough" not in (home / "review" / "users.json").read_text()
    assert json.loads(run(app, ["review", "users", "list", "--json"]).output) == [{"name": "ana", "role": "curator"}]
    assert run(app, ["review", "users", "remove", "ana"]).exit_code == 0
    assert isinstance(run(app, ["review", "users", "remove", "ana"]).exception, InputError)
    assert run(app, ["review", "users", "add", "ana", "--role", "boss"]).exit_code == 2


def test_it_does_not_open_to_others_without_users(home: Path) -> None:  # noqa: ARG001
    refused = CliRunner().invoke(app, ["review", "--host", "0.0.0.0"])
    assert isinstance(refused.exception, InputError)
    assert "vlkge review users add" in str(refused.exception)
