"""Tables of every format, and what a mapping makes of their cells."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.source import read_source

Map = Callable[..., Source]
WORKS = "number,title,medium\n1,Sunflowers,oil; canvas\n2,Irises,oil\n3,,\n"
MAPPING = """
[[table]]
file = "FILE"
label = "Artwork"
id = "number"
name = "title"
[table.relation.hasMaterial]
to = "Material"
name = "medium"
split = ";"
"""


@pytest.fixture
def read(tmp_path: Path) -> Map:
    """Write files and a mapping, and read them."""

    def read(mapping: str, **files: str | bytes) -> Source:
        for name, content in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (tmp_path / "mapping.toml").write_text(mapping)
        return read_source(tmp_path, name="museum")

    return read


def facts(source: Source, relation: str | None = None) -> set[tuple[str, ...]]:
    rows = source.triples if relation is None else source.triples[source.triples["relation"] == relation]
    return {*zip(rows["head"], rows["relation"], rows["tail"], strict=True)}


def entity(source: Source, id_: str) -> dict[str, object]:
    row = source.entities.set_index("id").loc[id_]
    return {str(name): value for name, value in row.dropna().items()}


def excel() -> bytes:
    book = Workbook()
    sheet = book.active
    for row in ([], ["number", "title", "medium"], [1, "Sunflowers", "oil; canvas"], [], [2.0, "Irises", "oil"], [3]):
        sheet.append(row)
    book.create_sheet("notes")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def parquet() -> bytes:
    frame = pd.DataFrame({"number": [1, 2, 3], "title": ["Sunflowers", "Irises", None]})
    frame["medium"] = [["oil", "canvas"], ["oil"], None]
    content = io.BytesIO()
    frame.to_parquet(content)
    return content.getvalue()


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr("export/works.csv", WORKS)
        zipped.writestr("export/readme.pdf", "x")
        zipped.writestr("__MACOSX/export/._works.csv", "x")
    return content.getvalue()


JSON = (
    '[{"number": 1, "title": "Sunflowers", "medium": ["oil", "canvas"]}, {"number": 2, "title": "Irises",'
    '"medium": "oil"}, {"number": 3, "title": null}]'
)
XML = (
    '<?xml version="1.0"?><m:works xmlns:m="http://museum.example/"><work><number>1</number><title xml:lang="en">'
    "Sunflowers</title><medium>oil</medium><medium>canvas</medium></work><work><number>2</number><title>Irises</title>"
    "<medium>oil</medium></work><work><number>3</number></work></m:works>"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("works.csv", WORKS),
        ("works.csv", b"\xef\xbb\xbf" + WORKS.encode()),
        ("works.csv", WORKS.encode("utf-16")),
        ("works.tsv", WORKS.replace(",", "\t")),
        ("works.txt", WORKS.replace(",", "|")),
        ("works.csv.gz", gzip.compress(WORKS.encode(), mtime=0)),
        ("works.csv.bz2", bz2.compress(WORKS.encode())),
        ("works.csv.xz", lzma.compress(WORKS.encode())),
        ("works.zip", archive()),
        ("works.xlsx", excel()),
        ("works.parquet", parquet()),
        ("works.json", JSON),
        ("works.jsonl", "\n".join(["", *JSON.strip("[]").replace("}, ", "}\n").splitlines()])),
        ("works.xml", XML),
    ],
)
def test_the_same_table_in_every_format(read: Map, name: str, content: str | bytes) -> None:
    source = read(MAPPING.replace("FILE", name), **{name: content})
    assert facts(source) == {
        ("artwork:1", "hasMaterial", "material:oil"),
        ("artwork:1", "hasMaterial", "material:canvas"),
        ("artwork:2", "hasMaterial", "material:oil"),
    }
    assert entity(source, "artwork:1") == {"label": "Artwork", "name": "Sunflowers"}
    assert entity(source, "artwork:3") == {"label": "Artwork"}


def test_a_long_file_is_read_in_blocks_with_the_lines_of_the_whole(read: Map, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.mapping.files.csv_blocks.BLOCK", 40)
    rows = [f'{number},"a ""title"",\nof two lines",oil\n' for number in range(1, 30)]
    source = read(MAPPING.replace("FILE", "works.csv"), works__csv="number,title,medium\n" + "".join(rows))
    assert len(source.triples) == 29
    assert entity(source, "artwork:29")["name"] == 'a "title",\nof two lines'
    with pytest.raises(InputError, match="line 60: 2"):
        read(MAPPING.replace("FILE", "works.csv"), works__csv="number,title,medium\n" + "".join(rows) + "30,x\n")


ROW = "id,title,alt,who,ids,role,kind,born,country,said\n"


def test_templates_and_the_first_that_is_filled(read: Map) -> None:
    mapping = """
