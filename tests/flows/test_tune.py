"""Tuning: wrong spaces are told by their key; a search goes on where it stopped; its best file trains."""

import tomllib
from pathlib import Path

import pytest
from optuna.trial import TrialState

from base.errors import InputError
from base.progress import silent
from flows.runtime import hyperparameters
from flows.search_space import SearchSpace, as_toml
from flows.tune import Search
from models.config import TrainConfig
from tests.models.conftest import build_gallery

EXAMPLE = Path(__file__).parents[2] / "examples" / "space.toml"
SPACE = """
[fixed]
epochs = 4
negatives = 20
patience = 4
modalities = ["structural", "textual"]

[search]
dimension = { choices = [4, 8] }
learning_rate = { low = 0.01, high = 0.5, log = true }
n3 = { choices = [0.0, 0.001] }
scorer = { choices = ["complex", "transe"] }
"""


@pytest.fixture
def space(tmp_path: Path) -> SearchSpace:
    (tmp_path / "space.toml").write_text(SPACE)
    return SearchSpace.read(tmp_path / "space.toml")


def search(space: SearchSpace, folder: Path) -> Search:
    return Search("study", space, build_gallery(30), folder, "cpu")


def drawn(dimension: int, learning_rate: float, n3: float, scorer: str) -> dict[str, object]:
    """As Optuna keeps it: choices are JSON texts."""
    return {"dimension": str(dimension), "learning_rate": learning_rate, "n3": str(n3), "scorer": f'"{scorer}"'}


def test_the_example_is_a_space() -> None:
    found = SearchSpace.read(EXAMPLE)
    assert found.config({"modalities": '["structural", "textual"]'}).modalities == ("structural", "textual")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[serach]\nn3 = {low = 0.0, high = 1.0}", "'serach'; allowed are fixed and search"),
        ("[search]\nlerning_rate = {low = 0.1, high = 1.0}", r"\[search\] there is no hyperparameter 'lerning_rate'"),
        ("[fixed]\nepoch = 3\n[search]\nn3 = {low = 0.0, high = 1.0}", r"\[fixed\] there is no hyperparameter 'epoch'"),
        ("[search]\nscorer = {choices = ['complex', 'rescal']}", "search.scorer may not be 'rescal'"),
        ("[search]\ndropout = {low = 0.1, high = 1.5}", "search.dropout may not be 1.5"),
        ("[search]\ndropout = {low = 0.5, high = 0.1}", "search.dropout.*low is 0.5, which is not below high, 0.1"),
        ("[search]\ndropout = {lo = 0.1, high = 0.5}", "'search.dropout.lo'"),
        ("[search]\ndropout = {choices = [0.1], log = true}", "choices go without"),
        ("[search]\nn3 = {low = 0.0, high = 1.0, log = true}", "log needs a low above 0"),
        ("[fixed]\nn3 = 0.1\n[search]\nn3 = {low = 0.0, high = 1.0}", "n3 is both fixed and searched"),
        ("[search", "is not a TOML file"),
    ],
)
def test_a_wrong_space_is_told_by_its_key(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "space.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        SearchSpace.read(tmp_path / "space.toml")


def test_a_search_goes_on_and_its_best_is_a_file_for_train(space: SearchSpace, tmp_path: Path) -> None:
    first = search(space, tmp_path)
    first.study.enqueue_trial(drawn(8, 0.3, 0.0, "complex"))
    first.run(2, silent)
    again = search(space, tmp_path)
    assert [trial.number for trial in again.done()] == [0, 1]
    again.run(4, silent)
    assert again.results()[0].validation_mrr == again.best().value
    assert [folder.name for folder in (tmp_path / "trials").iterdir()] == [again.trial_folder(again.best()).name]

    (tmp_path / "best.toml").write_text(as_toml(again.config_of(again.best()), ["found by a test"]))
    assert TrainConfig(**hyperparameters.read(tmp_path / "best.toml", [])) == again.config_of(again.best())
    assert tomllib.loads((tmp_path / "best.toml").read_text())["modalities"] == ["structural", "textual"]


def test_settings_that_do_not_fit_together_are_refused_with_a_reason(space: SearchSpace, tmp_path: Path) -> None:
    found = search(space, tmp_path)
    found.study.enqueue_trial(drawn(8, 0.3, 0.001, "transe"))
    found.run(1, silent)
    (result,) = found.results()
    assert result.state == "refused"
    assert "n3 regularises" in str(result.reason)
    with pytest.raises(InputError, match=r"no trial could be completed: .*n3 regularises"):
        found.best()


def test_an_interrupted_trial_is_taken_up_after_its_last_epoch(space: SearchSpace, tmp_path: Path) -> None:
    def interrupt(*progress: object) -> None:
        if "epoch 2" in str(progress):
            raise KeyboardInterrupt

    first = search(space, tmp_path)
    first.study.enqueue_trial(drawn(4, 0.1, 0.0, "complex"))
    with pytest.raises(KeyboardInterrupt):
        first.run(1, interrupt)
    assert first.done() == []

    notes: list[str] = []
    again = search(space, tmp_path)
    again.run(1, lambda *progress: notes.append(str(progress[2:])))
    (trial,) = again.done()
    assert trial.params == drawn(4, 0.1, 0.0, "complex")
    assert [note.split(":")[0] for note in notes if "epoch" in note] == ["('trial 1, epoch 3", "('trial 1, epoch 4"]
    assert sorted(trial.intermediate_values) == [1, 2, 3, 4]


def test_a_trial_that_falls_behind_is_given_up(space: SearchSpace, tmp_path: Path) -> None:
    found = search(space, tmp_path)
    for rate in (0.2, 0.21, 0.22, 0.23):
        found.study.enqueue_trial(drawn(8, rate, 0.0, "complex"))
    found.study.enqueue_trial(drawn(8, 0.01, 0.0, "complex"))
    found.run(5, silent)
    *good, late = found.study.trials
    assert {trial.state for trial in good} == {TrialState.COMPLETE}
    assert late.state == TrialState.PRUNED
    assert len(late.intermediate_values) < 4
