"""The names that are ours are one list, and the page on the data model has each of them."""

import re
from pathlib import Path

import pytest

from graph import reserved
from graph.predicted.links import TYPES
from graph.schema import definitions

PAGE = (Path(__file__).parents[2] / "docs" / "data-model.md").read_text(encoding="utf-8")
NAMES = {
    "label": set(reserved.LABELS) - {*reserved.ATTRIBUTES},
    "relation": reserved.RELATIONS,
    "property of entities": reserved.ENTITY_PROPERTIES,
    "property of facts": reserved.FACT_PROPERTIES,
    "property of links": {*reserved.LINK_PROPERTIES, *TYPES} - {"head", "tail"},
    "index": [definition.name for definition in definitions()],
}


@pytest.mark.parametrize("what", NAMES)
def test_the_page_has_every_name(what: str) -> None:
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", PAGE))))
    assert sorted(set(NAMES[what]) - said) == []
