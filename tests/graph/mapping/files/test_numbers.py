"""Long numbers keep their digits, or are refused as ids: no two different ids become one."""

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.files.numbers import parse_json, write_double, write_excel
from graph.mapping.source import read_source

LONG = "123456789012345678901234"
MAPPING = """
[[table]]
file = "FILE"
label = "Artwork"
id = "id"
keep = { size = "size" }
[table.relation.createdBy]
to = "Artist"
id = "maker"
"""


def read(folder: Path, name: str, content: bytes) -> Source:
    (folder / name).write_bytes(content)
    (folder / "mapping.toml").write_text(MAPPING.replace("FILE", name))
    return read_source(folder, name="museum")


def excel(*rows: list[object]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in (["id", "size", "maker"], *rows):
        book.active.append(row)
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(("name", "between"), [("works.json", "["), ("works.jsonl", "")])
def test_ids_of_more_than_64_bits_arrive_whole(tmp_path: Path, name: str, between: str) -> None:
    rows = [f'{{"id": {LONG[:-1]}{last}, "size": 0.12345678901234567{last}, "maker": -{LONG}}}' for last in range(3)]
    content = f"[{','.join(rows)}]" if between else "\n".join(rows)
    source = read(tmp_path, name, content.encode())
    assert source.entities["id"].tolist()[:3] == [f"artwork:{LONG[:-1]}{last}" for last in range(3)]
    assert source.entities["size"].dropna().tolist() == [f"0.12345678901234567{last}" for last in range(3)]
    assert set(source.triples["tail"]) == {f"artist:-{LONG}"}


def test_json_is_read_as_before_where_a_number_is_wide() -> None:
    content = f'{{"wide": {LONG}, "text": "{LONG}", "small": [1, -0, 2.50, 1e3, 48.858370123456789], "no": null}}'
    assert parse_json(b"\xef\xbb\xbf" + content.encode(), "a") == {
        "wide": LONG, "text": LONG, "small": [1, 0, 2.5, 1000.0, "48.858370123456789"], "no": None,
    }  # fmt: skip
    for wrong in ("NaN", "1e400", f'{{"a": {LONG}', f"[{LONG}, Infinity]"):
        with pytest.raises(InputError, match=r"a\.json: this is no JSON: .*, line 1 column \d+"):
            parse_json(wrong.encode(), "a.json")
    assert parse_json(b"1" + b"0" * 300, "a") == "1" + "0" * 300


def test_numbers_are_written_with_the_digits_that_are_certain() -> None:
    assert [write_double(value) for value in (12.0, -12.5, 2.0**53 - 1, 2.0**53, 1e23, float("nan"))] == [
        "12", "-12.5", "9007199254740991", "9.007199254740992e+15", "1e+23", None,
    ]  # fmt: skip
    assert [write_excel(value) for value in (7, 7.0, 123456789012345, 1234567890123450, 1.234567890123457e17)] == [
        "7", "7", "123456789012345", "1.23456789012345e+15", "1.234567890123457e+17",
    ]  # fmt: skip
    assert write_excel(123456789012345678) == "123456789012345678"


@pytest.mark.parametrize("row", [[1.234567890123457e17, 1, "x"], [1, 1, 1234567890123450], ["1.23457E+17", 1, "x"]])
def test_a_number_that_excel_cut_short_is_no_id(tmp_path: Path, row: list[object]) -> None:
    told = r"works\.xlsx row 2: (createdBy: )?the id '1\.\d+[eE]\+1[57]' is a long number without its last digits, "
    with pytest.raises(InputError, match=told):
        read(tmp_path, "works.xlsx", excel(row))


@pytest.mark.parametrize(
    "line", ['same = { viaf = "size" }', '[table.relation.r]\nto = "X"\nname = "maker"\nsame = ["size"]']
)
def test_a_number_that_excel_cut_short_identifies_nothing(tmp_path: Path, line: str) -> None:
    (tmp_path / "works.xlsx").write_bytes(excel([1, 1.234567890123457e17, "x"]))
    (tmp_path / "mapping.toml").write_text(f'[[table]]\nfile = "works.xlsx"\nlabel = "Artwork"\nid = "id"\n{line}\n')
    with pytest.raises(InputError, match=r"works\.xlsx row 2: (r: )?the id '1\.234567890123457e\+17' is a long number"):
        read_source(tmp_path, name="museum")


def test_a_number_that_excel_cut_short_is_a_value_without_other_digits(tmp_path: Path) -> None:
    source = read(tmp_path, "works.xlsx", excel([1, 1.234567890123457e17, "a"], ["2", 12.5, None]))
    assert source.entities["size"].dropna().tolist() == ["1.234567890123457e+17", "12.5"]


def test_doubles_beyond_their_digits_are_no_ids(tmp_path: Path) -> None:
    content = io.BytesIO()
    pd.DataFrame({"id": [1.0, 123456789012345678.0], "size": [1, 2], "maker": ["a", "b"]}).to_parquet(content)
    with pytest.raises(InputError, match=r"works\.parquet row 2: the id '1\.2345678901234568e\+17' is a long number"):
        read(tmp_path, "works.parquet", content.getvalue())


def test_floats_of_32_bits_have_their_shortest_text(tmp_path: Path) -> None:
    float32, content = pa.float32(), io.BytesIO()
    inner = pa.struct({"size": float32, "name": pa.string()})
    table = pa.table(
        {
            "id": [1, 2, 3],
            "size": pa.array([12.3, 4.0, None], float32),
            "list": pa.array([[0.1, 0.2], [], None], pa.list_(float32)),
            "inner": pa.array([{"size": 1e-3, "name": "a"}, {"size": 16777216.0}, None], inner),
            "listed": pa.array([[{"size": 2.7, "name": "b"}], None, []], pa.large_list(inner)),
        }
    )
    pq.write_table(table, content)
    (tmp_path / "works.parquet").write_bytes(content.getvalue())
    (tmp_path / "mapping.toml").write_text(
        '[[table]]\nfile = "works.parquet"\nlabel = "Artwork"\nid = "id"\n'
        'keep = { size = "size", list = "list.*", inner = "inner.size", listed = "listed.*.size" }\n'
    )
    rows = read_source(tmp_path, name="museum").entities.fillna("").set_index("id")
    assert rows.loc["artwork:1", ["size", "list", "inner", "listed"]].tolist() == ["12.3", "0.1; 0.2", "0.001", "2.7"]
    assert rows.loc["artwork:2", ["size", "list", "inner", "listed"]].tolist() == ["4", "", "16777216", ""]
    assert rows.loc["artwork:3", ["size", "list", "inner", "listed"]].tolist() == ["", "", "", ""]


@pytest.mark.parametrize("attributes", ['id="1" xml:id="w1"', 'xml:id="w1" id="1"'])
def test_an_attribute_without_a_namespace_has_its_name(tmp_path: Path, attributes: str) -> None:
    (tmp_path / "works.xml").write_text(f'<a><w {attributes} xml:lang="de"/><w xml:id="w2"/></a>')
    (tmp_path / "mapping.toml").write_text(
        '[[table]]\nfile = "works.xml"\nlabel = "Artwork"\nid = "@id"\nname = "@lang"\n'
    )
    source = read_source(tmp_path, name="museum")
    assert source.entities["id"].tolist() == ["artwork:1", "artwork:w2"]
    assert source.entities["name"].tolist()[0] == "de"
