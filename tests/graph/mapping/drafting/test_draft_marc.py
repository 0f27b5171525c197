"""Drafts for MARCXML, in whatever envelope it comes."""

from pathlib import Path

import pytest

from graph.mapping.drafting.draft import write_draft
from graph.mapping.source import read_source

FIELDS = """<controlfield tag="001">{n}</controlfield>
<datafield tag="100" ind1="1" ind2=" "><subfield code="a">Morse, Samuel,</subfield><subfield code="d">1791-1872,</subfield></datafield>
<datafield tag="245" ind1="1" ind2="0"><subfield code="a">Waves :</subfield><subfield code="b">a study /</subfield></datafield>
<datafield tag="264" ind1=" " ind2="1"><subfield code="a">Boston :</subfield><subfield code="c">[1851]</subfield></datafield>
<datafield tag="650" ind1=" " ind2="0"><subfield code="a">Sea.</subfield></datafield>
<datafield tag="650" ind1=" " ind2="0"><subfield code="a">Boats</subfield><subfield code="z">Japan</subfield></datafield>
"""  # noqa: E501
RECORD = '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>x</leader>{fields}</record>'
ENVELOPES = {
    "collection": "<collection>{both}</collection>",
    "oai": "<OAI-PMH><ListRecords><record><header/><metadata>{one}</metadata></record>"
    "<record><metadata>{other}</metadata></record></ListRecords></OAI-PMH>",
    "sru": "<searchRetrieveResponse><records><record><recordData>{one}</recordData></record>"
    "<record><recordData><collection>{other}</collection></recordData></record></records></searchRetrieveResponse>",
}


@pytest.mark.parametrize("envelope", [*ENVELOPES, "files", "rdf"])
def test_the_usual_fields_become_names_and_facts(tmp_path: Path, envelope: str) -> None:
    one, other = (RECORD.format(fields=FIELDS.format(n=n)) for n in ("n1", "n2"))
    if envelope in ("files", "rdf"):
        declared = ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' if envelope == "rdf" else ">"
        (tmp_path / "a.xml").write_text(one.replace(">", declared, 1))
        (tmp_path / "b.xml").write_text(other)
    else:
        (tmp_path / "a.xml").write_text(ENVELOPES[envelope].format(one=one, other=other, both=one + other))
    write_draft(tmp_path)
    source = read_source(tmp_path, name="library")
    entities = source.entities.set_index("id")
    assert entities.loc[["book:n1", "book:n2"], "name"].tolist() == ["Waves : a study"] * 2
    assert entities.loc["person:Morse, Samuel, 1791-1872", "dates"] == "1791-1872,"
    assert {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)} == {
        (f"book:n{n}", relation, tail)
        for n in (1, 2)
        for relation, tail in (
            ("createdBy", "person:Morse, Samuel, 1791-1872"),
            ("publishedAt", "place:Boston"),
            ("madeIn", "decade:1850"),
            ("hasSubject", "subject:Sea"),
            ("hasSubject", "subject:Boats"),
        )
    }


def test_headings_of_an_authority_file_are_names(tmp_path: Path) -> None:
    record = RECORD.format(fields=FIELDS.format(n="n1").replace('"245"', '"400"'))
    (tmp_path / "a.xml").write_text(f"<collection>{record}</collection>")
    write_draft(tmp_path)
    source = read_source(tmp_path, name="library")
    assert source.entities[["id", "name"]].to_numpy().tolist() == [["authority:n1", "Morse, Samuel, 1791-1872"]]
    assert source.triples.empty


def test_people_who_share_a_name_stay_apart_and_nobody_is_told(tmp_path: Path) -> None:
    def field(tag: str, *subfields: str) -> str:
        inside = "".join(f'<subfield code="{one[0]}">{one[1:]}</subfield>' for one in subfields)
        return f'<datafield tag="{tag}" ind1="1" ind2=" ">{inside}</datafield>'

    fields = '<controlfield tag="001">n1</controlfield>' + "".join(
        (
            field("100", "aSmith, J. R.", "q(John Raphael),", "d1752-1812."),
            field("245", "aPoems.", "nPart 2,", "pSea /", "cby J. R. Smith."),
            field("260", "a[S.l. :", "bs.n.,", "c1810."),
            field("264", "a[Paris] ;", "aLyon :", "b[publisher not identified],"),
            field("700", "aHenry", "bIV,", "cKing of France,", "d1553-1610,", "ededicatee."),
            field("700", "aHenry", "bVIII,", "cKing of England,", "d1491-1547."),
            field("700", "aSmith, J. R."),
            field("710", "aUnited States.", "bNavy.", "bBureau of Maps."),
        )
    )
    (tmp_path / "a.xml").write_text(f"<collection>{RECORD.format(fields=fields)}</collection>")
    write_draft(tmp_path)
    source = read_source(tmp_path, name="library")
    work = source.entities.set_index("id").loc["book:n1"]
    assert work["name"] == "Poems. Part 2, Sea"
    assert (work["publishedAt_said"], work["publishedBy_said"]) == ("S.l.", "s.n.; publisher not identified")
    assert {*zip(source.triples["relation"], source.triples["tail"], strict=True)} == {
        ("createdBy", "person:Smith, J. R. (John Raphael), 1752-1812"),
        ("contributedBy", "person:Henry IV, King of France, 1553-1610"),
        ("contributedBy", "person:Henry VIII, King of England, 1491-1547"),
        ("contributedBy", "person:Smith, J. R."),
        ("contributedBy", "person:United States. Navy. Bureau of Maps"),
        ("publishedAt", "place:Paris"),
        ("publishedAt", "place:Lyon"),
        ("madeIn", "decade:1810"),
    }
