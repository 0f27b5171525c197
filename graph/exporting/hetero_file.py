"""An exported graph as one .safetensors file: tensors as they are, strings packed, nothing pickled.

Types and names of attributes stand as JSON in the file's metadata; the tensors are named
``node.<type's number>.<attribute>`` and ``edge.<type's number>.<attribute>``, so that a label may hold any
character. What all node types have is one table, ``nodes.<attribute>``, in the order of their sorted names: so it can
be mapped into memory as it is used. A list of strings is two tensors: its UTF-8 bytes and the offsets between them.
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
FORMAT = "vlkge-hetero-2"
EARLIER = "vlkge-hetero-1"  # without joined tables

Arrays = dict[str, npt.NDArray[Any]]
Tensors = dict[str, torch.Tensor]


def save(data: HeteroData, path: Path) -> None:
    """Write an exported graph; a reader finds the old file or the new one, never half of one.

    Raises InputError for a graph with an attribute that such a file cannot hold.
    """
    arrays: Arrays = {}
    head: dict[str, Any] = {"encoders": data.encoders, "fingerprint": data.fingerprint, "nodes": [], "edges": []}
    for number, node_type in enumerate(data.node_types):
        lists = _flatten(f"node.{number}.", data[node_type], arrays)
        head["nodes"].append({"type": node_type, "num_nodes": data[node_type].num_nodes, "lists": lists})
    for number, edge_type in enumerate(data.edge_types):
        lists = _flatten(f"edge.{number}.", data[edge_type], arrays)
        head["edges"].append({"type": list(edge_type), "lists": lists})
    head["tables"] = _join_tables(data, arrays)
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
            tensors = {name: torch.as_tensor(opened.get_tensor(name)) for name in opened.keys()}  # noqa: SIM118 (not a dict)
    except SafetensorError as error:
        raise InputError(f"{path} is no complete .safetensors file ({error}); export the graph again") from error
    head = metadata.get(FORMAT, metadata.get(EARLIER))
    if head is None:
        raise InputError(f"{path} does not hold an exported graph ({FORMAT}); `vlkge export` makes one")
    try:
        return _build(json.loads(head), tensors)
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        raise InputError(f"{path} is damaged ({error}); export the graph again") from error


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


def _join_tables(data: HeteroData, arrays: Arrays) -> dict[str, list[int]]:
    """Make one of an attribute's tables that all node types have, where that is possible; returns their lengths."""
    lengths = {}
    types = [data.node_types.index(node_type) for node_type in sorted(data.node_types)]
    for name in sorted({key.split(".", 2)[2] for key in arrays if key.startswith("node.")}):
        tables = [of for type_ in types if (of := arrays.get(f"node.{type_}.{name}")) is not None and of.ndim]
        if len(tables) == len(types) and len({(of.shape[1:], of.dtype) for of in tables}) == 1:
            arrays[f"nodes.{name}"] = np.concatenate(tables)
            lengths[name] = [len(of) for of in tables]
            for type_ in types:
                del arrays[f"node.{type_}.{name}"]
    return lengths


def _split_tables(head: dict[str, Any], tensors: Tensors) -> None:
    """Give each node type its rows of what is one table; no row is copied."""
    types = sorted(range(len(head["nodes"])), key=lambda number: head["nodes"][number]["type"])
    for name, lengths in head.get("tables", {}).items():
        for type_, part in zip(types, torch.split(tensors.pop(f"nodes.{name}"), lengths), strict=True):
            tensors[f"node.{type_}.{name}"] = part


def _build(head: dict[str, Any], tensors: Tensors) -> HeteroData:
    data = HeteroData()
    _split_tables(head, tensors)
    with any_names():
        for number, node in enumerate(head["nodes"]):
            _fill(f"node.{number}.", data[node["type"]], node["lists"], tensors)
            data[node["type"]].num_nodes = node["num_nodes"]
        for number, edge in enumerate(head["edges"]):
            _fill(f"edge.{number}.", data[tuple(edge["type"])], edge["lists"], tensors)
    data.encoders, data.fingerprint = head["encoders"], head["fingerprint"]
    return data


def _fill(prefix: str, store: Any, lists: list[str], tensors: Tensors) -> None:
    for name in lists:
        packed = (tensors.pop(f"{prefix}{name}.{part}").numpy() for part in ("bytes", "offsets"))
        store[name] = unpack(*packed)
    for key in [key for key in tensors if key.startswith(prefix)]:
        store[key.removeprefix(prefix)] = tensors.pop(key)