[[table]]
file = "w.csv"
label = { column = "kind" }
id = "museum:{id}"
name = "title ?? {alt} (after {who}) ?? alt"
keep = { country = "country" }
"""
    source = read(mapping, w__csv=ROW + "1,T,A,W,,,Vase,,France,\n2,,A,W,,,Cup,,,\n3,,A,,,,Cup,,,x\n")
    assert entity(source, "museum:1") == {"label": "Vase", "name": "T", "country": "France"}
    assert entity(source, "museum:2") == {"label": "Cup", "name": "A (after W)"}
    assert entity(source, "museum:3") == {"label": "Cup", "name": "A"}


PEOPLE = """
missing = ["NULL", "not recorded"]
[[table]]
file = "w.csv"
label = "Artwork"
id = "id"
[table.relation.createdBy]
to = "Person"
id = "ids"
name = "who"
split = "|"
unless = "^(unknown|anonymous)"
role = "role"
roles = { "painter" = "createdBy", "After:" = "copiedAfter" }
keep = { from = "country" }
[table.relation.createdBy.relation.bornIn]
to = "Place"
name = "born"
before = "[,(]"
"""


def test_lists_that_belong_together_are_zipped(read: Map) -> None:
    source = read(
        PEOPLE,
        w__csv=ROW
        + '1,,,Ann|Bob|Unknown American,a|b|u,painter|after:|painter,,"Dijon, France|null|",FR||,\n'
        + "2,,,Ann,a,carver,,,,\n3,,,Zoe,,painter,,,not recorded,\n",
    )
    assert facts(source) == {
        ("artwork:1", "createdBy", "person:a"),
        ("artwork:1", "copiedAfter", "person:b"),
        ("artwork:3", "createdBy", "person:Zoe"),
        ("person:a", "bornIn", "place:Dijon"),
    }
    assert entity(source, "person:a") == {"label": "Person", "name": "Ann", "from": "FR"}
    assert entity(source, "artwork:1") == {"label": "Artwork", "createdBy_said": "Unknown American"}
    assert "person:u" not in set(source.entities["id"])
    assert "createdBy: 1 left out, the role is not in `roles`: 'carver' 1" in source.notes


def test_who_has_no_role_may_be_in_the_relation_itself(read: Map) -> None:
    mapping = PEOPLE.replace('"painter"', '"" = "createdBy", "painter"')
    source = read(mapping, w__csv=ROW + "1,,,Ann|Bob,a|b,|After:,,,,\n2,,,Zoe,z,,,,,\n3,,,Eve,e,carver,,,,\n")
    assert facts(source) == {
        ("artwork:1", "createdBy", "person:a"),
        ("artwork:1", "copiedAfter", "person:b"),
        ("artwork:2", "createdBy", "person:z"),
    }


def test_what_stands_in_brackets_is_not_split(read: Map) -> None:
    mapping = """
