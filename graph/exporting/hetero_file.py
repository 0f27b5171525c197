"""An exported graph as one .safetensors file: tensors as they are, strings packed, nothing pickled.

Types and names of attributes stand as JSON in the file's metadata; the tensors are named
``node.<type's number>.<attribute>`` and ``edge.<type's number>.<attribute>``, so that a label may hold any
character. A list of strings is two tensors: its UTF-8 bytes and the offsets between them.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch_geometric.data import HeteroData

from base.errors import InputError
from base.files import replacing
from graph.exporting.any_names import any_names
from graph.exporting.packed_strings import pack, unpack

# The one key of the metadata: several would be written in no fixed order.
FORMAT = "vlkge-hetero-1"

Arrays = dict[str, npt.NDArray[Any]]


def save(data: HeteroData, path: Path) -> None:
    """Write an exported graph; a reader finds the old file or the new one, never half of one.

    Raises InputError for a graph with an attribute that such a file cannot hold.
    """
    arrays: Arrays = {}
    head = {"encoders": data.encoders, "fingerprint": data.fingerprint, "nodes": [], "edges": []}
    for number, node_type in enumerate(data.node_types):
        lists = _flatten(f"node.{number}.", data[node_type], arrays)
        head["nodes"].append({"type": node_type, "num_nodes": data[node_type].num_nodes, "lists": lists})
    for number, edge_type in enumerate(data.edge_types):
        lists = _flatten(f"edge.{number}.", data[edge_type], arrays)
        head["edges"].append({"type": list(edge_type), "lists": lists})
    with replacing(path) as draft:
        save_file(arrays, draft, metadata={FORMAT: json.dumps(head)})


def load(path: Path | str, *, mapped: bool = False) -> HeteroData:
    """The graph that `save` wrote. Raises InputError where the file is missing, cut short or of another kind.

    `mapped` tensors stay in the file until they are read, by processes of one machine only once.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no file {path}; `vlkge export` makes one")
    try:
        with safe_open(path, framework="pt" if mapped else "np") as opened:
            metadata = opened.metadata() or {}
            names = opened.keys()
            arrays = {name: np.asarray(opened.get_tensor(name)) for name in names}
    except SafetensorError as error:
        raise InputError(f"{path} is no complete .safetensors file ({error}); export the graph again") from error
    if FORMAT not in metadata:
        raise InputError(f"{path} does not hold an exported graph ({FORMAT}); `vlkge export` makes one")
    try:
        data = _build(json.loads(metadata[FORMAT]), arrays)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path} is damaged ({error}); export the graph again") from error
    if not mapped:
        _join_tables(data)
    return data


def _flatten(prefix: str, store: Any, arrays: Arrays) -> list[str]:
    """Put the attributes of one type among `arrays`; returns which of them are lists of strings."""
    lists = []
    for name, value in store.items():
        if isinstance(value, torch.Tensor):
            arrays[prefix + name] = np.ascontiguousarray(value.numpy())
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            arrays[f"{prefix}{name}.bytes"], arrays[f"{prefix}{name}.offsets"] = pack(value)
            lists.append(name)
        elif name != "num_nodes":
            raise InputError(f"{name!r} is {type(value).__name__}; a graph file holds tensors and lists of strings")
    return lists


def _build(head: dict[str, Any], arrays: Arrays) -> HeteroData:
    data = HeteroData()
    with any_names():
        for number, node in enumerate(head["nodes"]):
            _fill(f"node.{number}.", data[node["type"]], node["lists"], arrays)
            data[node["type"]].num_nodes = node["num_nodes"]
        for number, edge in enumerate(head["edges"]):
            _fill(f"edge.{number}.", data[tuple(edge["type"])], edge["lists"], arrays)
    data.encoders, data.fingerprint = head["encoders"], head["fingerprint"]
    return data


def _join_tables(data: HeteroData) -> None:
    """Tables that all node types have become parts of one, as in an export: so all can be had without a copy."""
    stores = [data[node_type] for node_type in sorted(data.node_types)]
    for name in list(stores[0].keys()) if stores else ():
        tables = [store[name] for store in stores if torch.is_tensor(store.get(name)) and store[name].dim()]
        if len(tables) == len(stores) and len({(of.shape[1:], of.dtype) for of in tables}) == 1:
            parts = torch.split(torch.cat(tables), [len(table) for table in tables])
            for store, part in zip(stores, parts, strict=True):
                store[name] = part


def _fill(prefix: str, store: Any, lists: list[str], arrays: Arrays) -> None:
    for name in lists:
        store[name] = unpack(arrays.pop(f"{prefix}{name}.bytes"), arrays.pop(f"{prefix}{name}.offsets"))
    for key in [key for key in arrays if key.startswith(prefix)]:
        store[key.removeprefix(prefix)] = torch.from_numpy(arrays.pop(key))
