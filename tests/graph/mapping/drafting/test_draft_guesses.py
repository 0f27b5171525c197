"""What drafts make of tables laid out as well-known museums publish them; rows are made up."""

import csv
import json
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from graph.mapping.drafting.column_words import camel, find_meaning, part_language, plain
from graph.mapping.drafting.draft import draft, write_draft
from graph.mapping.source import read_source

FIRST, LAST = ("Ann", "Bob", "Cy", "Dot"), ("Adler", "Berg", "Cohn", "Dietz", "Ebner")
MAKERS = [(number, FIRST[number % 4], LAST[number % 5]) for number in range(20)]


def write(path: Path, header: str, rows: Iterable[Sequence[object]], separator: str = ",") -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerows([header.split(","), *rows])


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """The tables of a draft by their files or sheets."""
    tables = tomllib.loads(draft(folder)[0])["table"]
    return {table.get("sheet") or table["file"]: table for table in tables}


def test_makers_known_by_numbers_between_commas_lead_to_the_table_of_artists(tmp_path: Path) -> None:
    rows = []
    for number in range(60):
        one, other = MAKERS[number % 20], MAKERS[(number * 7 + 1) % 20]
        both = (one, other) if number % 3 == 0 else (one,)
        names, ids = ", ".join(f"{first} {last}" for _, first, last in both), ", ".join(str(id_) for id_, _, _ in both)
        rows.append(
            [f"T{number}", names, ids, "(Dutch)", "(1860)", "(1940)", 1900 + number, f"{number}.1", number + 500]
        )
    write(
        tmp_path / "Artworks.csv",
        "Title,Artist,ConstituentID,Nationality,BeginDate,EndDate,Date,AccessionNumber,ObjectID",
        rows,
    )
    people = [
        [
            id_,
            f"{first} {last}",
            "Dutch" if id_ % 2 else "Swiss",
            1860 + id_,
            f"Q{id_ + 7}" if id_ % 2 else "",
            500 + id_,
        ]
        for id_, first, last in MAKERS
    ]
    write(tmp_path / "Artists.csv", "ConstituentID,DisplayName,Nationality,BeginDate,Wiki QID,ULAN", people)
    tables = read(tmp_path)
    assert tables["Artists.csv"]["same"] == {"wikidata": "Wiki QID", "ulan": "ULAN"}
    works = tables["Artworks.csv"]
    assert works["id"] == "ObjectID"
    assert works["relation"]["createdBy"] == {"to": "Person", "id": "ConstituentID", "split": ","}
    assert works["relation"]["madeIn"]["year"] == ["Date"], "not the lives of the makers"
    assert works["relation"].keys() == {"createdBy", "madeIn"}
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert (source.triples["relation"] == "createdBy").sum() == 80
    assert source.identifiers == ("wikidata", "ulan")


@pytest.mark.parametrize("firm", ["Skidmore", "Skidmore, Owings & Merrill"])
def test_makers_known_by_numbers_between_commas_are_several_without_a_table_of_artists(
    tmp_path: Path, firm: str
) -> None:
    several = [("Ann Adler, Bob Berg", "1, 2"), ("Bob Berg, Ann Adler", "2, 1")]
    rows = [(f"T{n}", *several[n % 2], "(Dutch) (Swiss)", n) for n in range(3)]
    rows += [(f"T{n}", [firm, "Ann Adler"][n % 2], [3, 1][n % 2], "(Dutch)", n) for n in range(3, 60)]
    write(tmp_path / "Artworks.csv", "Title,Artist,ConstituentID,Nationality,ObjectID", rows)
    write_draft(tmp_path)
    source = read_source(tmp_path)
    made = source.triples[source.triples["relation"] == "createdBy"]
    assert {*made.loc[made["head"] == "artwork:1", "tail"]} == {"artist:1", "artist:2"}
    assert set(source.triples["relation"]) == {"createdBy"}, "of several makers nobody knows whose nationality it is"
    names = source.entities.set_index("id")["name"]
    assert names["artist:3"] == firm if "," not in firm else names.isna()["artist:3"]


