"""What every encoder is: texts and pictures in batches to unit vectors, with progress."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from base.errors import InputError
from base.progress import Progress, silent
from models.encoders.pictures import BrokenPictureError, in_parallel

Vectors = NDArray[np.float32]

# Small batches of pictures stay in a processor's cache: 2.5 times the pictures/s of batches of 16, measured.
TEXT_BATCH = {"cpu": 32, "cuda": 512}
PICTURE_BATCH = {"cpu": 2, "cuda": 256}
DECODING_THREADS = 8


@dataclass(frozen=True)
class EncodedPictures:
    """Vectors of pictures [n, d], zero where the picture is broken, and the reason for each position that is."""

    vectors: Vectors
    broken: dict[int, str]

    @property
    def readable(self) -> NDArray[np.bool_]:
        """Mask [n] of the pictures that have a vector."""
        mask = np.ones(len(self.vectors), dtype=bool)
        mask[list(self.broken)] = False
        return mask


class Encoder:
    """Texts and pictures to L2-normalised float32 vectors.

    `name` loads the same encoder again. `digest` tells apart vectors that must not be mixed: it covers the
    weights and the settings that change a vector, not the device or the batch size.
    """

    # Whether texts are read in half precision on a processor too.
    texts_in_bfloat16 = False

    def __init__(
        self, name: str, digest: str, dimensions: dict[str, int], device: torch.device, batch_size: int | None
    ) -> None:
        self.name = name
        self.digest = digest
        self.dimensions = dimensions
        self.device = device
        kind = "cpu" if device.type == "cpu" else "cuda"
        self.text_batch = batch_size or TEXT_BATCH[kind]
        self.picture_batch = batch_size or PICTURE_BATCH[kind]

    @property
    def modalities(self) -> tuple[str, ...]:
        """What it reads: visual, textual or both."""
        return tuple(self.dimensions)

    def embed_texts(self, texts: list[str]) -> torch.Tensor:  # noqa: ARG002
        """Vectors [b, d] of one batch of texts; an encoder that reads texts overrides this."""
        raise InputError(f"The encoder {self.name} reads pictures only.")

    def prepare_picture(self, path: Path) -> torch.Tensor:  # noqa: ARG002
        """The network's input [3, height, width] on the CPU; runs in a thread; raises BrokenPictureError.

        An encoder that reads pictures overrides this and `embed_pictures`.
        """
        raise InputError(f"The encoder {self.name} reads texts only.")

    def embed_pictures(self, pixels: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        """Vectors [b, d] of prepared pictures [b, 3, height, width]."""
        raise InputError(f"The encoder {self.name} reads texts only.")

    def text_lengths(self, texts: Sequence[str]) -> list[int]:
        """What each text costs, in any unit: texts of one length share a batch. An encoder may count tokens instead."""
        return [len(text) for text in texts]

    def encode_texts(self, texts: Sequence[str], progress: Progress = silent) -> Vectors:
        """Unit vectors [n, d] of texts, in their order; the note of `progress` is the rate.

        Raises InputError if a text is empty: an entity without text has no vector.
        """
        if empty := [str(i) for i, text in enumerate(texts) if not text.strip()]:
            raise InputError(f"{len(empty)} of {len(texts)} texts are empty (first at position {empty[0]}).")
        rows: dict[str, int] = {}  # catalogues repeat titles: each is read once
        places = [rows.setdefault(text, len(rows)) for text in texts]
        unique = list(rows)
        vectors = np.zeros((len(unique), self.dimensions.get("textual", 0)), dtype=np.float32)
        lengths = self.text_lengths(unique)
        # Texts of one length together: little padding. The longest first: what runs out of memory does so at once.
        order = sorted(range(len(unique)), key=lambda i: -lengths[i])
        clock, read = time.perf_counter(), 0
        with fast_inference(self.device, bfloat16=self.texts_in_bfloat16):
            for start in range(0, len(order), self.text_batch):
                batch = order[start : start + self.text_batch]
                vectors[batch] = self._unit(self.embed_texts([unique[i] for i in batch]))
                # Time goes by length: the share of texts would promise too late an end.
                read += sum(lengths[i] for i in batch)
                done = len(texts) * read // sum(lengths)
                progress(done, len(texts), f"{done / (time.perf_counter() - clock):.0f} texts/s")
        return vectors[places]

    def encode_pictures(self, paths: Sequence[Path], progress: Progress = silent) -> EncodedPictures:
        """Unit vectors [n, d] of picture files, in their order; a broken one is reported and the rest goes on."""
        vectors = np.zeros((len(paths), self.dimensions.get("visual", 0)), dtype=np.float32)
        broken: dict[int, str] = {}
        clock = time.perf_counter()
        done = 0
        for positions, pixels in self._picture_batches(paths, broken):
            with fast_inference(self.device):
                vectors[positions] = self._unit(self.embed_pictures(pixels.to(self.device)))
            done += len(positions)
            progress(done + len(broken), len(paths), f"{done / (time.perf_counter() - clock):.0f} pictures/s")
        return EncodedPictures(vectors, broken)

    def _picture_batches(
        self, paths: Sequence[Path], broken: dict[int, str]
    ) -> Iterator[tuple[list[int], torch.Tensor]]:
        """Positions and pixels of the readable pictures; the reasons of the others go into `broken`."""
        positions: list[int] = []
        pixels: list[torch.Tensor] = []
        for position, prepared in enumerate(in_parallel(self.prepare_picture, paths, DECODING_THREADS)):
            if isinstance(prepared, BrokenPictureError):
                broken[position] = str(prepared)
                continue
            positions.append(position)
            pixels.append(prepared)
            if len(positions) == self.picture_batch:
                yield positions, torch.stack(pixels)
                positions, pixels = [], []
        if positions:
            yield positions, torch.stack(pixels)

    def _unit(self, vectors: torch.Tensor) -> Vectors:
        unit: Vectors = torch.nn.functional.normalize(vectors.float(), dim=1).cpu().numpy()
        if not np.isfinite(unit).all():
            raise InputError(f"The encoder {self.name} gave vectors that are not finite; its weights are damaged.")
        return unit


@contextmanager
def fast_inference(device: torch.device, *, bfloat16: bool = False) -> Iterator[None]:
    """No gradients; half precision where a GPU multiplies it faster, and on a processor where it is asked for."""
    gpu = device.type == "cuda"
    kind = torch.float16 if gpu else torch.bfloat16
    with torch.inference_mode(), torch.autocast(device.type, kind, enabled=gpu or bfloat16):
        yield


def as_input(pixels: NDArray[Any]) -> torch.Tensor:
    """Channels first, as networks take them: [height, width, 3] to [3, height, width]."""
    return torch.from_numpy(pixels).permute(2, 0, 1)