[[table]]
file = "w.csv"
label = "Artwork"
id = "id"
[table.relation.hasMaterial]
to = "Material"
name = "said"
split = [",", ";", " and ", " on "]
"""
    cells = ["video (color, sound); 6 min.", "wood (oak and pine), black-and-white film on paper", "ink (brown, gold"]
    source = read(mapping, w__csv=ROW + "".join(f'{n},,,,,,,,,"{cell}"\n' for n, cell in enumerate(cells)))
    assert {tail.removeprefix("material:") for _, _, tail in facts(source)} == {
        "video (color, sound)", "6 min.", "wood (oak and pine)", "black-and-white film", "paper", "ink (brown", "gold",
    }  # fmt: skip


def test_lists_of_unequal_length_are_refused_with_their_line(read: Map) -> None:
    with pytest.raises(
        InputError, match=r"w.csv line 3: createdBy: ids holds 3 values and who 2 \('a\|b\|c', 'A\|B'\)"
    ) as error:
        read(PEOPLE, w__csv=ROW + "1,,,Ann,a,painter,,,,\n2,,,A|B,a|b|c,painter|painter,,,,\n")
    assert "w.csv line 3" in str(error.value)
    assert "must be equally long" in str(error.value)


def test_nobody_in_a_table_of_people_is_nobody_in_the_links_to_it(read: Map) -> None:
    mapping = """
[[table]]
file = "people.csv"
label = "Person"
id = "no"
name = "name"
unless = "^(unidentified|\\\\()"
[[table]]
file = "links.csv"
label = "Artwork"
id = "work"
[table.relation.portrays]
to = "Person"
id = "person"
"""
    source = read(
        mapping,
        people__csv="no,name\n1,Ann\n2,(Non-Portrait)\n3,Unidentified Man\n",
        links__csv="work,person\n9,1\n9,2\n9,3\n",
    )
    assert facts(source) == {("artwork:9", "portrays", "person:1")}
    assert entity(source, "artwork:9")["portrays_said"] == "(Non-Portrait); Unidentified Man"
    assert "portrays: 2 left out, nobody is meant (`unless`); what was said is kept" in source.notes


def test_dates_become_decades_and_their_text_stays(read: Map) -> None:
    mapping = """
[[table]]
file = "w.csv"
label = "Artwork"
id = "id"
[table.relation.madeIn]
year = ["from", "to", "dated"]
[table.relation.era]
year = "dated"
bin = 100
"""
    source = read(
        mapping,
        w__csv="id,from,to,dated\n1,1888-01-01,1890-12-31,1888–90\n2,0,0,c. 1890–95\n"
        "3,1800,1899,19th century\n4,,,undated\n5,1901,1901,1901\n",
    )
    assert facts(source, "madeIn") == {
        ("artwork:1", "madeIn", "decade:1880"),
        ("artwork:1", "madeIn", "decade:1890"),
        ("artwork:2", "madeIn", "decade:1890"),
        ("artwork:5", "madeIn", "decade:1900"),
    }
    assert ("artwork:3", "era", "century:1800") in facts(source)
    assert entity(source, "decade:1880") == {"label": "Decade", "name": "1880s"}
    assert entity(source, "artwork:2")["madeIn_said"] == "c. 1890–95"
    assert "madeIn_said" not in entity(source, "artwork:5")
    assert (
        "madeIn: 1 left out, the date spans more than 20 years (`span`) (w.csv line 4: '1800 to 1899')" in source.notes
    )
    assert "madeIn: 1 left out, the date names no years (w.csv line 5: 'undated')" in source.notes


def test_a_last_year_that_says_no_year_leaves_the_date_open(read: Map) -> None:
    mapping = (
        '[[table]]\nfile = "w.csv"\nlabel = "Artwork"\nid = "id"\n[table.relation.madeIn]\nyear = ["from", "to"]\n'
    )
    rows = "1,1890,9999\n2,1850,present\n3,before 1900,1901\n4,1890,\n5,,1901\n6,1890,0\n7,1890,0000\n"
    source = read(mapping, w__csv=f"id,from,to\n{rows}")
    assert facts(source) == {
        ("artwork:4", "madeIn", "decade:1890"),
        ("artwork:5", "madeIn", "decade:1900"),
        ("artwork:6", "madeIn", "decade:1890"),
        ("artwork:7", "madeIn", "decade:1890"),
    }
    assert entity(source, "artwork:2")["madeIn_said"] == "1850 to present"
    assert any("3 left out, the date names no years" in note and "'1890 to 9999'" in note for note in source.notes)


def test_values_of_few_works_stay_properties(read: Map) -> None:
    source = read("[least]\nhasMaterial = 2\n" + MAPPING.replace("FILE", "works.csv"), works__csv=WORKS)
    assert facts(source) == {
        ("artwork:1", "hasMaterial", "material:oil"),
        ("artwork:2", "hasMaterial", "material:oil"),
    }
    assert entity(source, "artwork:1")["hasMaterial_said"] == "canvas"
    assert "material:canvas" not in set(source.entities["id"])


def test_html_is_stripped_where_it_is_said(read: Map) -> None:
    mapping = '[[table]]\nfile = "w.csv"\nlabel = "Artwork"\nid = "id"\nname = "title"\ntext = "alt"\nhtml = "strip"\n'
    source = read(mapping, w__csv="id,title,alt\n1,<i>Reeds</i> &amp; Water,<p>One.</p><p>1 < 2</p>\n")
    assert entity(source, "artwork:1") == {"label": "Artwork", "name": "Reeds & Water", "text": "One.\n1 < 2"}


def test_spellings_are_compared_in_one_form_and_kept_as_given(read: Map) -> None:
    composed, apart = "Mus\u00e9e  d\u2019Orsay", "Muse\u0301e d\u2019Orsay"
    source = read(MAPPING.replace("FILE", "works.csv"), works__csv=f"number,title,medium\n1,,{composed}\n2,,{apart}\n")
    assert source.triples["tail"].nunique() == 1
    assert composed in set(source.entities["name"])


def test_a_shared_identifier_makes_two_entries_one(read: Map) -> None:
    mapping = """
