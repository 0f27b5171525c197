"""Folders of files: what is taken, and what is refused with its place."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from base.errors import InputError
from graph.link_key import link_key
from graph.loading.files import read_source

ENTITIES = "id,label,name\nQ1,Artwork,Sunflowers\nQ2,Artist,Vincent van Gogh\n"
TRIPLES = "head,relation,tail,split\nQ1,isCreatedBy,Q2,train\n"


def folder(path: Path, entities: str | bytes = ENTITIES, triples: str | bytes = TRIPLES) -> Path:
    for name, content in (("entities.csv", entities), ("triples.csv", triples)):
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as error:
        read_source(path, **options)
    return str(error.value)


def test_both_spellings_are_the_same_source(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ours = read_source(
        folder(tmp_path / "a", "id,label,text\nQ1,Artwork,Yellow\nQ2,Artist,\n", TRIPLES),
    )
    theirs = read_source(
        folder(tmp_path / "b", "id,type,description\nQ1,Artwork,Yellow\nQ2,Artist,\n", TRIPLES.replace("split", "mode"))
    )
    pd.testing.assert_frame_equal(ours.entities, theirs.entities)
    pd.testing.assert_frame_equal(ours.triples, theirs.triples)
    assert list(ours.entities.columns) == ["id", "label", "text"]
    assert ours.triples.iloc[0].tolist() == ["Q1", "isCreatedBy", "Q2", "train"]
    assert (ours.name, ours.repeated, ours.derived) == ("a", 0, False)


def test_parquet_is_read_like_csv_and_keeps_numbers(tmp_path: Path) -> None:
    pd.DataFrame({"id": [1, 2], "label": ["Artwork", "Artist"], "year": [1888.0, None], "born": [None, 1853]}).astype(
        {"born": "Int64", "label": "category"}
    ).to_parquet(tmp_path / "entities.parquet")
    pd.DataFrame({"head": [1], "relation": ["isCreatedBy"], "tail": [2]}).to_parquet(tmp_path / "triples.parquet")
    source = read_source(tmp_path)
    assert source.entities["id"].tolist() == ["1", "2"]
    assert source.entities["label"].tolist() == ["Artwork", "Artist"]
    assert source.entities["year"].astype(object).tolist()[0] == 1888.0
    assert source.entities["year"].isna().tolist() == [False, True]
    assert source.entities["born"].tolist()[1] == 1853
    assert source.triples["split"].isna().all()


def test_a_header_may_give_the_type_of_a_property(tmp_path: Path) -> None:
    entities = (
        "id,label,year:int,height:float,lent:boolean,code,at:home\nQ1,Artwork,1888,92.1,true,007,x\nQ2,Artist,,,,,\n"
    )
    row = read_source(folder(tmp_path, entities)).entities.iloc[0]
    assert [row["year"], row["height"], bool(row["lent"]), row["code"], row["at:home"]] == [
        1888,
        92.1,
        True,
        "007",
        "x",
    ]


def test_a_mapping_file_names_other_headers(tmp_path: Path) -> None:
    folder(tmp_path, "QID,class,type,title\nQ1,Artwork,oil,S\nQ2,Artist,,V\n", "s,p,o\nQ1,isCreatedBy,Q2\n")
    (tmp_path / "mapping.toml").write_text(
        '[entities]\nid = "QID"\nlabel = "class"\nname = "title"\n[triples]\nhead = "s"\nrelation = "p"\ntail = "o"\n'
    )
    source = read_source(tmp_path)
    # `type` would mean the label; as the mapping says what is the label, it is a property of its own.
    assert source.entities.iloc[0].to_dict() == {"id": "Q1", "label": "Artwork", "name": "S", "type": "oil"}
    assert source.triples[["head", "relation", "tail"]].iloc[0].tolist() == ["Q1", "isCreatedBy", "Q2"]


def test_without_entities_each_end_becomes_a_thing(tmp_path: Path) -> None:
    (tmp_path / "triples.csv").write_text("head,relation,tail\n/m/07,/film/genre,/m/02\n/m/07,likes,/m/07\n")
    assert "entities can be made from the triples" in refused(tmp_path)
    source = read_source(tmp_path, entities_from_triples=True)
    assert source.derived
    assert source.entities.to_dict("list") == {"id": ["/m/07", "/m/02"], "label": ["Thing", "Thing"]}


def test_unusual_names_are_kept_as_they_are(tmp_path: Path) -> None:
    entities = 'id,label,name\n"a""b`c\'",La`bel,"two\nlines, ü 日本"\nNA,NaN,null\n'
    triples = 'head,relation,tail\n"a""b`c\'",has `tick` \\u0060,NA\nNA,self,NA\n'
    source = read_source(folder(tmp_path, "\ufeff" + entities, triples.replace("\n", "\r\n")))
    assert source.entities.to_dict("list") == {
        "id": ["a\"b`c'", "NA"],
        "label": ["La`bel", "NaN"],
        "name": ["two\nlines, ü 日本", "null"],
    }
    assert source.triples["relation"].tolist() == ["has `tick` \\u0060", "self"]


def test_an_id_is_text_as_written_whatever_the_header_says(tmp_path: Path) -> None:
    triples = "head:int,relation,tail,n:int\n007,id,1e5,007\n"
    source = read_source(folder(tmp_path, "id:int,label:int\n007,1\n1e5,+2\n", triples))
    assert source.entities.to_dict("list") == {"id": ["007", "1e5"], "label": ["1", "+2"]}
    assert source.triples[["head", "relation", "tail", "n"]].to_numpy().tolist() == [["007", "id", "1e5", 7]]


def test_whatever_columns_of_text_a_parquet_file_has(tmp_path: Path) -> None:
    kinds = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
    cells = {f"c{at}": pa.array(["x", "", None]).cast(kind) for at, kind in enumerate(kinds)}
    pq.write_table(pa.table({"id": [7, 8, 9], "label": ["A"] * 3, **cells}), tmp_path / "entities.parquet")
    pq.write_table(pa.table({"head": [7], "relation": ["r"], "tail": ["9"]}), tmp_path / "triples.parquet")
    source = read_source(tmp_path)
    assert source.entities["id"].tolist() == ["7", "8", "9"]
    assert source.entities[list(cells)].notna().to_numpy().tolist() == [[True] * 4, [False] * 4, [False] * 4]


def test_a_fact_given_twice_counts_once(tmp_path: Path) -> None:
    source = read_source(folder(tmp_path, triples=TRIPLES + "Q1,isCreatedBy,Q2,train\n"))
    assert (len(source.triples), source.repeated) == (1, 1)


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ("id,name\nQ1,S\n", r"entities.csv: there is no column label (or type); it has id, name"),
        ("label\nArtwork\n", "there is no column id"),
        (ENTITIES + "Q1,Artist,Again\n", "an id must stand once (line 4: 'Q1 as Artist, before as Artwork'; 1 in all)"),
        (ENTITIES + ",Artist,Nobody\n", "id is empty (line 4; 1 in all)"),
        (ENTITIES + " ,Artist,Nobody\n", "id is empty (line 4; 1 in all)"),
        (ENTITIES + "Q3,,Nobody\n", "label is empty (line 4; 1 in all)"),
        (ENTITIES + "Q3,Model,Nobody\n", "label must not be one of the reserved"),
        ("id,label,held_out\nQ1,A,x\nQ2,A,\n", "the columns held_out are reserved"),
        ("id,label,type\nQ1,A,x\nQ2,A,\n", "several headers mean one column: {'label': ['label', 'type']}"),
        ("id,label,a,b,c,d,d\nQ1,A,,,,,x\n", "the header names a column twice: 'd' (1 in all)"),
        ("id,label,n:int\nQ1,A,+4\nQ2,A,1e3\n", "'n' must be a whole number of 64 bits (line 2: '+4'; line 3: '1e3'"),
        ("id,label,n:boolean\nQ1,A,yes\nQ2,A,TRUE\n", "'n' must be true or false (line 2: 'yes'; 1 in all)"),
        ("id,label,n:int\nQ1,A,0x10\nQ2,A,16\n", "'n' must be a whole number of 64 bits (line 2: '0x10'; 1 in all)"),
        (
            "id,label,n:float\nQ1,A,-1e999\nQ2,A,-inf\n",
            "'n' must be a number of 64 bits (line 2: '-1e999'; 1 in all)",
        ),
        ("id|label\nQ1|A\n", "it has id|label. mapping.toml can name others, and another separator"),
        ("id,label,\nQ1,A,\nQ2,A,\n", "column 3 has no name: where it is an index that pandas wrote, save without it"),
        (
            "id,label,year:int\nQ1,A,1888\nQ2,A,c. 1853\n",
            "'year' must be a whole number of 64 bits (line 3: 'c. 1853'; 1 in all)",
        ),
        ("", "entities.csv: the file is empty"),
        ("id,label\n", "entities.csv: the file has a header but no rows"),
        (
            ENTITIES + "Q3,Artist\nQ4,A,b,c\n",
            "the header has 3 cells, these rows do not (line 4: 2; line 5: 4; 2 in all)",
        ),
        (
            ENTITIES.encode() + b"Q3,Artist,G\xe9ricault\n",
            "must be UTF-8, these lines are not (line 4: b'3,Artist,G\\xe9ricault",
        ),
    ],
)
def test_wrong_entities_are_refused_with_their_place(tmp_path: Path, entities: str | bytes, expected: str) -> None:
    assert expected in refused(folder(tmp_path, entities))


@pytest.mark.parametrize(
    ("triples", "expected"),
    [
        ("head,tail\nQ1,Q2\n", "triples.csv: there is no column relation"),
        ("head,relation,tail\nQ1,r,Q9\nQ8,r,Q2\n", "the tail is not in entities.csv (line 2: 'Q9'; 1 in all)"),
        ("head,relation,tail\nQ1,r,Q9\nQ8,r,Q2\n", "the head is not in entities.csv (line 3: 'Q8'; 1 in all)"),
        ("head,relation,tail\nQ1,,Q2\n", "relation is empty (line 2; 1 in all)"),
        ("head,relation,tail\nQ1,PREDICTED,Q2\n", "relation must not be one of the reserved PREDICTED"),
        (
            TRIPLES + "Q2,r,Q1,dev\n",
            "the split must be one of train, val, test or empty (line 3: 'dev'; 1 in all)",
        ),
        ("head,relation,tail\nQ1, ,Q2\n", "relation is empty (line 2; 1 in all)"),
        ("head,relation,tail\nQ1,r ,Q2\n", "relation begins or ends with a blank"),
        (
            "head,relation,tail,mode\nQ1,r,Q2,Train\n",
            "the split must be one of train, val, test or empty (line 2: 'Train'",
        ),
        (TRIPLES + "Q1,isCreatedBy,Q2,\n", "more than one split (line 2: 'Q1 isCreatedBy Q2: train'; line 3: 'Q1 isC"),
        (
            TRIPLES + "Q1,isCreatedBy,Q2,test\n",
            "one fact is given with more than one split (line 2: 'Q1 isCreatedBy Q2",
        ),
        (
            "head,relation,tail,split\nQ1,r,Q2,train\nQ1,r,Q2,val\nQ2,r,Q1,val\n",
            "triples.csv: 1 of 2 val facts stand in train too: ",
        ),
        ("head,relation,tail,sources\nQ1,r,Q2,x\n", "the columns sources are reserved"),
    ],
)
def test_wrong_triples_are_refused_with_their_place(tmp_path: Path, triples: str, expected: str) -> None:
    assert expected in refused(folder(tmp_path, triples=triples))


def test_all_that_is_wrong_is_told_at_once_the_first_five_and_a_count(tmp_path: Path) -> None:
    many = "".join(f"Q1,r,X{i}\n" for i in range(7))
    told = refused(folder(tmp_path, ENTITIES + "Q2,Artist,Twice\n", "head,relation,tail\n" + many))
    assert "line 4: 'Q2 as Artist" in told
    assert "line 6: 'X4'; …; 7 in all" in told
    assert "X5" not in told


def test_lines_are_right_after_cells_with_line_breaks_and_blank_lines(tmp_path: Path) -> None:
    told = refused(folder(tmp_path, 'id,label,name\nQ1,Artwork,"one\ntwo\nthree"\n\nQ2,,x\n'))
    assert "label is empty (line 6; 1 in all)" in told


def test_rows_of_parquet_are_named_by_number(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["a", "a"], "label": ["A", "A"]}).to_parquet(tmp_path / "entities.parquet")
    pd.DataFrame({"head": ["a"], "relation": ["r"], "tail": ["a"]}).to_parquet(tmp_path / "triples.parquet")
    assert "entities.parquet: an id must stand once (row 2: " in refused(tmp_path)


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("id", [1.5, 2.5], "column 'id' holds Float64, it must be text or whole numbers"),
        ("dates", pd.to_datetime(["1888-01-01", "1889-01-01"]), "column 'dates' holds timestamp"),
        ("tags", [["a"], ["b"]], "column 'tags' holds list"),
        ("tags:string", [["a"], ["b"]], "column 'tags' holds list"),
        ("year:int", [1888.0, 1888.5], "'year' must be a whole number of 64 bits (row 2: 1888.5; 1 in all)"),
        ("lent:boolean", [0, 1], "'lent' must be true or false (row 1: 0; row 2: 1; 2 in all)"),
        ("year:int", [True, None], "'year' must be a whole number of 64 bits (row 1: True"),
    ],
)
def test_types_that_cannot_be_stored_are_refused(tmp_path: Path, column: str, values: object, expected: str) -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "label": ["A", "A"]}).assign(**{column: values})
    frame.to_parquet(tmp_path / "entities.parquet")
    pd.DataFrame({"head": ["a"], "relation": ["r"], "tail": ["a"]}).to_parquet(tmp_path / "triples.parquet")
    assert expected in refused(tmp_path)


def test_a_header_gives_the_type_of_a_parquet_column_too(tmp_path: Path) -> None:
    cells = {"code:string": [7, None], "year:int": [1888.0, None], "height:float": [92, None], "old:int": ["-7", ""]}
    pd.DataFrame({"id": ["a", "b"], "label": "A", **cells}).to_parquet(tmp_path / "entities.parquet")
    pd.DataFrame({"head": ["a"], "relation": ["r"], "tail": ["a"]}).to_parquet(tmp_path / "triples.parquet")
    found = read_source(tmp_path).entities
    assert found.iloc[0, 2:].tolist() == ["7", 1888, 92.0, -7]
    assert found.iloc[1, 2:].isna().all()


def test_a_folder_named_like_a_table_is_none_and_what_is_there_is_told(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "entities.csv").rename(tmp_path / "Entities.CSV")
    (tmp_path / "entities.csv").mkdir()
    assert "has no entities.csv or entities.parquet; it has 'Entities.CSV', 'entities.csv' (2 in" in refused(tmp_path)


def test_a_mapping_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    folder(tmp_path, ENTITIES.replace("name", "title"))
    (tmp_path / "mapping.toml").write_text('\ufeff[entities]\nname = "title"\n', encoding="utf-8")
    assert read_source(tmp_path).entities["name"].tolist() == ["Sunflowers", "Vincent van Gogh"]


def test_folders_that_cannot_be_meant_are_refused(tmp_path: Path) -> None:
    assert "is not a folder" in refused(tmp_path / "absent")
    assert "has no triples.csv or triples.parquet" in refused(tmp_path)
    folder(tmp_path)
    assert "entities are made from the triples only where" in refused(tmp_path, entities_from_triples=True)
    assert "must not be empty nor one of adopted, adopted path, prediction" in refused(tmp_path, name="prediction")
    (tmp_path / "triples.parquet").write_bytes(b"PAR1")
    assert "holds both triples.csv and triples.parquet" in refused(tmp_path)
    (tmp_path / "triples.csv").unlink()
    assert "triples.parquet: this is not a Parquet file" in refused(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[entities\n", "cannot be read"),
        ('[people]\nid = "x"\n', "[people] is not understood"),
        ('[entities]\nid = "QID"\n', "the mapping names headers that the file lacks: 'QID' (1 in all)"),
        ('[entities]\nid = "id"\nname = "id"\n', "the mapping makes one header several columns: 'id' is id and name"),
        ('[csv]\ndelimiter = ";"\n', "it may have separator, quote and encoding"),
        ("[entities]\nid = 3\n", "[entities] is not understood"),
    ],
)
def test_mapping_files_that_do_not_fit_are_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = folder(tmp_path) / "other.toml"
    path.write_text(text)
    assert expected in refused(tmp_path, mapping=path)


def test_a_frame_saved_with_its_index_is_refused_with_the_column(tmp_path: Path) -> None:
    told = refused(folder(tmp_path, ",id,label\n0,Q1,A\n1,Q2,A\n", TRIPLES))
    assert (
        "entities.csv: column 1 has no name: where it is an index that pandas wrote, save without it (index=False)"
        in told
    )
    assert "column 1 is called 'Unnamed: 0'" in refused(folder(tmp_path, "Unnamed: 0,id,label\n0,Q1,A\n", TRIPLES))
    (tmp_path / "entities.csv").unlink()
    frame = pd.DataFrame({"id": ["Q1", "Q2"], "label": "A"}, index=pd.Index(["x", "y"]))
    frame.to_parquet(tmp_path / "entities.parquet")
    assert "entities.parquet: column 3 is called '__index_level_0__'" in refused(tmp_path)


LONG = "x" * 3_000


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        (f"id,label\n{LONG},A\n", "id takes more than the 2,900 bytes that fit a key made of two ids and a relation"),
        (f"id,label\n{LONG},A\n", "… of 3,000 bytes; 1 in all)"),
        ('id,label\n"' + '""' * 1_500 + '",A\n', "id takes more than the 2,900 bytes"),
        (f"id,label\nQ1,{LONG}\n", "label takes more than 700 bytes (line 2"),
        (f"id,label,{LONG}\nQ1,A,b\n", "takes more than 700 bytes"),
        ("id,label\nQ1 ,A\n", "a blank or a character that shows nothing (line 2: 'Q1 '; 1 in all)"),
        ("id,label\n\u00a0Q1,A\nQ2\ufeff,A\n", "nothing (line 2: '\\xa0Q1'; line 3: 'Q2\\ufeff'; 2 in all)"),
        ("id,label\nQ1\u200d,A\nQ2\u00ad,A\n\u200fQ3 \u200b,A\n", "nothing (line 2: 'Q1\\u200d'; line 3: 'Q2\\xad'; "),
        ("id,label\n\u200b \u2060,A\n", "id is empty (line 2; 1 in all)"),
        ("id,label\nQ1,A \n", "label begins or ends with a blank"),
        ('id,label\nQ1,"A\nB"\n', "label holds a control character such as a line break (line 2: 'A\\nB'; 1 in all)"),
        ('id,label,"a\nb"\nQ1,A,x\n', "the name of column 3, 'a\\nb', holds a control character"),
        ("id,label,caf\u00e9,cafe\u0301\nQ1,A,x,y\n", "two columns look alike and are not the same: 'caf\\xe9'"),
        ("id,label\nQ1,encoders\n", "label must not be one of the reserved"),
        ("id,label\nQ1,fingerprint\n", "(line 2: 'fingerprint'; 1 in all)"),
        ("id,label,value_sources\nQ1,A,x\n", "the columns value_sources are reserved"),
    ],
)  # fmt: skip
def test_names_that_could_not_be_written_are_refused_at_the_check(tmp_path: Path, entities: str, expected: str) -> None:
    assert expected in refused(folder(tmp_path, entities, "head,relation,tail\nQ1,r,Q1\n"))


def test_the_longest_names_fit_the_keys_made_of_them(tmp_path: Path) -> None:
    """A rule's key is the longest entry of an index, which takes 8,164 bytes."""
    id_, name = '"' * 1_450, "\\" * 350
    triples = pd.DataFrame([(id_, name, id_)], columns=["head", "relation", "tail"])
    pd.DataFrame({"id": [id_], "label": [name], name: ["x"]}).to_parquet(tmp_path / "entities.parquet")
    triples.to_parquet(tmp_path / "triples.parquet")
    source = read_source(tmp_path)
    head, relation, tail = source.triples.iloc[0, :3]
    rule = [relation, head, f">{relation}", f"<{relation}", tail]
    assert len(json.dumps(rule, separators=(",", ":")).encode()) < 8_100
    assert len(link_key(head, relation, tail).encode()) + len(2 * relation) < 8_100
    triples.assign(relation=name + "\\").to_parquet(tmp_path / "triples.parquet")
    assert "relation takes more than 700 bytes" in refused(tmp_path)


