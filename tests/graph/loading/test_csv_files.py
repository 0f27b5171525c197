"""CSV of many hands: what is taken as it stands, and what is refused with its line."""

import gzip
from pathlib import Path

import pytest

from base.errors import InputError
from graph.loading.csv_files import CsvFormat, read_rows

KNOWN = ("id", "label", "name", "head", "relation", "tail")


def read(path: Path, content: str | bytes, **form: str) -> list[list[str | None]]:
    """The header and the rows of a file of that content."""
    file = path / "a.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    rows = read_rows(file, CsvFormat(**form), KNOWN)
    return [list(rows.header), *([*cells.values()] for cells in rows.table.to_pylist())]


def refused(path: Path, content: str | bytes, **form: str) -> str:
    with pytest.raises(InputError) as error:
        read(path, content, **form)
    return str(error.value)


HEADER = ["id", "label", "name"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # No type is guessed, whatever stands before the header.
        ("\nid,label,name\n007,W,1e5\n", [["007", "W", "1e5"]]),
        ("\r\n  \r\n\t\r\nid,label,name\r\n007,true,0x10\r\n", [["007", "true", "0x10"]]),
        ("id,label,name\n1642-01-01,+4,NA\n", [["1642-01-01", "+4", "NA"]]),
        # Separators, by the header.
        ("id;label;name, first and last\n1;W;a,b\n", [["1", "W", "a,b"]]),
        ("id\tlabel\tname\n1\tW\ta,b;c\n", [["1", "W", "a,b;c"]]),
        ('id;label;"name, a, b, c, d"\n1;W;x\n', [["1", "W", "x"]]),
        # Quotes.
        ('id,label,name\n"1","W","14"" wide"\n', [["1", "W", '14" wide']]),
        ('id,label,name\n1,W,the "odd" one\n', [["1", "W", 'the "odd" one']]),
        ('id,label,name\n1,W,""\n2,"",""""\n', [["1", "W", None], ["2", None, '"']]),
        ('id,label,name\n1,W,"two\nlines\r\nand, more"\n', [["1", "W", "two\nlines\r\nand, more"]]),
        # Line ends, blank lines, a byte order mark, no end of the last line.
        ("\ufeffid,label,name\r1,W,a\r\r2,W,b", [["1", "W", "a"], ["2", "W", "b"]]),
        ("id,label,name\n\n   \n1,W,a\n\n\n2,W,b\n\n", [["1", "W", "a"], ["2", "W", "b"]]),
        ("id,label,name\n1,W,\n2,W, a \n", [["1", "W", None], ["2", "W", " a "]]),
        ('id;label;"name, a, b, c, d"\r1;W;"two\nlines"\r2;W;b\r', [["1", "W", "two\nlines"], ["2", "W", "b"]]),
        ('id,label,name\n1,W,"ends so\n"', [["1", "W", "ends so\n"]]),
        ('id\tlabel\tname\n1\tW\t"a\tb, c;"\n', [["1", "W", "a\tb, c;"]]),
        ("\ufeff\ufeffid,label,name\n+7,W,.5\n", [["+7", "W", ".5"]]),
        ("id,label,name\nNaN,None,null\ninf,NA,-0\n", [["NaN", "None", "null"], ["inf", "NA", "-0"]]),
        ("id,label,name\n1,W,x\x0by\x85z\u2028\n", [["1", "W", "x\x0by\x85z\u2028"]]),
        ("id,label,name\n1,W,x" + 200_000 * '"' + "\n", [["1", "W", "x" + 200_000 * '"']]),
    ],
)
def test_what_is_well_formed_is_taken_as_it_stands(
    tmp_path: Path, content: str, expected: list[list[str | None]]
) -> None:
    header, *rows = read(tmp_path, content)
    assert header[:2] == HEADER[:2]
    assert rows == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Fewer facts came in, and the rest of the file sat in one property.
        (
            'head,relation,tail,note\na,near,b,"12 inch\na,near,c,\nb,near,c,14" wide\nc,near,a,x\n',
            "line 2: a quote begins a cell here ('a,near,b,\"12 inch'), and behind the one that closes it, on line 4",
        ),
        (
            'id,label,name\n1,W,a\n2,W,14" wide\n3,W,b\n',
            "line 3: a quote stands in a cell that does not begin with one",
        ),
        ('id,label,name\n1,W,a "b, c" d\n', "line 2: a quote stands in a cell that does not begin with one"),
        ('id,label,name\n1,W,a\n2,W,"12 inch\n3,W,b\n', "line 3: the quote that begins this cell is never closed"),
        ('id,label,name\n1,W,"12" inch\n', "on line 2, there is more ('1,W,\"12\" inch')"),
        ('id,label,name\n1,W, "a, b"\n', "line 2: a quote stands in a cell that does not begin with one"),
        (
            "id,label,name\n1,W\n\n2,W,a,b\n",
            "the header has 3 cells, these rows do not (line 2: 2; line 4: 4; 2 in all)",
        ),
        ('id,label,name\n"1\n",W\n', "these rows do not (line 2: 2; 1 in all)"),
        ("id,label,name\n1,W,a\0b\n", "holds the character NUL, which no text has (line 2; 1 in all)"),
        ("id,label,name\n1,W,Müller\n".encode("cp1252"), "these lines are not (line 2: b'1,W,M\\xfcller"),
        ("id,label,name\n1,W,Müller\n".encode("utf-16"), 'the mapping file names it: [csv] with encoding = "utf-16"'),
        # A file of another kind is called by it, whatever its name says.
        ("id,label,name\n1,W,a\n".encode("utf-32"), "begins like utf-32, not UTF-8"),
        (gzip.compress(b"id,label,name\n", mtime=0), "the file is no CSV but packed by gzip: unpack it"),
        (b"PK\x03\x04\x14\0", "the file is no CSV but a spreadsheet or a ZIP archive"),
        (b"PAR1\x15\x04PAR1", "its name must end in .parquet"),
        ("sep=;\nid;label\n1;W\n", "line 1 is a spreadsheet's note of the separator, no header: remove it"),
        # Lines are counted where a carriage return alone ends them too.
        (b"id,label,name\r1,W,a\r2,W,\0\r", "holds the character NUL, which no text has (line 3; 1 in all)"),
        ("id,label,name\r1,W,ü\r".encode("cp1252"), "these lines are not (line 2: b'1,W,\\xfc\\r'; 1 in all)"),
        ("id,label,name\n1,W,a,\n2,W,b,\n", "these rows do not (line 2: 4; line 3: 4; 2 in all)"),
        ("id,label,name\n1,W,a\n\x1a", "these rows do not (line 3: 1; 1 in all)"),
        ("id,label,name\n1,W,'a, b'\n", "these rows do not (line 2: 4; 1 in all)"),
        ("", "the file is empty"),
        ("\n \r\n", "the file is empty"),
    ],
)
def test_what_is_not_is_refused_with_its_line(tmp_path: Path, content: str | bytes, expected: str) -> None:
    assert expected in refused(tmp_path, content)