def test_parallel_lists_keep_what_is_said_of_each_maker(tmp_path: Path) -> None:
    rows = []
    for number in range(60):
        both = [MAKERS[number % 20], MAKERS[(number + 3) % 20]][: 1 + number % 2]
        lists = [
            "|".join(map(str, cells))
            for cells in (
                [id_ for id_, _, _ in both],
                ["Artist" if id_ % 3 else "Publisher" for id_, _, _ in both],
                [f"{first} {last} {id_}" for id_, first, last in both],
                [f"{last}, {first} {id_}" for id_, first, last in both],
                ["Dutch" if id_ % 2 else "Swiss" for id_, _, _ in both],
                [1800 + id_ for id_, _, _ in both],
                [f"http://vocab.getty.edu/page/ulan/{id_}" for id_, _, _ in both],
            )
        ]
        tags = "Men|Dogs" if number % 3 else "Dogs"
        urls = tags.replace("Men", "http://vocab.getty.edu/page/aat/1").replace(
            "Dogs", "http://vocab.getty.edu/page/aat/2"
        )
        rows.append([number, "Print" if number % 2 else "Vase", f"T{number}", *lists, 1967, f"ca. {1850 + number}",
                     1845 + number, 1855 + number, tags, urls, f"https://www.wikidata.org/wiki/Q{number}"])  # fmt: skip
    write(
        tmp_path / "MetObjects.csv",
        "Object ID,Object Name,Title,Constituent ID,Artist Role,Artist Display Name,Artist Alpha Sort,"
        "Artist Nationality,Artist Begin Date,Artist ULAN URL,AccessionYear,Object Date,Object Begin Date,"
        "Object End Date,Tags,Tags AAT URL,Object Wikidata URL",
        rows,
    )
    table = read(tmp_path)["MetObjects.csv"]
    assert (table["id"], table["name"], table["same"]) == ("Object ID", "Title", {"wikidata": "Object Wikidata URL"})
    relation = table["relation"]
    assert relation["createdBy"] == {
        "to": "Artist", "id": "Constituent ID", "name": "Artist Display Name", "split": "|", "role": "Artist Role",
        "roles": {"Artist": "createdBy", "Publisher": "publishedBy"}, "same": {"ulan": "Artist ULAN URL"},
        "keep": {"artist_begin_date": "Artist Begin Date"},
        "relation": {"hasNationality": {"to": "Nationality", "name": "Artist Nationality"}},
    }  # fmt: skip
    assert relation["hasTag"] == {"to": "Tag", "id": "Tags AAT URL", "name": "Tags", "split": "|"}
    assert relation["madeIn"]["year"] == ["Object Begin Date", "Object End Date", "Object Date"]
    assert table["keep"] == {"dated": "Object Date"}, "neither the year of purchase nor what makers have"


def test_roles_that_only_some_makers_have_divide_them(tmp_path: Path) -> None:
    roles = ["", "", "|publisher", "after", "attributed to", ""]
    rows = [
        [f"w{n}", f"T{n}", "|".join(f"a{m}" for m in range(n % 3, n % 3 + 1 + role.count("|"))),
         "|".join(f"Maker {m}" for m in range(n % 3, n % 3 + 1 + role.count("|"))), role, f"{n}/35" if n < 30 else ""]
        for n, role in enumerate(roles * 1_100)
    ]  # fmt: skip
    write(tmp_path / "works.csv", "id,title,artist_id,full_name,role,edition", rows)
    table = read(tmp_path)["works.csv"]
    assert table["relation"]["createdBy"] == {
        "to": "Artist", "id": "artist_id", "name": "full_name", "split": "|", "role": "role",
        "roles": {"": "createdBy", "publisher": "publishedBy", "after": "copiedAfter"},
    }  # fmt: skip
    assert "# not yet in roles: 'attributed to' 1,100" in draft(tmp_path)[0]
    assert table["keep"] == {"edition": "edition"}, "what thirty of many works have is no relation"


