"""CLIP through open_clip, on a tiny checkpoint with random weights that the test saves."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from base.errors import InputError
from models.encoders import load_encoder

TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
TEXTS = ["water lilies", "a portrait of an old man with a beard and a hat and a dog and a cat and a horse", "stars"]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The model `tiny` with random weights."""
    folder = tmp_path_factory.mktemp("configs")
    (folder / "tiny.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(folder)
    torch.manual_seed(0)
    network = open_clip.create_model("tiny").eval()
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.3)  # far from zero, so that texts differ
    return network


@pytest.fixture(scope="module")
def checkpoint(network: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny.pt"
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.effect_noise((50, 40), 90).convert("RGB").save(tmp_path / "noise.png")
    return tmp_path / "noise.png"


def test_vectors_are_the_normalised_projections_of_the_checkpoint(
    network: Any, checkpoint: Path, picture: Path
) -> None:
    encoder = load_encoder(f"clip:tiny/{checkpoint}", device="cpu")
    assert encoder.name == f"clip:tiny/{checkpoint}"
    assert encoder.dimensions == {"textual": 16, "visual": 16}
    with torch.inference_mode():
        texts = network.encode_text(open_clip.get_tokenizer("tiny")(TEXTS), normalize=True)
        pixels = open_clip.image_transform(32, is_train=False)(Image.open(picture))
        pictures = network.encode_image(pixels[None], normalize=True)
    assert encoder.encode_texts(TEXTS) == pytest.approx(texts.numpy(), abs=1e-5)
    assert (texts @ texts.T).min() < 0.95, "three texts are not all alike"
    assert encoder.encode_pictures([picture]).vectors == pytest.approx(pictures.numpy(), abs=1e-5)


def test_batches_of_one_and_of_many_are_equal(checkpoint: Path, picture: Path, tmp_path: Path) -> None:
    Image.new("L", (300, 20), 90).save(tmp_path / "wide.jpg")
    pictures = [picture, tmp_path / "wide.jpg", picture]
    one = load_encoder(f"clip:tiny/{checkpoint}", device="cpu", batch_size=1)
    many = load_encoder(f"clip:tiny/{checkpoint}", device="cpu", batch_size=64)
    assert one.encode_texts(TEXTS) == pytest.approx(many.encode_texts(TEXTS), abs=1e-5)
    assert one.encode_pictures(pictures).vectors == pytest.approx(many.encode_pictures(pictures).vectors, abs=1e-5)


def test_the_digest_is_that_of_the_weights_not_of_their_file(network: Any, checkpoint: Path, tmp_path: Path) -> None:
    torch.save({"state_dict": network.state_dict(), "epoch": 3}, tmp_path / "wrapped.pt")
    torch.manual_seed(1)
    torch.save(open_clip.create_model("tiny").state_dict(), tmp_path / "other.pt")
    first, wrapped, other = (
        load_encoder(f"clip:tiny/{path}", device="cpu").digest
        for path in (checkpoint, tmp_path / "wrapped.pt", tmp_path / "other.pt")
    )
    assert first == wrapped != other


def test_a_path_may_be_relative(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkpoint.parent.parent)
    relative = checkpoint.relative_to(checkpoint.parent.parent)
    assert load_encoder(f"clip:tiny/{relative}", device="cpu").dimensions["visual"] == 16


def test_damaged_weights_are_found_out(network: Any, tmp_path: Path) -> None:
    weights = {name: torch.full_like(tensor, torch.nan) for name, tensor in network.state_dict().items()}
    torch.save(weights, tmp_path / "nan.pt")
    with pytest.raises(InputError, match="gave vectors that are not finite; its weights are damaged"):
        load_encoder(f"clip:tiny/{tmp_path / 'nan.pt'}", device="cpu").encode_texts(["a"])


def test_weights_of_another_model_are_refused(network: Any, tmp_path: Path) -> None:
    weights = network.state_dict()
    weights["text_projection"] = torch.zeros(32, 8)
    torch.save(weights, tmp_path / "foreign.pt")
    with pytest.raises(InputError, match=r"foreign\.pt holds no weights of tiny"):
        load_encoder(f"clip:tiny/{tmp_path / 'foreign.pt'}")
    (tmp_path / "text.pt").write_text("not a checkpoint")
    with pytest.raises(InputError, match=r"text\.pt holds no weights of tiny"):
        load_encoder(f"clip:tiny/{tmp_path / 'text.pt'}")


class Hostile:
    """Unpickling it with plain pickle runs a command."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


def test_a_checkpoint_that_would_run_code_is_refused(network: Any, tmp_path: Path) -> None:
    torch.save({**network.state_dict(), "attack": Hostile(tmp_path / "written")}, tmp_path / "hostile.pt")
    with pytest.raises(InputError, match=r"hostile\.pt holds no weights of tiny"):
        load_encoder(f"clip:tiny/{tmp_path / 'hostile.pt'}")
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("clip:ViT-B-33/openai", r"open_clip has no model 'ViT-B-33'; it has ViT-B-32"),
        ("clip:ViT-B-32/mine", r"There is no tag 'mine' for ViT-B-32; its tags are openai, .*clip:ViT-B-32/path/to/"),
        ("clip:ViT-B-32/mine.pt", r"There is no file 'mine\.pt' for ViT-B-32"),
    ],
)
def test_an_unknown_model_tag_or_file_is_refused_with_what_there_is(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_encoder(name)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_half_precision_on_a_gpu_gives_the_same_directions(checkpoint: Path, picture: Path) -> None:
    slow, fast = (load_encoder(f"clip:tiny/{checkpoint}", device=device) for device in ("cpu", "cuda"))
    assert slow.digest == fast.digest
    assert np.sum(slow.encode_texts(TEXTS) * fast.encode_texts(TEXTS), axis=1).min() > 0.999
    visual = slow.encode_pictures([picture]).vectors @ fast.encode_pictures([picture]).vectors.T
    assert visual.item() > 0.999
