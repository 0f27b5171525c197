"""SigLIP, DINOv2 and their like by transformers, on pictures: `picture:<hub name>` or `picture:<local folder>`."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoImageProcessor, AutoModel
from transformers.utils.logging import disable_progress_bar

from base.errors import InputError
from models.device import pick_device
from models.encoders.digest import digest
from models.encoders.encoder import Encoder
from models.encoders.hub import weights_of
from models.encoders.pictures import read_picture


class Vision(Encoder):
    """Pictures as the model pools them: SigLIP's own head, the first token of DINOv2 and other transformers.

    Zhai et al. 2023, https://arxiv.org/abs/2303.15343; Oquab et al. 2023, https://arxiv.org/abs/2304.07193.
    """

    def __init__(self, weights: str, device: str = "auto", batch_size: int | None = None) -> None:
        place = pick_device(device)
        network, self.processor = load(weights)
        self.network = getattr(network, "vision_model", network).eval()
        settings = {key: str(value) for key, value in self.processor.to_dict().items()}
        self.size = max(value for value in dict(self.processor.size).values() if value)
        both = digest(self.network.state_dict(), settings)
        self.network.to(place)
        super().__init__(f"picture:{weights}", both, {"visual": self.network.config.hidden_size}, place, batch_size)

    def prepare_picture(self, path: Path) -> torch.Tensor:
        picture = read_picture(path, self.size)
        pixels: torch.Tensor = self.processor(images=picture, return_tensors="pt")["pixel_values"][0]
        return pixels

    def embed_pictures(self, pixels: torch.Tensor) -> torch.Tensor:
        found = self.network(pixel_values=pixels)
        pooled: torch.Tensor | None = getattr(found, "pooler_output", None)
        first: torch.Tensor = found.last_hidden_state[:, 0] if pooled is None else pooled
        return first


def load(weights: str) -> tuple[Any, Any]:
    """Network and processor from a local folder, else from the hub; InputError where neither has them whole."""
    disable_progress_bar()  # type: ignore[no-untyped-call]
    with weights_of("picture", weights) as (source, local):
        network, found = AutoModel.from_pretrained(source, local_files_only=local, output_loading_info=True)
        processor = AutoImageProcessor.from_pretrained(source, local_files_only=local)  # type: ignore[no-untyped-call]
    # transformers fills what a checkpoint lacks with random numbers
    if missing := sorted(found["missing_keys"]):
        raise InputError(f"picture:{weights} lacks {missing[0]} ({len(missing)} tensors in all).")
    if not hasattr(getattr(network, "vision_model", network).config, "patch_size"):
        raise InputError(f"picture:{weights} is no transformer over pictures, as SigLIP and DINOv2 are.")
    return network, processor
