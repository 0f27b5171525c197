"""The bundled encoder on real texts and drawn pictures, and what every encoder promises."""

import math
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants as hub_settings
from PIL import Image, ImageDraw

from base.errors import InputError
from models.encoders import load_encoder
from models.encoders.bundled import conse
from models.encoders.digest import digest
from models.encoders.encoder import Encoder


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("bundled", device="cpu")


def clock() -> Image.Image:
    picture = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 280, 280), fill="ivory", outline="black", width=10)
    for hour in range(12):
        x, y = math.sin(math.radians(30 * hour)), -math.cos(math.radians(30 * hour))
        draw.line((150 + 115 * x, 150 + 115 * y, 150 + 95 * x, 150 + 95 * y), fill="black", width=6)
    draw.line((150, 150, 150, 70), fill="black", width=8)
    draw.line((150, 150, 200, 180), fill="black", width=10)
    return picture


def traffic_light() -> Image.Image:
    picture = Image.new("RGB", (300, 300), "skyblue")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((100, 20, 200, 280), 15, fill="#222")
    for y, colour in ((65, "red"), (150, "#553300"), (235, "#004400")):
        draw.ellipse((115, y - 35, 185, y + 35), fill=colour)
    return picture


def crossword() -> Image.Image:
    picture = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(picture)
    for row in range(10):
        for column in range(10):
            fill = "black" if (7 * row + 3 * column) % 5 == 0 else "white"
            draw.rectangle((30 * row, 30 * column, 30 * row + 30, 30 * column + 30), fill=fill, outline="black")
    return picture


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("drawings")
    paths = [folder / "clock.png", folder / "traffic light.jpg", folder / "crossword.png"]
    for path, draw in zip(paths, (clock, traffic_light, crossword), strict=True):
        draw().save(path)
    return paths


CAPTIONS = ["a round clock on the wall", "a traffic light at a crossing", "a crossword puzzle in the newspaper"]


def test_a_horse_is_nearer_to_a_pony_than_to_a_bank(encoder: Encoder) -> None:
    horse, pony, bank = encoder.encode_texts(
        ["a painting of a horse", "a picture of a pony", "the bank's interest rate"]
    )
    assert horse @ pony > 0.6
    assert horse @ bank < 0.2


def test_each_drawing_is_nearest_to_its_own_caption(encoder: Encoder, drawings: list[Path]) -> None:
    pictures, captions = encoder.encode_pictures(drawings).vectors, encoder.encode_texts(CAPTIONS)
    assert (pictures @ captions.T).argmax(axis=1).tolist() == [0, 1, 2]
    assert (pictures @ captions.T).argmax(axis=0).tolist() == [0, 1, 2]


def test_conse_is_the_probability_weighted_mean_of_class_vectors_by_hand() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.2]]).log()
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    # .5 (1, 0) + .3 (0, 1) + .2 (-1, 0)
    assert conse(logits, vectors).tolist() == [pytest.approx([0.3, 0.3])]


def test_conse_takes_the_ten_most_probable_classes_only() -> None:
    logits = torch.tensor([[0.20, *[0.08] * 9, 0.04, 0.04]]).log()
    weights = conse(logits, torch.eye(12))
    assert weights.tolist() == [pytest.approx([0.20, *[0.08] * 9, 0.0, 0.0])]


def test_rows_are_unit_float32_vectors_of_the_announced_size(encoder: Encoder, drawings: list[Path]) -> None:
    for modality, vectors in (
        ("textual", encoder.encode_texts(CAPTIONS)),
        ("visual", encoder.encode_pictures(drawings).vectors),
    ):
        assert vectors.shape == (3, encoder.dimensions[modality])
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_order_and_batches_do_not_change_a_vector(encoder: Encoder, drawings: list[Path]) -> None:
    texts = ["sky", "a very long description of a landscape with trees, a river and two cows " * 5, "old man", "x"] * 20
    together = encoder.encode_texts(texts)
    alone = np.concatenate([encoder.encode_texts([text]) for text in texts[:4]])
    near = 4e-3 if encoder.texts_in_bfloat16 else 1e-5
    assert together[:4] == pytest.approx(alone, abs=near)
    assert (together[-4:] == together[:4]).all(), "a text that comes again is read once"

    pictures = encoder.encode_pictures([*drawings, *reversed(drawings)]).vectors
    assert pictures[3:] == pytest.approx(pictures[2::-1], abs=1e-5)
    assert pictures[:1] == pytest.approx(encoder.encode_pictures(drawings[:1]).vectors, abs=1e-5)


