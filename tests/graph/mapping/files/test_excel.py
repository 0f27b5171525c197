"""Sheets of Excel as they are seen."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.drafting.draft import write_draft
from graph.mapping.files.excel_text import decode, show_zeros
from graph.mapping.source import read_source

Read = Callable[[Workbook], Source]
MAPPING = """
[[table]]
file = "works.xlsx"
label = "Artwork"
id = "id"
name = "title"
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(book: Workbook) -> Source:
        content = io.BytesIO()
        book.save(content)
        (tmp_path / "works.xlsx").write_bytes(content.getvalue())
        (tmp_path / "mapping.toml").write_text(MAPPING)
        return read_source(tmp_path, name="museum")

    return read


def fill(sheet: Any, *rows: list[object]) -> None:
    for row in (["id", "title"], *rows):
        sheet.append(row)


def test_a_number_has_the_zeros_that_are_seen(read: Read) -> None:
    book = Workbook()
    fill(book.active, [7, "Reeds"], [12.0, "Irises"], [12345, 3])
    for row in (2, 3, 4):
        book.active.cell(row, 1).number_format = "0000"
    source = read(book)
    assert dict(zip(source.entities["id"], source.entities["name"], strict=True)) == {
        "artwork:0007": "Reeds", "artwork:0012": "Irises", "artwork:12345": "3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [
        ("7", "General", "7"), ("7", "0", "7"), ("7", "00", "07"), ("7", "#,##0", "7"), ("7", "0.00", "7"),
        ("7", '"INV-"0000', "INV-0007"), ("71234", '"INV-"0000', "INV-71234"), ("-7", "000", "-7"),
        ("123456789", "000-00-0000", "123-45-6789"), ("1890001", r"0000\/000", "1890/001"), ("7.5", "0000", "7.5"),
        ("7", "0000;-0000", "0007"), ("7", "yyyy", "7"),
    ],
)  # fmt: skip
def test_formats_of_zeros(number: str, form: str, shown: str) -> None:
    assert show_zeros(number, form) == shown


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("line1_x000D_\nline2", "line1\nline2"), ("_x005F_x000D_", "_x000D_"), ("a_xyz_b_x12", "a_xyz_b_x12"),
        ("_xD83C__xDFA8_", "🎨"), ("plain", "plain"),
    ],
)  # fmt: skip
def test_escapes_are_the_characters_that_they_stand_for(written: str, text: str) -> None:
    assert decode(written) == text


def test_texts_of_cells_have_no_escapes(read: Read) -> None:
    book = Workbook()
    fill(book.active, ["a", "line1_x000D_\nline2"])
    assert read(book).entities["name"].tolist() == ["line1\nline2"]


def test_formulas_without_a_stored_value_are_told(read: Read) -> None:
    book = Workbook()
    fill(book.active, ["a", "=A2"], ["b", "Reeds"], ["c", "=A4"])
    source = read(book)
    assert source.entities["name"].fillna("").tolist() == ["", "Reeds", ""]
    assert [note for note in source.notes if "formulas" in note] == [
        "works.xlsx: formulas without a stored value are empty: 'B2', 'B4' (2 in all); save the file once in a "
        "spreadsheet program"
    ]


@pytest.mark.parametrize("title", ["Reeds", None, "=1"])
def test_an_id_without_a_stored_value_is_refused(read: Read, title: str | None) -> None:
    book = Workbook()
    fill(book.active, ["a", "Irises"], ["=A2", title])
    with pytest.raises(
        InputError, match=r"works.xlsx row 3: 'id' is a formula without a stored value, and an id needs"
    ):
        read(book)


def test_the_first_sheet_that_is_not_hidden_is_read(read: Read, tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "lists"
    fill(book.active, [1, "hidden"])
    book.active.sheet_state = "hidden"
    fill(book.create_sheet("works"), [2, "Reeds"], [3, "Irises"])
    book.active = 1
    source = read(book)
    assert source.entities["name"].tolist() == ["Reeds", "Irises"]
    assert "works.xlsx: the sheet 'works' is read, not 'lists'" in source.notes
    (tmp_path / "mapping.toml").unlink()
    path, _ = write_draft(tmp_path)
    assert path.read_text().count("\n[[table]]") == 1
    assert 'sheet = "works"' in path.read_text()
