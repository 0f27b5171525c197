"""The command line as a script sees it: exit codes, one sentence for an error, one JSON document."""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from base.errors import InputError
from flows.commands.ingest import print_ingested
from flows.commands.predict import print_published
from flows.retraining import config as retrain_config
from flows.runtime import hyperparameters
from graph.loading.ingest import IngestResult
from graph.loading.leaks import Leak
from graph.loading.plan import Counts
from graph.server.neo4j_server import Server
from models.calibration.thresholds import Threshold
from models.config import TrainConfig
from models.triples.relation_patterns import Patterns
from tests.flows.typed import vlkge


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a shell starts it."""
    command = [sys.executable, "-m", "flows.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


def test_help_imports_nothing_that_takes_long() -> None:
    heavy = "{'torch', 'pandas', 'prefect', 'neo4j', 'transformers', 'pydantic', 'httpx'}"
    code = f"import sys, flows.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_command_has_help_with_a_first_sentence() -> None:
    shown = vlkge("--help").stdout
    for command in ("run", "demo", "ingest", "encode", "export", "train", "evaluate", "predict", "query", "up", "down"):
        assert f" {command} " in shown
        assert vlkge(command, "--help").returncode == 0


def test_the_version_is_told() -> None:
    assert vlkge("--version").stdout == f"vlkge {importlib.metadata.version('vlkge-pipeline')}\n"


def test_an_unknown_option_is_wrong_usage() -> None:
    done = start("train", "--colour", "red")
    assert done.returncode == 2
    assert "--colour" in done.stderr
    assert done.stdout == ""


def test_an_unknown_hyperparameter_is_refused_before_anything_starts(tmp_path: Path) -> None:
    done = vlkge("train", "--set", "dropuot=0.1", VLKGE_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "there is no hyperparameter 'dropuot'; allowed are scorer, " in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_tables_are_not_sharded_where_that_divides_nothing(tmp_path: Path) -> None:
    done = vlkge("train", "--shard", VLKGE_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "--processes 2 or more" in " ".join(done.stderr.replace("│", " ").split())


def test_a_schedule_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    for command in ("serve", "deploy"):
        done = vlkge(command, "--cron", "61 2 * * *", VLKGE_HOME=str(tmp_path))
        assert done.returncode == 2
        assert "'61 2 * * *' never comes due: bad minute" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_preset_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = vlkge("train", "--config", "wn19img", VLKGE_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "no file and no preset 'wn19img'; presets are art, fb15k237, wn18rr, wn9img, wn9img-paper" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_names_the_presets() -> None:
    for command in ("train", "run"):
        words = vlkge(command, "--help").stdout.replace("│", " ").split()
        assert {"fb15k237,", "wn9img,", "wn9img-paper."} <= set(words)


def test_a_missing_folder_is_wrong_usage(tmp_path: Path) -> None:
    done = vlkge("ingest", str(tmp_path / "nowhere"), VLKGE_HOME=str(tmp_path), COLUMNS="300")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_a_port_that_there_is_not_is_named_with_those_there_are(tmp_path: Path) -> None:
    done = vlkge("review", "--port", "99999", VLKGE_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "99999 is no port; it must be from 1 to 65535" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "nowhere/art.safetensors"],
        ["links", "export", "nowhere/links.csv"],
        ["decisions", "export", "nowhere/decisions.csv"],
        ["tune", "space.toml", "--out", "nowhere/best.toml"],
        ["ingest", ".", "--draft", "--to", "nowhere/mapping.toml"],
        ["ingest", ".", "--dry-run", "--html", "nowhere/page.html"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]) + arguments[-2].strip("."),
)
def test_a_folder_that_is_not_there_is_refused_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "space.toml").write_text("[search.dimension]\nchoices = [8, 16]\n")
    done = vlkge(*arguments, VLKGE_HOME=str(tmp_path / "home"))
    assert done.returncode == 2, done.stderr
    assert f"there is no folder nowhere to write {Path(arguments[-1]).name} into" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["space.toml"]


def test_an_empty_home_is_refused_and_nothing_is_made_in_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = vlkge("query", "list_models", VLKGE_HOME="")
    assert done.returncode == 2
    assert "VLKGE_HOME is '': give a folder, or unset it" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_database_is_one_sentence(tmp_path: Path) -> None:
    done = start("query", "list_models", NEO4J_URI="bolt://127.0.0.1:1", VLKGE_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "bolt://127.0.0.1:1" in done.stderr
    assert "NEO4J_URI" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_is_one_json_document_for_scripts(bundled_server: Server, home: Path) -> None:
    done = vlkge("db", "status", "--json", VLKGE_HOME=str(home))
    status = json.loads(done.stdout)
    assert done.returncode == 0
    assert status["state"] == "running"
    assert status["uri"] == bundled_server.start().uri
    assert {"version", "username", "password_file"} <= status.keys()


def test_queries_are_listed_with_their_parameters_without_a_database() -> None:
    listed = {query["name"]: query for query in json.loads(vlkge("query", "--json").stdout)}
    parameters = [p["name"] for p in listed["list_links_of_relation"]["parameters"]]
    assert parameters[0] == "relation"


class TestHyperparameters:
    def test_settings_go_before_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "train.toml"
        file.write_text('scorer = "distmult"\nepochs = 7\n')
        chosen = hyperparameters.read(file, ["epochs=9", 'modalities=["structural"]'])
        assert (chosen["scorer"], chosen["epochs"], chosen["modalities"]) == ("distmult", 9, ["structural"])

    def test_settings_go_before_a_preset_which_goes_before_the_defaults(self) -> None:
        chosen = hyperparameters.read("wn9img-paper", ["epochs=9"])
        assert (chosen["scorer"], chosen["epochs"], chosen["patience"]) == ("distmult", 9, 50)

    def test_only_what_was_chosen_is_said_so_that_the_size_of_the_graph_can_decide_about_the_rest(self) -> None:
        assert hyperparameters.read(None, []) == {}
        config = TrainConfig(**hyperparameters.read(None, ["negatives=1000", "dimension=64"]))
        assert config.for_size(999_999) == config
        large = config.for_size(8_000_000)
        assert (large.negatives, large.dimension) == (1000, 64)
        assert (large.batch_size, large.epoch_facts, large.epochs) == (2048, 1_000_000, 8)
        assert large.for_size(8_000_000) == large
        assert TrainConfig().for_size(2_000_000).epochs == 2 * 5
        assert TrainConfig(epoch_facts=500_000).for_size(2_000_000).epochs == 4 * 5
        of_all = TrainConfig(epochs=3).for_size(2_000_000)
        assert (of_all.epochs, of_all.epoch_facts) == (3, None)

    def test_a_retraining_sizes_what_it_trains_cold_and_warm(self) -> None:
        chosen = retrain_config.read(None, ["train.epochs=7"]).for_size(8_000_000)
        cold, warm = chosen.train, chosen.warm_config()
        assert (cold.epochs, cold.batch_size, cold.negatives) == (7, 2048, 256)
        assert (warm.epochs, warm.batch_size, warm.learning_rate) == (7, 2048, 0.02)

    def test_a_value_that_is_not_allowed_is_named_with_what_is(self) -> None:
        with pytest.raises(InputError, match=r"scorer is 'transx': .*there are transe, distmult, complex, rotate"):
            hyperparameters.read(None, ["scorer=transx"])

    @pytest.mark.parametrize(
        ("setting", "told"),
        [
            ("learning_rate=NaN", "learning_rate is nan: it must be above 0 and at most 100"),
            ("learning_rate=1e9", "learning_rate is 1000000000.0: it must be above 0 and at most 100"),
            ("margin=Infinity", "margin is inf: it must be at least 0 and at most 10,000"),
            ("dimension=0", "dimension is 0: it must be above 0 and at most 65,536"),
            ("dropout=1", "dropout is 1: it must be at least 0 and below 1"),
            ("n3=-1", "n3 is -1: it must be at least 0 and at most 1,000"),
            ("epochs=true", "epochs is True: it can be neither true nor false"),
            ("patience=false", "patience is False: it can be neither true nor false"),
            ("p_norm=true", "p_norm is True: it can be neither true nor false"),
            (
                'nystroem_components={"textual": true}',
                "nystroem_components is {'textual': True}: it can be neither true nor false",
            ),
        ],
    )
    def test_a_number_out_of_range_is_told_with_its_range(self, setting: str, told: str) -> None:
        with pytest.raises(InputError) as error:
            hyperparameters.read(None, [setting])
        assert str(error.value) == told

    def test_so_are_numbers_of_a_retraining(self) -> None:
        with pytest.raises(InputError) as error:
            retrain_config.read(None, ["gate.margin=NaN", "train.learning_rate=1000", "pause=-1"])
        assert str(error.value).split("; ") == [
            "pause is -1: it must be at least 0 and at most 86,400",
            "train.learning_rate is 1000: it must be above 0 and at most 100",
            "gate.margin is nan: it must be at least 0 and at most 1",
        ]
        with pytest.raises(InputError, match=r"gate\.draws is True: it can be neither true nor false"):
            retrain_config.read(None, ["gate.draws=true", "train.reciprocal=false", "warm.adapter=true"])

    def test_a_file_that_is_not_toml_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "train.toml"
        file.write_text("scorer: complex")
        with pytest.raises(InputError, match=r"train\.toml is not a TOML file"):
            hyperparameters.read(file, [])


def test_an_ingest_tells_what_its_splits_give_away(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counts(added=0, changed=0, unchanged=3, removed=0, before=3)
    result = IngestResult(
        source="art", dry_run=False, pruned=False, entities=counts, facts=counts, splits={}, held_out={},
        repeated_facts=0, leaks={"test": Leak(facts=3, joined=2)},
    )  # fmt: skip
    print_ingested(result)
    assert "leak: 2 of 3 test facts (66.7%) have ends that a training fact joins too" in capsys.readouterr().out


def test_an_ingest_without_prune_says_what_stays(capsys: pytest.CaptureFixture[str]) -> None:
    entities = Counts(added=0, changed=0, unchanged=3, removed=1, before=4)
    facts = Counts(added=0, changed=0, unchanged=5, removed=0, before=5)
    result = IngestResult(
        source="art", dry_run=False, pruned=False, entities=entities, facts=facts, splits={}, held_out={},
        repeated_facts=0,
    )  # fmt: skip
    print_ingested(result)
    told = capsys.readouterr().out
    assert "removed" not in told
    assert "1 entities are no longer in the files of art; they stay unless you add --prune" in told
    print_ingested(result.model_copy(update={"pruned": True}))
    told = capsys.readouterr().out
    assert "removed" in told
    assert "stay" not in told


@pytest.mark.parametrize("precision", ["0", "nan", "inf", "-1", "2", ""])
def test_a_precision_that_is_none_is_wrong_usage(tmp_path: Path, precision: str) -> None:
    done = vlkge("predict", "--precision", precision, VLKGE_HOME=str(tmp_path), COLUMNS="300")
    assert done.returncode == 2
    assert "--precision" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_precision_that_no_probability_reaches_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    threshold = Threshold(relation="hasStyle", calibrated_on="none", probability=None, links=0, precision=None)
    row = {"relation": "hasStyle", "current": 0, "stale": 3}
    published = SimpleNamespace(
        links=0,
        model="v1",
        run_id="first",
        relations=[row],
        thresholds=[threshold],
        patterns=Patterns(),
        calibrated=True,
        untrained=["near"],
    )
    print_published(published)
    assert "nothing is published: no probability keeps that promise" in capsys.readouterr().out
    published.thresholds = [threshold, threshold.model_copy(update={"probability": 0.8})]
    print_published(published)
    said = capsys.readouterr().out
    assert "nothing is published" not in said
    assert "no links of near: there are no training facts to learn from" in said


@pytest.mark.usefixtures("prefect_server")  # else each command would leave one of its own running
def test_former_names_of_options_and_commands_are_understood_and_told(tmp_path: Path) -> None:
    nowhere = {"VLKGE_HOME": str(tmp_path), "NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x"}
    exported = vlkge("links", "export", str(tmp_path / "links.csv"), "--least", "0.5", **nowhere)
    assert (exported.returncode, "--least is now called --min-probability" in exported.stderr) == (1, True)
    doubted = vlkge("doubt", **nowhere)
    assert (doubted.returncode, "vlkge doubt is now called vlkge detect-errors" in doubted.stderr) == (1, True)
    predicted = vlkge("predict", "--best", "10", **nowhere)
    assert (predicted.returncode, "--best is now called --max-links" in predicted.stderr) == (1, True)
