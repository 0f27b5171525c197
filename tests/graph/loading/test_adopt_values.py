"""One text out of lists and language tags, worked out by hand."""

import pytest

from graph.loading.adopt_values import Value, choose_text

BOTH = ["Benzin@de", "Gas@en-US", "Essence", None]


@pytest.mark.parametrize(
    ("value", "languages", "lists", "expected"),
    [
        ("Gas", [], None, "Gas"),
        ("me@example", [], None, "me@example"),
        ("Gas@en", [], None, "Gas@en"),
        ("Gas@en", ["en"], None, "Gas"),
        ("Gas@en", ["de"], None, "Gas"),
        (BOTH, [], None, None),
        (BOTH, [], "first", "Benzin@de"),
        (BOTH, ["en", "de"], None, "Gas"),
        (BOTH, ["fr", "de"], None, "Benzin"),
        (BOTH, ["fr"], None, "Essence"),
        ([], ["en"], "first", None),
        (None, ["en"], None, None),
    ],
)
def test_the_first_language_that_there_is_or_the_first_of_the_list(
    value: Value, languages: list[str], lists: str | None, expected: str | None
) -> None:
    assert choose_text(value, languages, lists) == expected
