"""Drafts of mappings, which can be read as they are written."""

import gzip
import json
import lzma
import tomllib
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from base.errors import InputError
from graph.mapping.drafting.draft import draft, write_draft
from graph.mapping.source import read_source

WORKS = "objectid;title;maker;medium;dated;note;image\n" + "".join(
    f"{number};Work {number};{maker};{medium};c. {1800 + number};NULL;http://museum.example/{number}.jpg\n"
    for number, (maker, medium) in enumerate(
        [("Ann", "oil on canvas"), ("unknown American", "oil"), ("Bob", "ink")] * 20
    )
)


def test_a_draft_says_what_was_seen_and_what_it_may_mean(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text(WORKS)
    path, _ = write_draft(tmp_path / "works.csv")
    written = path.read_text()
    table = tomllib.loads(written)["table"][0]
    assert (table["id"], table["name"], table["image"]) == ("objectid", "title", "image")
    assert table["relation"]["madeIn"]["year"] == ["dated"]
    assert table["relation"]["createdBy"]["unless"] == r"^\W*(unknown)\b"
    assert "# 20 name nobody, such as 'unknown American'" in written
    assert "note" not in str(table)
    assert "works.csv: cells are separated by ';'" in written
    source = read_source(tmp_path, name="museum")
    makers = source.triples[source.triples["relation"] == "createdBy"]
    assert (len(makers), set(makers["tail"])) == (40, {"artist:Ann", "artist:Bob"})


def test_a_mapping_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text(WORKS)
    (tmp_path / "mapping.toml").write_text("# mine\n")
    with pytest.raises(InputError, match="is there and is never overwritten; name another file with --to"):
        write_draft(tmp_path)
    assert (tmp_path / "mapping.toml").read_text() == "# mine\n"
    assert write_draft(tmp_path, tmp_path / "other.toml")[0].is_file()


@pytest.mark.parametrize(
    "content",
    [
        "id,name\n",
        "a\n1\n",
        'id,"a ""b"" {c}",x??y,[z]\n1,2,3,4\n2,3,4,5\n',
        "Id,ID,iD\n1,2,3\n",
        "name,name2\n" + "unknown,anonymous\n" * 30,
        "id;ü;日付\n1;ä;明治\n",
    ],
)
def test_a_draft_of_an_odd_table_is_a_mapping(tmp_path: Path, content: str) -> None:
    (tmp_path / "odd.csv").write_text(content)
    written, _ = draft(tmp_path)
    assert tomllib.loads(written)["table"][0]["file"] == "odd.csv"


def test_tables_that_hold_ids_of_two_others_are_links(tmp_path: Path) -> None:
    (tmp_path / "objects.csv").write_text("ObjectID,Title\n" + "".join(f"{n},Work {n}\n" for n in range(9)))
    (tmp_path / "people.csv").write_text("PersonID,Name\n" + "".join(f"{n},Person {n}\n" for n in range(5)))
    rows = "".join(f"{n},{n % 9},{n % 5},{'Artist:' if n % 2 else 'Sitter:'}\n" for n in range(20))
    (tmp_path / "links.csv").write_text("LinkID,ObjectID,PersonID,Prefix\n" + rows)
    links = tomllib.loads(draft(tmp_path)[0])["table"][0]
    assert links["id"] == "ObjectID"
    assert links["relation"]["relatedTo"] == {
        "to": "Person", "id": "PersonID", "role": "Prefix", "roles": {"Artist:": "createdBy", "Sitter:": "portrays"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "entry"),
    [
        ("a.ttl", "@prefix crm: <http://www.cidoc-crm.org/cidoc-crm/> .", {"file": "a.ttl", "preset": "cidoc-crm"}),
        ("a.json", '{"@context": "https://linked.art/ns/v1/l.json"}', {"file": "a.json", "preset": "linked-art"}),
        ("a.xml", '<r:RDF xmlns:e="http://www.europeana.eu/schemas/edm/" xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
         {"file": "a.xml", "preset": "edm"}),
        ("a.xml", '<lido:lido xmlns:lido="http://www.lido-schema.org"/>', {"file": "a.xml"}),
    ],
)  # fmt: skip
def test_rdf_and_lido_are_known_by_what_they_begin_with(
    tmp_path: Path, name: str, content: str, entry: dict[str, str]
) -> None:
    (tmp_path / name).write_text(content)
    assert [*tomllib.loads(draft(tmp_path)[0]).values()] == [[entry]]


def test_what_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text(WORKS)
    (tmp_path / "README.txt").write_text("a, b\none, two, three\n")
    (tmp_path / "works.ttl.gz").write_bytes(b"no gzip")
    written = draft(tmp_path)[0]
    assert [table["file"] for table in tomllib.loads(written)["table"]] == ["works.csv"]
    assert "# left out: README.txt: the header has 2 cells, these rows do not (line 2: 3; 1 in all)" in written
    assert "works.ttl.gz cannot be read: Not a gzipped file" in written


def test_compressed_rdf_and_lido_of_several_folders_are_one_entry(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.ttl.gz").write_bytes(gzip.compress(b"@prefix crm: <http://www.cidoc-crm.org/c/> ."))
        (tmp_path / name / "1.XML.xz").write_bytes(lzma.compress(b'<lido xmlns="http://www.lido-schema.org"/>'))
    assert tomllib.loads(draft(tmp_path)[0]) == {
        "rdf": [{"file": "**/*.ttl.gz", "preset": "cidoc-crm"}],
        "lido": [{"file": "**/*.XML.xz"}],
    }


MANIFEST = {
    "@context": "http://iiif.io/api/presentation/3/context.json",
    "id": "https://m.example/{}/manifest.json",
    "label": {"none": ["Wave {}"]},
    "metadata": [
        {"label": {"en": ["Artist"]}, "value": {"en": ["Hokusai"]}},
        {"label": {"en": ["Date"]}, "value": {"en": ["1831"]}},
        {"label": {"en": ["Size"]}, "value": {"none": ["25 x 37"]}},
    ],
}


def test_a_manifest_of_iiif_is_a_work_with_its_picture(tmp_path: Path) -> None:
    for number in ("1", "2"):
        (tmp_path / f"{number}.json").write_text(json.dumps(MANIFEST).replace("{}", number))
    path, _ = write_draft(tmp_path)
    assert '# the metadata say more: Size; keep = { note = "metadata.LABEL" }' in path.read_text()
    source = read_source(tmp_path, name="museum")
    address = "https://m.example/2/manifest.json"
    assert source.entities.loc[1, ["id", "name", "image"]].tolist() == [address, "Wave 2", address]
    assert set(source.triples["tail"]) == {"artist:Hokusai", "decade:1830"}


def test_metadata_of_several_values_and_languages_stand_under_their_labels(tmp_path: Path) -> None:
    for number in ("1", "2"):
        metadata = [
            {
                "label": [{"@value": "Titel", "@language": "de"}, {"@value": "Title", "@language": "en"}],
                "value": "Wave",
            },
            {"label": "Subject", "value": ["sea", "wind"]},
            {
                "label": "Creator",
                "value": [{"@value": "Hokusai", "@language": "en"}, {"@value": "北斎", "@language": "ja"}],
            },
            {"label": "Place of Origin (Engl.)", "value": "Edo"},
        ]
        manifest = {"@context": "http://iiif.io/api/presentation/2/context.json", "@type": "sc:Manifest"}
        manifest |= {"@id": f"https://m.example/{number}/manifest", "label": f"Wave {number}", "metadata": metadata}
        (tmp_path / f"{number}.json").write_text(json.dumps(manifest))
    collection = manifest | {"@type": "sc:Collection", "@id": "urn:all", "metadata": []}
    (tmp_path / "all.json").write_text(json.dumps(collection))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    own = source.triples[source.triples["head"] == "https://m.example/1/manifest"]
    assert set(zip(own["relation"], own["tail"], strict=True)) == {
        ("hasSubject", "subject:sea"), ("hasSubject", "subject:wind"), ("createdBy", "artist:Hokusai"),
        ("hasPlaceOfOriginEngl", "placeoforiginengl:Edo"),
    }  # fmt: skip
    assert source.entities["label"].value_counts()["Artwork"] == 2


def test_a_label_without_a_value_takes_no_other_away(tmp_path: Path) -> None:
    metadata = [*MANIFEST["metadata"], {"label": {"en": ["Place"]}}, {"label": {"en": ["Genre"]}, "value": None}]
    (tmp_path / "1.json").write_text(json.dumps(MANIFEST | {"metadata": metadata}))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert set(source.triples["tail"]) == {"artist:Hokusai", "decade:1830"}
    assert source.notes == []


def test_a_manifest_has_a_name_of_one_language_and_a_text_without_tags(tmp_path: Path) -> None:
    labels = [{"@value": "Welle", "@language": "de"}, {"@value": "Wave", "@language": "en"}]
    subjects = [{"label": "Subject", "value": "sea; wind"}]
    for number, label in enumerate((labels, labels[:1], "Reeds", labels[1])):
        manifest = {"@context": "http://iiif.io/api/presentation/2/context.json", "@type": "sc:Manifest"}
        manifest |= {"@id": f"https://m.example/{number}", "label": label, "metadata": subjects}
        manifest |= {"description": f"A <i>print</i> {number}"}
        (tmp_path / f"{number}.json").write_text(json.dumps(manifest))
        subjects = [{"label": "Subject", "value": "sea; boats"}]
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    works = source.entities[source.entities["label"] == "Artwork"]
    assert works["name"].tolist() == ["Wave", "Welle", "Reeds", "Wave"]
    assert works["text"].tolist() == [f"A print {number}" for number in range(4)]
    assert set(source.triples["tail"]) == {"subject:sea", "subject:wind", "subject:boats"}


@pytest.mark.parametrize(("version", "sign", "listed"), [(2, "@", "manifests"), (3, "", "items")])
def test_a_collection_alone_is_the_manifests_that_it_names(
    tmp_path: Path, version: int, sign: str, listed: str
) -> None:
    kinds = ("sc:Collection", "sc:Manifest") if version == 2 else ("Collection", "Manifest")
    named = [{f"{sign}id": f"https://m.example/{n}", f"{sign}type": kinds[1], "label": f"Wave {n}"} for n in (1, 2)]
    inner = {f"{sign}id": "https://m.example/inner", f"{sign}type": kinds[0], "label": "Inner"}
    collection = {"@context": f"http://iiif.io/api/presentation/{version}/context.json", f"{sign}type": kinds[0]}
    collection |= {f"{sign}id": "https://m.example/all", "label": "All", listed: [*named, inner]}
    (tmp_path / "all.json").write_text(json.dumps(collection))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert source.entities["id"].tolist() == ["https://m.example/1", "https://m.example/2"]
    assert source.notes[0].startswith("Artwork: 1 left out, `when` does not hold")


def test_manifests_without_addresses_are_known_by_their_files(tmp_path: Path) -> None:
    for number in ("1", "2"):
        (tmp_path / f"{number}.json").write_text(json.dumps(MANIFEST))
    write_draft(tmp_path)
    entities = read_source(tmp_path, name="museum").entities
    assert entities.loc[0, ["id", "image"]].tolist() == ["artwork:1.json", "1.json"]


def test_a_name_that_holds_others_in_some_records_is_told_and_both_can_be_read(tmp_path: Path) -> None:
    records = [
        {"id": n, "title": f"T{n}", "artist": "Ann" if n % 2 else {"name": "Bob", "born": 1850}} for n in range(4)
    ]
    (tmp_path / "works.json").write_text(json.dumps(records))
    path, _ = write_draft(tmp_path)
    assert "artist ?? artist.name takes both" in path.read_text()
    with path.open("a") as mapping:
        mapping.write('[table.relation.createdBy]\nto = "Artist"\nname = "artist ?? artist.name"\n')
    assert read_source(tmp_path, name="museum").triples["tail"].tolist() == ["artist:Bob", "artist:Ann"] * 2


def test_a_file_that_nobody_reads_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalogue.mrc").write_bytes(b"00714cam a2200205 a 4500")
    with pytest.raises(InputError, match=r"catalogue\.mrc.*files ending in \.mrc are not read"):
        draft(tmp_path)


def test_works_of_records_lead_to_the_people_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "artists.csv").write_text("id,name\n" + "".join(f"{n},Person {n}\n" for n in range(9)))
    records = [
        {
            "id": n,
            "place": {"name": f"Place {n}"},
            "title": f"Work {n}",
            "contributors": [{"id": n % 9, "fc": "Person"}],
        }
        for n in range(20)
    ]
    (tmp_path / "works.json").write_text(json.dumps(records))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert "person:3" in set(source.triples.loc[source.triples["relation"] == "createdBy", "tail"])
    assert "Work 3" in set(source.entities["name"]), "the record's own title, not the name of its place"


def test_sheets_with_titles_above_the_header_and_merged_cells(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Read me"])
    sheet = book.create_sheet("Objects")
    for row in (
        ["Export of May"],
        ["id", "title", "made"],
        [1, "Reeds", date(1890, 5, 1)],
        [None, "Irises"],
        [3, "Sun"],
    ):
        sheet.append(row)
    sheet.merge_cells("C3:C4")
    sheet["A4"] = 2
    book.save(tmp_path / "works.xlsx")
    path, _ = write_draft(tmp_path)
    table = tomllib.loads(path.read_text())["table"]
    assert [(one["sheet"], one["id"], one["name"]) for one in table] == [("Objects", "id", "title")]
    path.write_text(path.read_text().replace('name = "title"', 'name = "title"\nkeep = { made = "made" }'))
    source = read_source(tmp_path, name="museum")
    assert source.entities["made"].fillna("").tolist() == ["1890-05-01", "1890-05-01", ""], "merged over two rows"
    assert "works.xlsx: titles above the header are passed over (rows: 1)" in source.notes


def test_a_table_that_is_not_utf_8_gets_an_encoding_to_confirm(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_bytes("id;title\n1;Öl\n2;„Zitat“\n".encode("cp1252"))
    write_draft(tmp_path)
    assert read_source(tmp_path, name="museum").entities["name"].tolist() == ["Öl", "„Zitat“"]


@pytest.mark.parametrize(
    ("name", "content", "records"),
    [
        ("w.json", '{"total": 2, "data": {"items": [{"id": 1, "n": {"m": "A"}}, {"id": 2}]}}', "data.items"),
        ("w.json", '[{"id": 1, "n": {"m": "A"}}, {"id": 2}]', None),
        ("w.xml", '<e xmlns="urn:e"><head>x</head><obj id="1"><n><m>A</m></n></obj><obj id="2"/></e>', "obj"),
        ("w.xml", '<e><all><obj id="1"><n><m>A</m></n></obj><obj id="2"/></all></e>', "obj"),
        ("w.xml", '<e><obj id="1"><n><m>A</m></n></obj><obj id="2"/></e>', None),
    ],
)
def test_the_records_of_a_file_are_found(tmp_path: Path, name: str, content: str, records: str | None) -> None:
    (tmp_path / name).write_text(content)
    path, _ = write_draft(tmp_path)
    assert tomllib.loads(path.read_text())["table"][0].get("records") == records
    assert read_source(tmp_path, name="museum").entities["id"].tolist() == ["artwork:1", "artwork:2"]


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("x")
    with pytest.raises(InputError, match=r"there is nothing to draft a mapping from; there may be \.csv, "):
        draft(tmp_path)


def test_texts_and_documents_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text("id,title\n1,Reeds\n2,Irises\n3,Poppies\n")
    (tmp_path / "README.txt").write_text("Hello\nthis is a text\n")
    (tmp_path / "notes.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "report.PDF").write_bytes(b"%PDF-1.4")
    written, tables = draft(tmp_path)
    assert [table.file for table in tables] == ["works.csv"]
    assert "# left out: README.txt: its lines have one cell each, as those of a text that is no table" in written
    assert "notes.docx'" in written
    assert "files ending in .docx are not read" in written
    assert "files ending in .pdf are not read" in written
    assert len(draft(tmp_path / "README.txt")[1]) == 1, "a file that is named is drafted"
