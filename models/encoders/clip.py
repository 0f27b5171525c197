"""CLIP by open_clip: `clip:<model>/<tag>` from the hub or `clip:<model>/<checkpoint file>`."""

import difflib
import pickle
from pathlib import Path
from typing import Any

import open_clip
import torch

from base.errors import InputError, first_line
from models.device import pick_device
from models.encoders.digest import digest
from models.encoders.encoder import Encoder
from models.encoders.hub import hub
from models.encoders.pictures import read_picture

# A file of another kind, one that asks for code to be run, tensors of other names or sizes.
LOADING_ERRORS = (OSError, RuntimeError, ValueError, KeyError, AttributeError, EOFError, pickle.UnpicklingError)
CHECKPOINTS = (".pt", ".pth", ".bin", ".safetensors")


class Clip(Encoder):
    """A CLIP model's projected pictures and texts (Radford et al., 2021, https://arxiv.org/abs/2103.00020)."""

    def __init__(self, weights: str, device: str = "auto", batch_size: int | None = None) -> None:
        name = f"clip:{weights}"
        place = pick_device(device)
        architecture, _, source = weights.partition("/")
        config = model_config(architecture)
        # Some tags were trained with a faster approximation of GELU that the architecture's description leaves out.
        quick_gelu = bool(open_clip.get_pretrained_cfg(architecture, source).get("quick_gelu"))
        with hub():
            check_source(architecture, source)
            self.network, self.preprocess, self.tokenizer = load(architecture, source, quick_gelu)
        preparation: dict[str, Any] = open_clip.get_model_preprocess_cfg(self.network)
        self.size = min_side(preparation["size"])
        settings = {"config": config, "quick_gelu": quick_gelu, "preparation": preparation}
        both = digest(self.network.state_dict(), settings)
        self.network.eval().to(place)
        dimension = config["embed_dim"]
        super().__init__(name, both, {"textual": dimension, "visual": dimension}, place, batch_size)

    def embed_texts(self, texts: list[str]) -> torch.Tensor:
        vectors: torch.Tensor = self.network.encode_text(self.tokenizer(texts).to(self.device))
        return vectors

    def prepare_picture(self, path: Path) -> torch.Tensor:
        pixels: torch.Tensor = self.preprocess(read_picture(path, self.size))
        return pixels

    def embed_pictures(self, pixels: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.network.encode_image(pixels)
        return vectors


def load(architecture: str, source: str, quick_gelu: bool) -> tuple[Any, Any, Any]:
    """Network, picture transform and tokenizer; `source` is a fetched tag or a checkpoint file.

    Raises InputError where the file holds something else.
    """
    path = source if source in open_clip.list_pretrained_tags_by_model(architecture) else str(local_file(source))
    try:
        network, _, preprocess = open_clip.create_model_and_transforms(
            architecture, pretrained=path, force_quick_gelu=quick_gelu
        )
        return network, preprocess, open_clip.get_tokenizer(architecture)
    except LOADING_ERRORS as error:
        raise InputError(f"{source} holds no weights of {architecture}: {first_line(error)}") from error


def model_config(architecture: str) -> dict[str, Any]:
    """open_clip's description of an architecture; an unknown one is refused with the nearest names."""
    config: dict[str, Any] | None = open_clip.get_model_config(architecture)
    if config is None:
        near = difflib.get_close_matches(architecture, open_clip.list_models(), cutoff=0.4) or open_clip.list_models()
        raise InputError(f"open_clip has no model {architecture!r}; it has {', '.join(near[:5])} and others.")
    return config


def check_source(architecture: str, source: str) -> None:
    """A checkpoint file that exists, or a hub tag whose weights are here afterwards; else InputError."""
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    example = f"clip:{architecture}/path/to/file.pt"
    if source in tags:
        try:
            open_clip.download_pretrained(open_clip.get_pretrained_cfg(architecture, source))
        except (OSError, RuntimeError) as error:
            raise InputError(
                f"The weights of clip:{architecture}/{source} could not be fetched; without a network give a "
                f"local checkpoint, {example}. ({first_line(error)})"
            ) from error
    elif not local_file(source).is_file():
        kind = "file" if "/" in source or source.endswith(CHECKPOINTS) else "tag"
        allowed = ", ".join(tags[:5]) or "none"
        raise InputError(
            f"There is no {kind} {source!r} for {architecture}; its tags are {allowed}; a file is given as {example}."
        )


def local_file(source: str) -> Path:
    return Path(source).expanduser()


def min_side(size: int | tuple[int, int]) -> int:
    return size if isinstance(size, int) else max(size)
