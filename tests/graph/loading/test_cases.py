"""The small inputs of ../shared/cases that were once taken wrong, or refused wrongly; without them these tests skip."""

from pathlib import Path

import pytest

from base.errors import InputError
from graph.loading.files import read_source

CASES = Path(__file__).parents[4] / "shared" / "cases"


def case(name: str) -> Path:
    if not (folder := CASES / name).is_dir():
        pytest.skip(f"there is no {folder}")
    return folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("01-pandas-index-column", "triples.csv: column 1 has no name: where it is an index that pandas wrote"),
        ("02-text-over-131072", "entities.csv: "),
        ("04-stray-quote-swallows-facts", "triples.csv: line 2: a quote begins a cell here"),
        ("07-label-named-encoders", "label must not be one of the reserved"),
        ("08-long-id", "entities.csv: id takes more than the 2,900 bytes that fit a key"),
        ("09b-bulk-names", "holds a control character such as a line break"),
    ],
)
def test_what_is_wrong_is_refused_at_the_check(name: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        read_source(case(name))
    assert expected in str(error.value)


def test_a_blank_line_before_the_header_changes_no_id() -> None:
    assert {"007", "008", "1e5"} == set(read_source(case("03-leading-blank-line")).entities["id"])
