"""Files as programs leave them: titles above the header, archives, records by their names."""

import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.drafting.draft import draft, write_draft
from graph.mapping.source import read_source

HEADER = ["nr", "title", "maker", "medium"]
ROWS = [
    [f"N{number}", f"Work {number}", ("Ann", "Bob")[number % 2], ("oil", "ink")[number % 2]] for number in range(30)
]


def as_text(separator: str) -> str:
    return "".join(f"{separator.join(row)}\n" for row in [HEADER, *ROWS])


def read_draft(folder: Path) -> Source:
    write_draft(folder)
    return read_source(folder, name="museum")


@pytest.mark.parametrize(
    "content",
    [
        f"sep=;\n{as_text(';')}",
        f"Export of May\n\n{as_text(';')}",
        f"Export;May;;\n;;;\n{as_text(';')}",
        f"\ufeffExport of May, all rooms\r\n{as_text('|')}",
    ],
)
def test_titles_above_the_header_are_passed_over_and_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "w.csv").write_text(content)
    source = read_draft(tmp_path)
    assert source.triples.groupby("relation").size().to_dict() == {"createdBy": 30, "hasMedium": 30}
    assert any("titles above the header are passed over" in note for note in source.notes)


def test_commas_in_long_texts_make_no_title_of_the_header(tmp_path: Path) -> None:
    note = 'Painted in oil, on oak, in Ghent, with a ""glaze"",\nthen varnished, cut, lined, framed, lent, sold'
    rows = "".join(f'{number},"{note}, {number}"\n' for number in range(5))
    (tmp_path / "texts.csv").write_text(
        f"id,note,year\n{rows.replace(chr(10) + chr(10), chr(10))}".replace('"\n', '",1890\n')
    )
    text, tables = draft(tmp_path)
    assert [column.name for column in tables[0].seen.columns] == ["id", "note", "year"]
    assert tables[0].seen.rows == 5
    assert "titles" not in text


def test_a_row_that_is_wrong_is_told_with_its_line_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(f"Export of May\n\n{as_text(';')}Sum;30\n")
    with pytest.raises(InputError, match=r"the header has 4 cells, these rows do not \(line 34: 2"):
        draft(tmp_path)


MAPPING = '[[table]]\nfile = "FILE"\nlabel = "Artwork"\nid = "id"\nname = "title"\n'


@pytest.mark.parametrize("separator", ["\t", ";", ","])
@pytest.mark.parametrize(
    "title", ["A list of works\n\n", "A list of works\n", "Works\nof May\n\n", '"A list, in two\nlines"\n']
)
def test_titles_above_two_columns_that_a_mapping_names(tmp_path: Path, separator: str, title: str) -> None:
    rows = "".join(f"{separator.join(row)}\n" for row in (["id", "title"], ["1", "A"], ["2", "B"]))
    (tmp_path / "w.csv").write_text(title + rows)
    (tmp_path / "mapping.toml").write_text(MAPPING.replace("FILE", "w.csv"))
    assert read_source(tmp_path, name="museum").entities["name"].tolist() == ["A", "B"]


def test_a_title_and_a_blank_line_above_two_columns_are_seen_by_a_draft(tmp_path: Path) -> None:
    rows = "".join(f"{number}\tWork {number}\n" for number in range(9))
    (tmp_path / "w.tsv").write_text(f"A list of works\n\nid\ttitle\n{rows}")
    assert [column.name for column in draft(tmp_path)[1][0].seen.columns] == ["id", "title"]


@pytest.mark.parametrize("drafted", [True, False])
def test_a_row_that_is_too_wide_is_no_header(tmp_path: Path, drafted: bool) -> None:
    (tmp_path / "w.csv").write_text("id,title,artist\n1,A,B,C,D,E,F,G\n2,A,B\n3,A,B\n")
    (tmp_path / "mapping.toml").write_text(MAPPING.replace("FILE", "w.csv"))
    with pytest.raises(InputError, match=r"the header has 3 cells, these rows do not \(line 2: 8"):
        draft(tmp_path) if drafted else read_source(tmp_path, name="museum")


def test_a_row_of_a_sheet_that_is_too_wide_is_no_header(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["id", "title", "artist"], [1, *"ABCDEFG"], [2, "A", "B"], [3, "A", "B"]):
        book.active.append(row)
    book.save(tmp_path / "w.xlsx")
    (tmp_path / "mapping.toml").write_text(MAPPING.replace("FILE", "w.xlsx"))
    with pytest.raises(InputError, match=r"last one: D2 is 'C', and the header ends with 'artist'"):
        read_source(tmp_path, name="museum")


def test_titles_of_several_cells_in_a_sheet(tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ["Export", "May"],
        [],
        ["Inventory no.", "Title", "Artist", "Medium", "Room"],
        *[[*row, 7] for row in ROWS],
    ):
        book.active.append(row)
    book.save(tmp_path / "w.xlsm")
    source = read_draft(tmp_path)
    assert source.triples.groupby("relation").size().to_dict() == {"createdBy": 30, "hasMedium": 30}