def test_another_encoding_or_separator_is_taken_when_it_is_named(tmp_path: Path) -> None:
    text = 'id|label|name\n1|W|Müller, 14" wide\n'
    for encoding in ("cp1252", "utf-16", "utf-8-sig", "latin-1"):
        rows = read(tmp_path, text.encode(encoding), encoding=encoding, separator="|", quote="")
        assert rows == [HEADER, ["1", "W", 'Müller, 14" wide']]
    assert "the file is not ascii, as the mapping says" in refused(tmp_path, text, encoding="ascii", separator="|")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"separator": ";;"}, "separator is ';;'"),
        ({"separator": '"'}, "separator is"),
        ({"quote": "'"}, "quote is"),
        ({"encoding": "klingon"}, "encoding is 'klingon'"),
        ({"encoding": "base64"}, "encoding is 'base64'"),
        ({"encoding": "utf\0"}, "encoding is 'utf\\x00'"),
    ],
)
def test_a_format_that_cannot_be_meant_is_told(form: dict[str, str], expected: str) -> None:
    assert expected in str(CsvFormat(**form).problem())


def test_a_cell_is_as_long_as_it_is_and_the_line_of_what_follows_is_right(tmp_path: Path) -> None:
    long = "word\n" * 1_000_000
    header, first, second = read(tmp_path, f'id,label,name\n1,W,"{long}"\n2,W,b\n')
    assert (header, first[2], second) == (HEADER, long, ["2", "W", "b"])
    told = refused(tmp_path, f'id,label,name\n1,W,"{long}"\n2,W\n')
    assert "line 1000003: 2; 1 in all" in told


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match=r"a\.csv: the file cannot be read: Is a directory"):
        read_rows(tmp_path / "a.csv", CsvFormat(), KNOWN)


def test_rows_and_lines_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'\n\nid,label,name\n1,W,"a\nb"\n\n2,W,c')
    rows = read_rows(tmp_path / "a.csv", CsvFormat(), KNOWN)
    assert (rows.read, rows.lines.tolist()) == (7, [4, 7])