[[table]]
file = "a.csv"
label = "Artist"
id = "moma:{id}"
name = "name"
same = { ulan = "ULAN" }
[[table]]
file = "b.csv"
label = "Artist"
id = "nga:{no}"
name = "called"
keep = { dates = "dates" }
same = { ulan = "ulanid" }
[[table]]
file = "w.csv"
label = "Artwork"
id = "id"
[table.relation.createdBy]
to = "Artist"
id = "nga:{artist}"
"""
    files = {
        "a__csv": "id,name,ULAN\n1,Claude Monet,http://vocab.getty.edu/ulan/500019484\n2,Ann,\n3,Bob,\n",
        "b__csv": "no,called,ulanid,dates\n7,Monet,500019484,1840–1926\n8,Zoe,,\n",
        "w__csv": "id,artist\n1,7\n",
    }
    source = read(mapping, **files)
    assert facts(source) == {("artwork:1", "createdBy", "moma:1")}
    assert entity(source, "moma:1") == {
        "label": "Artist",
        "name": "Claude Monet",
        "ulan": "http://vocab.getty.edu/ulan/500019484",
        "dates": "1840–1926",
        "other_ids": "nga:7",
    }
    assert len(source.entities) == 5
    with pytest.raises(InputError, match="must have one label"):
        read(mapping.replace('label = "Artist"\nid = "moma', 'label = "Person"\nid = "moma'), **files)


def test_what_is_lost_where_entities_are_one_is_told(read: Map) -> None:
    mapping = """
