"""Which language is taken, and what of the others is a fact of its own, left out and counted."""

from pathlib import Path

import pytest

from graph.loading.files import Source
from graph.mapping.rdf.languages import Languages, take_said
from graph.mapping.source import read_source

MAPPING = """
[[rdf]]
file = "a.ttl"
language = {}
prefixes = {{ m = "urn:m:" }}
[rdf.entity.Artwork]
class = "m:Work"
name = "m:title"
[rdf.relation]
subject = {{ path = "m:subject", to = "Subject" }}
"""


def read(folder: Path, said: str, language: str = '["en", "de"]') -> Source:
    (folder / "a.ttl").write_text(f"@prefix m: <urn:m:> .\nm:1 a m:Work ; {said} .", encoding="utf-8")
    (folder / "mapping.toml").write_text(MAPPING.format(language))
    return read_source(folder, name="museum")


def names(source: Source) -> dict[str, str]:
    row = source.entities.set_index("id").loc["urn:m:1"].dropna()
    return {str(column): value for column, value in row.items() if str(column).startswith("name")}


@pytest.mark.parametrize(
    ("language", "said", "found"),
    [
        ('["en-US", "de"]', '"Color"@en-US, "Farbe"@de', {"name": "Color", "name_de": "Farbe"}),
        ('["zh-Hans", "DE"]', '"Farbe"@DE, "颜色"@zh-Hans', {"name": "颜色", "name_DE": "Farbe"}),
        ('["zh-Hans", "DE"]', '"Farbe"@de-AT', {"name": "Farbe"}),
        ('["EN"]', '"Aluminum"@en-US, "Aluminium"@en-GB, "Metal"@en', {"name": "Metal"}),
        ('["en", "de"]', '"Aluminum"@en-US, "Alu"@de-CH', {"name": "Aluminum", "name_de": "Alu"}),
        ('["en", "de", "en-US"]', '"Aluminum"@en-US, "Alu"@de', {"name": "Alu", "name_en-US": "Aluminum"}),
        ('["de", "*"]', '"Farbe"@fr, "Alu"@en', {"name": "Alu"}),
    ],
)
def test_a_language_is_taken_however_its_tag_is_written(
    tmp_path: Path, language: str, said: str, found: dict[str, str]
) -> None:
    assert names(read(tmp_path, f"m:title {said}", language)) == found


def test_a_language_itself_goes_before_what_belongs_to_it() -> None:
    languages = Languages(["en", "de-AT", "", "*"])
    assert [languages.rank(tag) for tag in ("en", "EN-gb", "de-at", "", "fr")] == [
        (0, 0),
        (0, 1),
        (1, 0),
        (2, 0),
        (3, 1),
    ]
    assert Languages(["en"]).rank("fr") is None
    assert [languages.listed(tag) for tag in ("EN-gb", "de-at", "", "fr")] == ["en", "de-AT", None, None]


@pytest.mark.parametrize(
    ("said", "taken", "told"),
    [
        ('"portrait"@en, "Porträt"@de, "Hund"@de', {"portrait"}, "2 left out, it is said in a later language"),
        ('"tempera"@en, "oil"@de', {"tempera"}, "1 left out, it is said in a later language and may translate"),
        ('"Hund"@de, "Porträt"@de', {"Hund", "Porträt"}, None),
        ('"Rembrandt"@en, "Rembrandt"@de, "Hund"@de', {"Rembrandt", "Hund"}, None),
        ('"portrait"@en, "dog"@en-GB, "Portrait"@fr', {"portrait", "dog"}, "1 left out, its language is not one of"),
    ],
)
def test_no_word_of_another_language_vanishes(tmp_path: Path, said: str, taken: set[str], told: str | None) -> None:
    source = read(tmp_path, f'm:title "T"@en ; m:subject {said}')
    assert set(source.triples["tail"]) == {f"subject:{word}" for word in taken}
    assert [note for note in source.notes if "left out" in note] == (
        [note for note in source.notes if note.startswith(f"subject: {told}")] if told else []
    )
    assert bool(told) == any("urn:m:1" in note for note in source.notes)


def test_any_language_takes_all_words(tmp_path: Path) -> None:
    source = read(tmp_path, 'm:title "T"@en ; m:subject "portrait"@en, "Hund"@de', '["*"]')
    assert set(source.triples["tail"]) == {"subject:portrait", "subject:Hund"}


def test_a_later_language_that_says_all_and_more_is_taken() -> None:
    assert take_said({2: {"a", "b"}, 0: {"a"}, 1: {"c"}}) == ({"a", "b"}, {"c"})


def test_what_a_property_says_in_other_languages_is_kept_or_counted(tmp_path: Path) -> None:
    mapping = MAPPING.replace('name = "m:title"', 'name = "m:title"\nkeep = {{ dated = "m:dated" }}')
    said = '"around 1900"@en, "1900"@en, "um 1900"@de, "1900"@de, "vers 1900"@fr, "c. 1900"'
    (tmp_path / "a.ttl").write_text(f'@prefix m: <urn:m:> .\nm:1 a m:Work ; m:dated {said} ; m:title "Été"@fr .')
    (tmp_path / "mapping.toml").write_text(mapping.format('["en", "de", "*"]'))
    source = read_source(tmp_path, name="museum")
    row = source.entities.set_index("id").loc["urn:m:1"]
    assert (row["dated"], row["dated_de"], row["name"]) == ("1900; around 1900", "um 1900", "Été")
    later = "`dated`: it is said in a later language and may translate what is taken"
    assert f"Artwork: 2 left out, {later} (urn:m:1: 'c. 1900'; urn:m:1: 'vers 1900')" in source.notes
    (tmp_path / "mapping.toml").write_text(mapping.format('["en", "de"]'))
    notes = read_source(tmp_path, name="museum").notes
    assert 'Artwork: 1 left out, `name`: its language is not one of `language` (urn:m:1: "Été"@fr)' in notes
