"""What an exported graph says, as one digest."""

import hashlib
import json

import torch
from torch_geometric.data import HeteroData

from graph.exporting.packed_strings import pack


def fingerprint(data: HeteroData) -> str:
    """SHA-256, in hex, of ids, facts, splits, rejected links, encoders and vectors.

    Two graphs that a model would learn the same from have the same fingerprint; names are not in it.
    """
    digest = hashlib.sha256(json.dumps(data.encoders, sort_keys=True).encode())
    for node_type in sorted(data.node_types):
        digest.update(json.dumps(["entities", node_type]).encode())
        for part in pack(data[node_type].id):
            digest.update(part.tobytes())
        _add_tensors(digest, data[node_type])
    for edge_type in sorted(data.edge_types):
        digest.update(json.dumps(["facts", *edge_type]).encode())
        _add_tensors(digest, data[edge_type])
    return digest.hexdigest()


def _add_tensors(digest: "hashlib._Hash", storage: object) -> None:
    for name, value in sorted(storage.items()):  # type: ignore[attr-defined]
        if isinstance(value, torch.Tensor):
            digest.update(json.dumps([name, list(value.shape)]).encode())
            digest.update(value.contiguous().numpy().tobytes())