[[table]]
file = "a.csv"
label = "Artist"
id = "id"
name = "name"
same = { ulan = "ulan", wikidata = "qid" }
[table.relation.taughtBy]
to = "Artist"
id = "of"
"""
    rows = "id,name,ulan,qid,of\n1,Ann,http://vocab.getty.edu/ulan/5,Q1,2\n2,Anna,5,Q2,3\n3,A. A.,,Q2,4\n4,Bob,,,\n"
    source = read(mapping, a__csv=rows)
    assert facts(source) == {("artist:1", "taughtBy", "artist:4")}
    assert entity(source, "artist:1")["name"] == "Ann"
    of = "than the first one of what it is one with"
    assert set(source.notes) >= {
        f"Artist: 2 left out, another `name` {of} (artist:1: 'Anna'; artist:1: 'A. A.')",
        f"Artist: 1 left out, another `wikidata` {of} (artist:1: 'q2')",
        "taughtBy: 2 left out, its two ends are one by a shared identifier or an alias "
        "(artist:1 and artist:2; artist:2 and artist:3)",
    }


def test_two_labels_are_refused_also_where_entities_are_one_by_way_of_others(read: Map) -> None:
    mapping = '[[table]]\nfile = "a.csv"\nlabel = { column = "kind" }\nid = "id"\nsame = ["ulan", "qid"]\n'
    for rows in ("x,,5,\ny,Artist,5,\nz,Place,5,\n", "y,Artist,5,\nx,,5,Q1\nz,Place,,Q1\n"):
        with pytest.raises(InputError, match=r"one by way of others: 'y \(Artist\) and z \(Place\)'"):
            read(mapping, a__csv=f"id,kind,ulan,qid\n{rows}")


def test_words_follow_the_entity_that_said_them(read: Map) -> None:
    mapping = """
[[table]]
file = "*.csv"
label = "Artwork"
id = "{at}:{id}"
name = "name"
same = { qid = "qid" }
[table.relation.createdBy]
to = "Artist"
name = "by"
unless = "^unknown"
"""
    source = read(
        mapping, a__csv="at,id,name,qid,by\nA,1,Wave,Q1,\n", b__csv="at,id,name,qid,by\nB,2,Wave,Q1,unknown\n"
    )
    assert entity(source, "A:1")["createdBy_said"] == "unknown"


def test_of_several_addresses_the_first_is_the_picture(read: Map) -> None:
    mapping = MAPPING.replace('name = "title"', 'name = "title"\nimage = "shown"')
    first = "http://m.example/a%7C1.jpg"
    source = read(
        mapping.replace("FILE", "w.csv"),
        w__csv=f"number,title,medium,shown\n1,A,oil,{first}|http://m.example/b.jpg\n2,B,oil,b|c.jpg\n",
    )
    assert source.entities["image"].tolist()[:2] == [first, "b|c.jpg"]
    shown = mapping.replace("shown", "shown.*").replace("FILE", "w.json")
    source = read(shown, w__json='[{"number": 1, "title": "A", "medium": "oil", "shown": [null, "a.jpg", "b.jpg"]}]')
    assert entity(source, "artwork:1")["image"] == "a.jpg"


def test_a_value_that_is_an_object_in_some_records(read: Map) -> None:
    mapping = MAPPING.replace("FILE", "w.json").replace('name = "title"', 'name = "title.en ?? title"')
    source = read(
        mapping, w__json='[{"number": 1, "title": {"en": "A"}, "medium": "oil"}, {"number": 2, "title": "B"}]'
    )
    assert source.entities["name"].tolist()[:2] == ["A", "B"]


def test_files_of_a_pattern_and_their_names(read: Map) -> None:
    mapping = MAPPING.replace("FILE", "*.csv").replace('name = "title"', 'name = "title"\nkeep = { from = "@file" }')
    source = read(mapping, **{"a[1].csv": "number,title,medium\n1,A,oil\n", ".b.csv": "no\n"})
    assert entity(source, "artwork:1")["from"] == "a[1].csv"
    assert len(read(mapping.replace("*.csv", "a[1].csv")).triples) == 1, "brackets in a name are no pattern"
    with pytest.raises(InputError, match=r"file = '\*\*a' is no pattern of files"):
        read(mapping.replace("*.csv", "**a"))


def test_an_alias_joins_what_a_person_called_the_same(read: Map) -> None:
    alias = '[alias]\n"material:Oil paint" = "material:oil"\n'
    works = "number,title,medium\n1,A,Oil paint\n2,B,oil\n"
    source = read(alias + MAPPING.replace("FILE", "works.csv"), works__csv=works)
    assert set(source.triples["tail"]) == {"material:oil"}
    assert entity(source, "material:oil")["other_ids"] == "material:Oil paint"
    with pytest.raises(InputError, match="names ids that no source has: 'material:Oil paint'"):
        read(alias + MAPPING.replace("FILE", "works.csv"), works__csv=works.replace("Oil paint", "ink"))


def test_aliases_are_followed_to_their_end(read: Map) -> None:
    works = "number,title,medium\n1,A,Ann\n2,B,Anna\n3,C,A. A.\n"
    mapping = MAPPING.replace("FILE", "works.csv")
    first, second = '"material:Ann" = "material:Anna"\n', '"material:Anna" = "material:A. A."\n'
    for lines in (first + second, second + first):
        source = read(f"[alias]\n{lines}{mapping}", works__csv=works)
        assert set(source.triples["tail"]) == {"material:A. A."}
    circle = '"material:A. A." = "material:Ann"\n'
    told = "alias = .*: the ids lead in a circle: material:Ann is material:Anna is material:A. A. is material:Ann"
    with pytest.raises(InputError, match=told):
        read(f"[alias]\n{first}{second}{circle}{mapping}", works__csv=works)
    with pytest.raises(
        InputError, match="lead in a circle: material:Ann is material:Ann; one of them must be the last"
    ):
        read(f'[alias]\n"material:Ann" = "material:Ann"\n{mapping}', works__csv=works)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1999/12", "2001/12", False),
        ("A#1", "B#1", False),
        ("inv/7", "7", False),
        ("1999/12", "1999/12", True),
        ("http://vocab.getty.edu/ulan/500019484/", "500019484", True),
        ("https://www.wikidata.org/wiki/Q296", "http://www.wikidata.org/entity/q296", True),
        ("viaf.org/viaf/24605513", "24605513", True),
    ],
)
def test_only_an_address_counts_by_its_end(read: Map, one: str, other: str, same: bool) -> None:
    mapping = MAPPING.replace("FILE", "works.csv").replace('name = "title"', 'name = "title"\nsame = { acc = "acc" }')
    source = read(mapping, works__csv=f"number,title,medium,acc\n1,A,oil,{one}\n2,B,oil,{other}\n")
    assert ("artwork:2" not in set(source.entities["id"])) == same


NESTED = (
    '{"works": [{"id": 1, "makers": [{"id": 5, "n": "Ann"}, {"id": 6}], "dc.title": "T", "born": {"place": "Ulm"}}]}'
)


def test_paths_lead_into_records(read: Map) -> None:
    mapping = """