def test_relations_and_ids_without_an_entities_file_are_checked_too(tmp_path: Path) -> None:
    (tmp_path / "triples.csv").write_text(f'head,relation,tail\n{LONG},r,b \na,"x\ny",b\na,{LONG},b\n')
    told = refused(tmp_path, entities_from_triples=True)
    assert "head takes more than the 2,900 bytes" in told
    assert "tail begins or ends with a blank or a character that shows nothing (line 2: 'b '; 1 in all)" in told
    assert "relation holds a control character such as a line break (line 3: 'x\\ny'; 1 in all)" in told
    assert "relation takes more than 700 bytes (line 5" in told


@pytest.mark.parametrize("name", ["", "a\nb", " a", "x" * 701, "a\0"])
def test_a_source_has_a_name_that_can_be_written(tmp_path: Path, name: str) -> None:
    assert "the source's name" in refused(folder(tmp_path), name=name)


def test_ids_that_look_alike_are_told_and_stay_two(tmp_path: Path) -> None:
    composed, parted = "M\u00fcller", "Mu\u0308ller"
    entities = f"id,label\n{composed},A\n{parted},A\n"
    source = read_source(folder(tmp_path, entities, f"head,relation,tail\n{composed},r,{parted}\n"))
    assert source.entities["id"].tolist() == [composed, parted]
    assert source.notes == [
        "ids look alike, are written with other characters (Unicode forms NFC and NFD, or invisible), and stay two: "
        "\"'M\\\\xfcller' and 'Mu\\\\u0308ller'\" (1 in all)"
    ]
    told = refused(folder(tmp_path, f"id,label\n{composed},A\n", f"head,relation,tail\n{composed},r,{parted}\n"))
    assert "the tail is not in entities.csv" in told
    assert "'Mu\\u0308ller' looks like 'M\\xfcller', which is there" in told


