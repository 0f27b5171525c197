"""BLIP through transformers, on a tiny folder with random weights that the test saves."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipImageProcessor,
    BlipProcessor,
)

from base.errors import InputError
from models.encoders import load_encoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "painting", "of", "water", "lilies", "stars"]
TEXTS = ["a painting of water lilies", "stars", "a painting " * 30]
TEXT = {"vocab_size": 11, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
VISION = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}


def config() -> BlipConfig:
    tokens = {"pad_token_id": 0, "bos_token_id": 2, "sep_token_id": 3}
    text = {**TEXT, **tokens, "encoder_hidden_size": 32, "max_position_embeddings": 16}
    vision = {**VISION, "image_size": 32, "patch_size": 16}
    return BlipConfig(text_config=text, vision_config=vision, image_text_hidden_size=16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blip")
    (folder / "words.txt").write_text("\n".join(WORDS))
    tokenizer = BertTokenizer(vocab=str(folder / "words.txt"))
    picture = BlipImageProcessor(size={"height": 32, "width": 32})
    BlipProcessor(picture, tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    network = BlipForImageTextRetrieval(config())
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.3)  # far from zero, so that texts differ
    network.save_pretrained(folder)
    return folder


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.effect_noise((50, 40), 90).convert("RGB").save(tmp_path / "noise.png")
    return tmp_path / "noise.png"


def test_cosines_are_the_scores_that_the_retrieval_model_gives(folder: Path, picture: Path) -> None:
    encoder = load_encoder(f"blip:{folder}", device="cpu")
    assert encoder.dimensions == {"textual": 16, "visual": 16}
    network: Any = BlipForImageTextRetrieval.from_pretrained(folder).eval()
    processor = BlipProcessor.from_pretrained(folder)
    inputs = processor(
        images=Image.open(picture), text=TEXTS, padding=True, truncation=True, max_length=16, return_tensors="pt"
    )
    with torch.inference_mode():
        expected = network(**inputs, use_itm_head=False).itm_score
    cosines = encoder.encode_pictures([picture]).vectors @ encoder.encode_texts(TEXTS).T
    assert cosines == pytest.approx(expected.numpy(), abs=1e-5)
    assert np.ptp(cosines) > 0.1, "three texts are not all alike"


def test_batches_of_one_and_of_many_are_equal(folder: Path, picture: Path, tmp_path: Path) -> None:
    Image.new("L", (300, 20), 90).save(tmp_path / "wide.jpg")
    pictures = [picture, tmp_path / "wide.jpg", picture]
    one = load_encoder(f"blip:{folder}", device="cpu", batch_size=1)
    many = load_encoder(f"blip:{folder}", device="cpu", batch_size=64)
    assert one.encode_texts(TEXTS) == pytest.approx(many.encode_texts(TEXTS), abs=1e-5)
    assert one.encode_pictures(pictures).vectors == pytest.approx(many.encode_pictures(pictures).vectors, abs=1e-5)


def test_the_digest_is_equal_each_time_and_changes_with_the_vocabulary(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    words = (other / "tokenizer.json").read_text()
    (other / "tokenizer.json").write_text(words.replace('"lilies"', '"roses"'))
    first, again, changed = (load_encoder(f"blip:{path}", device="cpu").digest for path in (folder, folder, other))
    assert first == again != changed


def test_a_blip_without_retrieval_projections_is_refused(folder: Path, tmp_path: Path) -> None:
    captions = shutil.copytree(folder, tmp_path / "captions")
    BlipForConditionalGeneration(config()).save_pretrained(captions)
    with pytest.raises(InputError, match=r"captions is no BLIP image-text retrieval model: it lacks \S+ \(\d+ tensors"):
        load_encoder(f"blip:{captions}")


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"The weights of blip:{tmp_path} could not be loaded\. \(.*no file named"):
        load_encoder(f"blip:{tmp_path}")
