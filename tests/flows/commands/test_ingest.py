"""`vlkge ingest --bulk` as a script sees it, where nothing is started."""

import json
from pathlib import Path

import pytest

from tests.flows import typed
from tests.flows.typed import Done


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    folder = tmp_path / "museum"
    folder.mkdir()
    (folder / "entities.csv").write_text("id,label,name\nQ1,Artwork,Sunflowers\nQ2,Artist,Van Gogh\n")
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,createdBy,Q2\n")
    return folder


def vlkge(home: Path, *arguments: str) -> Done:
    return typed.vlkge(*arguments, NEO4J_URI="bolt://127.0.0.1:1", VLKGE_HOME=str(home), COLUMNS="300")


def test_a_server_of_ones_own_gets_files_and_the_command_to_type(museum: Path, tmp_path: Path) -> None:
    done = vlkge(tmp_path, "ingest", "--bulk", "--files", str(tmp_path / "files"), "--json", str(museum))
    told = json.loads(done.stdout)
    assert told["import"].startswith("neo4j-admin database import full neo4j ")
    assert (tmp_path / "files" / "facts-header.csv").read_text().startswith('":START_ID(Entity)",":TYPE"')
    (fact,) = (tmp_path / "files" / "facts.csv").read_text().splitlines()
    assert fact.startswith('"Q1","createdBy","Q2","true","train","museum",')
    assert told["then"] == f"vlkge ingest {museum} --source museum"


def test_a_server_of_ones_own_is_not_imported_into(museum: Path, tmp_path: Path) -> None:
    done = vlkge(tmp_path, "ingest", "--bulk", str(museum))
    assert done.returncode == 2
    assert "add `--files FOLDER`" in done.stderr


@pytest.mark.parametrize("options", [["--bulk", "--prune"], ["--bulk", "--dry-run"], ["--files", "there"]])
def test_options_that_make_no_sense_together_are_wrong_usage(museum: Path, tmp_path: Path, options: list[str]) -> None:
    assert vlkge(tmp_path, "ingest", *options, str(museum)).returncode == 2


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        *(("--shares", value, "each must be 0 or more, the sum 1") for value in ("nan,nan,nan", "inf,0,0", "1,1,-1")),
        ("--shares", "0.8,0.1", "is not three numbers such as 0.9,0.05,0.05"),
        *(("--hold-out", f"Artwork={value}", "it must be from 0 to below 1") for value in ("nan", "inf", "-1", "1")),
        ("--hold-out", "Artwork=", "is not of the form LABEL=SHARE"),
        *(("--prune-limit", value, "'--prune-limit'") for value in ("nan", "inf", "-0.1")),
    ],
)
def test_shares_that_are_none_are_refused_before_a_server_is_asked(
    museum: Path, tmp_path: Path, option: str, value: str, expected: str
) -> None:
    done = vlkge(tmp_path, "ingest", option, value, str(museum))
    assert done.returncode == 2
    assert expected in done.stderr


def test_wrong_input_is_refused_as_by_an_ordinary_ingest(museum: Path, tmp_path: Path) -> None:
    (museum / "triples.csv").write_text("head,relation,tail\nQ1,createdBy,Q3\n")
    done = vlkge(tmp_path, "ingest", "--bulk", "--files", str(tmp_path / "files"), str(museum))
    assert done.returncode == 2
    assert "the tail is not in entities.csv (line 2: 'Q3'; 1 in all)" in done.stderr
    assert not (tmp_path / "files").exists()