def test_ids_that_differ_by_what_shows_nothing_are_told_and_stay_two(tmp_path: Path) -> None:
    source = read_source(folder(tmp_path, "id,label\na\u200bb,A\nab,A\n", "head,relation,tail\nab,r,a\u200bb\n"))
    assert source.entities["id"].tolist() == ["a\u200bb", "ab"]
    assert "and stay two: \"'ab' and 'a\\\\u200bb'\" (1 in all)" in source.notes[0]
    told = refused(folder(tmp_path, "id,label\nab,A\n", "head,relation,tail\nab,r,a\u200bb\n"))
    assert "'a\\u200bb' looks like 'ab', which is there" in told


def test_a_sign_and_its_variant_look_alike_and_stay_two(tmp_path: Path) -> None:
    heart, flag = "\u2764", "\U0001f3f4\U000e0067\U000e007f"
    entities = f"id,label\n{heart},A\n{heart}\ufe0f,A\n{flag},A\n{flag[0]},A\n"
    source = read_source(folder(tmp_path, entities, f"head,relation,tail\n{heart}\ufe0f,r,{flag}\n"))
    assert source.entities["id"].tolist() == [heart, f"{heart}\ufe0f", flag, flag[0]]
    assert source.notes[0].endswith("(2 in all)")


def test_a_nul_in_parquet_is_refused_with_its_row(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["a", "b"], "label": "A", "text": ["x", "y\0z"]}).to_parquet(tmp_path / "entities.parquet")
    pd.DataFrame({"head": ["a"], "relation": ["r"], "tail": ["a"]}).to_parquet(tmp_path / "triples.parquet")
    assert "text holds the character NUL (row 2: 'y\\x00z'; 1 in all)" in refused(tmp_path)


