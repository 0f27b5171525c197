"""Texts and pictures become vectors; ``load_encoder("bundled")`` needs no network.

To add an encoder, write a subclass of `models.encoders.encoder.Encoder` whose first argument is
what follows the colon of its name, and add one line to ENCODERS.
"""

import pkgutil
from typing import TYPE_CHECKING

from base.errors import InputError

if TYPE_CHECKING:
    from models.encoders.encoder import Encoder

# Kept as names because importing torch, open_clip or transformers takes seconds.
ENCODERS = {
    "bundled": "models.encoders.bundled:Bundled",
    "efficientnet": "models.encoders.efficientnet:EfficientNetLite",
    "multilingual": "models.encoders.multilingual:Multilingual",
    "clip": "models.encoders.clip:Clip",
    "blip": "models.encoders.blip:Blip",
    "text": "models.encoders.sentences:Sentences",
    "picture": "models.encoders.vision:Vision",
}

WITHOUT_WEIGHTS = ("bundled", "efficientnet", "multilingual")
EXAMPLES = (
    "bundled, efficientnet, multilingual, clip:ViT-B-32/laion2b_s34b_b79k, clip:ViT-B-32/path/to/file.pt, "
    "blip:Salesforce/blip-itm-base-coco or blip:path/to/folder, text:intfloat/multilingual-e5-small or "
    "text:path/to/folder, picture:facebook/dinov2-base or picture:path/to/folder"
)


def load_encoder(name: str, device: str = "auto", batch_size: int | None = None) -> "Encoder":
    """The encoder of that name, ready to use.

    `device` is auto (a GPU where there is one, else the CPU), cpu, cuda, cuda:1 …; `batch_size` is the
    number of texts or pictures that go through the network together (default: what suits the device).

    Raises InputError for an unknown name, a missing or foreign checkpoint, and weights that no network reaches.
    """
    kind, _, weights = name.partition(":")
    if kind not in ENCODERS:
        raise InputError(f"There is no encoder {name!r}; allowed are {EXAMPLES}.")
    if bool(weights) == (kind in WITHOUT_WEIGHTS):
        raise InputError(f"The encoder {name!r} is not written as one of {EXAMPLES}.")
    if batch_size is not None and batch_size < 1:
        raise InputError(f"batch_size is {batch_size}; at least 1 is allowed.")
    encoder: Encoder = pkgutil.resolve_name(ENCODERS[kind])(weights, device=device, batch_size=batch_size)
    return encoder
