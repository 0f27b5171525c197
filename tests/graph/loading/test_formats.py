"""A format of tables is added as CONTRIBUTING.md says: one function, and one line in READERS."""

from collections.abc import Collection
from pathlib import Path

import pyarrow.json
import pytest

from base.errors import InputError
from graph.loading.csv_files import CsvFormat
from graph.loading.files import read_source
from graph.loading.tables import READERS, Cells


def read_json_lines(path: Path, form: CsvFormat, hoped_for: Collection[str]) -> Cells:  # noqa: ARG001
    table = pyarrow.json.read_json(path)
    return Cells(table.column_names, table.columns)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Entities in lines of JSON, triples as CSV."""
    (tmp_path / "entities.jsonl").write_text(
        '{"id": "Q1", "label": "Artwork", "name": "Gas", "year": 1940}\n'
        '{"id": "Q2", "label": "Artist", "name": "Edward Hopper"}\n'
    )
    (tmp_path / "triples.csv").write_text("head,relation,tail\nQ1,isCreatedBy,Q2\n")
    return tmp_path


def test_a_format_is_one_function_and_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"has no entities\.csv or entities\.parquet"):
        read_source(folder)
    monkeypatch.setitem(READERS, ".jsonl", read_json_lines)
    source = read_source(folder)
    assert source.entities["name"].tolist() == ["Gas", "Edward Hopper"]
    assert source.entities["year"].iloc[0] == 1940
    assert source.entities["year"].isna().tolist() == [False, True]
    assert source.triples[["head", "relation", "tail"]].values.tolist() == [["Q1", "isCreatedBy", "Q2"]]


def test_what_is_wrong_in_a_file_of_an_added_format_is_told_with_its_row(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READERS, ".jsonl", read_json_lines)
    (folder / "entities.jsonl").write_text('{"id": "Q1", "label": "Artwork"}\n{"id": "Q1", "label": "Artist"}\n')
    with pytest.raises(InputError, match=r"entities\.jsonl: an id must stand once \(row 2: 'Q1 as Artist"):
        read_source(folder)
    (folder / "entities.csv").write_text("id,label\nQ1,Artwork\n")
    with pytest.raises(InputError, match=r"holds both entities\.csv and entities\.jsonl"):
        read_source(folder)