def test_a_type_called_entity_is_one_like_others(tmp_path: Path) -> None:
    source = read_source(folder(tmp_path, "id,label\nQ1,Entity\nQ2,Artist\n"))
    assert source.entities["label"].tolist() == ["Entity", "Artist"]


def test_long_texts_are_taken_and_what_else_is_wrong_is_told(tmp_path: Path) -> None:
    entities = f"id,label,text\nQ1,A,{'word ' * 40_000}\nQ2,,x\n"
    assert refused(folder(tmp_path, entities)) == "entities.csv: label is empty (line 3; 1 in all)"


def test_leading_blank_lines_change_no_value(tmp_path: Path) -> None:
    entities = "\nid,label,name,room\n007,Artwork,0012,1e5\n1e5,Artwork,1642-01-01,+4\n"
    source = read_source(folder(tmp_path, entities, "\nhead,relation,tail\n007,near,1e5\n"))
    assert source.entities.to_numpy().tolist() == [
        ["007", "Artwork", "0012", "1e5"],
        ["1e5", "Artwork", "1642-01-01", "+4"],
    ]
    assert source.triples.iloc[0].tolist()[:3] == ["007", "near", "1e5"]


def test_a_source_is_called_as_typed_and_not_by_a_links_target(tmp_path: Path) -> None:
    (tmp_path / "export-2026-11-02").mkdir()
    folder(tmp_path / "export-2026-11-02")
    (tmp_path / "latest").symlink_to("export-2026-11-02")
    source = read_source(tmp_path / "latest")
    assert (source.name, source.named) == ("latest", False)
    assert read_source(tmp_path / "latest" / ".." / "export-2026-11-02").name == "export-2026-11-02"


def test_the_mapping_names_separator_quote_and_encoding(tmp_path: Path) -> None:
    folder(tmp_path, "id|label\nQ1|Müller\nQ2|A\n".encode("cp1252"), TRIPLES.replace(",", "|"))
    (tmp_path / "mapping.toml").write_text('[csv]\nseparator = "|"\nencoding = "cp1252"\n')
    assert read_source(tmp_path).entities["label"].tolist() == ["Müller", "A"]
    (tmp_path / "mapping.toml").write_text('[csv]\nseperator = "|"\n')
    assert "it may have separator, quote and encoding" in refused(tmp_path)
    (tmp_path / "mapping.toml").write_text('[csv]\nencoding = "klingon"\n')
    assert "encoding is 'klingon', which is none" in refused(tmp_path)
