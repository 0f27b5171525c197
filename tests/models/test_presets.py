"""Presets: each is a configuration, found by its name from anywhere."""

import tomllib
from pathlib import Path

import pytest

from base.errors import InputError
from models import presets
from models.config import TrainConfig


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_is_a_configuration(name: str) -> None:
    TrainConfig(**tomllib.loads(presets.find(name).read_text(encoding="utf-8")))


def test_a_name_is_a_preset_and_a_path_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("wn9img", "mine.toml"):
        Path(name).write_text("epochs = 1\n")
    assert "Dropout .4" in presets.find("wn9img").read_text(encoding="utf-8")
    for path in ("./wn9img", "mine.toml", tmp_path / "wn9img"):
        assert presets.find(path).read_text(encoding="utf-8") == "epochs = 1\n"


@pytest.mark.parametrize("given", ["wn9", "wn9img.toml", "", "."])
def test_what_is_neither_is_told_with_the_presets(given: str) -> None:
    known = "art, fb15k237, wn18rr, wn9img, wn9img-paper"
    with pytest.raises(InputError, match=f"no preset '{given}'; presets are {known}"):
        presets.find(given)
