"""What drafts make of the samples of museums' files, read as they are written; docs/mapping.md shows the figures."""

import re
from pathlib import Path

import pytest

from graph.mapping.drafting.draft import write_draft
from graph.mapping.source import read_source

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "museums"
DOCS = Path(__file__).parents[3] / "docs" / "mapping.md"


@pytest.mark.parametrize(
    ("sample", "told"),
    [
        ("cmoa", "Carnegie Museum of Art"),
        ("tate", "Tate"),
        ("npg", "National Portrait Gallery"),
        ("autry", "Autry Museum"),
        ("linkedart", "Linked Art's records"),
        ("edm", "one instrument"),
        ("lido", "three publishers"),
        ("iiif", "five manifests"),
        ("wikidata_query.csv", "Wikidata query"),
        ("mkg_w_as_released", "MKG-W"),
    ],
)
def test_a_draft_of_a_sample_is_read_as_it_is(tmp_path: Path, sample: str, told: str) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"the samples of museums are not there: {SAMPLES}")
    where = SAMPLES / sample
    path, _ = write_draft(where, tmp_path / "mapping.toml")
    source = read_source(where if where.is_dir() else where.parent, name="museum", mapping=path)
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    row = re.search(rf"^\| {told} \|.*", DOCS.read_text(), re.MULTILINE)
    assert row is not None
    shown = [int(cell.replace(",", "")) for cell in row[0].split("|")[3:6]]
    assert [len(lines), len(source.entities), len(source.triples)] == shown
