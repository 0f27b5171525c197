"""Accepted links for Wikidata: QuickStatements, and a schema with its CSV for OpenRefine."""

import json
from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError
from graph.curation.wikidata import choose_statements, read_pairs, write_openrefine, write_quickstatements

WD = "http://www.wikidata.org/entity/"
LINKS = pd.DataFrame(
    [
        (f"{WD}Q45585", "hasGenre", f"{WD}Q191163", "accepted"),
        ("Q45585", "depicts", "Q8441", "accepted"),
        (f"{WD}Q45585", "hasGenre", "genre:portrait", "accepted"),
        (f"{WD}Q45585", "hasStyle", f"{WD}Q40415", "accepted"),
        (f"{WD}Q45585", "hasGenre", f"{WD}Q134307", "pending"),
    ],
    columns=["head", "relation", "tail", "verdict"],
)
PROPERTIES = {"hasGenre": "http://www.wikidata.org/prop/direct/P136", "depicts": "P180", "foundAt": "urn:x:found"}
REFERENCES = {"P854": "https://museum.example/45585", "P248": "Q666063"}


def test_only_accepted_links_between_items_are_statements() -> None:
    statements, left_out = choose_statements(LINKS, PROPERTIES)
    assert statements[["item", "property", "value"]].to_numpy().tolist() == [
        ["Q45585", "P136", "Q191163"],
        ["Q45585", "P180", "Q8441"],
    ]
    assert left_out == {
        "no property for hasStyle; name it with --property": 1,
        "an end is no item of Wikidata": 1,
    }


def test_quickstatements_hold_their_references(tmp_path: Path) -> None:
    statements, _ = choose_statements(LINKS, PROPERTIES)
    write_quickstatements(statements, REFERENCES, tmp_path / "a.qs")
    source = '\tS854\t"https://museum.example/45585"\tS248\tQ666063\n'
    assert (tmp_path / "a.qs").read_text() == f"Q45585\tP136\tQ191163{source}Q45585\tP180\tQ8441{source}"


def test_a_schema_of_openrefine_is_for_the_table_beside_it(tmp_path: Path) -> None:
    statements, _ = choose_statements(LINKS, PROPERTIES)
    beside = write_openrefine(statements, REFERENCES, tmp_path / "a.openrefine.json")
    table = pd.read_csv(beside)
    assert table.columns.tolist() == ["item", "P136", "P180"]
    assert table.fillna("").to_numpy().tolist() == [["Q45585", "Q191163", ""], ["Q45585", "", "Q8441"]]
    (edit,) = json.loads((tmp_path / "a.openrefine.json").read_text())["entityEdits"]
    columns = {
        edit["subject"]["columnName"],
        *(g["statements"][0]["value"]["columnName"] for g in edit["statementGroups"]),
    }
    assert columns == set(table.columns)
    (reference,) = edit["statementGroups"][0]["statements"][0]["references"]
    assert [snak["prop"]["pid"] for snak in reference["snaks"]] == ["P854", "P248"]


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    statements, _ = choose_statements(LINKS, PROPERTIES)
    with pytest.raises(InputError, match="a statement needs a reference"):
        write_quickstatements(statements, {}, tmp_path / "a.qs")
    with pytest.raises(InputError, match="no link is accepted yet"):
        choose_statements(LINKS[LINKS["verdict"] == "pending"], PROPERTIES)
    with pytest.raises(InputError, match="--property is 'hasGenre'; it is written as hasGenre=P136"):
        read_pairs(["hasGenre"], "property")
    with pytest.raises(InputError, match="--reference is 'url=x'; it is written as P854="):
        read_pairs(["url=x"], "reference")