def test_roles_whose_gaps_all_stand_behind_are_told_and_left_out(tmp_path: Path) -> None:
    roles = ["after|", "publisher|", "designer|", "artist|after", "", "|"]
    rows = [[f"w{n}", f"T{n}", "1|2", "Ann|Bob", role] for n, role in enumerate(roles * 10)]
    write(tmp_path / "works.csv", "id,title,artist_id,full_name,role", rows)
    assert "role" not in read(tmp_path)["works.csv"]["relation"]["createdBy"]
    assert "# role is left out: its gaps all stand behind, as in 'after|'" in draft(tmp_path)[0]


def test_attributions_are_no_facts(tmp_path: Path) -> None:
    objects = [
        {
            "id": number,
            "title": f"T{number}",
            "creators": [
                {"id": 1, "name": "Ann Adler", "role": "artist", "qualifier": None},
                {
                    "id": 2, "name": "Bob Berg", "role": "artist",
                    "qualifier": ["attributed to", "workshop of", "with help of"][number % 3],
                },
            ],
        }
        for number in range(30)
    ]  # fmt: skip
    (tmp_path / "objects.json").write_text(json.dumps(objects))
    write_draft(tmp_path)
    facts = read_source(tmp_path).triples
    made = {(head, tail) for head, relation, tail in facts[["head", "relation", "tail"]].to_numpy()
            if relation == "createdBy"}  # fmt: skip
    assert {head for head, tail in made if tail == "artist:2"} == {f"artwork:{n}" for n in range(2, 30, 3)}
    assert {head for head, tail in made if tail == "artist:1"} == {f"artwork:{n}" for n in range(30)}


@pytest.mark.parametrize("name", ["00.txt", "dump.json"])
def test_records_a_line_are_read_under_any_name_and_labels_are_roles(tmp_path: Path, name: str) -> None:
    lines = [
        json.dumps(
            {
                "id": f"saam_{number}",
                "title": f"Portrait {number}",
                "names": [
                    {"label": "Artist", "content": f"{FIRST[number % 4]} Berg"},
                    {"label": "Sitter", "content": f"{FIRST[number % 3]} Adler"},
                    {"label": "Cataloguer", "content": "Zoe"},
                ],
            }
        )
        for number in range(20)
    ]
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    facts = source.triples[source.triples["head"] == "artwork:saam_1"]
    assert {*zip(facts["relation"], facts["tail"], strict=True)} == {
        ("createdBy", "artist:Bob Berg"), ("portrays", "artist:Bob Adler"),
    }  # fmt: skip
    assert any("'Cataloguer' 20" in note for note in source.notes)


def test_a_prefix_beside_roles_says_how_sure_they_are(tmp_path: Path) -> None:
    rows = [(n, f"P{n}", f"{FIRST[n % 4]} Berg", ["", "Possibly", "Made by"][n % 3], "Maker") for n in range(30)]
    write(tmp_path / "works.csv", "object_id,title,artist,artist_prefix,artist_role", rows)
    write_draft(tmp_path)
    facts = read_source(tmp_path).triples
    made = set(facts.loc[facts["relation"] == "createdBy", "head"])
    assert made == {f"artwork:{n}" for n in range(30) if n % 3 != 1}


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_the_encoding_of_a_table_is_guessed_by_its_letters(tmp_path: Path, encoding: str) -> None:
    names = ["Édouard Vuillard", "Jürgen Ström", "Benoît Forêt", "Françoise Çelik", "Søren Ångström"]
    rows = "".join(f"{number};Été à Zürich;{names[number % 5]}\n" for number in range(20))
    (tmp_path / "works.csv").write_bytes(f"id;title;artist\n{rows}".encode(encoding))
    written, _ = draft(tmp_path)
    assert f'encoding = "{encoding}"' in written
    (tmp_path / "mapping.toml").write_text(written)
    assert "artist:Søren Ångström" in set(read_source(tmp_path).entities["id"])


