"""What drafts make of exports as collection systems write them: a row for each maker, several files, stamps."""

import csv
import json
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from graph.mapping.drafting.draft import draft, write_draft
from graph.mapping.source import read_source

FIRST, LAST = ("Ann", "Bob", "Cy", "Dot"), ("Adler", "Berg", "Cohn", "Dietz", "Ebner")
MAKERS = [(number, FIRST[number % 4], LAST[number % 5]) for number in range(20)]


def write(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """The tables of a draft by their files."""
    return {table["file"]: table for table in tomllib.loads(draft(folder)[0])["table"]}


def test_a_flat_tables_person_columns_are_the_makers(tmp_path: Path) -> None:
    rows = [
        [n, f"Untitled {n}", f"{FIRST[n % 4]} {LAST[n % 5]}", ("French", "Dutch", "Swiss")[n % 3], 1800 + n % 20,
         ("male", "female")[n % 2], ("Artist", "Publisher")[n % 2], 1900 + n, f"2016-02-25T15:06:{n:02}.062", n % 7]
        for n in range(10, 60)
    ]  # fmt: skip
    header = (
        "ObjectID,Title,DisplayName,Nationality,ConstituentBeginDate,Gender,Role,Dated,DataDateStamp,ParentObjectID"
    )
    write(tmp_path / "works.csv", header.replace("ParentObjectID", "Parent Object ID"), rows)
    table = read(tmp_path)["works.csv"]
    assert table["keep"] == {"dated": "Dated"}, "the stamp of the record is no date of making"
    assert table["relation"].keys() == {"createdBy", "madeIn", "partOf"}
    maker = table["relation"]["createdBy"]
    assert maker["keep"] == {"constituent_begin_date": "ConstituentBeginDate", "gender": "Gender"}
    assert maker["relation"]["hasNationality"] == {"to": "Nationality", "name": "Nationality"}
    assert maker["roles"] == {"Artist": "createdBy", "Publisher": "publishedBy"}


def test_people_by_the_numbers_of_works_say_who_made_these(tmp_path: Path) -> None:
    rows = [
        [n % 25, f"{FIRST[n % 4]} {LAST[n % 5]}", f"born {1800 + n % 20}", f"A painter of {n % 25} seas. " * 9]
        for n in range(50)
    ]
    write(tmp_path / "Constituents.csv", "ObjectID,DisplayName,DisplayDate,Biography", rows)
    write(tmp_path / "Medium.csv", "ObjectID,Medium", [[n, ("oil", "ink", "wax")[n % 3]] for n in range(25)])
    tables = read(tmp_path)
    assert {table["label"] for table in tables.values()} == {"Artwork"}
    assert "text" not in tables["Constituents.csv"]
    assert tables["Constituents.csv"]["relation"]["createdBy"]["keep"] == {
        "display_date": "DisplayDate", "biography": "Biography",
    }  # fmt: skip


def test_few_files_of_records_are_tables_of_their_own(tmp_path: Path) -> None:
    people = [{"irn": id_, "name": f"{first} {last}", "ulan": f"5000{id_:05}"} for id_, first, last in MAKERS]
    for part in range(2):
        works = [
            {"number": f"W{n}", "title": f"Untitled {n}", "irn": n, "actors": [
                {"irn": n % 20, "name": people[n % 20]["name"], "ulan": {
                    "name": LAST[n % 5], "id": people[n % 20]["ulan"]}}]}
            for n in range(part * 30, part * 30 + 30)
        ]  # fmt: skip
        (tmp_path / f"works-{part}.json").write_text(json.dumps({"records": works}))
    (tmp_path / "actors.json").write_text(json.dumps({"records": people}))
    tables = read(tmp_path)
    assert tables.keys() == {"works-*.json", "actors.json"}
    assert tables["actors.json"]["same"] == {"ulan": "ulan"}
    maker = tables["works-*.json"]["relation"]["createdBy"]
    assert (maker["to"], maker["id"], maker["same"]) == ("Person", "actors.*.irn", {"ulan": "actors.*.ulan.id"})
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert source.entities["label"].value_counts().to_dict() == {"Artwork": 60, "Person": 20}


def test_an_identifier_that_two_rows_share_is_one_and_told(tmp_path: Path) -> None:
    rows = [[n, f"Person {n}", 500000000 + max(n, 1)] for n in range(300)]
    write(tmp_path / "artists.csv", "id,name,code", rows)
    text, _ = draft(tmp_path)
    assert tomllib.loads(text)["table"][0]["same"] == {"ulan": "code"}
    assert "# some rows share one code, such as '500000001': these become one" in text


def test_tables_of_names_and_of_terms_are_no_works(tmp_path: Path) -> None:
    write(tmp_path / "constituents.csv", "constituentid,displayname", [[n, f"{a} {b}"] for n, a, b in MAKERS])
    names = [[90 + n, n % 20, f"A. {LAST[n % 5]}"] for n in range(40)]
    write(tmp_path / "constituents_altnames.csv", "altnameid,constituentid,displayname", names)
    write(tmp_path / "Nationality_view.csv", "Nationality", [["Dutch"], ["Swiss"], ["Greek"]])
    tables = read(tmp_path)
    other = tables["constituents_altnames.csv"]
    assert (other["label"], other["id"], "name" in other, "relation" in other) == (
        "Person",
        "constituentid",
        False,
        False,
    )
    assert tables["Nationality_view.csv"]["label"] == "Nationality"
    assert tables["constituents.csv"]["id"] == "constituentid"


def test_terms_are_named_and_their_places_in_lists_no_ids(tmp_path: Path) -> None:
    works = [
        {"ObjectID": n, "Title": f"Untitled {n}", "Terms": [
            {"XRefID": n * 10 + k, "Term": ("paper", "wash", "oil")[(n + k) % 3]} for k in range(2)],
         "Constituents": [{"ConstituentID": n % 5, "DisplayName": LAST[n % 5], "Geography": [
             {"PlaceTerm": "Ghent"}, {"PlaceTerm": "Antwerp"}]}]}
        for n in range(1, 60)
    ]  # fmt: skip
    (tmp_path / "objects.json").write_text(json.dumps(works))
    relations = read(tmp_path)["objects.json"]["relation"]
    assert relations["hasTerm"] == {"to": "Term", "name": "Terms.*.Term"}
    assert relations.keys() == {"hasTerm", "createdBy"}


def test_what_a_query_asks_for_stands_first(tmp_path: Path) -> None:
    rows = [[f"http://www.wikidata.org/entity/Q{n // 4}", f"Town {n // 4}", f"Region {n}"] for n in range(12)]
    write(tmp_path / "query.csv", "town,townLabel,regionLabel", rows)
    table = read(tmp_path)["query.csv"]
    assert (table["id"], table["name"]) == ("town", "townLabel")


def test_an_archive_of_darwin_core_is_its_tables_and_pictures(tmp_path: Path) -> None:
    archive = '<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml"><core/><extension/></archive>'
    eml = '<eml:eml xmlns:eml="eml://ecoinformatics.org/eml-2.1.1" packageId="x"><title>Birds</title></eml:eml>'
    (tmp_path / "meta.xml").write_text(archive)
    (tmp_path / "eml.xml").write_text(eml)
    birds = "".join(f"{n}\t{['Larus', 'Corvus'][n % 2]} sp.\t{['Laridae', 'Corvidae'][n % 2]}\n" for n in range(20))
    (tmp_path / "occurrence.txt").write_text(f"id\tscientificName\tfamily\n{birds}")
    pictures = "".join(f"{n}\thttps://x.example/{n}.jpg\tStillImage\n" for n in range(20))
    (tmp_path / "multimedia.txt").write_text(f"coreid\tidentifier\ttype\n{pictures}")
    written = write_draft(tmp_path)[0].read_text()
    assert "# left out: '*.xml' (1 in all): it describes an archive, and is no table of it" in written
    entities = read_source(tmp_path, name="birds").entities.set_index("id")
    assert len(entities) == 22
    assert (entities["image"]["artwork:3"], entities["name"]["artwork:3"]) == ("https://x.example/3.jpg", "Corvus sp.")


def test_an_archive_of_darwin_core_without_headers_has_the_columns_that_it_describes(tmp_path: Path) -> None:
    term = "http://rs.tdwg.org/dwc/terms/"
    (tmp_path / "meta.xml").write_text(
        '<archive xmlns="http://rs.tdwg.org/dwc/text/"><core encoding="UTF-8" fieldsTerminatedBy="\\t" '
        'fieldsEnclosedBy="" ignoreHeaderLines="0"><files><location>occurrence.txt</location></files><id index="0"/>'
        f'<field index="1" term="{term}scientificName"/><field index="2" term="{term}recordedBy"/>'
        f'<field default="PreservedSpecimen" term="{term}basisOfRecord"/></core></archive>'
    )
    rows = [f'{n}\t{("Larus", "Corvus")[n % 2]} "sp.\t{("A. Berg", "B. Lind")[n % 2]}\tx\n' for n in range(20)]
    (tmp_path / "occurrence.txt").write_text("".join(rows))
    table = read(tmp_path)["occurrence.txt"]
    write_draft(tmp_path)
    assert table["header"] == ["id", "scientificName", "recordedBy", "column 4"]
    source = read_source(tmp_path, name="birds")
    assert (source.entities["label"] == "Artwork").sum() == 20, "the first row is one, too"


def test_titles_in_languages_are_one_name_and_all_are_kept(tmp_path: Path) -> None:
    works = [
        {"id": f"k{n}", "titles": [{"title": f"Titel {n}", "language": "dansk"},
                                   {"title": f"Title {n}", "language": "engelsk"}][n == 5 : 2 - (n in (6, 7))]}
        for n in range(12)
    ]  # fmt: skip
    (tmp_path / "works.json").write_text(json.dumps({"offset": 0, "items": works}))
    table = read(tmp_path)["works.json"]
    assert table["name"] == "titles[language=dansk].title ?? titles.*.title"
    write_draft(tmp_path)
    entities = read_source(tmp_path, name="smk").entities.set_index("id")
    assert entities.loc["artwork:k4", ["name", "titles_title"]].tolist() == ["Titel 4", "Titel 4; Title 4"]
    assert entities["name"]["artwork:k5"] == "Title 5", "one without a title of that language has its own"


def test_the_number_of_a_picture_is_no_works_number(tmp_path: Path) -> None:
    works = [{"systemNumber": f"O{n}", "_primaryTitle": f"T {n}", "_primaryImageId": f"2006A{n}"} for n in range(12)]
    (tmp_path / "works.json").write_text(json.dumps({"info": {"page": 1}, "records": works}))
    assert read(tmp_path)["works.json"]["id"] == "systemNumber"


def test_items_of_wikibase_have_their_labels_and_lead_to_items(tmp_path: Path) -> None:
    items = [
        {
            "id": f"Q{n}", "title": f"Q{n}",
            "labels": {
                tag: {"language": tag, "value": f"{word} {n}"} for tag, word in (("en", "Wave"), ("de", "Welle"))
            },
            "claims": {"P170": [{"mainsnak": {"datavalue": {"value": {
                "numeric-id": n % 3 + 90, "id": f"Q{n % 3 + 90}"}}}, "rank": "normal"}]},
        }
        for n in range(12)
    ]  # fmt: skip
    (tmp_path / "works.json").write_text(json.dumps(items))
    table = read(tmp_path)["works.json"]
    assert (table["id"], table["name"], table["keep"]["name_de"]) == ("id", "labels.en.value", "labels.de.value")
    assert table["relation"]["hasP170"]["id"] == "claims.P170.*.mainsnak.datavalue.value.id"


def test_works_and_people_of_one_file_that_number_them_alike_stay_two(tmp_path: Path) -> None:
    works = [{"type": "objects", "id": str(n), "attributes": {"title": f"Work {n}"}} for n in range(12)]
    people = [{"type": "people", "id": str(n), "attributes": {"name": f"Person {n}"}} for n in range(3)]
    (tmp_path / "works.json").write_text(json.dumps({"data": works, "included": people}))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="jsonapi")
    assert source.entities["label"].value_counts().to_dict() == {"Artwork": 12, "Person": 3}