def test_half_precision_leaves_the_vectors_and_the_digest(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = [
        f"{what} of {whom}" for what in ("Portrait", "View", "Head") for whom in ("a lady", "Delft", "Saint John")
    ]
    vectors = {}
    for half in (True, False):
        monkeypatch.setattr(encoder, "texts_in_bfloat16", half)
        vectors[half] = encoder.encode_texts(titles)
    assert (vectors[True] * vectors[False]).sum(axis=1).min() > 0.9995


def test_a_broken_picture_is_reported_and_the_others_are_encoded(
    encoder: Encoder, drawings: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "page.jpg").write_text("<html>404</html>")
    whole = encoder.encode_pictures(drawings).vectors
    result = encoder.encode_pictures([tmp_path / "page.jpg", *drawings, tmp_path / "gone.jpg"])
    assert result.broken == {0: "not in a picture format that Pillow reads", 4: "no such file"}
    assert result.readable.tolist() == [False, True, True, True, False]
    assert not result.vectors[~result.readable].any()
    assert result.vectors[result.readable] == pytest.approx(whole, abs=1e-5)


def test_progress_counts_every_picture_and_text_and_tells_the_rate(encoder: Encoder, drawings: list[Path]) -> None:
    calls: list[tuple[int, int, str]] = []

    def note(done: int, total: int, note: str = "") -> None:
        calls.append((done, total, note))

    encoder.encode_pictures([*drawings, Path("gone.jpg")], progress=note)
    assert calls[-1][:2] == (4, 4)
    assert calls[-1][2].endswith(" pictures/s")
    encoder.encode_texts(CAPTIONS, progress=note)
    assert calls[-1][:2] == (3, 3)
    assert calls[-1][2].endswith(" texts/s")


def test_pooled_features_tell_drawings_apart_and_read_no_texts(drawings: list[Path], tmp_path: Path) -> None:
    pooled = load_encoder("efficientnet", device="cpu")
    assert (pooled.modalities, pooled.dimensions) == (("visual",), {"visual": 1280})
    clock().rotate(3, fillcolor="white").save(tmp_path / "tilted clock.png")
    vectors = pooled.encode_pictures([*drawings, tmp_path / "tilted clock.png"]).vectors
    assert (vectors[3] @ vectors[:3].T).argmax() == 0
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    with pytest.raises(InputError, match="The encoder efficientnet reads pictures only"):
        pooled.encode_texts(CAPTIONS)


def test_nothing_to_encode_gives_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_texts([]).shape == (0, 384)
    assert encoder.encode_pictures([]).vectors.shape == (0, 384)


def test_an_empty_text_is_refused_because_it_has_no_meaning(encoder: Encoder) -> None:
    with pytest.raises(InputError, match=r"2 of 3 texts are empty \(first at position 1\)"):
        encoder.encode_texts(["a", " \n", ""])


def test_the_bundled_encoder_loads_without_a_network_and_equal_each_time(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    again = load_encoder("bundled", device="cpu", batch_size=3)
    assert (again.name, again.digest, again.dimensions) == (
        "bundled",
        encoder.digest,
        {"textual": 384, "visual": 384},
    )
    assert again.encode_texts(CAPTIONS) == pytest.approx(encoder.encode_texts(CAPTIONS), abs=1e-5)


def test_a_digest_changes_with_a_weight_and_with_a_setting() -> None:
    weights = {"a": torch.zeros(2, 2), "b": torch.ones(1, dtype=torch.bfloat16)}
    first = digest(weights, {"size": 260})
    assert digest(dict(reversed(weights.items())), {"size": 260}) == first
    assert digest(weights, {"size": 224}) != first
    assert digest({**weights, "a": torch.tensor([[0.0, 0.0], [0.0, 1e-9]])}, {"size": 260}) != first


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dino", "There is no encoder 'dino'; allowed are bundled, efficientnet, multilingual, clip:ViT-B-32/"),
        ("bundled:other", "'bundled:other' is not written as one of bundled, efficientnet, multilingual, clip:"),
        ("clip", "'clip' is not written as one of"),
        ("blip:", "'blip:' is not written as one of"),
    ],
)
def test_an_unknown_encoder_is_refused_with_what_is_allowed(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_encoder(name)


def test_a_wrong_device_or_batch_size_is_refused() -> None:
    with pytest.raises(InputError, match="The device is 'tpu'; allowed are auto, cpu, cuda"):
        load_encoder("bundled", device="tpu")
    with pytest.raises(InputError, match="The device is 'cuda:99', but PyTorch sees"):
        load_encoder("bundled", device="cuda:99")
    with pytest.raises(InputError, match="batch_size is 0; at least 1"):
        load_encoder("bundled", batch_size=0)


def test_naming_encoders_imports_none_of_the_heavy_libraries() -> None:
    heavy = "{'torch', 'transformers', 'open_clip', 'torchvision', 'PIL', 'numpy'}"
    code = f"import sys, models.encoders; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("clip:ViT-B-32/openai", "a local checkpoint, clip:ViT-B-32/path/to/file.pt"),
        ("blip:Salesforce/blip-itm-base-coco", "a local folder, blip:path/to/folder"),
    ],
)
def test_without_a_network_one_sentence_tells_the_way_out(
    name: str, way_out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub_settings, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(hub_settings, "HF_HUB_CACHE", str(tmp_path))
    message = f"The weights of {name} could not be fetched; without a network give {way_out}"
    with pytest.raises(InputError, match=re.escape(message)):
        load_encoder(name)
    assert "Retrying" not in caplog.text, "nobody waits a minute for a network that is not there"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_half_precision_on_a_gpu_gives_the_same_directions(encoder: Encoder, drawings: list[Path]) -> None:
    fast = load_encoder("bundled", device="cuda")
    assert fast.digest == encoder.digest
    texts = (fast.encode_texts(CAPTIONS) * encoder.encode_texts(CAPTIONS)).sum(axis=1)
    pictures = (fast.encode_pictures(drawings).vectors * encoder.encode_pictures(drawings).vectors).sum(axis=1)
    assert min(*texts, *pictures) > 0.999
