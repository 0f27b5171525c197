"""BLIP by transformers: `blip:<hub name>` or `blip:<local folder>`, its image-text retrieval projections."""

from pathlib import Path
from typing import Any

import torch
from transformers import BlipForImageTextRetrieval, BlipProcessor
from transformers.utils.logging import disable_progress_bar

from base.errors import InputError
from models.device import pick_device
from models.encoders.digest import digest
from models.encoders.encoder import Encoder
from models.encoders.hub import weights_of
from models.encoders.pictures import read_picture


class Blip(Encoder):
    """The first token of each tower, projected into the shared space (Li et al., 2022, https://arxiv.org/abs/2201.12086)."""

    def __init__(self, weights: str, device: str = "auto", batch_size: int | None = None) -> None:
        place = pick_device(device)
        self.network, self.processor = load(weights)
        picture_settings = self.processor.image_processor.to_dict()
        self.size = max(value for value in dict(picture_settings["size"]).values() if value)
        self.longest = self.network.config.text_config.max_position_embeddings
        settings = {
            "picture": {key: str(value) for key, value in picture_settings.items()},
            "vocabulary": self.processor.tokenizer.get_vocab(),
            "longest": self.longest,
        }
        both = digest(self.network.state_dict(), settings)
        self.network.eval().to(place)
        dimension = self.network.config.image_text_hidden_size
        super().__init__(f"blip:{weights}", both, {"textual": dimension, "visual": dimension}, place, batch_size)

    def embed_texts(self, texts: list[str]) -> torch.Tensor:
        tokens = self.processor.tokenizer(
            texts, padding=True, truncation=True, max_length=self.longest, return_tensors="pt"
        ).to(self.device)
        states = self.network.text_encoder(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).last_hidden_state
        vectors: torch.Tensor = self.network.text_proj(states[:, 0])
        return vectors

    def prepare_picture(self, path: Path) -> torch.Tensor:
        picture = read_picture(path, self.size)
        pixels: torch.Tensor = self.processor.image_processor(images=picture, return_tensors="pt")["pixel_values"][0]
        return pixels

    def embed_pictures(self, pixels: torch.Tensor) -> torch.Tensor:
        states = self.network.vision_model(pixel_values=pixels).last_hidden_state
        vectors: torch.Tensor = self.network.vision_proj(states[:, 0])
        return vectors


def load(weights: str) -> tuple[Any, Any]:
    """Network and processor from a local folder, else from the hub; InputError where neither has them whole."""
    disable_progress_bar()  # type: ignore[no-untyped-call]
    with weights_of("blip", weights) as (source, local):
        loaded: Any = BlipForImageTextRetrieval.from_pretrained(
            source, local_files_only=local, output_loading_info=True
        )
        processor = BlipProcessor.from_pretrained(source, local_files_only=local)
    network, found = loaded
    # transformers fills what a checkpoint lacks with random numbers.
    if missing := sorted(found["missing_keys"]):
        raise InputError(
            f"blip:{weights} is no BLIP image-text retrieval model: it lacks {missing[0]} "
            f"({len(missing)} tensors in all)."
        )
    return network, processor