@pytest.mark.parametrize(
    ("encoding", "artist"),
    [
        ("cp1250", "Stanisław Wyspiański"),
        ("cp1250", "Jan Žižka Dvořák"),
        ("iso8859_2", "Zdzisław Beksiński"),
        ("cp1250", "Csontváry Kosztka Győző, Fűzfák"),
        ("cp852", "Józef Chełmoński, Łąka"),
        ("cp1251", "Илья Репин"),
        ("koi8_r", "Иван Айвазовский"),
        ("cp866", "Василий Кандинский"),
        ("cp1253", "Δομήνικος Θεοτοκόπουλος"),
        ("cp1254", "Şeker Ahmed Paşa, Çiçek, ağaç"),
        ("cp1257", "Kārlis Padegs, Ņujorka, Šķērsiela"),
        ("cp1252", "Þórarinn Þorláksson, Ísland"),
    ],
)
def test_the_encoding_of_other_languages_is_guessed_too(tmp_path: Path, encoding: str, artist: str) -> None:
    rows = "".join(f"{number};Work {number};{(artist, 'Ann Berg')[number % 2]}\n" for number in range(20))
    (tmp_path / "works.csv").write_bytes(f"id;title;artist\n{rows}".encode(encoding))
    written, _ = draft(tmp_path)
    assert "is a guess. Are the letters right? Else name another, such as cp125" in written
    (tmp_path / "mapping.toml").write_text(written)
    assert f"artist:{artist}" in set(read_source(tmp_path).entities["id"])


def test_tables_of_terms_and_of_roles_belong_to_the_works(tmp_path: Path) -> None:
    write(tmp_path / "objects.csv", "objectid,title", [[number, f"Work {number}"] for number in range(30)])
    write(
        tmp_path / "constituents.csv",
        "constituentid,uuid,preferreddisplayname",
        [[id_, f"u{id_}", f"{last}, {first} {id_}"] for id_, first, last in MAKERS],
    )
    write(
        tmp_path / "objects_constituents.csv",
        "objectid,constituentid,roletype,role",
        [[n % 30, n % 20, ("artist", "donor")[n % 2], ("painter", "donor", "lender")[n % 3]] for n in range(90)],
    )
    write(
        tmp_path / "objects_terms.csv",
        "termid,objectid,termtype,term",
        [[n, n % 30, ("School", "Theme")[n % 2], ("Dutch", "trees", "cats")[n % 3]] for n in range(90)],
    )
    tables = read(tmp_path)
    links, terms = tables["objects_constituents.csv"], tables["objects_terms.csv"]
    assert (links["label"], links["id"], terms["label"], terms["id"]) == ("Artwork", "objectid", "Artwork", "objectid")
    assert links["relation"]["relatedTo"] == {
        "to": "Person", "id": "constituentid", "role": "role", "roles": {"painter": "createdBy", "donor": "givenBy"},
    }  # fmt: skip
    assert terms["relation"]["hasTerm"]["roles"] == {"School": "hasSchool", "Theme": "hasTheme"}
    assert "# not yet in roles: 'lender' 30" in draft(tmp_path)[0]