def test_remarks_below_a_table_in_a_csv_file_are_no_records(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(as_text(",") + "N30,,,\n,,,\nHeights in cm,,,\nPrinted in May,,,\n")
    source = read_draft(tmp_path)
    works = source.entities[source.entities["label"] == "Artwork"]
    assert (len(works), works["id"].iloc[-1]) == (31, "artwork:N30")
    told = "w.csv: rows that are remarks below the table are passed over: 'line 34', 'line 35' (2 in all)"
    assert told in source.notes


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_header_that_comes_again_is_no_record(tmp_path: Path, ending: str) -> None:
    rows = [HEADER, *ROWS, HEADER, ["N30", "Work 30", "Ann", "oil"]]
    if ending == "csv":
        (tmp_path / "w.csv").write_text("".join(f"{','.join(row)}\n" for row in rows))
    else:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "w.xlsx")
    source = read_draft(tmp_path)
    works = source.entities[source.entities["label"] == "Artwork"]
    assert (len(works), works["id"].iloc[-1]) == (31, "artwork:N30")
    (note,) = source.notes
    assert "are passed over: " in note
    assert " 32" in note


def test_a_header_of_two_rows_and_what_is_no_record_in_a_sheet(tmp_path: Path) -> None:
    book = Workbook()
    above = [["All works"], [], ["nr", "title", "maker", None, "medium"], [None, None, "name", "born"]]
    rows = [[*row[:3], 1850, row[3]] for row in ROWS]
    for row in [*above, ["Oil"], *rows[:20], ["Ink"], *rows[20:], [], ["Heights in cm"], ["Printed in May"]]:
        book.active.append(row)
    for cells in ("A1:E1", "C3:D3", "A3:A4", "B3:B4", "E3:E4", "A5:E5", "A26:E26"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "w.xlsx")
    _, (table,) = write_draft(tmp_path)
    assert [column.name for column in table.seen.columns] == ["nr", "title", "maker name", "maker born", "medium"]
    source = read_source(tmp_path, name="museum")
    assert len(source.entities[source.entities["label"] == "Artwork"]) == 30
    assert source.triples.groupby("relation").size().to_dict() == {"createdBy": 30, "hasMedium": 30}
    assert source.notes[-1] == (
        "w.xlsx: these rows are headings or remarks and are passed over: "
        "'row 5: Oil', 'row 26: Ink', 'row 38: Heights in cm', 'row 39: Printed in May' (4 in all)"
    )


def test_a_name_above_several_columns_is_that_of_each(tmp_path: Path) -> None:
    book = Workbook()
    for row in [["nr", "title", "maker", "keywords", None], *([*row, "sea"] for row in ROWS)]:
        book.active.append(row)
    book.active.merge_cells("D1:E1")
    book.save(tmp_path / "w.xlsx")
    _, (table,) = write_draft(tmp_path)
    assert [column.name for column in table.seen.columns] == ["nr", "title", "maker", "keywords", "keywords (5)"]
    assert table.seen.rows == 30


def test_a_header_with_a_line_break_is_drafted_as_it_is(tmp_path: Path) -> None:
    book = Workbook()
    for row in [["Object\nnumber", "title", "Artist /\nmaker", "medium"], *ROWS]:
        book.active.append(row)
    book.save(tmp_path / "w.xlsx")
    source = read_draft(tmp_path)
    assert len(source.entities[source.entities["label"] == "Artwork"]) == 30
    assert {"createdBy", "hasMedium"} == {*source.triples["relation"]}


def test_tables_of_an_archive_are_drafted_and_named_one_by_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("data/works.csv", as_text(","))
        archive.writestr("data/people.csv", "name,ULAN\nAnn,500000001\nBob,500000002\n")
    source = read_draft(tmp_path)
    assert set(source.triples.loc[source.triples["relation"] == "createdBy", "tail"]) == {"person:Ann", "person:Bob"}
    assert source.identifiers == ("ulan",)
    path = tmp_path / "mapping.toml"
    path.write_text(path.read_text().replace("data/people.csv", "data/persons.csv"))
    with pytest.raises(InputError, match=r"no such file in the archive; there are 'export.zip/data/people.csv'"):
        read_source(tmp_path, name="museum")


def test_records_by_their_names_and_columns_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(json.dumps({row[0]: dict(zip(HEADER[1:], row[1:], strict=True)) for row in ROWS}))
    source = read_draft(tmp_path)
    assert source.entities["id"].tolist()[:2] == ["artwork:N0", "artwork:N1"]
    (tmp_path / "w.json").unlink()
    (tmp_path / "mapping.toml").unlink()
    (tmp_path / "w.csv").write_text(as_text(",").replace("title,maker", "maker,maker"))
    written = draft(tmp_path)[0]
    assert "maker (3)" in written


def test_tables_of_other_programs_are_told(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(as_text(","))
    (tmp_path / "w.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert "# left out: w.xls: files ending in .xls are not read; save it as .xlsx or .csv" in draft(tmp_path)[0]


def test_each_list_of_things_with_ids_is_a_table_and_the_others_are_told(tmp_path: Path) -> None:
    makers = [{"id": n, "name": name} for n, name in enumerate(("Ann", "Bob", "Cy", "Dot"))]
    works = [{"id": n, "title": f"Work {n}", "artist_id": n % 4} for n in range(30)]
    links = [{"rel": "self", "href": "a"}, {"rel": "next", "href": "b"}]
    (tmp_path / "w.json").write_text(json.dumps({"objects": works, "artists": makers, "links": links}))
    text = draft(tmp_path)[0]
    assert "# w.json: of its lists these are not read: 'links'\n" in text
    source = read_draft(tmp_path)
    assert source.entities["label"].value_counts().to_dict() == {"Artwork": 30, "Person": 4}
    names = source.entities.set_index("id")["name"]
    facts = source.triples.set_index("head")["tail"]
    assert names[facts["artwork:1"]] == "Bob"
    assert (names["artwork:1"], source.triples["relation"].unique().tolist()) == ("Work 1", ["createdBy"])
