"""Samples of what museums publish, by mappings that a person wrote."""

from pathlib import Path

import pytest

from graph.loading.files import Source
from graph.mapping.source import read_source

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "museums"
MAPPINGS = Path(__file__).parent / "museums"


def read(folder: str, name: str) -> Source:
    if not SAMPLES.is_dir():
        pytest.skip(f"the samples of museums are not there: {SAMPLES}")
    return read_source(SAMPLES / folder, name=name, mapping=MAPPINGS / f"{name}.toml")


@pytest.mark.parametrize(
    ("folder", "name", "label", "count", "relation", "facts"),
    [
        ("cmoa", "cmoa", "Artwork", 8_000, "createdBy", 7_743),
        ("tate", "tate", "Artwork", 1_000, "createdBy", 1_006),
        ("npg", "npg", "Artwork", 16_846, "portrays", 20_586),
        (".", "wikidata_query", "Artwork", 2_000, "hasStyle", 2_201),
    ],
)
def test_a_sample_is_read_as_downloaded(
    folder: str, name: str, label: str, count: int, relation: str, facts: int
) -> None:
    source = read(folder, name)
    assert (source.entities["label"] == label).sum() == count
    assert (source.triples["relation"] == relation).sum() == facts


def test_unknown_makers_of_a_real_collection_are_nobody() -> None:
    source = read("cmoa", "cmoa")
    artists = source.entities.loc[source.entities["label"] == "Artist", "name"]
    assert not artists.str.match("(?i)unknown|unidentified|anonymous").any()
    # 245 cells say only so, and 3 name a known maker too.
    assert (source.entities["createdBy_said"] == "unknown American").sum() == 248