def test_a_sheet_of_people_is_known_by_the_names_in_the_works(tmp_path: Path) -> None:
    book = Workbook()
    works = book.active
    works.title = "Objekte"
    works.append(["Stadtmuseum, Stand Mai"])
    works.append(["Inv.-Nr.", "Titel", "Künstler/in", "Datierung", "Material / Technik", "Zugangsjahr"])
    for number in range(60):
        _, first, last = MAKERS[number % 20]
        maker = ("unbekannt", "Maler unbekannt")[number % 2] if number % 6 == 0 else f"{last}, {first}"
        works.append([f"2001/{number}", f"Bild {number}", maker, ("um 1890", "o. J.", "1850-60")[number % 3],
                      ("Öl auf Leinwand", "Öl, Holz")[number % 2], 1950 + number % 2])  # fmt: skip
    people = book.create_sheet("Personen")
    people.append(["Name", "GND", "geboren"])
    for number, (first, last) in enumerate({(first, last): None for _, first, last in MAKERS}):
        people.append([f"{last}, {first}", 118500000 + number, 1800 + number])
    book.save(tmp_path / "Objekte.xlsx")
    tables = read(tmp_path)
    works_, people_ = tables["Objekte"], tables["Personen"]
    assert (works_["id"], works_["name"], works_["relation"]["madeIn"]["year"]) == ("Inv.-Nr.", "Titel", ["Datierung"])
    maker = works_["relation"]["createdBy"]
    assert (maker["to"], maker["name"]) == ("Person", "Künstler/in")
    assert "split" not in maker, "a comma stands inside the names"
    assert (people_["label"], people_["id"], people_["same"]) == ("Person", "Name", {"gnd": "GND"})
    assert works_["relation"]["hasMaterialTechnik"]["split"] == [",", ";", " und ", " auf ", " mit "]
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert not source.entities["name"].str.contains("unbekannt", na=False).any()
    assert "person:Adler, Ann" in set(source.triples["tail"])


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Número,Título,Autor,Fecha", [("Anónimo", "Siglo XVII"), ("Ann Adler", "Último cuarto del siglo XVI")]),
        ("inventario,titolo,autore,datazione", [("Ignoto lombardo", "sec. XV"), ("Ann Adler", "XVI secolo")]),
        ("REF,TITR,AUTR,PERI", [("ANONYME", "17e siècle"), ("Ann Adler", "1er quart 18e siècle")]),
        ("objectInventoryNumber,objectTitle[1],objectCreator[1],objectCreationDate[1]",
         [("anoniem", "17de eeuw"), ("Ann Adler", "1640 - 1650")]),
    ],
)  # fmt: skip
def test_columns_are_known_in_other_languages(tmp_path: Path, header: str, rows: list[tuple[str, str]]) -> None:
    cells = [[f"N{number}", f"Work {number}", *rows[number % 2]] for number in range(40)]
    write(tmp_path / "w.csv", header, cells, ";")
    first, second, third, fourth = header.split(",")
    (tmp_path / "w.csv").write_text((tmp_path / "w.csv").read_text().replace(header, header.replace(",", ";")))
    table = read(tmp_path)["w.csv"]
    relation = table["relation"]
    assert (table["id"], table["name"]) == (first, second)
    assert (relation["createdBy"]["name"], relation["madeIn"]["year"]) == (third, [fourth])
    write_draft(tmp_path)
    source = read_source(tmp_path, name="museum")
    assert (source.triples["relation"] == "createdBy").sum() == 20, "nobody made the others"
    assert (source.triples["relation"] == "madeIn").sum() >= 20


def test_nested_records_name_their_makers_dates_and_titles(tmp_path: Path) -> None:
    records = [
        {
            "id": f"{number}_object",
            "titles": [{"title": f"Titel {number}", "language": "dansk"}],
            "production": [
                {
                    "creator": "Ubekendt" if number % 9 == 0 else f"{LAST[number % 5]}, {FIRST[number % 4]}",
                    "creator_forename": FIRST[number % 4],
                    "creator_lref": f"{number % 20}_person",
                    "role": "kunstner",
                }
            ],
            "production_date": [{"start": f"{1850 + number}-01-01T00:00:00.000Z", "period": f"{1850 + number}"}],
            "artist_ids": [number % 7],
        }
        for number in range(60)
    ]
    (tmp_path / "items.json").write_text(json.dumps({"found": 60, "items": records}))
    table = read(tmp_path)["items.json"]
    maker = table["relation"]["createdBy"]
    assert (table["records"], table["name"]) == ("items", "titles.*.title")
    assert (maker["id"], maker["name"]) == ("production.*.creator_lref", "production.*.creator")
    assert table["relation"]["madeIn"]["year"] == ["production_date.*.period"]


