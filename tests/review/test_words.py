"""Relations in words."""

import pytest

from review.words import relation


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
