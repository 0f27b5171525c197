"""Relations and probabilities in words."""

import pytest

from review.words import odds, relation


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("isCreatedByArtist", "is created by artist"),
        ("HAS_STYLE", "has style"),
        ("crm__P14_carried_out_by", "crm__P14_carried_out_by"),
        ("crm:P45_consists_of", "crm:P45_consists_of"),
        ("Painted by", "Painted by"),
        ("_", "_"),
    ],
)
def test_a_name_is_read_as_words_unless_it_is_words_or_has_a_namespace(name: str, words: str) -> None:
    assert relation(name) == words


def test_what_is_nearly_certain_is_not_called_certain() -> None:
    assert "more than 99 in 100 links" in odds(0.998, "hasStyle")
    assert ", 99 in 100 links" in odds(0.99, "hasStyle")
    assert "fewer than 1 in 100 links" in odds(0.002, "hasStyle")
    assert "100 in 100 links" in odds(1.0, "hasStyle")
