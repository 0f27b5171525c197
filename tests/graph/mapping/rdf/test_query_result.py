"""[[sparql]]: what the Wikidata query service answers, a row for each combination of values."""

from pathlib import Path

import pytest

from base.errors import InputError
from graph.mapping.source import read_source

WD = "http://www.wikidata.org/entity/"
TSV = f"""?item\t?itemLabel\t?creator\t?creatorLabel
<{WD}Q1>\t"Night ""Watch"@en\t<{WD}Q5598>\t"Rembrandt"@en
<{WD}Q1>\t"Night Watch"@en\t<{WD}Q9>\t"Q9"@en
<{WD}Q2>\t"Reeds"@en\t<http://www.wikidata.org/.well-known/genid/5a1>\t
""".replace('""W', "W")
JSON = """{"head": {"vars": ["item", "itemLabel", "creator", "creatorLabel"]}, "results": {"bindings": [
 {"item": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"},
  "itemLabel": {"type": "literal", "xml:lang": "en", "value": "Night Watch"},
  "creator": {"type": "uri", "value": "http://www.wikidata.org/entity/Q5598"}},
 {"item": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"},
  "creator": {"type": "uri", "value": "http://www.wikidata.org/entity/Q9"}},
 {"item": {"type": "uri", "value": "http://www.wikidata.org/entity/Q2"},
  "creator": {"type": "bnode", "value": "b"}}]}}"""
XML = """<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">
 <head><variable name="item"/><variable name="itemLabel"/><variable name="creator"/>
 <variable name="creatorLabel"/></head>
 <results>
  <result><binding name="item"><uri>http://www.wikidata.org/entity/Q1<!-- c --></uri></binding>
   <binding name="itemLabel"><literal xml:lang="en">Night <!-- c -->Wat<![CDATA[ch &]]> more<?p?></literal></binding>
   <binding name="creator"><uri>http://www.wikidata.org/entity/Q5598</uri></binding></result>
  <result><binding name="item"><uri>http://www.wikidata.org/entity/Q1</uri></binding>
   <binding name="creator"><uri>http://www.wikidata.org/entity/Q9</uri></binding></result>
  <result><binding name="item"><uri>http://www.wikidata.org/entity/Q2</uri></binding>
   <binding name="creator"><bnode>b</bnode></binding></result>
 </results></sparql>"""
MAPPING = """
[[sparql]]
file = "{}"
label = "Artwork"
id = "item"
name = "itemLabel"
[sparql.relation.createdBy]
to = "Artist"
id = "creator"
name = "creatorLabel"
"""


@pytest.mark.parametrize(("name", "content"), [("a.tsv", TSV), ("a.json", JSON), ("a.xml", XML)])
def test_a_row_for_each_combination_is_one_work(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / "mapping.toml").write_text(MAPPING.format(name))
    source = read_source(tmp_path, name="wikidata")
    assert {*zip(source.triples["head"], source.triples["tail"], strict=True)} == {
        (f"{WD}Q1", f"{WD}Q5598"),
        (f"{WD}Q1", f"{WD}Q9"),
    }
    assert set(source.entities["id"]) == {f"{WD}{q}" for q in ("Q1", "Q2", "Q9", "Q5598")}, "unknown is nobody"
    assert "Watch" in source.entities.set_index("id")["name"][f"{WD}Q1"]


def test_a_text_in_xml_is_whole_whatever_stands_inside(tmp_path: Path) -> None:
    (tmp_path / "a.srx").write_text(XML)
    (tmp_path / "mapping.toml").write_text(MAPPING.format("a.srx"))
    assert read_source(tmp_path).entities.set_index("id")["name"][f"{WD}Q1"] == "Night Watch & more"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.tsv", "?item\t?itemLabel\n<http://a\t\n", r"a.tsv, line 2: .*should end with a >"),
        ("a.json", '{"head": {}, "boolean": true}', r"a.json: the query asks yes or no"),
        ("a.csv", "item\n", r"a.csv: a result of SPARQL ends in .tsv, .*CSV is a \[\[table\]\]"),
        ("a.tsv", "?work\n<http://a>\n", r"item"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / "mapping.toml").write_text(MAPPING.format(name))
    with pytest.raises(InputError, match=told):
        read_source(tmp_path, name="wikidata")
