"""The encoder that pip alone brings: MiniLM for texts, EfficientNet-Lite2 for pictures, in one space.

ConSE (Norouzi et al., 2014, https://arxiv.org/abs/1312.5650) puts a picture among the texts: the mean of the
text vectors of its ten most probable ImageNet classes, weighted by their probabilities.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch

from models.device import pick_device
from models.encoders import efficientnet
from models.encoders.digest import digest
from models.encoders.encoder import Encoder
from models.encoders.minilm import LONGEST, MiniLM

CLASSES = 10


class Bundled(Encoder):
    """Texts and pictures as 384-d vectors; nothing is fetched from a network."""

    def __init__(self, weights: str = "", device: str = "auto", batch_size: int | None = None) -> None:  # noqa: ARG002
        place = pick_device(device)
        self.texts = MiniLM().eval()
        self.classifier = efficientnet.classifier()
        self.class_names = efficientnet.class_names()
        networks = torch.nn.ModuleDict({"texts": self.texts, "classifier": self.classifier})
        settings = {"longest": LONGEST, "size": efficientnet.SIZE, "classes": CLASSES, "names": self.class_names}
        both = digest(networks.state_dict(), settings)
        networks.to(place)
        # Where the processor multiplies it: 1.5 times the texts/s, and cosines above .9999 with single precision.
        self.texts_in_bfloat16 = place.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
        super().__init__("bundled", both, {"textual": 384, "visual": 384}, place, batch_size)

    @cached_property
    def class_vectors(self) -> torch.Tensor:
        """Unit text vectors [1000, 384] of the class names."""
        return torch.from_numpy(self.encode_texts(self.class_names)).to(self.device)

    def text_lengths(self, texts: Sequence[str]) -> list[int]:
        return self.texts.count_tokens(texts)

    def embed_texts(self, texts: list[str]) -> torch.Tensor:
        vectors: torch.Tensor = self.texts(texts)
        return vectors

    def prepare_picture(self, path: Path) -> torch.Tensor:
        return efficientnet.pixels(path)

    def embed_pictures(self, pixels: torch.Tensor) -> torch.Tensor:
        logits = self.classifier(pixels.contiguous(memory_format=torch.channels_last))
        return conse(logits.float(), self.class_vectors)


def conse(logits: torch.Tensor, class_vectors: torch.Tensor) -> torch.Tensor:
    """Probability-weighted sums [b, d] of the vectors [classes, d] of the ten most probable classes."""
    likely = logits.softmax(dim=1).topk(min(CLASSES, logits.shape[1]), dim=1)
    return torch.einsum("bk,bkd->bd", likely.values, class_vectors[likely.indices])