def test_names_with_points_in_xml_are_read(tmp_path: Path) -> None:
    records = "".join(
        f"<record><object_number>B{n}</object_number><Production><creator>{FIRST[n % 4]}</creator>"
        f"<creator.role>{('schilder', 'drukker')[n % 2]}</creator.role></Production>"
        f"<Dating><dating.date.start>18{n}</dating.date.start></Dating></record>"
        for n in range(10, 60)
    )
    (tmp_path / "w.xml").write_text(f"<adlibXML><recordList>{records}</recordList></adlibXML>")
    path, _ = write_draft(tmp_path)
    table = tomllib.loads(path.read_text())["table"][0]
    assert table["relation"]["madeIn"]["year"] == ["Dating.dating.date.start"]
    assert table["relation"]["createdBy"]["roles"] == {"schilder": "createdBy", "drukker": "printedBy"}
    facts = read_source(tmp_path, name="museum").triples
    assert (facts["relation"] == "printedBy").sum() == 25


def test_a_title_in_several_languages_is_a_name_and_its_others_are_kept(tmp_path: Path) -> None:
    titles = [{"de": f"Werk {n}", "en": f"Work {n}"} if n % 5 else {"de": f"Werk {n}"} for n in range(20)]
    records = [{"id": n, "maker": {"name": "Ann"}, "title": title} for n, title in enumerate(titles)]
    (tmp_path / "w.json").write_text(json.dumps(records))
    table = read(tmp_path)["w.json"]
    assert (table["name"], table["keep"]["name_en"]) == ("title.de", "title.en"), "German titles are whole"
    for record in records[:7]:
        record["title"].pop("de")
    (tmp_path / "w.json").write_text(json.dumps(records))
    table = read(tmp_path)["w.json"]
    assert (table["name"], table["keep"]["name_de"]) == ("title.en ?? title.de", "title.de")


def test_columns_that_end_in_a_language_are_names_and_texts(tmp_path: Path) -> None:
    rows = [[n, f"Werk {n}", f"Work {n}", f"Ein Blatt {n} " * 9, f"A sheet {n} " * 9] for n in range(20)]
    write(tmp_path / "w.csv", "id,title_de,title_en,description_de,description_en", rows)
    table = read(tmp_path)["w.csv"]
    assert (table["name"], table["text"]) == ("title_en", "description_en")
    assert table["keep"] == {"name_de": "title_de", "text_de": "description_de"}
    write_draft(tmp_path)
    work = read_source(tmp_path, name="museum").entities.set_index("id").loc["artwork:3"]
    assert (work["name"], work["name_de"]) == ("Work 3", "Werk 3")


def test_words_of_columns_and_roles() -> None:
    assert (plain("K_x00FC_nstler"), camel("Order_x0020_Details")) == ("kunstler", "OrderDetail")
    names = ("title.en", "titleDE", "Titel_fr-CH", "title", "title no", "title.english")
    assert [part_language(name) for name in names] == [
        ("title", "en"), ("title", "de"), ("titel", "fr-ch"), ("title", ""), ("title no", ""), ("title", "english"),
    ]  # fmt: skip
    assert plain("Künstler/in") == "kunstler in"
    assert plain("objectCreator[1]") == "object creator"
    assert [camel(name) for name in ("style_titles.*", "Categories", "birth.place.name", "Series", "Object Name")] == [
        "Style", "Category", "Place", "Series", "ObjectName",
    ]  # fmt: skip
    roles = ("Artist:", "Sitter:", "d'après", "Verleger", "graveur", "lender")
    assert [find_meaning(role) for role in roles] == [
        "createdBy", "portrays", "copiedAfter", "publishedBy", "createdBy", None,
    ]  # fmt: skip


def test_a_first_row_that_looks_like_a_record_is_told(tmp_path: Path) -> None:
    rows = "".join(f"{2740000 + n}\tTown {n}\t52.{n}\t4.{n}\t2020-01-0{n % 9 + 1}\n" for n in range(20))
    (tmp_path / "NL.txt").write_text(rows)
    doubt = "# is the first row a header? It has '2740000', '52.0', '4.0', '2020-01-01' (4 in all). If it is a record,"
    assert doubt in draft(tmp_path)[0]
    (tmp_path / "NL.txt").write_text("id\tname\t1990\t1991\n" + "1\tA\t5\t6\n2\tB\t7\t8\n")
    assert "is the first row a header?" not in draft(tmp_path)[0]
