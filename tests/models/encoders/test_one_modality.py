"""Encoders of one modality, on tiny folders with random weights that the tests save."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizer,
    BitImageProcessor,
    Dinov2Config,
    Dinov2Model,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
)

from base.errors import InputError
from models.encoders import load_encoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "de", "nachtwacht", "van", "rembrandt", "molen"]
TEXTS = ["de nachtwacht van rembrandt", "molen", "de molen " * 30]
TINY = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    (folder / "words.txt").write_text("\n".join(WORDS))
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=16, **TINY)).save_pretrained(folder)
    BertTokenizer(vocab=str(folder / "words.txt"), model_max_length=16).save_pretrained(folder)
    words = Transformer(str(folder))
    model = SentenceTransformer(modules=[words, Pooling(16)], device="cpu")
    model.save(str(folder / "whole"))
    return folder / "whole"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.effect_noise((50, 40), 90).convert("RGB").save(tmp_path / "noise.png")
    return tmp_path / "noise.png"


def test_texts_are_encoded_as_sentence_transformers_does(sentences: Path) -> None:
    encoder = load_encoder(f"text:{sentences}", device="cpu", batch_size=2)
    assert encoder.modalities == ("textual",)
    expected = SentenceTransformer(str(sentences), device="cpu").encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode_texts(TEXTS), expected, atol=1e-5)
    assert encoder.digest == load_encoder(f"text:{sentences}", device="cpu").digest


def test_what_reads_texts_only_reads_no_picture(sentences: Path, picture: Path) -> None:
    encoder = load_encoder(f"text:{sentences}", device="cpu")
    with pytest.raises(InputError, match="reads texts only"):
        encoder.embed_pictures(torch.zeros(1, 3, 32, 32))
    with pytest.raises(InputError, match="reads texts only"):
        encoder.encode_pictures([picture])


@pytest.mark.parametrize("kind", ["dinov2", "siglip"])
def test_pictures_are_encoded_as_transformers_does(kind: str, tmp_path: Path, picture: Path) -> None:
    torch.manual_seed(0)
    size = {"height": 32, "width": 32}
    if kind == "dinov2":
        network = Dinov2Model(Dinov2Config(image_size=32, patch_size=16, **TINY)).eval()
        processor = BitImageProcessor(size={"shortest_edge": 32}, crop_size=size)
    else:
        texts = {"vocab_size": 10, "max_position_embeddings": 8, **TINY}
        vision = {"image_size": 32, "patch_size": 16, **TINY}
        network = SiglipModel(SiglipConfig(text_config=texts, vision_config=vision)).eval()
        processor = SiglipImageProcessor(size=size)
    for part in (network, processor):
        part.save_pretrained(tmp_path / kind)
    encoder = load_encoder(f"picture:{tmp_path / kind}", device="cpu")
    assert encoder.modalities == ("visual",)
    pixels = processor(images=Image.open(picture), return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        tower = network if kind == "dinov2" else network.vision_model
        expected = tower(pixel_values=pixels).pooler_output[0].numpy()
    found = encoder.encode_pictures([picture])
    assert not found.broken
    np.testing.assert_allclose(found.vectors[0], expected / np.linalg.norm(expected), atol=1e-5)


@pytest.mark.parametrize("kind", ["text", "picture"])
def test_a_folder_without_weights_is_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"The weights of {kind}:.* could not be loaded"):
        load_encoder(f"{kind}:{tmp_path}", device="cpu")