[[table]]
file = "w.json"
records = "works"
label = "Artwork"
id = "id"
name = "dc.title"
keep = { place = "born.place" }
[table.relation.createdBy]
to = "Artist"
id = "makers.*.id"
name = "makers.*.n"
"""
    source = read(mapping, w__json=NESTED)
    assert facts(source) == {("artwork:1", "createdBy", "artist:5"), ("artwork:1", "createdBy", "artist:6")}
    assert entity(source, "artwork:1") == {"label": "Artwork", "name": "T", "place": "Ulm"}
    assert entity(source, "artist:6") == {"label": "Artist"}


@pytest.mark.parametrize(
    ("lines", "content", "told"),
    [
        ("", "number,titel,medium\n1,a,b\n", "works.csv: there is no column 'title'; is 'titel' meant?"),
        ("", "x,y\n1,2\n", "there is no column 'number'; there are 'x', 'y'"),
        ("", "number,title,medium\n1,a\n", "works.csv: the header has 3 cells, these rows do not (line 2: 2"),
        ("", 'number,title,medium\n1,"a,b\n', "line 2: the quote that begins this cell is never closed"),
        ("", "", "works.csv: the file is empty"),
        ("", b"number,title,medium\n1,M\xfcller,b\n", 'its [[table]] with encoding = "cp1252"'),
        ('encoding = "klingon"', "", "encoding is 'klingon', which is none"),
        ('separator = ";;"', "", "separator is ';;'; it must be one character"),
        ('unless = "("', "", "this is no regular expression"),
        ('html = "remove"', "", "html = 'remove': Input should be 'strip' or 'keep'"),
        ('keep = { name = "x" }', "", "'name' has a line of its own: name = 'x'"),
        ('keep = { "" = "title" }', "", "the property's name '' is empty"),
        ('keep = { hasMaterial_said = "title" }', "", "'hasMaterial_said' is where the relation keeps what was said"),
        ('when = { title = "no such" }', WORKS, "no row of what it names became an entity; Artwork: 3 left out"),
        ('keep = { visual = "title" }', WORKS, "the properties visual are reserved"),
    ],
)
def test_wrong_tables_are_told_with_what_is_allowed(read: Map, lines: str, content: str | bytes, told: str) -> None:
    with pytest.raises(InputError) as error:
        read(
            MAPPING.replace("FILE", "works.csv").replace('id = "number"', f'id = "number"\n{lines}'), works__csv=content
        )
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("relation", "told"),
    [
        ('to = "A"', "`name` (or `id`) is missing"),
        ('name = "medium"', "`to` is missing"),
        ('to = "A"\nname = "medium"\nrole = "title"', "`role` names a column and `roles` what its values mean"),
        ('year = "medium"\nname = "title"', "id, name, split and relation have no place beside it"),
        (
            'to = "A"\nname = "medium"\nsplitt = ","',
            "relation.r.splitt = ',' is not known; allowed are to, id, name, split,",
        ),
        ('to = "A"\nname = "medium"\nsplit = "(("', "this is no regular expression"),
        ('year = "medium"\nbin = 0', "relation.r.bin = 0: Input should be greater than or equal to 1"),
        ('to = "Model"\nname = "medium"', "label must not be one of the reserved"),
    ],
)
def test_wrong_relations_are_told_with_what_is_allowed(read: Map, relation: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        read(MAPPING.replace("FILE", "works.csv") + f"[table.relation.r]\n{relation}\n", works__csv=WORKS)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("works.csv.gz", b"number,title", "works.csv.gz: the file cannot be read: Not a gzipped file"),
        ("works.csv.gz", gzip.compress(WORKS.encode(), mtime=0)[:-9], "it may be cut off"),
        ("works.zip", b"PK", "works.zip: this is not a zip file"),
        ("works.xlsx", b"PK", "works.xlsx: this is not an Excel file"),
        ("works.parquet", b"PAR1", "works.parquet: this is not a Parquet file"),
        ("works.json", '[{"number": 1},\n{"number" 2}]', "works.json: this is no JSON:"),
        ("works.json", "[1, 2]", "works.json record 1: a record must be an object with names, it is '1'"),
        (
            "works.json",
            '{"number": {"value": 1}}',
            "works.json: 'number' is not a value but holds others; name one of them: 'number.value'",
        ),
        ("works.json", "[]", "works.json: there are no records in it"),
        (
            "works.json",
            '[{"number": [1, 2]}]',
            "works.json record 1: 'number' holds several values, '1; 2'; an id is one",
        ),
        ("works.jsonl", '{"number": 1}\n{"number"', "works.jsonl line 2: this is no JSON"),
        ("works.xml", "<a><b>", "works.xml: this is no XML"),
        ("works.xml", "<works/>", "works.xml: there is nothing below the root; there are 'works'"),
        ("works.csv", gzip.compress(WORKS.encode(), mtime=0), "works.csv: the file is no CSV but"),
        ("works.csv.xz", b"no xz", "works.csv.xz: the file cannot be read: Input format not supported"),
        ("works.pdf", "x", "a file ending in .pdf is not understood; there may be .csv, .geojson,"),
    ],
)
def test_broken_files_are_told(read: Map, name: str, content: str | bytes, told: str) -> None:
    with pytest.raises(InputError) as error:
        read(MAPPING.replace("FILE", name), **{name: content})
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("work.csv", "there is no such file in .*; is 'works.csv' meant?"),
        ("../*.csv", "it must be a name or a pattern of files inside"),
        ("/etc/passwd", "it must be a name or a pattern of files inside"),
    ],
)
def test_files_are_in_the_folder(read: Map, pattern: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(MAPPING.replace("FILE", pattern), works__csv=WORKS)
