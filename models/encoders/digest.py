"""One digest for an encoder's weights and settings."""

import hashlib
import json
from collections.abc import Mapping

import torch


def digest(weights: Mapping[str, torch.Tensor], settings: Mapping[str, object]) -> str:
    """SHA-256 in hex; the file format that the weights came in does not matter, their numbers and names do."""
    total = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for name in sorted(weights):
        tensor = weights[name].detach().cpu().contiguous()
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()
